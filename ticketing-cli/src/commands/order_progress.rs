//! An order until it is paid, cancelled or expired: the time that is left, and its changes.

use std::time::Duration;

use ticketing_sdk::{Order, OrderId, text};
use tokio::time::MissedTickBehavior;

use crate::context::ApiContext;
use crate::failure::{CliResult, Failure, Subject};

/// The time between two requests to the server.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Follows an order until it is complete or cancelled. `changed` is called for the first state and for each change.
pub(crate) async fn follow(
    api: &ApiContext,
    id: &OrderId,
    changed: impl Fn(&Order) -> CliResult,
) -> CliResult<Order> {
    let subject = Subject::Order(id.clone());
    let mut poll = tokio::time::interval(POLL_INTERVAL);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen: Option<Order> = None;
    loop {
        poll.tick().await;
        let answer = api.read_order(id).await;
        api.io().status(None);
        let order = match answer {
            Ok(order) => order,
            // After the first response, a transient failure of the server or of a proxy does not end the watch.
            Err(error) if error.is_transient() && seen.is_some() => {
                api.io().status(Some(&format!("{error}; retrying")));
                continue;
            }
            Err(error) => return Err(Failure::from_error(&error, &subject)),
        };
        let is_change = |before: &Order| before.version != order.version || before.status != order.status;
        if seen.as_ref().is_none_or(is_change) {
            changed(&order)?;
        }
        if order.status.is_final() {
            return Ok(order);
        }
        api.io().status(Some(&countdown(api, &order)));
        seen = Some(order);
    }
}

/// Returns the status line of an unpaid order.
fn countdown(api: &ApiContext, order: &Order) -> String {
    match order.time_left(api.now()) {
        None => "the payment is in progress".to_owned(),
        Some(left) if left.is_zero() => "the reservation has expired".to_owned(),
        Some(left) => format!("the reservation expires in {}", text::span(left)),
    }
}

/// Returns a message with the time that the order still holds its ticket.
pub(crate) fn hold_message(api: &ApiContext, order: &Order) -> String {
    let left = order.time_left(api.now()).unwrap_or_default();
    format!("{} is reserved for you for {}", order.ticket.title, text::span(left))
}
