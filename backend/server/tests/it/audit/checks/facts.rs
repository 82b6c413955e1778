//! Facts of a small marketplace, and changes to them.

use serde_json::json;
use ticketing_payments::provider::LedgerCharge;
use ticketing_sdk::{OrderId, OrderStatus, PassStatus, Timestamp};
use ticketing_server::audit::{
    Facts, OrderCopy, OrderRow, OutboxEvent, PassEventRow, PassRow, PaymentRow, TicketCopyRow, TicketRow,
    UnconsumedEvent, check,
};

pub(super) const NOW: i64 = 1_800_000_000_000;

/// Returns a small marketplace without violations: ticket `s` is sold by order `c`, its buyer holds pass
/// `ps`; ticket `r` is reserved by order `o`, order `x` of it was cancelled; ticket `f` is free.
pub(super) fn sound() -> Facts {
    let mut facts = Facts::empty(Timestamp::from_millis(NOW));
    let tickets = [("s", "sold", Some("c"), 2), ("r", "reserved", Some("o"), 3), ("f", "available", None, 0)];
    for (id, status, order, version) in tickets {
        let (id, title, order_id) = (id.to_owned(), format!("Ticket {id}"), order.map(str::to_owned));
        facts.ticket_copies.push(TicketCopyRow {
            id: id.clone(),
            title: title.clone(),
            price: 1999,
            details: json!({ "venue": "City Hall" }),
            order_id: order_id.clone(),
            deleted: false,
            version,
        });
        for version in 0..=version {
            let name = if version == 0 { "ticket:created" } else { "ticket:updated" };
            facts.outbox_events.push(outbox_event("tickets", name, &id, version));
        }
        facts.tickets.push(TicketRow {
            id,
            user_id: "seller".to_owned(),
            resale_of: None,
            title: title.clone(),
            price: 1999,
            status: status.to_owned(),
            order_id,
            withdrawn: false,
            listed_title: title,
            listed_price: 1999,
            details: json!({ "venue": "City Hall" }),
            listed_details: json!({ "venue": "City Hall" }),
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
            facts.order_copies.push(OrderCopy {
                holder,
                id: id.to_owned(),
                status,
                version,
                user_id: (holder != "expiration").then(|| "u".to_owned()),
                ticket_id: (holder != "expiration").then(|| ticket.to_owned()),
                price: (holder != "expiration").then_some(1999),
                expires_at: (holder != "tickets").then(|| Timestamp::from_millis(NOW)),
            });
        }
        for at in 0..=version {
            facts.outbox_events.push(outbox_event("orders", order_event(status, at, version), id, at));
        }
        facts.orders.push(OrderRow {
            id: id.to_owned(),
            user_id: "u".to_owned(),
            ticket_id: ticket.to_owned(),
            title: format!("Ticket {ticket}"),
            details: json!({ "venue": "City Hall" }),
            cancel_reason: (status == OrderStatus::Cancelled).then(|| "expired".to_owned()),
            price: 1999,
            status,
            expires_at: Timestamp::from_millis(NOW),
            version,
        });
    }
    facts.passes.push(PassRow { title: "Ticket s".to_owned(), ..pass("ps", "s", "u", Some("c")) });
    facts.pass_events.push(event("ps", 0, "pass:issued", PassStatus::Valid, 0));
    facts.outbox_events.push(outbox_event("tickets", "pass:issued", "ps", 0));
    facts.payments.push(PaymentRow {
        id: "p".to_owned(),
        order_id: "c".to_owned(),
        amount: 1999,
        status: "succeeded".to_owned(),
        next_step: None,
        needs_owner: false,
    });
    facts.charges.push(charge("c", 1999, 0));
    for (place, event) in (1..).zip(&mut facts.outbox_events) {
        event.sequence = Some(place);
    }
    facts
}

/// Returns the event of an order at a version, where the order is in `status` at `last`.
pub(super) fn order_event(status: OrderStatus, version: i64, last: i64) -> &'static str {
    match (version, status) {
        (0, _) => "order:created",
        _ if version < last => "order:confirmed",
        (_, OrderStatus::Created) => "order:created",
        (_, OrderStatus::AwaitingPayment) => "order:confirmed",
        (_, OrderStatus::Complete) => "order:completed",
        (_, _) => "order:cancelled",
    }
}

pub(super) fn outbox_event(service: &'static str, name: &str, aggregate: &str, version: i64) -> OutboxEvent {
    OutboxEvent {
        service,
        id: format!("{aggregate}-{version}"),
        name: name.to_owned(),
        aggregate: aggregate.to_owned(),
        version,
        is_published: true,
        sequence: None,
    }
}

pub(super) fn charge(order: &str, captured: i64, refunded: i64) -> LedgerCharge {
    LedgerCharge {
        id: format!("charge of {order}"),
        order_id: OrderId::new(order),
        currency: "usd".to_owned(),
        authorized: captured,
        captured,
        voided: 0,
        refunded,
        captures: i64::from(captured > 0),
        held: false,
    }
}

pub(super) fn unconsumed_event(consumer: &'static str, aggregate: &str, is_pending: bool) -> UnconsumedEvent {
    let (event_id, name) = (format!("{aggregate}-event"), "order:created".to_owned());
    UnconsumedEvent { consumer, event_id, name, aggregate: aggregate.to_owned(), is_pending }
}

/// Applies a change to the facts, and returns the numbers of the violated invariants.
pub(super) fn violations(change: impl FnOnce(&mut Facts)) -> Vec<u8> {
    let mut facts = sound();
    change(&mut facts);
    let report = check(&facts);
    report.checks.iter().filter(|check| !check.holds()).map(|check| check.number).collect()
}

pub(super) fn order<'f>(facts: &'f mut Facts, id: &str) -> &'f mut OrderRow {
    facts.orders.iter_mut().find(|order| order.id == id).unwrap()
}

/// Changes an order and all its copies and appends its events, so that only the status itself can be a violation.
pub(super) fn set_status(facts: &mut Facts, id: &str, status: OrderStatus, version: i64) {
    let known = order(facts, id).version;
    (order(facts, id).status, order(facts, id).version) = (status, version);
    for copy in facts.order_copies.iter_mut().filter(|copy| copy.id == id) {
        (copy.status, copy.version) = (status, version);
    }
    for at in known + 1..=version {
        let place = i64::try_from(facts.outbox_events.len()).unwrap() + 1;
        let name = order_event(status, at, version);
        facts
            .outbox_events
            .push(OutboxEvent { sequence: Some(place), ..outbox_event("orders", name, id, at) });
    }
}

/// Returns a valid pass of a first listing of `seller`.
pub(super) fn pass(id: &str, ticket: &str, holder: &str, order: Option<&str>) -> PassRow {
    PassRow {
        id: id.to_owned(),
        ticket_id: ticket.to_owned(),
        issuer_id: "seller".to_owned(),
        holder_id: holder.to_owned(),
        order_id: order.map(str::to_owned),
        title: "Ticket".to_owned(),
        details: json!({ "venue": "City Hall" }),
        paid: 1999,
        serial: 0,
        status: PassStatus::Valid,
        version: 0,
        listing_id: None,
        admitted_at: None,
        double_admissions: Vec::new(),
    }
}

pub(super) fn event(pass: &str, version: i64, name: &str, status: PassStatus, serial: i64) -> PassEventRow {
    PassEventRow {
        pass_id: pass.to_owned(),
        version,
        name: name.to_owned(),
        status,
        serial,
        holder_id: None,
        order_id: None,
        admitted_at: None,
    }
}
