//! `ticketing orders watch`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{Order, OrderId, OrderStatus};

use crate::commands::order_progress::follow;
use crate::commands::words::{one_of, words};
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::{complete, exec, resolve};

/// The arguments of `ticketing orders watch`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing orders watch 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing orders watch 01a203b9-d806-71eb-8d06-dbab9285e702 --output jsonl",
    "ticketing orders watch 01a203b9-d806-71eb-8d06-dbab9285e702 --until awaiting:payment --exec 'jq .status'",
]))]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCompleter::new(complete::by_id(complete::orders)))]
    id: OrderId,
    /// End once the order has this status, with 5 if it ends with another; by default when it is paid, cancelled or expired
    #[arg(long, help_heading = help::STREAM, value_name = "STATUS")]
    #[arg(value_parser = one_of(words(OrderStatus::ALL)))]
    until: Option<OrderStatus>,
    /// Run this command of the shell for each change, with the order as JSON on its stdin
    #[arg(long, help_heading = help::STREAM, value_name = "COMMAND")]
    exec: Option<String>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let id = resolve::order(api, self.id).await?;
        api.printer().begin_stream::<Order>()?;
        let until = self.until;
        let print = |order: &Order| {
            api.printer().next(order)?;
            if let Some(command) = &self.exec {
                let json = serde_json::to_string(order)?;
                let variables =
                    [("TICKETING_ORDER", order.id.as_str()), ("TICKETING_STATUS", order.status.as_str())];
                exec::run(api.io(), command, &json, &variables)?;
            }
            if until == Some(order.status) { Err(Failure::silent(Exit::Done)) } else { Ok(()) }
        };
        tokio::select! {
            end = follow(api, &id, print) => match (until, end?) {
                (None, _) => Ok(()),
                // The watch would have ended at the awaited status, so the order has a different final status.
                (Some(until), order) => Err(Failure::new(
                    Exit::Conflict,
                    format!("order {id} is {}, and never {until}", order.status),
                )),
            },
            () = api.io().broken_pipe() => Err(Failure::broken_pipe()),
        }
    }
}
