//! Each check by itself, with facts made by hand.

mod facts;
mod passes;
mod pending;
mod report;

use serde_json::json;
use ticketing_platform::clock::Clock;
use ticketing_sdk::{OrderStatus, Timestamp};
use ticketing_server::audit::{
    Facts, OpenOrdersRow, OrderCopy, OutboxEvent, PaymentRow, RevokedSessionRow, TicketCopyRow, TicketRow,
    check,
};

use self::facts::{NOW, charge, order, outbox_event, set_status, sound, unconsumed_event, violations};

#[test]
fn sound_and_empty_marketplaces_are_clean() {
    assert_eq!(violations(|_| {}), Vec::<u8>::new());
    let empty = check(&Facts::empty(Timestamp::from_millis(NOW)));
    assert!(empty.is_clean());
    let numbers: Vec<u8> = empty.checks.iter().map(|check| check.number).collect();
    assert!(numbers.is_sorted() && numbers.len() >= 13, "{numbers:?}");
    assert_eq!(check(&sound()).checks[0].examined, 3);
}

#[test]
fn second_active_order_of_a_ticket_breaks_invariant_1() {
    let second = violations(|facts| {
        set_status(facts, "x", OrderStatus::AwaitingPayment, 1);
        facts.payments.clear();
    });
    assert!(second.contains(&1) && !second.contains(&2), "{second:?}");
}

#[test]
fn ticket_sold_twice_breaks_invariant_2() {
    let twice = violations(|facts| {
        set_status(facts, "o", OrderStatus::Complete, 2);
        set_status(facts, "x", OrderStatus::Complete, 2);
        facts.charges.extend([charge("o", 1999, 0), charge("x", 1999, 0)]);
    });
    assert!(twice.contains(&2), "{twice:?}");
}

#[test]
fn status_at_an_impossible_version_breaks_invariant_3() {
    for (id, status, version) in
        [("o", OrderStatus::Created, 1), ("c", OrderStatus::Complete, 3), ("x", OrderStatus::Cancelled, 3)]
    {
        assert_eq!(violations(|facts| set_status(facts, id, status, version)), [3], "{id}");
    }
    let reason = violations(|facts| facts.orders[1].cancel_reason = Some("buyer".to_owned()));
    assert_eq!(reason, [3], "an order that is not cancelled has a reason of cancellation");
    let without = violations(|facts| order(facts, "x").cancel_reason = None);
    assert_eq!(without, [3], "a cancelled order has none");
}

#[test]
fn change_without_event_breaks_invariant_4() {
    let is_of =
        |event: &OutboxEvent, id: &str, version: i64| event.aggregate == id && event.version == version;
    assert_eq!(
        violations(|facts| facts.outbox_events.retain(|event| !is_of(event, "c", 2))),
        [4],
        "the last"
    );
    assert_eq!(
        violations(|facts| facts.outbox_events.retain(|event| !is_of(event, "r", 1))),
        [4],
        "one in between"
    );
    let ahead = OutboxEvent { sequence: Some(99), ..outbox_event("orders", "order:confirmed", "o", 1) };
    assert_eq!(violations(|facts| facts.outbox_events.push(ahead)), [4], "an event without its change");
    let (service, name) = ("tickets", "pass:updated");
    let of_pass = OutboxEvent { sequence: Some(99), ..outbox_event(service, name, "ps", 1) };
    assert_eq!(
        violations(|facts| facts.outbox_events.push(of_pass)),
        [4],
        "an event without a change of the pass"
    );
    assert_eq!(violations(|facts| facts.passes[0].version = 1), [4], "a change of a pass without its event");
    let again = OutboxEvent { sequence: Some(99), ..outbox_event("tickets", "ticket:created", "f", 0) };
    assert_eq!(violations(|facts| facts.outbox_events.push(again)), [4], "two events of one change");
    let invented =
        OutboxEvent { sequence: Some(99), ..outbox_event("tickets", "ticket:updated", "nothing", 0) };
    assert_eq!(violations(|facts| facts.outbox_events.push(invented)), [4], "an event of nothing");
    let last_of = |id: &str| sound().outbox_events.iter().rposition(|event| event.aggregate == id).unwrap();
    for (id, name) in [("s", "ticket:deleted"), ("c", "order:cancelled"), ("o", "order:confirmed")] {
        let another = violations(|facts| facts.outbox_events[last_of(id)].name = name.to_owned());
        assert_eq!(another, [4], "{name} of {id}");
    }
}

