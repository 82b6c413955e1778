//! The mouse: rows, buttons, the wheel, and what stands in front.

use crossterm::event::{MouseButton, MouseEventKind};
use ticketing_tui::{Call, Effect};

use crate::support::{Stage, asked, props, waiting};

#[test]
fn a_click_selects_and_a_second_opens() {
    let mut stage = Stage::open();
    stage.click("Night train");
    assert!(stage.selected().starts_with("Night train"));
    stage.sees("Market: 6 tickets");
    stage.click("Night train");
    stage.sees("Seller");
}

#[test]
fn other_buttons_and_moves_do_nothing() {
    let mut stage = Stage::open();
    let before = stage.screen();
    for kind in [
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Moved,
        MouseEventKind::Drag(MouseButton::Left),
    ] {
        stage.mouse(kind, 5, 6);
    }
    assert_eq!(stage.screen(), before);
}

#[test]
fn the_wheel_moves_through_the_list() {
    let mut stage = Stage::open();
    stage.mouse(MouseEventKind::ScrollDown, 10, 10);
    assert!(stage.selected().starts_with("Zürich"), "{}", stage.selected());
    stage.mouse(MouseEventKind::ScrollUp, 10, 10);
    assert!(stage.selected().starts_with("Jazz"), "{}", stage.selected());
}

#[test]
fn tabs_and_the_buttons_of_the_footer_can_be_pressed() {
    let mut stage = Stage::signed_in();
    stage.click("3 Listings");
    stage.settle();
    stage.sees("You are not selling anything yet");
    stage.click("n Sell");
    stage.sees("Sell a ticket");
    stage.click("esc Back");
    stage.click("1 Market");
    stage.click("b Buy");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1);
    stage.click("q Quit");
    assert_eq!(asked!(stage, Effect::Quit), 1);
}

#[test]
fn the_name_at_the_top_signs_in_and_out() {
    let mut stage = Stage::open();
    stage.click("i Sign in");
    stage.sees("E-mail");
    let mut stage = Stage::signed_in();
    stage.click("ada@example");
    stage.sees("Sign ada@example.com out?");
}

#[test]
fn a_click_beside_what_is_in_front_closes_it_and_does_nothing_else() {
    let mut stage = Stage::open();
    stage.press("$");
    stage.click_at(3, 20);
    stage.does_not_see("Prices, in US dollars");
    assert!(stage.selected().starts_with("Jazz"));
    stage.press("j $");
    stage.click("Jazz");
    stage.does_not_see("Prices, in US dollars");
    assert!(stage.selected().starts_with("RustConf"), "the row below was not meant");
}

#[test]
fn a_click_on_what_is_in_front_does_not_go_through() {
    let mut stage = Stage::open();
    stage.press("$");
    stage.click("Prices, in US");
    stage.sees("Prices, in US dollars");
}

#[test]
fn a_question_is_answered_by_a_click() {
    let mut stage = Stage::signed_in();
    stage.press("i");
    stage.click("y yes");
    assert_eq!(waiting!(stage, Call::SignOut), 1);
}

#[test]
fn a_question_is_answered_by_a_click_on_the_footer_too() {
    let mut stage = Stage::signed_in();
    stage.press("i");
    stage.click("y Yes");
    assert_eq!(waiting!(stage, Call::SignOut), 1, "yes is not no");
}

#[test]
fn a_click_on_a_field_goes_there() {
    let mut stage = Stage::open();
    stage.press("i");
    stage.click("Password");
    stage.write("secret");
    stage.sees("••••••");
    stage.press("esc");
    stage.click("filters by title");
    stage.write("jazz");
    stage.sees("Market: 1 of 6");
}

#[test]
fn a_command_is_run_by_a_click() {
    let mut stage = Stage::signed_in();
    stage.press(":");
    stage.click("Go to the activity");
    stage.sees("The last ten minutes");
}

#[test]
fn what_was_drawn_before_a_resize_is_not_hit() {
    let mut stage = Stage::signed_in();
    stage.size = ratatui::layout::Size::new(30, 8);
    stage.feed(ticketing_tui::Event::Resize(stage.size));
    let screen = stage.screen();
    for y in 0..8 {
        for x in 0..30 {
            stage.click_at(x, y);
        }
    }
    assert_eq!(stage.screen(), screen);
    assert!(stage.waiting.is_empty() && !stage.app.has_ended());
    assert_eq!(props::tickets().len(), stage.world.market.len());
}
