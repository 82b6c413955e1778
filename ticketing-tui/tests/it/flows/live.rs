//! The market moves while one looks at it.

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{Call, Effect};

use crate::support::{Stage, asked, props, waiting};

fn created(stage: &mut Stage, id: &str, title: &str) {
    stage.feed(props::change(TicketChangeKind::Created, props::ticket(id, title, "5", 0)));
}

#[test]
fn the_selection_stays_on_its_ticket() {
    let mut stage = Stage::open();
    stage.press("j");
    for n in 0..30 {
        created(&mut stage, &format!("n{n}"), &format!("New {n}"));
        assert!(stage.selected().starts_with("RustConf"), "{}", stage.selected());
    }
    stage.press("s s s s");
    stage.work();
    assert!(stage.selected().starts_with("RustConf"), "{}", stage.selected());
}

/// The key must not buy another ticket than the selected one.
#[test]
fn the_selection_stays_on_the_first_ticket_too() {
    let mut stage = Stage::open();
    assert!(stage.selected().starts_with("Jazz"));
    created(&mut stage, "n1", "Brand new");
    assert!(stage.selected().starts_with("Jazz"), "{}", stage.selected());
}

#[test]
fn a_selected_ticket_that_goes_leaves_its_neighbour_selected() {
    let mut stage = Stage::open();
    stage.press("j");
    stage.feed(props::change(TicketChangeKind::Deleted, props::tickets()[1].clone()));
    assert!(stage.selected().starts_with("Night train"), "{}", stage.selected());
    stage.press("end");
    stage.feed(props::change(TicketChangeKind::Deleted, props::tickets()[5].clone()));
    assert!(stage.selected().starts_with("The Tempest"), "{}", stage.selected());
}

#[test]
fn what_is_older_than_what_is_known_changes_nothing() {
    let mut stage = Stage::open();
    let reserved = props::later(&props::tickets()[0], TicketStatus::Reserved);
    let sold = props::later(&reserved, TicketStatus::Sold);
    stage.feed(props::change(TicketChangeKind::Updated, sold));
    stage.feed(props::change(TicketChangeKind::Updated, reserved));
    assert!(stage.selected().contains("Sold"), "{}", stage.selected());
}

#[test]
fn a_withdrawn_ticket_does_not_come_back() {
    let mut stage = Stage::open();
    let ticket = props::tickets()[0].clone();
    stage.feed(props::change(TicketChangeKind::Deleted, ticket.clone()));
    stage.feed(props::change(TicketChangeKind::Updated, props::later(&ticket, TicketStatus::Available)));
    stage.does_not_see("Jazz at the lake");
}

#[test]
fn a_filter_holds_for_what_comes_later() {
    let mut stage = Stage::open();
    stage.press("/");
    stage.write("jazz");
    stage.press("esc");
    created(&mut stage, "n1", "Jazz of the morning");
    created(&mut stage, "n2", "Opera");
    stage.sees("Market: 2 of 8");
    stage.sees("Jazz of the morning");
    stage.does_not_see("Opera");
}

#[test]
fn only_what_is_free_hides_what_is_taken_meanwhile() {
    let mut stage = Stage::open();
    stage.press("a");
    stage.work();
    stage.does_not_see("Night train");
    stage.feed(props::change(
        TicketChangeKind::Updated,
        props::later(&props::tickets()[0], TicketStatus::Reserved),
    ));
    stage.does_not_see("Jazz at the lake");
    stage.press("a");
    stage.work();
    stage.sees("Jazz at the lake");
    stage.sees("Night train");
}

#[test]
fn there_is_work_only_while_searching() {
    let mut stage = Stage::open();
    assert!(!stage.app.has_work());
    stage.press("/ j");
    assert!(stage.app.has_work());
    stage.work();
    stage.sees("Market: 1 of 6");
}

#[test]
fn clearing_takes_filter_and_prices_away() {
    let mut stage = Stage::open();
    stage.press("$");
    stage.write("30");
    stage.press("tab");
    stage.write("100");
    stage.press("enter");
    stage.work();
    stage.sees("Market: 2 of 6");
    stage.press("/");
    stage.write("jazz");
    stage.press("enter enter");
    stage.settle();
    stage.press("esc c");
    stage.work();
    stage.sees("Market: 6 tickets");
}

#[test]
fn invalid_price_is_reported_and_can_be_corrected() {
    let mut stage = Stage::open();
    stage.press("$");
    stage.write("abc");
    stage.press("enter");
    stage.sees("Prices, in US dollars");
    stage.press("ctrl-u");
    stage.write("100");
    stage.press("enter");
    stage.work();
    stage.sees("Market: 2 of 6");
}

#[test]
fn a_held_ticket_that_changes_is_the_sign_to_ask_for_its_order() {
    let mut stage = Stage::open();
    let ticket = props::tickets()[0].clone();
    stage.world.orders = vec![props::order("o1", &ticket, OrderStatus::Created)];
    stage.sign_in();
    stage.press("r");
    stage.settle();
    let mut sold = props::later(&ticket, TicketStatus::Sold);
    sold.order_id = Some("o1".into());
    stage.feed(props::change(TicketChangeKind::Updated, sold));
    assert_eq!(waiting!(stage, Call::Order(_)), 1);
    stage.world.orders = vec![props::order("o1", &ticket, OrderStatus::Complete)];
    stage.settle();
    assert!(stage.selected().contains("Yours"), "{}", stage.selected());
}

#[test]
fn enter_in_a_filter_opens_the_only_ticket_that_is_like_it() {
    let mut stage = Stage::open();
    stage.press("/");
    stage.write("night");
    stage.press("enter");
    stage.sees("Market: 2 of 6");
    stage.press("/");
    stage.write(" train");
    stage.press("enter");
    stage.sees("Seller");
    stage.sees("Night train to Lisbon");
}

#[test]
fn foreign_identifiers_cannot_steer_the_terminal() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    let id = "t\u{202e}9\nrm -rf\u{1b}]0;x\u{7}";
    stage.world.market = vec![props::ticket(id, "Jazz at the lake", "38", 1)];
    stage.go_live();
    stage.press("enter");
    stage.settle();
    stage.sees("t9 rm -rf]0;x");
    let is_steering = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!stage.screen().contains(is_steering));
    stage.press("y");
    assert_eq!(asked!(stage, Effect::Copy(text) if text == "t9 rm -rf]0;x"), 1);
}
