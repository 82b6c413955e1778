//! Copies: tickets and orders in the databases of other services (invariant 9).

use std::collections::{HashMap, HashSet};

use ticketing_orders::audit::OrderRow;
use ticketing_sdk::{OrderStatus, Timestamp};

use super::super::facts::{Facts, OrderCopy};
use super::super::report::Violation;
use super::kept_since;

/// Copies of tickets and orders that differ from their source, are missing, or have no source.
pub(super) fn find_differing_copies(facts: &Facts) -> Vec<Violation> {
    let mut broken = tickets(facts);
    for holder in ["tickets", "payments", "expiration"] {
        broken.extend(orders(facts, holder));
    }
    broken
}

/// Orders copies the terms of the seller, which new orders pay, and the order that holds the ticket.
fn tickets(facts: &Facts) -> Vec<Violation> {
    let mut broken = Vec::new();
    let copied: HashMap<_, _> = facts.ticket_copies.iter().map(|copy| (copy.id.as_str(), copy)).collect();
    for ticket in &facts.tickets {
        let Some(copy) = copied.get(ticket.id.as_str()) else {
            let missing = Violation::from(format!("orders does not know ticket {}", ticket.id));
            broken.push(missing.with_subject(&ticket.id));
            continue;
        };
        let matches = copy.title == ticket.listed_title
            && copy.price == ticket.listed_price
            && copy.details == ticket.listed_details
            && copy.order_id == ticket.order_id
            && copy.deleted == ticket.withdrawn
            && copy.version == ticket.version;
        if !matches {
            let item = format!("orders {} {}", ticket.id, copy.version);
            let text = format!(
                "orders has another copy of ticket {}: at version {}, it is at {}",
                ticket.id, copy.version, ticket.version
            );
            broken.push(about_late_copy(
                Violation::new(item, text),
                copy.version,
                ticket.version,
                &ticket.id,
            ));
        }
    }
    let known: HashSet<&str> = facts.tickets.iter().map(|ticket| &*ticket.id).collect();
    let invented = facts.ticket_copies.iter().filter(|copy| !known.contains(&*copy.id));
    broken.extend(invented.map(|copy| format!("orders has ticket {}, which does not exist", copy.id).into()));
    broken
}

fn orders(facts: &Facts, holder: &'static str) -> Vec<Violation> {
    let mut broken = Vec::new();
    let timers_since = kept_since(facts, ticketing_expiration::RETENTION);
    let copies = facts.order_copies.iter().filter(|copy| copy.holder == holder);
    let copied: HashMap<_, _> = copies.map(|copy| (copy.id.as_str(), copy)).collect();
    for order in &facts.orders {
        match copied.get(order.id.as_str()) {
            Some(copy) if matches(copy, order) => {}
            Some(copy) => {
                let item = format!("{holder} {} {}", order.id, copy.version);
                let text = format!(
                    "{holder} has another copy of order {}: {} at version {}, it is {} at {}",
                    order.id, copy.status, copy.version, order.status, order.version
                );
                broken.push(about_late_copy(
                    Violation::new(item, text),
                    copy.version,
                    order.version,
                    &order.id,
                ));
            }
            None if holder == "expiration" && is_forgotten(order, timers_since) => {}
            None => {
                let missing = Violation::from(format!("{holder} does not know order {}", order.id));
                broken.push(missing.with_subject(&order.id));
            }
        }
    }
    let known: HashSet<&str> = facts.orders.iter().map(|order| &*order.id).collect();
    let invented = copied.into_keys().filter(|id| !known.contains(id));
    broken.extend(invented.map(|id| format!("{holder} has order {id}, which does not exist").into()));
    broken
}

/// A copy at an earlier version than its source follows it once the events in between are consumed.
fn about_late_copy(violation: Violation, copy: i64, source: i64, id: &str) -> Violation {
    if copy < source { violation.with_subject(id) } else { violation }
}

/// Returns whether a copy is the order, in every field that the service copies.
fn matches(copy: &OrderCopy, order: &OrderRow) -> bool {
    (copy.status, copy.version) == (order.status, order.version)
        && copy.user_id.as_ref().is_none_or(|user| *user == order.user_id)
        && copy.ticket_id.as_ref().is_none_or(|ticket| *ticket == order.ticket_id)
        && copy.price.is_none_or(|price| price == order.price)
        && copy.expires_at.is_none_or(|deadline| deadline == order.expires_at)
}

/// Returns whether expiration may have forgotten the order: it has ended, and its deadline was before `since`.
fn is_forgotten(order: &OrderRow, since: Timestamp) -> bool {
    matches!(order.status, OrderStatus::Complete | OrderStatus::Cancelled) && order.expires_at < since
}
