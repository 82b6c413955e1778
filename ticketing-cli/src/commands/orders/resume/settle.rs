//! Settles the interrupted writes: finds the order of each, then the outcome of the order.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::TryStreamExt;
use ticketing_sdk::{Money, Order, OrderId, OrderStatus, TicketId};
use tokio::time::{Instant, sleep};

use super::UnpaidAction;
use super::operation::{Operation, repetition};
use super::order_outcome::{OrderOutcome, resolve};
use crate::clock;
use crate::context::ApiContext;
use crate::failure::Outcome;
use crate::journal::{InterruptedWrite, NOTE_RETENTION};
use crate::output::{Settlement, WriteOutcome};

/// How long an interrupted order is repeated while its outcome is not known.
const REPEAT_TIMEOUT: Duration = Duration::from_secs(10);
const REPEAT_INTERVAL: Duration = Duration::from_millis(500);

/// An interrupted write, and what is known of it.
enum Progress {
    /// The write concerns this order.
    OfOrder(InterruptedWrite, OrderId),
    /// The write has its settlement.
    Ended(Settlement),
}

/// Settles every interrupted write, oldest first.
pub(super) async fn settle(api: &ApiContext, action: &UnpaidAction) -> Outcome<Vec<Settlement>> {
    let user = api.client.session().await.ok().and_then(|session| session.user);
    let user = user.map(|user| user.to_string());
    let (mut writes, mut progress) = (Vec::new(), Vec::new());
    for write in api.journal().claim_interrupted() {
        let operation = Operation::parse(write.operation());
        writes.push((operation, write));
    }
    // A purchase looks for the order that its own interrupted order has made.
    writes.sort_by_key(|(operation, _)| matches!(operation, Operation::Purchase { .. }));
    let mut ordered: BTreeMap<TicketId, OrderId> = BTreeMap::new();
    for (operation, write) in writes {
        if write.server() != api.client.server() {
            let detail = format!("the write was for {}; --server names it", write.server());
            progress.push(Progress::Ended(settlement(&write, WriteOutcome::Skipped, detail)));
            continue;
        }
        progress.push(match operation {
            Operation::Order { ticket, .. }
                if !is_of_user(&write, &operation_parts(&write), user.as_deref()) =>
            {
                let detail = format!("ticket {ticket} was ordered by another user; sign in as that user");
                Progress::Ended(settlement(&write, WriteOutcome::Skipped, detail))
            }
            Operation::Order { ticket, price } => match repeat_order(api, &write, &ticket, price).await {
                Ok(order) => {
                    ordered.insert(ticket, order.id.clone());
                    Progress::OfOrder(write, order.id)
                }
                Err((outcome, detail)) => end(write, outcome, detail),
            },
            Operation::Payment { order } => Progress::OfOrder(write, order),
            Operation::Purchase { ticket } => {
                let found = match ordered.get(&ticket) {
                    Some(order) => Ok(Some(order.clone())),
                    None => newest_order(api, &ticket).await,
                };
                match found {
                    Ok(Some(order)) => Progress::OfOrder(write, order),
                    Ok(None) => end(
                        write,
                        WriteOutcome::NotDone,
                        "nothing was ordered, and nothing was charged".to_owned(),
                    ),
                    Err(error) => end(write, WriteOutcome::Unknown, error.user_message()),
                }
            }
            Operation::Other => {
                let can_repeat = write.age(clock::now()) < NOTE_RETENTION;
                let detail = repetition(write.operation(), can_repeat);
                Progress::Ended(settlement(&write, WriteOutcome::Repeat, detail))
            }
        });
    }
    settle_orders(api, action, progress).await
}

/// Resolves each order once, and settles its writes.
async fn settle_orders(
    api: &ApiContext,
    action: &UnpaidAction,
    progress: Vec<Progress>,
) -> Outcome<Vec<Settlement>> {
    let (mut settlements, mut by_order) = (Vec::new(), BTreeMap::<OrderId, Vec<InterruptedWrite>>::new());
    for entry in progress {
        match entry {
            Progress::Ended(settlement) => settlements.push(settlement),
            Progress::OfOrder(write, order) => by_order.entry(order).or_default().push(write),
        }
    }
    for (order, writes) in by_order {
        let operations: Vec<String> = writes.iter().map(|write| write.operation().to_owned()).collect();
        let keys: Vec<String> = writes.iter().map(|write| write.key().to_string()).collect();
        // A payment with the same token takes up the note of the interrupted one, which needs its lock.
        drop(writes);
        let resolved = resolve(api, &order, action).await?;
        for (operation, key) in operations.into_iter().zip(keys) {
            settlements.push(settle_write(api, &order, operation, &key, &resolved));
        }
    }
    Ok(settlements)
}

