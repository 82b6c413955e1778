//! Orders, and the tickets that they hold. Orders is the judge: what a ticket must be follows from the orders of it, and
//! no ticket is passed over because tickets says that it is deleted.

use std::collections::{BTreeMap, HashMap};

use ticketing_sdk::OrderStatus;

use super::super::facts::{Facts, OrderFact, TicketFact};
use super::super::report::Violation;

/// How long after its deadline an unpaid order may still stand, in milliseconds: the bound after a restart.
const LATE: i64 = 5_000;

/// Tickets with several orders that are not cancelled.
pub(super) fn active(facts: &Facts) -> Vec<Violation> {
    several_per_ticket(facts, |order| order.status != OrderStatus::Cancelled, "active")
}

/// Tickets that are sold twice; complete orders whose ticket is not sold by them as it was ordered; tickets that are sold
/// without a complete order.
pub(super) fn sold(facts: &Facts) -> Vec<Violation> {
    let mut broken = several_per_ticket(facts, |order| order.status == OrderStatus::Complete, "complete");
    let tickets = by_id(facts);
    for order in facts.orders.iter().filter(|order| order.status == OrderStatus::Complete) {
        let ticket = tickets.get(order.ticket_id.as_str()).copied();
        broken.extend(differs(order, ticket, "sold").map(|found| found.about(&order.id)));
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

/// Unpaid orders whose ticket is not reserved for them as it was ordered; tickets that are reserved for no unpaid order;
/// free tickets that do not show what their seller asks.
pub(super) fn holders(facts: &Facts) -> Vec<Violation> {
    let is_unpaid =
        |order: &&OrderFact| matches!(order.status, OrderStatus::Created | OrderStatus::AwaitingPayment);
    let tickets = by_id(facts);
    let mut broken = Vec::new();
    let mut unpaid = HashMap::new();
    for order in facts.orders.iter().filter(is_unpaid) {
        unpaid.insert(order.id.as_str(), order.ticket_id.as_str());
        let ticket = tickets.get(order.ticket_id.as_str()).copied();
        broken.extend(differs(order, ticket, "reserved").map(|found| found.about(&order.id)));
    }
    for ticket in &facts.tickets {
        let order = ticket.order_id.as_deref();
        let is_free = matches!(ticket.status.as_str(), "available" | "deleted");
        let held_by = order.unwrap_or("nobody");
        let fault = match ticket.status.as_str() {
            "reserved" if order.and_then(|order| unpaid.get(order)) != Some(&ticket.id.as_str()) => {
                "reserved for no unpaid order of it"
            }
            _ if is_free && order.is_some() => "free and held",
            _ if is_free && shows_another(ticket) => "free and does not show what its seller asks",
            "available" if ticket.withdrawn => "for sale although its seller has withdrawn it",
            _ => continue,
        };
        let text = format!("ticket {} at version {}, of {held_by}: {fault}", ticket.id, ticket.version);
        let violation = Violation::from(text);
        // Only what an order makes of a ticket waits for events.
        broken.push(if ticket.status == "reserved" { violation.about(&ticket.id) } else { violation });
    }
    broken
}

fn shows_another(ticket: &TicketFact) -> bool {
    (&ticket.title, ticket.price, &ticket.details)
        != (&ticket.listed_title, ticket.listed_price, &ticket.listed_details)
}

fn by_id(facts: &Facts) -> HashMap<&str, &TicketFact> {
    facts.tickets.iter().map(|ticket| (ticket.id.as_str(), ticket)).collect()
}

/// How the ticket of an order is not what the order makes of it.
fn differs(order: &OrderFact, ticket: Option<&TicketFact>, status: &str) -> Option<Violation> {
    let OrderFact { id, ticket_id, title, price, details, .. } = order;
    let wanted = format!("order {id} is {}: ticket {ticket_id} must be {status} for it", order.status);
    let Some(ticket) = ticket else { return Some(format!("{wanted} and does not exist").into()) };
    if ticket.status != status || ticket.order_id.as_deref() != Some(id) {
        let held_by = ticket.order_id.as_deref().unwrap_or("nobody");
        return Some(format!("{wanted} and is {} for {held_by}", ticket.status).into());
    }
    if ticket.price != *price {
        return Some(format!("{wanted} at {price} cents and shows {}", ticket.price).into());
    }
    if ticket.title != *title {
        return Some(format!("{wanted} as {title:?} and shows {:?}", ticket.title).into());
    }
    let details = details.as_ref().filter(|details| **details != ticket.details)?;
    Some(format!("{wanted} with {details} and shows {}", ticket.details).into())
}

fn several_per_ticket(facts: &Facts, counts: impl Fn(&OrderFact) -> bool, what: &str) -> Vec<Violation> {
    let mut orders = BTreeMap::<&str, Vec<&str>>::new();
    for order in facts.orders.iter().filter(|order| counts(order)) {
        orders.entry(&order.ticket_id).or_default().push(&order.id);
    }
    let several = orders.into_iter().filter(|(_, orders)| orders.len() > 1);
    several
        .map(|(ticket, orders)| format!("ticket {ticket} has {what} orders {}", orders.join(", ")).into())
        .collect()
}

/// Orders whose version cannot be that of their state.
pub(super) fn states(facts: &Facts) -> Vec<Violation> {
    let fits = |order: &OrderFact| match order.status {
        OrderStatus::Created => order.version == 0,
        OrderStatus::AwaitingPayment => order.version == 1,
        OrderStatus::Complete => order.version == 2,
        OrderStatus::Cancelled => (1..=2).contains(&order.version),
    };
    let has_reason = |order: &OrderFact| order.cancel_reason.is_some();
    let is_unfit =
        |order: &&OrderFact| !fits(order) || (has_reason(order) && order.status != OrderStatus::Cancelled);
    let unfit = facts.orders.iter().filter(is_unfit);
    unfit
        .map(|order| format!("order {} is {} at version {}", order.id, order.status, order.version).into())
        .collect()
}

/// Whether the deadline of an order has passed, with the time that it may take to act on it.
pub(super) fn is_late(facts: &Facts, order: &OrderFact) -> bool {
    facts.now.as_millis() > order.expires_at.as_millis().saturating_add(LATE)
}

/// Unpaid orders beyond their deadline.
pub(super) fn overdue(facts: &Facts) -> Vec<Violation> {
    let late =
        facts.orders.iter().filter(|order| order.status == OrderStatus::Created && is_late(facts, order));
    late.map(|order| {
        Violation::from(format!("order {} ran out at {}", order.id, order.expires_at)).about(&order.id)
    })
    .collect()
}

/// Users whose count of unpaid orders is not the number of their unpaid orders.
pub(super) fn miscounted(facts: &Facts) -> Vec<Violation> {
    let Some(counts) = &facts.open_counts else { return Vec::new() };
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
            format!("user {user} has {open} unpaid orders, {counted} are counted").into()
        })
        .collect()
}
