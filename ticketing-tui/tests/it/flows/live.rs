//! Live changes of the market.

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{ApiCall, Colours, Effect, Event, Feed, Reply};

use crate::support::{Harness, count_effects, count_pending, fixtures, take_call};

fn feed_created_ticket(harness: &mut Harness, id: &str, title: &str) {
    harness.feed(fixtures::change(TicketChangeKind::Created, fixtures::ticket(id, title, "5", 0)));
}

#[test]
fn selection_stays_on_its_ticket() {
    let mut harness = Harness::signed_out();
    harness.press("j");
    for n in 0..30 {
        feed_created_ticket(&mut harness, &format!("n{n}"), &format!("New {n}"));
        assert!(harness.selected().starts_with("RustConf"), "{}", harness.selected());
    }
    harness.press("s s s s");
    harness.finish_work();
    assert!(harness.selected().starts_with("RustConf"), "{}", harness.selected());
}

/// The key must not buy another ticket than the selected one.
#[test]
fn selection_stays_on_the_first_ticket() {
    let mut harness = Harness::signed_out();
    assert!(harness.selected().starts_with("Jazz"));
    feed_created_ticket(&mut harness, "n1", "Brand new");
    assert!(harness.selected().starts_with("Jazz"), "{}", harness.selected());
}

/// The pages of the market come with the newest listing first, and the list begins with the soonest event.
#[test]
fn first_row_is_selected_while_the_market_is_loaded() {
    let mut harness = Harness::new((80, 24), Colours::True);
    harness.feed(Event::Feed(Feed::Connected));
    let load = take_call!(harness, ApiCall::Market);
    let [soonest, later, undated] = [0, 1, 3].map(|at| fixtures::tickets().remove(at));
    for (ticket, last) in [(undated, false), (later, false), (soonest, true)] {
        harness.reply(load, Ok(Reply::Market { tickets: vec![ticket], last }));
    }
    assert!(harness.selected().starts_with("Jazz"), "{}", harness.selected());
}

/// A selected row stays selected when the next page arrives.
#[test]
fn chosen_row_stays_selected_while_the_market_is_loaded() {
    let mut harness = Harness::new((80, 24), Colours::True);
    harness.feed(Event::Feed(Feed::Connected));
    let load = take_call!(harness, ApiCall::Market);
    let tickets = fixtures::tickets().split_off(3);
    harness.reply(load, Ok(Reply::Market { tickets, last: false }));
    harness.press("j");
    let selected = harness.selected();
    harness.reply(load, Ok(Reply::Market { tickets: fixtures::tickets(), last: true }));
    assert_eq!(harness.selected(), selected);
}

#[test]
fn removed_selection_moves_to_its_neighbour() {
    let mut harness = Harness::signed_out();
    harness.press("j");
    harness.feed(fixtures::change(TicketChangeKind::Deleted, fixtures::tickets()[1].clone()));
    assert!(harness.selected().starts_with("Night train"), "{}", harness.selected());
    harness.press("end");
    harness.feed(fixtures::change(TicketChangeKind::Deleted, fixtures::tickets()[5].clone()));
    assert!(harness.selected().starts_with("The Tempest"), "{}", harness.selected());
}

#[test]
fn older_version_changes_nothing() {
    let mut harness = Harness::signed_out();
    let reserved = fixtures::next_version(&fixtures::tickets()[0], TicketStatus::Reserved);
    let sold = fixtures::next_version(&reserved, TicketStatus::Sold);
    harness.feed(fixtures::change(TicketChangeKind::Updated, sold));
    harness.feed(fixtures::change(TicketChangeKind::Updated, reserved));
    assert!(harness.selected().contains("Sold"), "{}", harness.selected());
}

#[test]
fn withdrawn_ticket_is_not_restored() {
    let mut harness = Harness::signed_out();
    let ticket = fixtures::tickets()[0].clone();
    harness.feed(fixtures::change(TicketChangeKind::Deleted, ticket.clone()));
    harness.feed(fixtures::change(
        TicketChangeKind::Updated,
        fixtures::next_version(&ticket, TicketStatus::Available),
    ));
    harness.assert_hides("Jazz at the lake");
}

#[test]
fn filter_applies_to_later_changes() {
    let mut harness = Harness::signed_out();
    harness.press("/");
    harness.type_text("jazz");
    harness.press("esc");
    feed_created_ticket(&mut harness, "n1", "Jazz of the morning");
    feed_created_ticket(&mut harness, "n2", "Opera");
    harness.assert_shows("Market: 2 of 8");
    harness.assert_shows("Jazz of the morning");
    harness.assert_hides("Opera");
}

