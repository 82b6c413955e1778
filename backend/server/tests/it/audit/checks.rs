//! Every check by itself, over facts made by hand.

use ticketing_sdk::{OrderStatus, Timestamp};
use ticketing_server::audit::{
    Charge, Facts, OrderCopy, OrderFact, PaymentFact, Said, TicketCopy, TicketFact, check,
};

const NOW: i64 = 1_800_000_000_000;

/// A small marketplace where everything is as it should be: ticket `s` is sold by order `c`, ticket `r` is reserved by
/// order `o`, order `x` of it was cancelled, ticket `f` is free.
fn sound() -> Facts {
    let mut facts = Facts::none(Timestamp::from_millis(NOW));
    let tickets = [("s", "sold", Some("c"), 2), ("r", "reserved", Some("o"), 3), ("f", "available", None, 0)];
    for (id, status, order, version) in tickets {
        let (id, title, order_id) = (id.to_owned(), format!("Ticket {id}"), order.map(str::to_owned));
        facts.ticket_copies.push(TicketCopy {
            id: id.clone(),
            title: title.clone(),
            price: 1999,
            order_id: order_id.clone(),
            deleted: false,
            version,
        });
        for version in 0..=version {
            facts.said.push(said("tickets", "ticket:updated", &id, version));
        }
        facts.tickets.push(TicketFact {
            id,
            title,
            price: 1999,
            status: status.to_owned(),
            order_id,
            version,
        });
    }
    let orders = [
        ("c", "s", OrderStatus::Complete, 2),
        ("o", "r", OrderStatus::Created, 0),
        ("x", "r", OrderStatus::Cancelled, 1),
    ];
    for (id, ticket, status, version) in orders {
        for holder in ["tickets", "payments", "expiration"] {
            facts.order_copies.push(OrderCopy { holder, id: id.to_owned(), status, version });
        }
        for version in 0..=version {
            facts.said.push(said("orders", "order:moved", id, version));
        }
        facts.orders.push(OrderFact {
            id: id.to_owned(),
            user_id: "u".to_owned(),
            ticket_id: ticket.to_owned(),
            price: 1999,
            status,
            expires_at: Timestamp::from_millis(NOW),
            version,
        });
    }
    facts.payments.push(PaymentFact {
        id: "p".to_owned(),
        order_id: "c".to_owned(),
        status: "succeeded".to_owned(),
        next_step: None,
    });
    facts.charges.push(charge("c", 1999, 0));
    for (place, said) in (1..).zip(&mut facts.said) {
        said.place = Some(place);
    }
    facts
}

fn said(service: &'static str, name: &str, aggregate: &str, version: i64) -> Said {
    Said {
        service,
        id: format!("{aggregate}-{version}"),
        name: name.to_owned(),
        aggregate: aggregate.to_owned(),
        version,
        place: None,
    }
}

fn charge(order: &str, captured: i64, refunded: i64) -> Charge {
    Charge { order_id: order.to_owned(), captured, refunded, captures: i64::from(captured > 0), held: false }
}

/// The numbers that a change of the facts breaks.
fn broken(change: impl FnOnce(&mut Facts)) -> Vec<u8> {
    let mut facts = sound();
    change(&mut facts);
    let report = check(&facts);
    report.checks.iter().filter(|check| !check.broken.is_empty()).map(|check| check.number).collect()
}

fn order<'f>(facts: &'f mut Facts, id: &str) -> &'f mut OrderFact {
    facts.orders.iter_mut().find(|order| order.id == id).unwrap()
}

/// Moves an order everywhere at once, with all its events: only what the state itself breaks is broken.
fn everywhere(facts: &mut Facts, id: &str, status: OrderStatus, version: i64) {
    let known = order(facts, id).version;
    (order(facts, id).status, order(facts, id).version) = (status, version);
    for copy in facts.order_copies.iter_mut().filter(|copy| copy.id == id) {
        (copy.status, copy.version) = (status, version);
    }
    for version in known + 1..=version {
        let place = i64::try_from(facts.said.len()).unwrap() + 1;
        facts.said.push(Said { place: Some(place), ..said("orders", "order:moved", id, version) });
    }
}