#[test]
fn revoked_session_without_event_breaks_invariant_4() {
    let since = NOW - 7 * 24 * 3600 * 1000;
    let revoked = |recorded_at: i64, has_event: bool| {
        violations(|facts| {
            let recorded_at = Timestamp::from_millis(recorded_at);
            facts.revoked_sessions.push(RevokedSessionRow { jti: "j".to_owned(), recorded_at });
            if has_event {
                let event = outbox_event("auth", "session:ended", "j", 0);
                facts.outbox_events.push(OutboxEvent { sequence: Some(99), ..event });
            }
        })
    };
    assert!(revoked(since, true).is_empty());
    assert_eq!(revoked(since, false), [4]);
    assert!(revoked(since - 1, false).is_empty(), "the outbox has pruned the event");
}

#[test]
fn rows_past_retention_by_the_server_clock_are_not_missed() {
    let days = |days: i64| Timestamp::from_millis(NOW + days * 24 * 3600 * 1000);
    // The latest time follows from the deleted rows or from the newest event.
    let clocks: [fn(&mut Facts, Timestamp); 2] = [
        |facts, latest| facts.pruned_at = Some(latest),
        |facts, latest| {
            let id = Clock::manual(latest).new_id();
            let newest = outbox_event("payments", "payment:failed", "p", 0);
            facts.outbox_events.push(OutboxEvent { id, sequence: Some(99), ..newest });
        },
    ];
    for advance in clocks {
        let with = |latest: Timestamp, change: fn(&mut Facts)| {
            violations(|facts| {
                advance(facts, latest);
                change(facts);
            })
        };
        let session = |facts: &mut Facts| {
            let recorded_at = Timestamp::from_millis(NOW);
            facts.revoked_sessions.push(RevokedSessionRow { jti: "j".to_owned(), recorded_at });
        };
        assert_eq!((with(days(7), session), with(days(8), session)), (vec![4], vec![]));
        let timer = |facts: &mut Facts| {
            facts.order_copies.retain(|copy| copy.holder != "expiration" || copy.id == "o");
        };
        assert_eq!((with(days(14), timer), with(days(15), timer)), (vec![9], vec![]));
        let event = |facts: &mut Facts| {
            let id = Clock::manual(Timestamp::from_millis(NOW)).new_id();
            facts.unconsumed.push(unconsumed_event("orders", &id, false));
        };
        assert_eq!((with(days(7), event), with(days(8), event)), (vec![6], vec![]));
        let history = |facts: &mut Facts| {
            let id = Clock::manual(Timestamp::from_millis(NOW)).new_id();
            facts.tickets[2].id.clone_from(&id);
            facts.ticket_copies[2].id = id;
            facts.outbox_events.retain(|event| event.aggregate != "f");
        };
        assert_eq!((with(days(7), history), with(days(8), history)), (vec![4], vec![]));
    }
}

#[test]
fn events_missing_or_out_of_order_on_the_bus_break_invariant_5() {
    assert_eq!(violations(|facts| facts.outbox_events[4].sequence = None), [5]);
    let swapped = violations(|facts| {
        let (first, second) = (facts.outbox_events[0].sequence, facts.outbox_events[1].sequence);
        (facts.outbox_events[0].sequence, facts.outbox_events[1].sequence) = (second, first);
    });
    assert_eq!(swapped, [5]);
}

#[test]
fn events_without_effect_break_six_seven_and_sixteen() {
    assert_eq!(violations(|facts| facts.unconsumed.push(unconsumed_event("orders", "it", false))), [6]);
    assert_eq!(violations(|facts| facts.backlog = 1), [7]);
    assert_eq!(violations(|facts| facts.dead_letters.push("poison".to_owned().into())), [16]);
}

#[test]
fn ticket_held_by_another_order_breaks_invariant_8() {
    let with = |index: usize, status: &str, order: Option<&str>| {
        violations(|facts| {
            let order = order.map(str::to_owned);
            (facts.tickets[index].status, facts.tickets[index].order_id) = (status.to_owned(), order.clone());
            facts.ticket_copies[index].order_id = order;
        })
    };
    assert_eq!(with(0, "reserved", Some("c")), [2, 8, 10], "a sold ticket");
    assert_eq!(with(1, "available", None), [8], "a reserved ticket");
    assert_eq!(with(1, "reserved", Some("x")), [8], "held by an order that was cancelled");
    assert_eq!(with(2, "reserved", Some("nobody")), [8], "a free ticket");
}