/// Returns the settlement of one write of an order, and removes its note if nothing more can become of it.
fn settle_write(
    api: &ApiContext,
    order: &OrderId,
    operation: String,
    key: &str,
    resolved: &OrderOutcome,
) -> Settlement {
    let OrderOutcome { outcome, payment, detail, declined_keys } = resolved;
    let is_order = matches!(Operation::parse(&operation), Operation::Order { .. });
    let outcome = match outcome {
        WriteOutcome::Unpaid if declined_keys.iter().any(|declined| declined == key) => {
            WriteOutcome::Declined
        }
        outcome => *outcome,
    };
    // An order that exists has settled the write that made it.
    if outcome.is_final() || (is_order && outcome == WriteOutcome::Unpaid) {
        let left = api.journal().claim_interrupted().into_iter();
        left.filter(|write| write.key().as_str() == key).for_each(InterruptedWrite::settle);
    }
    Settlement {
        operation,
        outcome,
        order_id: Some(order.clone()),
        payment_id: payment.clone(),
        detail: detail.clone(),
    }
}

/// Orders again with the key of the interrupted order, so that the outcome is certain: the order of then, or the
/// refusal.
async fn repeat_order(
    api: &ApiContext,
    write: &InterruptedWrite,
    ticket: &TicketId,
    price: Option<Money>,
) -> Result<Order, (WriteOutcome, String)> {
    if write.age(clock::now()) >= NOTE_RETENTION {
        let detail = "the server no longer keeps the key; a reservation of then has ended".to_owned();
        return Err((WriteOutcome::NotDone, detail));
    }
    let (orders, deadline) = (api.client.orders(), Instant::now() + REPEAT_TIMEOUT);
    let outcome = loop {
        let request = match price {
            Some(price) => orders.create_at_price(ticket, price),
            None => orders.create(ticket),
        };
        let outcome = request.idempotency_key(write.key().clone()).resumed(true).await;
        // The interrupted request may be under way still.
        let is_open = outcome.as_ref().is_err_and(|error| error.must_keep_key() || error.is_transient());
        if !is_open || Instant::now() >= deadline {
            break outcome;
        }
        sleep(REPEAT_INTERVAL).await;
    };
    match outcome {
        Ok(order) => Ok(order),
        Err(error) if error.must_keep_key() || error.is_transient() => {
            Err((WriteOutcome::Unknown, error.user_message()))
        }
        Err(error) => {
            let detail = format!("nothing was ordered, and nothing was charged: {}", error.user_message());
            Err((WriteOutcome::NotDone, detail))
        }
    }
}

/// Returns the newest order of the ticket, of any status.
pub(super) async fn newest_order(
    api: &ApiContext,
    ticket: &TicketId,
) -> ticketing_sdk::Result<Option<OrderId>> {
    let mut orders = api.client.orders().list().status(OrderStatus::ALL.iter().copied()).stream();
    let mut newest = None;
    while let Some(order) = orders.try_next().await? {
        if order.ticket.id == *ticket {
            newest = Some(order.id);
        }
    }
    Ok(newest)
}

/// The parts that determine an order, as the command that made it names them.
fn operation_parts(write: &InterruptedWrite) -> Vec<String> {
    match Operation::parse(write.operation()) {
        Operation::Order { ticket, price } => {
            let price = price.map(|price| price.to_string());
            [ticket.to_string()].into_iter().chain(price).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns whether the write is the user's. Keys are scoped to a user.
fn is_of_user(write: &InterruptedWrite, parts: &[String], user: Option<&str>) -> bool {
    let parts: Vec<&str> = parts.iter().map(String::as_str).chain(user).collect();
    write.is_of(&parts)
}

fn end(write: InterruptedWrite, outcome: WriteOutcome, detail: String) -> Progress {
    let ended = Progress::Ended(settlement(&write, outcome, detail));
    if outcome.is_final() {
        write.settle();
    }
    ended
}

fn settlement(write: &InterruptedWrite, outcome: WriteOutcome, detail: String) -> Settlement {
    Settlement { operation: write.operation().to_owned(), outcome, order_id: None, payment_id: None, detail }
}
