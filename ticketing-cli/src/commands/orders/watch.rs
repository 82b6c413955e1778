//! `ticketing orders watch`

use std::time::Duration;

use clap_complete::ArgValueCandidates;
use ticketing_sdk::{Order, OrderId, OrderStatus, text};
use tokio::time::MissedTickBehavior;

use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome, Subject};
use crate::{clock, complete};

/// Which order.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::orders))]
    id: OrderId,
}

/// How often the server is asked.
const PACE: Duration = Duration::from_secs(1);

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        let subject = Subject::Order(self.id.clone());
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen: Option<Order> = None;
        loop {
            pace.tick().await;
            let order = match online.client.orders().get(&self.id).await {
                Ok(order) => order,
                // Once the order has been seen, a server or proxy that fails for a while does not end the watch.
                Err(error) if error.is_transient() && seen.is_some() => {
                    online.io().status(Some(&format!("{error}; trying again")));
                    continue;
                }
                Err(error) => {
                    online.io().status(None);
                    return Err(Failure::about(&error, &subject));
                }
            };
            online.io().status(None);
            if seen
                .as_ref()
                .is_none_or(|before| before.version != order.version || before.status != order.status)
            {
                online.printer().next(&order)?;
            }
            if order.status.is_final() {
                return Ok(());
            }
            online.io().status(Some(&countdown(&order)));
            seen = Some(order);
        }
    }
}

fn countdown(order: &Order) -> String {
    let left = order.expires_at.saturating_since(clock::now());
    match order.status {
        OrderStatus::AwaitingPayment => "the payment is being taken".to_owned(),
        _ if left.is_zero() => "the reservation has run out".to_owned(),
        _ => format!("the reservation runs out in {}", text::span(left)),
    }
}
