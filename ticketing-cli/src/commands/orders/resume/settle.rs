//! Settles the interrupted writes: repeats each, finds the order of each purchase, then the outcome of the order.

use std::collections::{BTreeMap, BTreeSet};

use ticketing_sdk::{Order, OrderId, OrderStatus, TicketId};
use ticketing_tui::Operation;

use super::UnpaidAction;
use super::order_outcome::{OrderOutcome, resolve};
use super::repeat::{self, repeat, skip_reason};
use crate::commands::orders::create::newest_order;
use crate::context::ApiContext;
use crate::failure::CliResult;
use crate::journal::InterruptedWrite;
use crate::output::{Settlement, WriteOutcome};

/// The writes of a purchase without an order.
struct WithoutOrder {
    writes: Vec<InterruptedWrite>,
    outcome: WriteOutcome,
    detail: String,
}

/// The interrupted writes of purchases. One purchase leaves several records: of itself, of its order, of its payment.
#[derive(Default)]
struct Purchases {
    by_order: BTreeMap<OrderId, Vec<InterruptedWrite>>,
    /// The orders that the interrupted writes have made.
    ordered: BTreeMap<TicketId, OrderId>,
    without_order: BTreeMap<TicketId, WithoutOrder>,
}

/// Settles every interrupted write.
pub(super) async fn settle(api: &ApiContext, action: &UnpaidAction) -> CliResult<Vec<Settlement>> {
    let user = api.user().await;
    let (mut settlements, mut purchases, mut begun) = (Vec::new(), Purchases::default(), Vec::new());
    for write in api.journal.claim_interrupted() {
        if let Some(detail) = skip_reason(api, &write, user.as_ref()) {
            let skipped = Settlement::new(write.record.operation.to_string(), WriteOutcome::Skipped);
            settlements.push(Settlement { detail, ..skipped });
            continue;
        }
        match write.record.operation.clone() {
            Operation::CreateOrder { ticket, .. } => purchases.take_order(api, write, ticket).await?,
            Operation::CreatePayment { order } => purchases.by_order.entry(order).or_default().push(write),
            // The order that it has made is found first.
            Operation::Buy { ticket } => begun.push((write, ticket)),
            _ => settlements.push(repeat::settle(api, write).await?),
        }
    }
    for (write, ticket) in begun {
        purchases.take_purchase(api, write, ticket).await;
    }
    for WithoutOrder { writes, outcome, detail } in purchases.without_order.into_values() {
        settlements.push(Settlement { detail, ..Settlement::new(operation_of(&writes), outcome) });
        if outcome.is_final() {
            writes.into_iter().for_each(InterruptedWrite::settle);
        }
    }
    for (order, writes) in purchases.by_order {
        settlements.push(settle_order(api, order, writes, action).await?);
    }
    Ok(settlements)
}

impl Purchases {
    /// Orders again with the key of the interrupted order: the answer is the order of then, or a refusal.
    async fn take_order(&mut self, api: &ApiContext, write: InterruptedWrite, ticket: TicketId) -> CliResult {
        match repeat(api, &write).await? {
            Ok(response) => {
                let order: Order = response.json()?;
                self.ordered.insert(ticket, order.id.clone());
                self.by_order.entry(order.id).or_default().push(write);
            }
            // Without the key, search the orders of the user.
            Err((WriteOutcome::Repeat, _)) => self.look_for_order(api, write, ticket).await,
            Err((WriteOutcome::NotDone, why)) => {
                let detail = format!("nothing was ordered, and nothing was charged: {why}");
                self.end(write, ticket, WriteOutcome::NotDone, detail);
            }
            Err((outcome, detail)) => self.end(write, ticket, outcome, detail),
        }
        Ok(())
    }

    /// Adds a purchase to the order that it has made, or to what is known of its order.
    async fn take_purchase(&mut self, api: &ApiContext, write: InterruptedWrite, ticket: TicketId) {
        if let Some(order) = self.ordered.get(&ticket) {
            self.by_order.entry(order.clone()).or_default().push(write);
        } else if let Some(ended) = self.without_order.get_mut(&ticket) {
            ended.writes.push(write);
        } else {
            self.look_for_order(api, write, ticket).await;
        }
    }

    async fn look_for_order(&mut self, api: &ApiContext, write: InterruptedWrite, ticket: TicketId) {
        match newest_order(api, &ticket, OrderStatus::ALL).await {
            Ok(Some(order)) => self.by_order.entry(order.id).or_default().push(write),
            Ok(None) => {
                let detail = "nothing was ordered, and nothing was charged".to_owned();
                self.end(write, ticket, WriteOutcome::NotDone, detail);
            }
            Err(error) => self.end(write, ticket, WriteOutcome::Unknown, error.user_message()),
        }
    }

    fn end(&mut self, write: InterruptedWrite, ticket: TicketId, outcome: WriteOutcome, detail: String) {
        let new = || WithoutOrder { writes: Vec::new(), outcome, detail: detail.clone() };
        let ended = self.without_order.entry(ticket).or_insert_with(new);
        if ended.outcome.is_final() {
            (ended.outcome, ended.detail) = (outcome, detail);
        }
        ended.writes.push(write);
    }
}

/// Resolves an order once, and removes the records whose outcome is final.
async fn settle_order(
    api: &ApiContext,
    order: OrderId,
    writes: Vec<InterruptedWrite>,
    action: &UnpaidAction,
) -> CliResult<Settlement> {
    let operation = operation_of(&writes);
    let keys = |kept: &dyn Fn(&Operation) -> bool| -> BTreeSet<String> {
        let kept = writes.iter().filter(|write| kept(&write.record.operation));
        kept.map(|write| write.record.key.to_string()).collect()
    };
    let all = keys(&|_| true);
    // An order that exists has settled the write that made it.
    let mut settled = keys(&|operation| matches!(operation, Operation::CreateOrder { .. }));
    let is_purchase = writes.iter().any(is_purchase);
    // A payment with the same token takes up the record of the interrupted one, which needs its lock.
    drop(writes);
    let OrderOutcome { mut outcome, payment, detail, declined_keys } = resolve(api, &order, action).await?;
    if outcome.is_final() {
        settled = all;
    } else if outcome == WriteOutcome::Unpaid {
        let declined: BTreeSet<String> = declined_keys.into_iter().filter(|key| all.contains(key)).collect();
        if !declined.is_empty() && !is_purchase {
            outcome = WriteOutcome::Declined;
        }
        settled.extend(declined);
    } else {
        settled.clear();
    }
    let left = api.journal.claim_interrupted().into_iter();
    left.filter(|write| settled.contains(write.record.key.as_str())).for_each(InterruptedWrite::settle);
    let settlement = Settlement::new(operation, outcome);
    Ok(Settlement { order_id: Some(order), payment_id: payment, detail, ..settlement })
}

fn is_purchase(write: &InterruptedWrite) -> bool {
    matches!(write.record.operation, Operation::Buy { .. })
}

/// Returns the command that its user ran: a purchase rather than its parts.
fn operation_of(writes: &[InterruptedWrite]) -> String {
    let purchase = writes.iter().find(|write| is_purchase(write));
    purchase.or(writes.first()).map_or_else(String::new, |write| write.record.operation.to_string())
}