#[test]
fn a_sound_marketplace_and_an_empty_one_are_clean() {
    assert_eq!(broken(|_| {}), Vec::<u8>::new());
    let empty = check(&Facts::none(Timestamp::from_millis(NOW)));
    assert!(empty.is_clean());
    let numbers: Vec<u8> = empty.checks.iter().map(|check| check.number).collect();
    assert!(numbers.is_sorted() && numbers.len() >= 13, "{numbers:?}");
    assert_eq!(check(&sound()).checks[0].examined, 3);
}

#[test]
fn one_an_active_order_beside_another() {
    let second = broken(|facts| {
        everywhere(facts, "x", OrderStatus::AwaitingPayment, 1);
        facts.payments.clear();
    });
    assert!(second.contains(&1) && !second.contains(&2), "{second:?}");
}

#[test]
fn two_a_ticket_sold_twice() {
    let twice = broken(|facts| {
        everywhere(facts, "o", OrderStatus::Complete, 2);
        everywhere(facts, "x", OrderStatus::Complete, 2);
        facts.charges.extend([charge("o", 1999, 0), charge("x", 1999, 0)]);
    });
    assert!(twice.contains(&2), "{twice:?}");
}

#[test]
fn three_a_state_at_a_version_that_it_cannot_have() {
    for (id, status, version) in
        [("o", OrderStatus::Created, 1), ("c", OrderStatus::Complete, 3), ("x", OrderStatus::Cancelled, 3)]
    {
        assert_eq!(broken(|facts| everywhere(facts, id, status, version)), [3], "{id}");
    }
}

#[test]
fn four_a_change_that_nobody_was_told_of() {
    let is_of = |said: &Said, id: &str, version: i64| said.aggregate == id && said.version == version;
    assert_eq!(broken(|facts| facts.said.retain(|said| !is_of(said, "c", 2))), [4], "the last");
    assert_eq!(broken(|facts| facts.said.retain(|said| !is_of(said, "r", 1))), [4], "one in between");
    let ahead = Said { place: Some(99), ..said("orders", "order:moved", "o", 1) };
    assert_eq!(broken(|facts| facts.said.push(ahead)), [4], "an event without its change");
    let again = Said { place: Some(99), ..said("tickets", "ticket:updated", "f", 0) };
    assert_eq!(broken(|facts| facts.said.push(again)), [4], "the same change told twice");
    let invented = Said { place: Some(99), ..said("tickets", "ticket:updated", "nothing", 0) };
    assert_eq!(broken(|facts| facts.said.push(invented)), [4], "something that does not exist");
}

#[test]
fn five_events_that_are_not_on_the_bus_or_out_of_order() {
    assert_eq!(broken(|facts| facts.said[4].place = None), [5]);
    let swapped = broken(|facts| {
        let (first, second) = (facts.said[0].place, facts.said[1].place);
        (facts.said[0].place, facts.said[1].place) = (second, first);
    });
    assert_eq!(swapped, [5]);
}

#[test]
fn six_and_seven_and_sixteen_events_without_effect() {
    assert_eq!(broken(|facts| facts.unheard.push("orders has not heard it".to_owned())), [6]);
    assert_eq!(broken(|facts| facts.backlog = 1), [7]);
    assert_eq!(broken(|facts| facts.dead_letters.push("poison".to_owned())), [16]);
}

#[test]
fn eight_a_ticket_in_the_wrong_hands() {
    let with = |index: usize, status: &str, order: Option<&str>| {
        broken(|facts| {
            let order = order.map(str::to_owned);
            (facts.tickets[index].status, facts.tickets[index].order_id) = (status.to_owned(), order.clone());
            facts.ticket_copies[index].order_id = order;
        })
    };
    assert_eq!(with(0, "reserved", Some("c")), [8], "a sold ticket");
    assert_eq!(with(1, "available", None), [8], "a reserved ticket");
    assert_eq!(with(1, "reserved", Some("x")), [8], "held by an order that was cancelled");
    assert_eq!(with(2, "reserved", Some("nobody")), [8], "a free ticket");
}

