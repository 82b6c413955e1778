//! Replies that arrive after their screen is closed, or out of order.

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{ApiCall, Event, Feed, Reply};

use crate::support::{Harness, answer, count_pending, fixtures, take_call};

fn page(titles: &[&str]) -> Result<Reply, ticketing_tui::CallError> {
    let tickets =
        titles.iter().enumerate().map(|(n, title)| fixtures::ticket(title, title, "10", n as i64)).collect();
    Ok(Reply::Market { tickets, last: true })
}

#[test]
fn late_reservation_keeps_the_open_screen() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let reserve = take_call!(harness, ApiCall::Reserve(..));
    harness.press("4");
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    harness.reply(reserve, Ok(Reply::Order(Box::new(order))));
    harness.assert_shows("The last ten minutes");
    harness.assert_shows("Jazz at the lake is reserved for you");
    harness.assert_shows("●1");
}

#[test]
fn late_sign_in_keeps_the_open_screen() {
    let mut harness = Harness::signed_out();
    harness.press("i");
    harness.type_text("ada@example.com");
    harness.press("tab");
    harness.type_text(fixtures::PASSWORD);
    harness.press("enter esc");
    answer!(harness, ApiCall::SignIn { .. }, Ok(Reply::Session(Some(fixtures::me()))));
    harness.assert_shows("Market: 6 tickets");
    harness.assert_shows("Signed in as ada@example.com");
}

#[test]
fn error_of_a_ticket_screen_that_was_left_is_not_shown() {
    let mut harness = Harness::signed_in();
    harness.press("enter");
    let asked = take_call!(harness, ApiCall::Ticket(_));
    harness.press("esc");
    let before = harness.screen();
    harness.reply(asked, Err(fixtures::offline_error()));
    assert_eq!(harness.screen(), before);
}

#[test]
fn pages_of_a_replaced_load_are_dropped() {
    let mut harness = Harness::signed_out();
    harness.press("r r");
    assert_eq!(count_pending!(harness, ApiCall::Market), 2);
    let (first, second) = (take_call!(harness, ApiCall::Market), take_call!(harness, ApiCall::Market));
    harness.reply(second, page(&["new one", "new two"]));
    harness.finish_work();
    harness.assert_shows("Market: 2 tickets");
    harness.reply(first, page(&["old one"]));
    harness.finish_work();
    harness.assert_shows("Market: 2 tickets");
    harness.assert_hides("old one");
    harness.reply(first, Err(fixtures::offline_error()));
    harness.assert_shows("Market: 2 tickets");
}

#[test]
fn late_first_page_does_not_end_the_current_load() {
    let mut harness = Harness::signed_out();
    harness.press("r r");
    let (first, second) = (take_call!(harness, ApiCall::Market), take_call!(harness, ApiCall::Market));
    harness.reply(first, page(&["old one"]));
    harness.finish_work();
    harness.assert_hides("old one");
    harness.reply(second, page(&["new one"]));
    harness.finish_work();
    harness.assert_shows("Market: 1 ticket");
}

#[test]
fn orders_that_were_read_before_a_payment_do_not_undo_it() {
    let mut harness = Harness::signed_in();
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    let complete = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Complete);
    harness.server.orders = vec![complete];
    harness.press("2");
    let orders = take_call!(harness, ApiCall::Orders);
    harness.answer_reads();
    harness.press("r");
    harness.answer_reads();
    harness.assert_shows("Paid");
    harness.reply(orders, Ok(Reply::Orders(vec![order.clone()])));
    harness.assert_shows("Paid");
    harness.press("r");
    answer!(harness, ApiCall::Orders, Ok(Reply::Orders(vec![order])));
    harness.assert_shows("Paid");
}

/// The feed is connected before the market is read, so that no change is lost between the two; both are applied.
#[test]
fn change_before_the_first_page_is_kept() {
    let mut harness = Harness::new((80, 24), ticketing_tui::Colours::True);
    harness.feed(Event::Feed(Feed::Connected));
    let taken = fixtures::next_version(&fixtures::tickets()[0], TicketStatus::Reserved);
    harness.feed(fixtures::change(TicketChangeKind::Updated, taken));
    let created = fixtures::ticket("n1", "Brand new", "5", 0);
    harness.feed(fixtures::change(TicketChangeKind::Created, created));
    harness.answer_reads();
    assert!(harness.screen().lines().any(|line| line.contains("Jazz") && line.contains("Reserved")));
    harness.assert_shows("Brand new");
}

#[test]
fn ticket_withdrawn_during_a_reload_does_not_come_back() {
    let mut harness = Harness::signed_out();
    harness.press("r");
    harness.feed(fixtures::change(TicketChangeKind::Deleted, fixtures::tickets()[0].clone()));
    harness.assert_hides("Jazz at the lake");
    harness.answer_reads();
    harness.assert_shows("RustConf, day 1");
    harness.assert_hides("Jazz at the lake");
}

#[test]
fn withdrawn_ticket_is_not_restored_by_an_older_page() {
    let mut harness = Harness::signed_out();
    harness.press("r");
    let load = take_call!(harness, ApiCall::Market);
    let tickets = fixtures::tickets();
    harness.reply(load, Ok(Reply::Market { tickets: tickets[..3].to_vec(), last: false }));
    harness.feed(fixtures::change(TicketChangeKind::Deleted, tickets[3].clone()));
    harness.reply(load, Ok(Reply::Market { tickets: tickets[3..].to_vec(), last: true }));
    harness.finish_work();
    harness.assert_hides("Zürich by night");
    harness.assert_shows("The Tempest");
}

#[test]
fn duplicate_reply_counts_once() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let reserve = take_call!(harness, ApiCall::Reserve(..));
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    for _ in 0..2 {
        harness.reply(reserve, Ok(Reply::Order(Box::new(order.clone()))));
    }
    harness.assert_shows("●1");
    harness.press("esc");
    harness.assert_shows("Market: 6 tickets");
}

#[test]
fn list_that_was_asked_for_before_an_order_does_not_remove_it() {
    let mut harness = Harness::signed_in();
    harness.press("r");
    answer!(harness, ApiCall::Session, Ok(Reply::Session(Some(fixtures::me()))));
    let list = take_call!(harness, ApiCall::Orders);
    harness.press("b");
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order))));
    harness.reply(list, Ok(Reply::Orders(Vec::new())));
    harness.assert_shows(" left");
    harness.assert_shows("●1");
}

#[test]
fn list_that_was_asked_for_before_a_listing_does_not_remove_it() {
    let mut harness = Harness::signed_in();
    harness.press("r");
    answer!(harness, ApiCall::Session, Ok(Reply::Session(Some(fixtures::me()))));
    let list = take_call!(harness, ApiCall::Listings);
    harness.fill_sale();
    harness.press("enter");
    let listed = fixtures::ticket("mine", "Opera on the roof", "75", 0).user_id(fixtures::ME);
    answer!(harness, ApiCall::Sell(_), Ok(Reply::Ticket(Box::new(listed))));
    harness.reply(list, Ok(Reply::Listings(Vec::new())));
    harness.press("3");
    harness.assert_shows("Opera on the roof");
}
