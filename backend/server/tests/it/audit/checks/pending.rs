//! Violations that unfinished work explains are pending; the others are broken.

use ticketing_sdk::{OrderStatus, Timestamp};
use ticketing_server::audit::{Check, Facts, OutboxEvent, check};

use super::{NOW, order, set_status, sound, unconsumed_event};

/// Applies a change to the facts, and returns the numbers of the broken checks and of the pending ones.
fn broken_and_pending(change: impl FnOnce(&mut Facts)) -> (Vec<u8>, Vec<u8>) {
    let mut facts = sound();
    change(&mut facts);
    let report = check(&facts);
    assert_eq!(report.is_unsettled(), report.count_violations() == 0 && !report.is_clean());
    let numbers = |is: fn(&Check) -> bool| -> Vec<u8> {
        report.checks.iter().filter(|check| is(check)).map(|check| check.number).collect()
    };
    (numbers(|check| !check.broken.is_empty()), numbers(|check| !check.pending.is_empty()))
}

/// No other service has applied the events of order `o`, and its ticket is free.
fn unknown_order(facts: &mut Facts) {
    facts.order_copies.retain(|copy| copy.id != "o");
    let ticket = facts.tickets.iter_mut().find(|ticket| ticket.id == "r").unwrap();
    (ticket.status, ticket.order_id) = ("available".to_owned(), None);
    facts.ticket_copies[1].order_id = None;
}

#[test]
fn lagging_copy_is_pending_until_its_event_is_consumed() {
    assert_eq!(broken_and_pending(unknown_order), (vec![8, 9], vec![]), "no event is on its way");
    let consumed_elsewhere = broken_and_pending(|facts| {
        unknown_order(facts);
        facts.unconsumed.push(unconsumed_event("tickets", "o", true));
    });
    assert_eq!(consumed_elsewhere, (vec![], vec![6, 8, 9]));
    let unpublished = broken_and_pending(|facts| {
        unknown_order(facts);
        let event = facts.outbox_events.iter_mut().find(|event| event.aggregate == "o").unwrap();
        (event.is_published, event.sequence) = (false, None);
    });
    assert_eq!(unpublished, (vec![], vec![5, 8, 9]));
    let of_another_ticket = broken_and_pending(|facts| {
        unknown_order(facts);
        facts.unconsumed.push(unconsumed_event("tickets", "c", true));
    });
    assert_eq!(of_another_ticket, (vec![8, 9], vec![6]));
}

#[test]
fn unpublished_event_is_pending_unless_the_bus_has_a_later_one() {
    let unpublished = |facts: &mut Facts, version: i64| {
        let of_it = |event: &&mut OutboxEvent| event.aggregate == "r" && event.version == version;
        let event = facts.outbox_events.iter_mut().find(of_it).unwrap();
        (event.is_published, event.sequence) = (false, None);
    };
    assert_eq!(broken_and_pending(|facts| unpublished(facts, 3)), (vec![], vec![5]));
    assert_eq!(broken_and_pending(|facts| unpublished(facts, 2)), (vec![5], vec![5]), "out of order");
}

#[test]
fn different_copy_of_the_same_version_is_broken() {
    let differs = broken_and_pending(|facts| {
        facts.ticket_copies[1].price = 1;
        facts.unconsumed.push(unconsumed_event("tickets", "o", true));
    });
    assert_eq!(differs, (vec![9], vec![6]));
}

#[test]
fn money_is_pending_while_a_step_is_due() {
    let owes = |facts: &mut Facts, order: &str| {
        facts.charges[0].refunded = 1;
        facts.payments[0].next_step = Some("refund".to_owned());
        facts.payments[0].order_id = order.to_owned();
    };
    assert_eq!(broken_and_pending(|facts| owes(facts, "c")), (vec![], vec![10, 11]));
    // A step of another order does not explain it.
    assert_eq!(broken_and_pending(|facts| owes(facts, "o")), (vec![10], vec![11]));
    let charged_twice = broken_and_pending(|facts| {
        owes(facts, "c");
        facts.charges[0].captures = 2;
    });
    assert_eq!(charged_twice, (vec![10], vec![10, 11]), "nothing explains a second charge");
}

#[test]
fn overdue_order_is_pending_while_its_timer_is_due() {
    let late = |facts: &mut Facts| {
        let at = Timestamp::from_millis(NOW - 60_000);
        order(facts, "o").expires_at = at;
        for copy in facts.order_copies.iter_mut().filter(|copy| copy.id == "o") {
            copy.expires_at = copy.expires_at.map(|_| at);
        }
    };
    assert_eq!(broken_and_pending(late), (vec![13], vec![]));
    let due = broken_and_pending(|facts| {
        late(facts);
        facts.due_timers.push("o".to_owned());
    });
    assert_eq!(due, (vec![], vec![13]));
}

#[test]
fn ticket_sold_twice_is_broken_despite_unfinished_work() {
    let twice = broken_and_pending(|facts| {
        set_status(facts, "o", OrderStatus::Complete, 2);
        order(facts, "o").ticket_id = "s".to_owned();
        for order in ["c", "o"] {
            facts.unconsumed.push(unconsumed_event("tickets", order, true));
        }
    });
    assert!(twice.0.contains(&1) && twice.0.contains(&2), "{twice:?}");
}