#[test]
fn nine_a_copy_that_differs() {
    let changes: [fn(&mut Facts); 8] = [
        |facts| facts.ticket_copies[0].price = 1,
        |facts| facts.ticket_copies[0].title.push('!'),
        |facts| facts.ticket_copies[1].order_id = None,
        |facts| facts.ticket_copies[2].version = 7,
        |facts| facts.ticket_copies[2].deleted = true,
        |facts| drop(facts.ticket_copies.pop()),
        |facts| facts.order_copies[0].version = 1,
        |facts| facts.order_copies[5].status = OrderStatus::Cancelled,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        assert_eq!(broken(change), [9], "change {number}");
    }
    let more = TicketCopy { id: "nothing".to_owned(), ..sound().ticket_copies[0].clone() };
    assert_eq!(broken(|facts| facts.ticket_copies.push(more)), [9], "a copy of nothing");
    for holder in ["tickets", "payments", "expiration"] {
        let gone = broken(|facts| facts.order_copies.retain(|copy| copy.holder != holder || copy.id != "o"));
        assert_eq!(gone, [9], "{holder} does not know an order");
        let more = OrderCopy { holder, ..sound().order_copies[0].clone() };
        let more = OrderCopy { id: "nothing".to_owned(), ..more };
        assert_eq!(broken(|facts| facts.order_copies.push(more)), [9], "{holder} knows too much");
    }
}

#[test]
fn ten_money_that_does_not_add_up() {
    assert_eq!(broken(|facts| facts.charges.clear()), [10], "sold for nothing");
    assert_eq!(broken(|facts| facts.charges[0].captured = 1998), [10], "a cent is missing");
    assert_eq!(broken(|facts| facts.charges[0].refunded = 1), [10], "a cent was given back");
    assert_eq!(broken(|facts| facts.charges[0].captures = 2), [10], "taken twice");
    assert_eq!(
        broken(|facts| facts.charges.push(charge("c", 1999, 1999))),
        [10],
        "taken twice, given back once"
    );
    assert_eq!(broken(|facts| facts.charges.push(charge("x", 1999, 0))), [10], "kept for a cancelled order");
    assert_eq!(broken(|facts| facts.charges.push(charge("o", 1999, 0))), [10], "kept for an open order");
    assert_eq!(broken(|facts| facts.charges.push(charge("nothing", 1999, 0))), [10], "kept for nothing");
    assert!(broken(|facts| facts.charges.push(charge("x", 1999, 1999))).is_empty(), "given back is not kept");
    assert!(broken(|facts| facts.charges.push(charge("o", 0, 0))).is_empty(), "a refused charge is nothing");
}

#[test]
fn eleven_and_twelve_payments_without_an_end() {
    for status in ["pending", "authorized"] {
        assert_eq!(broken(|facts| facts.payments[0].status = status.to_owned()), [11]);
    }
    assert_eq!(broken(|facts| facts.payments[0].next_step = Some("refund".to_owned())), [11]);
    assert!(broken(|facts| everywhere(facts, "o", OrderStatus::AwaitingPayment, 1)).contains(&11));
    assert_eq!(broken(|facts| facts.charges[0].held = true), [12]);
}

#[test]
fn thirteen_an_unpaid_order_beyond_its_deadline() {
    let late = |by: i64| broken(|facts| order(facts, "o").expires_at = Timestamp::from_millis(NOW - by));
    assert!(late(5_000).is_empty(), "five seconds after a restart are allowed");
    assert_eq!(late(5_001), [13]);
    let others = broken(|facts| {
        for id in ["c", "x"] {
            order(facts, id).expires_at = Timestamp::from_millis(0);
        }
    });
    assert!(others.is_empty(), "what has ended has no deadline");
}

#[test]
fn a_report_is_readable() {
    let mut facts = sound();
    facts.dead_letters = (0..12).map(|number| format!("letter {number}")).collect();
    let report = check(&facts);
    assert_eq!((report.is_clean(), report.broken()), (false, 12));
    let text = report.to_string();
    assert!(text.contains("16 BROKEN") && text.contains("letter 9") && text.contains("and 2 more"), "{text}");
    assert!(!text.contains("letter 10"), "{text}");
}