/// The ticket and its copy are withdrawn; the order and the ledger are paid.
#[test]
fn paid_ticket_that_is_withdrawn_breaks_two_and_ten() {
    let withdrawn = violations(|facts| {
        let ticket = &mut facts.tickets[0];
        (ticket.status, ticket.order_id, ticket.withdrawn) = ("deleted".to_owned(), None, true);
        (facts.ticket_copies[0].order_id, facts.ticket_copies[0].deleted) = (None, true);
        facts.outbox_events.iter_mut().rfind(|event| event.aggregate == "s").unwrap().name =
            "ticket:deleted".to_owned();
    });
    assert_eq!(withdrawn, [2, 10]);
    let missing = violations(|facts| {
        facts.tickets.remove(0);
        facts.ticket_copies.remove(0);
        facts.outbox_events.retain(|event| event.aggregate != "s");
    });
    assert_eq!(missing, [2, 10]);
}

#[test]
fn ticket_on_other_terms_than_ordered_breaks_two_or_eight() {
    for (index, number) in [(0, 2), (1, 8)] {
        let changes: [fn(&mut TicketRow); 3] = [
            |ticket| ticket.price = 1,
            |ticket| ticket.title.push('!'),
            |ticket| ticket.details = json!({ "venue": "Elsewhere" }),
        ];
        for change in changes {
            assert_eq!(violations(|facts| change(&mut facts.tickets[index])), [number]);
        }
    }
    let stale = violations(|facts| facts.tickets[2].price = 1);
    assert_eq!(stale, [8], "a free ticket shows the terms of its seller");
    let stale = violations(|facts| facts.tickets[2].details = json!({}));
    assert_eq!(stale, [8], "and all details");
    let edited = violations(|facts| {
        (facts.tickets[1].listed_price, facts.ticket_copies[1].price) = (5000, 5000);
        (facts.tickets[1].withdrawn, facts.ticket_copies[1].deleted) = (true, true);
    });
    assert!(edited.is_empty(), "the new terms of a reserved ticket wait: {edited:?}");
}

#[test]
fn ticket_sold_without_complete_order_breaks_invariant_2() {
    let sold = |order: Option<&str>| {
        violations(|facts| {
            let order = order.map(str::to_owned);
            (facts.tickets[2].status, facts.tickets[2].order_id) = ("sold".to_owned(), order.clone());
            facts.ticket_copies[2].order_id = order;
        })
    };
    for order in [Some("x"), Some("nobody"), None] {
        assert_eq!(sold(order), [2], "{order:?}");
    }
}

#[test]
fn withdrawn_ticket_for_sale_breaks_invariant_8() {
    let for_sale = violations(|facts| {
        (facts.tickets[2].withdrawn, facts.ticket_copies[2].deleted) = (true, true);
    });
    assert_eq!(for_sale, [8]);
}

#[test]
fn wrong_number_of_unpaid_orders_breaks_invariant_18() {
    let counted = |counts: &[(&str, i64)]| {
        let count =
            |(user, orders): &(&str, i64)| OpenOrdersRow { user_id: (*user).to_owned(), orders: *orders };
        violations(|facts| facts.open_orders = Some(counts.iter().map(count).collect()))
    };
    assert!(counted(&[("u", 1), ("v", 0)]).is_empty());
    for wrong in [&[][..], &[("u", 0)], &[("u", 2)], &[("u", 1), ("v", 1)], &[("u", 1), ("v", -1)]] {
        assert_eq!(counted(wrong), [18], "{wrong:?}");
    }
}

#[test]
fn copy_that_differs_breaks_invariant_9() {
    let changes: [fn(&mut Facts); 13] = [
        |facts| facts.ticket_copies[0].details = json!({}),
        |facts| facts.ticket_copies[0].price = 1,
        |facts| facts.ticket_copies[0].title.push('!'),
        |facts| facts.ticket_copies[1].order_id = None,
        |facts| facts.ticket_copies[2].version = 7,
        |facts| facts.ticket_copies[2].deleted = true,
        |facts| drop(facts.ticket_copies.pop()),
        |facts| facts.order_copies[0].version = 1,
        |facts| facts.order_copies[5].status = OrderStatus::Cancelled,
        |facts| facts.order_copies[0].ticket_id = Some("f".to_owned()),
        |facts| facts.order_copies[0].price = Some(1),
        |facts| facts.order_copies[1].user_id = Some("v".to_owned()),
        |facts| facts.order_copies[2].expires_at = Some(Timestamp::from_millis(1)),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        assert_eq!(violations(change), [9], "change {number}");
    }
    let more = TicketCopyRow { id: "nothing".to_owned(), ..sound().ticket_copies[0].clone() };
    assert_eq!(violations(|facts| facts.ticket_copies.push(more)), [9], "a copy of nothing");
    for holder in ["tickets", "payments", "expiration"] {
        let gone =
            violations(|facts| facts.order_copies.retain(|copy| copy.holder != holder || copy.id != "o"));
        assert_eq!(gone, [9], "{holder} does not know an order");
        let more = OrderCopy { holder, ..sound().order_copies[0].clone() };
        let more = OrderCopy { id: "nothing".to_owned(), ..more };
        assert_eq!(violations(|facts| facts.order_copies.push(more)), [9], "{holder} has a copy of nothing");
    }
}

