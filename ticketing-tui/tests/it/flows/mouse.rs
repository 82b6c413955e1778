//! The mouse: rows, buttons, the wheel, and what stands in front.

use crossterm::event::{MouseButton, MouseEventKind};
use ticketing_tui::{ApiCall, Effect};

use crate::support::{Harness, count_effects, count_pending, fixtures};

#[test]
fn first_click_selects_and_second_click_opens() {
    let mut harness = Harness::signed_out();
    harness.click("Night train");
    assert!(harness.selected().starts_with("Night train"));
    harness.assert_shows("Market: 6 tickets");
    harness.click("Night train");
    harness.assert_shows("╰─╯");
}

#[test]
fn other_buttons_and_moves_do_nothing() {
    let mut harness = Harness::signed_out();
    let before = harness.screen();
    for kind in [
        MouseEventKind::Down(MouseButton::Right),
        MouseEventKind::Up(MouseButton::Left),
        MouseEventKind::Moved,
        MouseEventKind::Drag(MouseButton::Left),
    ] {
        harness.mouse(kind, 5, 6);
    }
    assert_eq!(harness.screen(), before);
}

#[test]
fn wheel_scrolls_the_list() {
    let mut harness = Harness::signed_out();
    harness.mouse(MouseEventKind::ScrollDown, 10, 10);
    assert!(harness.selected().starts_with("Zürich"), "{}", harness.selected());
    harness.mouse(MouseEventKind::ScrollUp, 10, 10);
    assert!(harness.selected().starts_with("Jazz"), "{}", harness.selected());
}

#[test]
fn tabs_and_the_buttons_of_the_footer_can_be_pressed() {
    let mut harness = Harness::signed_in();
    harness.click("3 Listings");
    harness.answer_reads();
    harness.assert_shows("You are not selling anything yet");
    harness.click("n Sell");
    harness.assert_shows("Sell a ticket");
    harness.click("esc Back");
    harness.click("1 Market");
    harness.click("b Buy");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
    harness.click("q Quit");
    assert_eq!(count_effects!(harness, Effect::Quit), 1);
}

#[test]
fn click_on_the_account_signs_in_and_out() {
    let mut harness = Harness::signed_out();
    harness.click("i Sign in");
    harness.assert_shows("E-mail");
    let mut harness = Harness::signed_in();
    harness.click("ada ●");
    harness.assert_shows("Sign ada@example.com out?");
}

#[test]
fn click_outside_a_popup_only_closes_it() {
    let mut harness = Harness::signed_out();
    harness.press("$");
    harness.click_at(3, 20);
    harness.assert_hides("Prices, in US dollars");
    assert!(harness.selected().starts_with("Jazz"));
    harness.press("j $");
    harness.click("Jazz");
    harness.assert_hides("Prices, in US dollars");
    assert!(harness.selected().starts_with("RustConf"), "the row below was not meant");
}

#[test]
fn click_on_a_popup_does_not_reach_the_screen_below() {
    let mut harness = Harness::signed_out();
    harness.press("$");
    harness.click("Prices, in US");
    harness.assert_shows("Prices, in US dollars");
}

#[test]
fn click_answers_a_confirmation() {
    let mut harness = Harness::signed_in();
    harness.press("i");
    harness.click("y yes");
    assert_eq!(count_pending!(harness, ApiCall::SignOut), 1);
}

#[test]
fn click_on_the_footer_answers_a_confirmation() {
    let mut harness = Harness::signed_in();
    harness.press("i");
    harness.click("y Yes");
    assert_eq!(count_pending!(harness, ApiCall::SignOut), 1, "yes is not no");
}

#[test]
fn click_focuses_a_field() {
    let mut harness = Harness::signed_out();
    harness.press("i");
    harness.click("Password");
    harness.type_text("secret");
    harness.assert_shows("••••••");
    harness.press("esc");
    harness.click("filters by title");
    harness.type_text("jazz");
    harness.assert_shows("Market: 1 of 6");
}

#[test]
fn click_runs_a_command() {
    let mut harness = Harness::signed_in();
    harness.press(":");
    harness.click("Go to the activity");
    harness.assert_shows("The last ten minutes");
}

#[test]
fn click_targets_of_before_a_resize_are_dropped() {
    let mut harness = Harness::signed_in();
    harness.size = ratatui::layout::Size::new(30, 8);
    harness.resize();
    let screen = harness.screen();
    for y in 0..8 {
        for x in 0..30 {
            harness.click_at(x, y);
        }
    }
    assert_eq!(harness.screen(), screen);
    assert!(harness.pending.is_empty() && !harness.has_ended());
    assert_eq!(fixtures::tickets().len(), harness.server.market.len());
}
