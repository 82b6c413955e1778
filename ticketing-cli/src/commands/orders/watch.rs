//! `ticketing orders watch`

use std::time::Duration;

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Order, OrderId, text};
use tokio::time::MissedTickBehavior;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};

/// Which order.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::orders))]
    id: OrderId,
}

/// How often the server is asked.
const PACE: Duration = Duration::from_secs(1);

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let print = |order: &Order| api.printer().next(order);
        tokio::select! {
            end = follow(api, &self.id, print, |order| countdown(api, order)) => end.map(drop),
            () = api.io().broken_pipe() => Err(Failure::broken_pipe()),
        }
    }
}

/// Follows an order until it is complete or cancelled. `changed` is called at first and with each change; `status` words what
/// is waited for, for the terminal.
pub(crate) async fn follow(
    api: &ApiContext,
    id: &OrderId,
    changed: impl Fn(&Order) -> Outcome,
    status: impl Fn(&Order) -> String,
) -> Outcome<Order> {
    let subject = Subject::Order(id.clone());
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen: Option<Order> = None;
    loop {
        pace.tick().await;
        let answer = api.client.orders().get(id).await;
        api.io().status(None);
        let order = match answer {
            Ok(order) => order,
            // Once the order has been seen, a server or proxy that fails for a while does not end the watch.
            Err(error) if error.is_transient() && seen.is_some() => {
                api.io().status(Some(&format!("{error}; trying again")));
                continue;
            }
            Err(error) => return Err(Failure::about(&error, &subject)),
        };
        let is_news = |before: &Order| before.version != order.version || before.status != order.status;
        if seen.as_ref().is_none_or(is_news) {
            changed(&order)?;
        }
        if order.status.is_final() {
            return Ok(order);
        }
        api.io().status(Some(&status(&order)));
        seen = Some(order);
    }
}

/// How an order stands, for the terminal.
pub(crate) fn countdown(api: &ApiContext, order: &Order) -> String {
    match order.time_left(api.now()) {
        None => "the payment is being taken".to_owned(),
        Some(left) if left.is_zero() => "the reservation has run out".to_owned(),
        Some(left) => format!("the reservation runs out in {}", text::span(left)),
    }
}