#[test]
fn money_that_is_not_owed_breaks_invariant_10() {
    assert_eq!(violations(|facts| facts.charges.clear()), [10], "sold for nothing");
    assert_eq!(violations(|facts| facts.charges[0].captured = 1998), [10], "a cent is missing");
    assert_eq!(violations(|facts| facts.payments[0].amount = 1998), [10], "payments has another amount");
    assert_eq!(
        violations(|facts| facts.payments[0].status = "refunded".to_owned()),
        [10],
        "payments has it as refunded"
    );
    assert_eq!(violations(|facts| facts.charges[0].refunded = 1), [10], "a cent is refunded");
    assert_eq!(violations(|facts| facts.charges[0].captures = 2), [10], "captured twice");
    assert_eq!(
        violations(|facts| facts.charges.push(charge("c", 1999, 1999))),
        [10],
        "captured twice, refunded once"
    );
    assert_eq!(
        violations(|facts| facts.charges.push(charge("x", 1999, 0))),
        [10],
        "kept for a cancelled order"
    );
    assert_eq!(violations(|facts| facts.charges.push(charge("o", 1999, 0))), [10], "kept for an open order");
    assert_eq!(violations(|facts| facts.charges.push(charge("nothing", 1999, 0))), [10], "kept for nothing");
    assert!(
        violations(|facts| facts.charges.push(charge("x", 1999, 1999))).is_empty(),
        "refunded money is not kept"
    );
    assert!(
        violations(|facts| facts.charges.push(charge("o", 0, 0))).is_empty(),
        "a declined charge is nothing"
    );
}

#[test]
fn unsettled_payments_break_eleven_and_twelve() {
    for status in ["pending", "authorized"] {
        assert_eq!(violations(|facts| facts.payments[0].status = status.to_owned()), [11]);
    }
    assert_eq!(violations(|facts| facts.payments[0].next_step = Some("refund".to_owned())), [11]);
    assert!(violations(|facts| set_status(facts, "o", OrderStatus::AwaitingPayment, 1)).contains(&11));
    assert_eq!(violations(|facts| facts.charges[0].held = true), [12]);
}

#[test]
fn payment_that_needs_its_owner_waits_with_its_order() {
    let waits = |facts: &mut Facts, order: &str| {
        let (status, next_step) = ("pending".to_owned(), Some("authorize".to_owned()));
        facts.payments.push(PaymentRow {
            id: "w".to_owned(),
            order_id: order.to_owned(),
            amount: 1999,
            status,
            next_step,
            needs_owner: true,
        });
    };
    assert!(violations(|facts| waits(facts, "o")).is_empty(), "its order can still be paid");
    assert_eq!(violations(|facts| waits(facts, "x")), [11], "its order has ended");
    let late = violations(|facts| {
        waits(facts, "o");
        order(facts, "o").expires_at = Timestamp::from_millis(NOW - 5_001);
    });
    assert!(late.contains(&11), "its order is overdue");
}

#[test]
fn overdue_unpaid_order_breaks_invariant_13() {
    let expires = |facts: &mut Facts, id: &str, at: i64| {
        let at = Timestamp::from_millis(at);
        order(facts, id).expires_at = at;
        for copy in facts.order_copies.iter_mut().filter(|copy| copy.id == id) {
            copy.expires_at = copy.expires_at.map(|_| at);
        }
    };
    let late = |by: i64| violations(|facts| expires(facts, "o", NOW - by));
    assert!(late(5_000).is_empty(), "five seconds after a restart are allowed");
    assert_eq!(late(5_001), [13]);
    let others = violations(|facts| {
        for id in ["c", "x"] {
            expires(facts, id, 0);
        }
    });
    assert!(others.is_empty(), "a final order has no deadline");
}
