//! Money: the ledger of the card provider, compared with orders, tickets and payments (invariants 10 to 12).

use std::collections::{HashMap, HashSet};

use ticketing_sdk::OrderStatus;

use super::super::facts::Facts;
use super::super::report::Violation;
use super::{dollars, is_overdue};

/// Returns the orders whose kept amount is not the owed one, whose money is kept although no ticket is sold, whose
/// payments differ from the ledger, or that were charged more than once.
pub(super) fn find_wrong_amounts(facts: &Facts) -> Vec<Violation> {
    let mut kept = HashMap::<&str, (i64, i64)>::new();
    for charge in &facts.charges {
        let (amount, captures) = kept.entry(charge.order_id.as_str()).or_default();
        *amount += charge.captured - charge.refunded;
        *captures += charge.captures;
    }
    let sold: HashSet<&str> = facts
        .tickets
        .iter()
        .filter(|ticket| ticket.status == "sold")
        .filter_map(|ticket| ticket.order_id.as_deref())
        .collect();
    let recorded = sum_payments(facts);
    let mut broken = Vec::new();
    for order in &facts.orders {
        let (id, status) = (&order.id, order.status);
        let (amount, captures) = kept.remove(id.as_str()).unwrap_or_default();
        let owed = if status == OrderStatus::Complete { order.price } else { 0 };
        if amount != owed {
            let text = format!("order {id} is {status}: {} is owed, {} kept", dollars(owed), dollars(amount));
            broken.push(Violation::from(text).with_subject(id));
        }
        if amount > 0 && !sold.contains(id.as_str()) {
            let text = format!("{} is kept for order {id}, no ticket is sold for it", dollars(amount));
            broken.push(Violation::from(text).with_subject(id));
        }
        match recorded.get(id.as_str()) {
            Some(Some(paid)) if *paid != amount => {
                let (paid, amount) = (dollars(*paid), dollars(amount));
                broken.push(format!("payments of order {id} amount to {paid}, {amount} is kept").into());
            }
            _ => {}
        }
        if captures > 1 {
            broken.push(format!("order {id} was charged {captures} times").into());
        }
    }
    let unknown = kept.into_keys();
    broken.extend(unknown.map(|order| format!("order {order} was charged and does not exist").into()));
    broken
}

/// Sums the succeeded payments of each order, in cents; `None` while a payment of the order is not settled.
fn sum_payments(facts: &Facts) -> HashMap<&str, Option<i64>> {
    let mut recorded = HashMap::<&str, Option<i64>>::new();
    for payment in &facts.payments {
        let sum = recorded.entry(&payment.order_id).or_insert(Some(0));
        *sum = match (payment.status.as_str(), &payment.next_step) {
            ("succeeded", None) => sum.map(|sum| sum + payment.amount),
            ("failed" | "refunded", None) => *sum,
            _ => None,
        };
    }
    recorded
}

/// Returns the payments with a step that is due at the card provider, and the orders that still wait for their payment.
/// A payment may wait for the owner of the card until the deadline of its order.
pub(super) fn find_unsettled(facts: &Facts) -> Vec<Violation> {
    let open: HashSet<&str> = facts
        .orders
        .iter()
        .filter(|order| order.status == OrderStatus::Created && !is_overdue(facts, order.expires_at))
        .map(|order| order.id.as_str())
        .collect();
    let unsettled = facts.payments.iter().filter(|payment| {
        let is_ended =
            payment.next_step.is_none() && !matches!(payment.status.as_str(), "pending" | "authorized");
        let may_wait = payment.needs_owner && open.contains(payment.order_id.as_str());
        !is_ended && !may_wait
    });
    let mut broken: Vec<Violation> = unsettled
        .map(|payment| {
            let step = payment.next_step.as_deref().unwrap_or("nothing");
            let state = format!("{}, owes {step}", payment.status);
            let text = format!("payment {} of order {} is {state}", payment.id, payment.order_id);
            Violation::from(text).with_subject(&payment.order_id)
        })
        .collect();
    let waiting = facts.orders.iter().filter(|order| order.status == OrderStatus::AwaitingPayment);
    broken.extend(waiting.map(|order| {
        Violation::from(format!("order {} still waits for its payment", order.id)).with_subject(&order.id)
    }));
    broken
}

/// Returns the authorizations that are neither captured nor voided.
pub(super) fn find_held_authorizations(facts: &Facts) -> Vec<Violation> {
    let held = facts.charges.iter().filter(|charge| charge.held);
    held.map(|charge| {
        let order = charge.order_id.as_str();
        Violation::from(format!("money is still held for order {order}")).with_subject(order)
    })
    .collect()
}
