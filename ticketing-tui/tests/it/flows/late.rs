//! Answers that come when nobody waits for them any more, or in another order than they were asked for.

use ticketing_sdk::{OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{Call, Event, Feed, Reply};

use crate::support::{Stage, answer, call, props, waiting};

fn page(titles: &[&str]) -> Result<Reply, ticketing_tui::CallError> {
    let tickets =
        titles.iter().enumerate().map(|(n, title)| props::ticket(title, title, "10", n as i64)).collect();
    Ok(Reply::Market { tickets, last: true })
}

#[test]
fn a_reservation_does_not_pull_away_from_another_screen() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let reserve = call!(stage, Call::Reserve(..));
    stage.press("4");
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    stage.reply(reserve, Ok(Reply::Order(Box::new(order))));
    stage.sees("The last ten minutes");
    stage.sees("Jazz at the lake is reserved for you");
    stage.sees("●1");
}

#[test]
fn a_sign_in_that_was_left_does_not_pull_away_from_the_market() {
    let mut stage = Stage::open();
    stage.press("i");
    stage.write("ada@example.com");
    stage.press("tab");
    stage.write(props::PASSWORD);
    stage.press("enter esc");
    answer!(stage, Call::SignIn { .. }, Ok(Reply::Session(Some(props::me()))));
    stage.sees("Market: 6 tickets");
    stage.sees("Signed in as ada@example.com");
}

#[test]
fn error_of_a_ticket_screen_that_was_left_is_not_shown() {
    let mut stage = Stage::signed_in();
    stage.press("enter");
    let asked = call!(stage, Call::Ticket(_));
    stage.press("esc");
    let before = stage.screen();
    stage.reply(asked, Err(props::offline()));
    assert_eq!(stage.screen(), before);
}

#[test]
fn pages_of_a_replaced_load_are_dropped() {
    let mut stage = Stage::open();
    stage.press("r r");
    assert_eq!(waiting!(stage, Call::Market), 2);
    let (first, second) = (call!(stage, Call::Market), call!(stage, Call::Market));
    stage.reply(second, page(&["new one", "new two"]));
    stage.work();
    stage.sees("Market: 2 tickets");
    stage.reply(first, page(&["old one"]));
    stage.work();
    stage.sees("Market: 2 tickets");
    stage.does_not_see("old one");
    stage.reply(first, Err(props::offline()));
    stage.sees("Market: 2 tickets");
}

#[test]
fn a_first_page_that_comes_late_does_not_end_the_load_that_is_awaited() {
    let mut stage = Stage::open();
    stage.press("r r");
    let (first, second) = (call!(stage, Call::Market), call!(stage, Call::Market));
    stage.reply(first, page(&["old one"]));
    stage.work();
    stage.does_not_see("old one");
    stage.reply(second, page(&["new one"]));
    stage.work();
    stage.sees("Market: 1 ticket");
}

#[test]
fn orders_that_were_read_before_a_payment_do_not_undo_it() {
    let mut stage = Stage::signed_in();
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    let complete = props::order("o1", &props::tickets()[0], OrderStatus::Complete);
    stage.world.orders = vec![complete];
    stage.press("2");
    let orders = call!(stage, Call::Orders);
    stage.settle();
    stage.press("r");
    stage.settle();
    stage.sees("Paid");
    stage.reply(orders, Ok(Reply::Orders(vec![order.clone()])));
    stage.sees("Paid");
    stage.press("r");
    answer!(stage, Call::Orders, Ok(Reply::Orders(vec![order])));
    stage.sees("Paid");
}

/// The feed stands before the market is read, so that nothing falls between the two; so both must count.
#[test]
fn a_change_between_the_connection_and_the_first_page_is_kept() {
    let mut stage = Stage::new((80, 24), ticketing_tui::Colours::True);
    stage.feed(Event::Feed(Feed::Connected));
    let taken = props::later(&props::tickets()[0], TicketStatus::Reserved);
    stage.feed(props::change(TicketChangeKind::Updated, taken));
    let created = props::ticket("n1", "Brand new", "5", 0);
    stage.feed(props::change(TicketChangeKind::Created, created));
    stage.settle();
    assert!(stage.screen().lines().any(|line| line.contains("Jazz") && line.contains("Reserved")));
    stage.sees("Brand new");
}

#[test]
fn ticket_withdrawn_during_a_reload_does_not_come_back() {
    let mut stage = Stage::open();
    stage.press("r");
    stage.feed(props::change(TicketChangeKind::Deleted, props::tickets()[0].clone()));
    stage.does_not_see("Jazz at the lake");
    stage.settle();
    stage.sees("RustConf, day 1");
    stage.does_not_see("Jazz at the lake");
}

#[test]
fn a_withdrawn_ticket_does_not_come_back_from_a_page_that_was_read_before() {
    let mut stage = Stage::open();
    stage.press("r");
    let load = call!(stage, Call::Market);
    let tickets = props::tickets();
    stage.reply(load, Ok(Reply::Market { tickets: tickets[..3].to_vec(), last: false }));
    stage.feed(props::change(TicketChangeKind::Deleted, tickets[3].clone()));
    stage.reply(load, Ok(Reply::Market { tickets: tickets[3..].to_vec(), last: true }));
    stage.work();
    stage.does_not_see("Zürich by night");
    stage.sees("The Tempest");
}

#[test]
fn an_answer_that_comes_twice_counts_once() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let reserve = call!(stage, Call::Reserve(..));
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    for _ in 0..2 {
        stage.reply(reserve, Ok(Reply::Order(Box::new(order.clone()))));
    }
    stage.sees("●1");
    stage.press("esc");
    stage.sees("Market: 6 tickets");
}

#[test]
fn list_that_was_asked_for_before_an_order_does_not_remove_it() {
    let mut stage = Stage::signed_in();
    stage.press("r");
    answer!(stage, Call::Session, Ok(Reply::Session(Some(props::me()))));
    let list = call!(stage, Call::Orders);
    stage.press("b");
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order))));
    stage.reply(list, Ok(Reply::Orders(Vec::new())));
    stage.sees("Reserved for you");
    stage.sees("●1");
}

#[test]
fn list_that_was_asked_for_before_a_listing_does_not_remove_it() {
    let mut stage = Stage::signed_in();
    stage.press("r");
    answer!(stage, Call::Session, Ok(Reply::Session(Some(props::me()))));
    let list = call!(stage, Call::Listings);
    stage.press("n");
    stage.write("Opera on the roof");
    stage.press("tab");
    stage.write("75");
    stage.press("enter");
    let listed = ticketing_sdk::Ticket {
        user_id: props::ME.into(),
        ..props::ticket("mine", "Opera on the roof", "75", 0)
    };
    answer!(stage, Call::Sell(_), Ok(Reply::Ticket(Box::new(listed))));
    stage.reply(list, Ok(Reply::Listings(Vec::new())));
    stage.press("3");
    stage.sees("Opera on the roof");
}