#[test]
fn available_only_hides_tickets_reserved_meanwhile() {
    let mut harness = Harness::signed_out();
    harness.press("a");
    harness.finish_work();
    harness.assert_hides("Night train");
    harness.feed(fixtures::change(
        TicketChangeKind::Updated,
        fixtures::next_version(&fixtures::tickets()[0], TicketStatus::Reserved),
    ));
    harness.assert_hides("Jazz at the lake");
    harness.press("a");
    harness.finish_work();
    harness.assert_shows("Jazz at the lake");
    harness.assert_shows("Night train");
}

#[test]
fn there_is_work_only_while_searching() {
    let mut harness = Harness::signed_out();
    assert!(!harness.app.has_work());
    harness.press("/ j");
    assert!(harness.app.has_work());
    harness.finish_work();
    harness.assert_shows("Market: 1 of 6");
}

#[test]
fn clearing_takes_filter_and_prices_away() {
    let mut harness = Harness::signed_out();
    harness.press("$");
    harness.type_text("30");
    harness.press("tab");
    harness.type_text("100");
    harness.press("enter");
    harness.finish_work();
    harness.assert_shows("Market: 2 of 6");
    harness.press("/");
    harness.type_text("jazz");
    harness.press("enter enter");
    harness.answer_reads();
    harness.press("esc c");
    harness.finish_work();
    harness.assert_shows("Market: 6 tickets");
}

#[test]
fn invalid_price_is_reported_and_can_be_corrected() {
    let mut harness = Harness::signed_out();
    harness.press("$");
    harness.type_text("abc");
    harness.press("enter");
    harness.assert_shows("Prices, in US dollars");
    harness.press("ctrl-u");
    harness.type_text("100");
    harness.press("enter");
    harness.finish_work();
    harness.assert_shows("Market: 2 of 6");
}

#[test]
fn change_of_a_held_ticket_reloads_its_order() {
    let mut harness = Harness::signed_out();
    let ticket = fixtures::tickets()[0].clone();
    harness.server.orders = vec![fixtures::order("o1", &ticket, OrderStatus::Created)];
    harness.sign_in();
    harness.press("r");
    harness.answer_reads();
    let mut sold = fixtures::next_version(&ticket, TicketStatus::Sold);
    sold.order_id = Some("o1".into());
    harness.feed(fixtures::change(TicketChangeKind::Updated, sold));
    assert_eq!(count_pending!(harness, ApiCall::Order(_)), 1);
    harness.server.orders = vec![fixtures::order("o1", &ticket, OrderStatus::Complete)];
    harness.answer_reads();
    assert!(harness.selected().contains("Yours"), "{}", harness.selected());
}

#[test]
fn enter_in_a_filter_opens_the_only_ticket_that_is_like_it() {
    let mut harness = Harness::signed_out();
    harness.press("/");
    harness.type_text("night");
    harness.press("enter");
    harness.assert_shows("Market: 2 of 6");
    harness.press("/");
    harness.type_text(" train");
    harness.press("enter");
    harness.assert_shows("╰─╯");
    harness.assert_shows("Night train to Lisbon");
}

#[test]
fn foreign_identifiers_cannot_steer_the_terminal() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    let id = "t\u{202e}9\nrm -rf\u{1b}]0;x\u{7}";
    harness.server.market = vec![fixtures::ticket(id, "Jazz at the lake", "38", 1)];
    harness.go_live();
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("-rf]0;x");
    let is_steering = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!harness.screen().contains(is_steering));
    harness.press("y");
    assert_eq!(count_effects!(harness, Effect::Copy(text) if text == "t9 rm -rf]0;x"), 1);
}

#[test]
fn ticket_reserved_in_another_client_of_the_user_is_the_users() {
    let mut harness = Harness::signed_in();
    let ticket = harness.server.market[0].clone();
    let order = fixtures::order("o-elsewhere", &ticket, OrderStatus::Created);
    let mut reserved = fixtures::next_version(&ticket, TicketStatus::Reserved);
    reserved.order_id = Some(order.id.clone());
    // Another buyer's order is not in the list of the user.
    harness.feed(fixtures::change(TicketChangeKind::Updated, reserved.clone()));
    harness.advance(1_000);
    harness.answer_reads();
    assert!(harness.selected().contains("Reserved"), "{}", harness.selected());
    assert!(!harness.selected().contains("left"), "{}", harness.selected());
    harness.server.orders = vec![order];
    reserved.version += 1;
    harness.feed(fixtures::change(TicketChangeKind::Updated, reserved.clone()));
    harness.advance(1_000);
    assert_eq!(count_pending!(harness, ApiCall::OpenOrders), 0, "the interval has not passed");
    harness.advance(5_000);
    harness.answer_reads();
    assert!(harness.selected().contains("left"), "{}", harness.selected());
    // A known order is not looked up.
    reserved.version += 1;
    harness.feed(fixtures::change(TicketChangeKind::Updated, reserved));
    harness.advance(10_000);
    assert_eq!(count_pending!(harness, ApiCall::OpenOrders), 0);
}
