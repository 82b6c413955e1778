//! Orders, and the tickets that they hold. The status of a ticket is derived from its orders, so no ticket is skipped
//! because it is deleted in tickets.

use std::collections::{BTreeMap, HashMap};

use ticketing_orders::audit::OrderRow;
use ticketing_sdk::OrderStatus;
use ticketing_tickets::audit::TicketRow;

use super::super::facts::Facts;
use super::super::report::Violation;
use super::{dollars, is_overdue};

/// Returns the tickets with several orders that are not cancelled.
pub(super) fn active(facts: &Facts) -> Vec<Violation> {
    several_per_ticket(facts, |order| order.status != OrderStatus::Cancelled, "active")
}

/// Returns the tickets that are sold twice; complete orders whose ticket is not sold by them as it was ordered; tickets
/// that are sold without a complete order.
pub(super) fn find_wrong_sales(facts: &Facts) -> Vec<Violation> {
    let mut broken = several_per_ticket(facts, |order| order.status == OrderStatus::Complete, "complete");
    let tickets = by_id(facts);
    for order in facts.orders.iter().filter(|order| order.status == OrderStatus::Complete) {
        let ticket = tickets.get(order.ticket_id.as_str()).copied();
        broken.extend(find_difference(order, ticket, "sold").map(|found| found.with_subject(&order.id)));
    }
    let orders: HashMap<&str, OrderStatus> =
        facts.orders.iter().map(|order| (order.id.as_str(), order.status)).collect();
    for ticket in facts.tickets.iter().filter(|ticket| ticket.status == "sold") {
        let order = ticket.order_id.as_deref().unwrap_or("nobody");
        match orders.get(order) {
            Some(OrderStatus::Complete) => {}
            Some(status) => broken
                .push(format!("ticket {} is sold for order {order}, which is {status}", ticket.id).into()),
            None => broken
                .push(format!("ticket {} is sold for order {order}, which does not exist", ticket.id).into()),
        }
    }
    broken
}

/// Returns the unpaid orders whose ticket is not reserved for them as it was ordered; tickets that are reserved for no
/// unpaid order; free tickets that do not show the terms of their seller.
pub(super) fn holders(facts: &Facts) -> Vec<Violation> {
    let is_unpaid =
        |order: &&OrderRow| matches!(order.status, OrderStatus::Created | OrderStatus::AwaitingPayment);
    let tickets = by_id(facts);
    let mut broken = Vec::new();
    let mut unpaid = HashMap::new();
    for order in facts.orders.iter().filter(is_unpaid) {
        unpaid.insert(order.id.as_str(), order.ticket_id.as_str());
        let ticket = tickets.get(order.ticket_id.as_str()).copied();
        broken.extend(find_difference(order, ticket, "reserved").map(|found| found.with_subject(&order.id)));
    }
    for ticket in &facts.tickets {
        let order = ticket.order_id.as_deref();
        let is_free = matches!(ticket.status.as_str(), "available" | "deleted");
        let held_by = order.unwrap_or("nobody");
        let violation = match ticket.status.as_str() {
            "reserved" if order.and_then(|order| unpaid.get(order)) != Some(&ticket.id.as_str()) => {
                "reserved for no unpaid order of it"
            }
            _ if is_free && order.is_some() => "free and held",
            _ if is_free && differs_from_listing(ticket) => "free and does not show the terms of its seller",
            "available" if ticket.withdrawn => "for sale although its seller has withdrawn it",
            _ => continue,
        };
        let text = format!("ticket {} at version {}, of {held_by}: {violation}", ticket.id, ticket.version);
        let violation = Violation::from(text);
        // Only a reservation can wait for events.
        broken.push(if ticket.status == "reserved" { violation.with_subject(&ticket.id) } else { violation });
    }
    broken
}

fn differs_from_listing(ticket: &TicketRow) -> bool {
    (&ticket.title, ticket.price, &ticket.details)
        != (&ticket.listed_title, ticket.listed_price, &ticket.listed_details)
}

