//! The outcome of an order whose commands were killed: waits for a payment in progress, then pays or cancels an unpaid order.

use std::time::Duration;

use ticketing_sdk::{
    ErrorCode, Explanation, Order, OrderId, OrderStatus, PaymentId, PaymentStatus, TimelineKind, text,
};
use tokio::time::{Instant, sleep};

use super::UnpaidAction;
use crate::card::{self, Card};
use crate::commands::payments::on_page::pay_on_page;
use crate::commands::payments::pay::pay;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure, Subject};
use crate::output::WriteOutcome;

/// The time for a payment in progress to end. An unanswered call of the provider is repeated within it.
const OUTCOME_TIMEOUT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// The outcome of an order and its money.
#[derive(Debug)]
pub(super) struct OrderOutcome {
    pub(super) outcome: WriteOutcome,
    pub(super) payment: Option<PaymentId>,
    /// One sentence.
    pub(super) detail: String,
    /// The keys of requests whose payments were declined.
    pub(super) declined_keys: Vec<String>,
}

/// Reads the outcome of an order, and runs `action` if it is unpaid.
pub(super) async fn resolve(
    api: &ApiContext,
    id: &OrderId,
    action: &UnpaidAction,
) -> CliResult<OrderOutcome> {
    let (deadline, mut action) = (Instant::now() + OUTCOME_TIMEOUT, action.clone());
    loop {
        let explanation = match api.client.orders().explain(id).await {
            Ok(explanation) => explanation,
            Err(error) if error.is_not_found() => {
                let detail = "there is no such order; nothing was charged".to_owned();
                return Ok(Payments::default().outcome(WriteOutcome::NotDone, detail));
            }
            Err(error) if error.code() == Some(&ErrorCode::NotOwner) => {
                let detail = format!("order {id} is another user's; sign in as that user");
                return Ok(Payments::default().outcome(WriteOutcome::Skipped, detail));
            }
            Err(error) if error.is_unauthenticated() => {
                return Err(Failure::from_error(&error, &Subject::Order(id.clone())));
            }
            Err(error) => {
                return Ok(Payments::default().outcome(WriteOutcome::Unknown, error.user_message()));
            }
        };
        let payments = Payments::from_explanation(&explanation);
        let (Some(order), true) = (&explanation.order, payments.are_known) else {
            return Ok(payments.outcome(WriteOutcome::Unknown, explanation.summary));
        };
        match order.status {
            OrderStatus::Complete => return Ok(payments.outcome(WriteOutcome::Paid, explanation.summary)),
            OrderStatus::Cancelled if !payments.are_open => {
                return Ok(payments.outcome(WriteOutcome::Cancelled, explanation.summary));
            }
            OrderStatus::Created if !payments.are_open && !is_overdue(api, order) => {
                if let Some(failure) = act(api, order, &mut action).await? {
                    let detail = format!("{} {failure}", explanation.summary);
                    return Ok(payments.outcome(WriteOutcome::Unpaid, detail.trim_end().to_owned()));
                }
            }
            _ => {}
        }
        if Instant::now() >= deadline {
            return Ok(payments.outcome(WriteOutcome::Unknown, explanation.summary));
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Pays or cancels an unpaid order. Returns `None` if the order must be read again, else why it stays unpaid.
async fn act(api: &ApiContext, order: &Order, action: &mut UnpaidAction) -> CliResult<Option<String>> {
    if matches!(action, UnpaidAction::Ask) {
        *action = ask(api, order).await?;
    }
    match action {
        UnpaidAction::Pay(token) => match pay(api, order, token).await {
            Ok(_) => Ok(None),
            Err(failure) if failure.exit == Exit::Declined => Ok(Some(failure.message.unwrap_or_default())),
            Err(failure) if matches!(failure.exit, Exit::Usage | Exit::NotAllowed) => Err(failure),
            // The interrupted request is being answered, or has paid or ended the order meanwhile.
            Err(failure) => {
                api.io().info(&failure.message.unwrap_or_default());
                Ok(None)
            }
        },
        UnpaidAction::Cancel => match api.client.orders().cancel(&order.id).await {
            Ok(()) => Ok(None),
            Err(error)
                if matches!(error.code(), Some(ErrorCode::PaymentInProgress | ErrorCode::OrderPaid)) =>
            {
                Ok(None)
            }
            // Cancelling again changes nothing.
            Err(error) if error.is_transient() || error.is_unknown_outcome() => Ok(None),
            Err(error) => Err(Failure::from_error(&error, &Subject::Order(order.id.clone()))),
        },
        UnpaidAction::Ask | UnpaidAction::Leave => Ok(Some(String::new())),
    }
}

/// Prompts for the action on an unpaid order; without a terminal the order is left unchanged.
async fn ask(api: &ApiContext, order: &Order) -> CliResult<UnpaidAction> {
    let Some(prompter) = api.io().prompter() else { return Ok(UnpaidAction::Leave) };
    let what =
        format!("order {} of {} for {}", order.id, order.ticket.title, text::price(order.ticket.price));
    if prompter.confirm(&crate::io::clean(&format!("Pay for {what}, which is reserved and not paid?")))? {
        return match card::card(api, None).await? {
            Card::Token(token) => Ok(UnpaidAction::Pay(token)),
            Card::OnPage => pay_on_page(api, order).await.map(|_| UnpaidAction::Leave),
        };
    }
    if prompter.confirm("Cancel it?")? { Ok(UnpaidAction::Cancel) } else { Ok(UnpaidAction::Leave) }
}

/// Returns whether the deadline has passed: the order is about to be cancelled, and cannot be paid.
fn is_overdue(api: &ApiContext, order: &Order) -> bool {
    order.time_left(api.now()).is_some_and(|left| left.is_zero())
}

/// The payments in the timeline of an order.
#[derive(Default)]
struct Payments {
    /// Whether the payments service has answered, or has not received the order.
    are_known: bool,
    /// Whether the outcome of one is open.
    are_open: bool,
    newest: Option<PaymentId>,
    declined_keys: Vec<String>,
}

impl Payments {
    fn from_explanation(explanation: &Explanation) -> Self {
        // A server of the original contract has no timelines, and cannot report whether a payment is pending.
        let has_timelines = explanation.gaps.iter().all(|gap| gap.service != "orders");
        let gap = explanation.gaps.iter().find(|gap| gap.service == "payments");
        let are_known = has_timelines && gap.is_none_or(|gap| gap.is_not_received());
        let requests = explanation
            .entries
            .iter()
            .filter(|entry| entry.service == "payments" && entry.kind == TimelineKind::Command);
        let mut payments = Self { are_known, ..Self::default() };
        for request in requests {
            payments.newest = request.aggregate.clone().map(PaymentId::new).or(payments.newest);
            match request.outcome.as_deref().and_then(|status| status.parse().ok()) {
                Some(PaymentStatus::Failed) => payments.declined_keys.extend(request.idempotency_key.clone()),
                Some(PaymentStatus::Refunded) => {}
                Some(PaymentStatus::Succeeded) => {
                    // Orders has not recorded it yet, or it is about to be refunded.
                    let is_complete =
                        explanation.order.as_ref().is_some_and(|order| order.status == OrderStatus::Complete);
                    payments.are_open |= !is_complete;
                }
                _ => payments.are_open = true,
            }
        }
        payments
    }

    fn outcome(self, outcome: WriteOutcome, detail: String) -> OrderOutcome {
        OrderOutcome { outcome, payment: self.newest, detail, declined_keys: self.declined_keys }
    }
}