fn by_id(facts: &Facts) -> HashMap<&str, &TicketRow> {
    facts.tickets.iter().map(|ticket| (ticket.id.as_str(), ticket)).collect()
}

/// Compares the ticket of an order with the order.
fn find_difference(order: &OrderRow, ticket: Option<&TicketRow>, status: &str) -> Option<Violation> {
    let OrderRow { id, ticket_id, title, price, details, .. } = order;
    let expected = format!("order {id} is {}: ticket {ticket_id} must be {status} for it", order.status);
    let Some(ticket) = ticket else { return Some(format!("{expected} and does not exist").into()) };
    if ticket.status != status || ticket.order_id.as_deref() != Some(id) {
        let held_by = ticket.order_id.as_deref().unwrap_or("nobody");
        return Some(format!("{expected} and is {} for {held_by}", ticket.status).into());
    }
    if ticket.price != *price {
        return Some(format!("{expected} at {} and shows {}", dollars(*price), dollars(ticket.price)).into());
    }
    if ticket.title != *title {
        return Some(format!("{expected} as {title:?} and shows {:?}", ticket.title).into());
    }
    (*details != ticket.details)
        .then(|| format!("{expected} with {details} and shows {}", ticket.details).into())
}

fn several_per_ticket(facts: &Facts, counts: impl Fn(&OrderRow) -> bool, what: &str) -> Vec<Violation> {
    let mut orders = BTreeMap::<&str, Vec<&str>>::new();
    for order in facts.orders.iter().filter(|order| counts(order)) {
        orders.entry(&order.ticket_id).or_default().push(&order.id);
    }
    let several = orders.into_iter().filter(|(_, orders)| orders.len() > 1);
    several
        .map(|(ticket, orders)| format!("ticket {ticket} has {what} orders {}", orders.join(", ")).into())
        .collect()
}

/// Returns the orders whose version or reason of a cancellation does not fit their status.
pub(super) fn states(facts: &Facts) -> Vec<Violation> {
    let fits = |order: &OrderRow| match order.status {
        OrderStatus::Created => order.version == 0,
        OrderStatus::AwaitingPayment => order.version == 1,
        OrderStatus::Complete => order.version == 2,
        OrderStatus::Cancelled => (1..=2).contains(&order.version),
        _ => false,
    };
    let has_reason =
        |order: &OrderRow| order.cancel_reason.is_some() == (order.status == OrderStatus::Cancelled);
    let unfit = facts.orders.iter().filter(|order| !fits(order) || !has_reason(order));
    unfit
        .map(|order| format!("order {} is {} at version {}", order.id, order.status, order.version).into())
        .collect()
}

/// Returns the unpaid orders whose deadline has passed.
pub(super) fn overdue(facts: &Facts) -> Vec<Violation> {
    let late = facts
        .orders
        .iter()
        .filter(|order| order.status == OrderStatus::Created && is_overdue(facts, order.expires_at));
    late.map(|order| {
        Violation::from(format!("order {} expired at {} and is unpaid", order.id, order.expires_at))
            .with_subject(&order.id)
    })
    .collect()
}

/// Returns the users whose stored number of unpaid orders is wrong.
pub(super) fn find_miscounted_users(facts: &Facts) -> Vec<Violation> {
    let Some(counts) = &facts.open_orders else { return Vec::new() };
    let mut users = BTreeMap::<&str, (i64, i64)>::new();
    for count in counts {
        users.entry(&count.user_id).or_default().0 += count.orders;
    }
    for order in &facts.orders {
        if matches!(order.status, OrderStatus::Created | OrderStatus::AwaitingPayment) {
            users.entry(&order.user_id).or_default().1 += 1;
        }
    }
    let wrong = users.into_iter().filter(|(_, (counted, open))| counted != open);
    wrong
        .map(|(user, (counted, open))| {
            format!("user {user} has {open} unpaid orders, {counted} are stored").into()
        })
        .collect()
}
