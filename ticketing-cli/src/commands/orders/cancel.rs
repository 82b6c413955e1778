//! `ticketing orders cancel`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{OrderId, text};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, prompt, resolve};

/// The arguments of `ticketing orders cancel`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing orders cancel 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing orders cancel 01a203b9-d806-71eb-8d06-dbab9285e702 --yes",
]))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "ORDER", required = true, add = ArgValueCompleter::new(complete::by_id(complete::orders)))]
    ids: Vec<OrderId>,
    /// Cancel without a prompt
    #[arg(long, short, help_heading = help::CONFIRMATION)]
    yes: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let yes = self.yes || api.is_dry_run();
        if !yes && !api.io().can_ask() {
            prompt::confirm(api.io(), "")?;
        }
        let ids = resolve::all(api, self.ids, resolve::order).await?;
        if !yes {
            let question = match ids.as_slice() {
                [id] => question(api, id).await?,
                ids => format!("Cancel {} orders?", ids.len()),
            };
            prompt::confirm(api.io(), &question)?;
        }
        if api.is_dry_run() {
            let cancels: Vec<_> = ids.iter().map(|id| api.client.orders().cancel(id)).collect();
            return Err(api.preview_all(cancels.iter().map(|cancel| cancel.request())).await);
        }
        for id in ids {
            let cancelled = api.client.orders().cancel(&id).await;
            resolve::name_conflict(api, cancelled, &Subject::Order(id.clone())).await?;
            api.io().info(&format!("cancelled order {id}"));
            api.settle_order(&id).await;
        }
        Ok(())
    }
}

/// Returns the question before an order is cancelled.
async fn question(api: &ApiContext, id: &OrderId) -> CliResult<String> {
    let order = api.read_order(id).await;
    let order = order.map_err(|error| Failure::from_error(&error, &Subject::Order(id.clone())))?;
    Ok(format!("Cancel the order of {} for {}?", order.ticket.title, text::price(order.ticket.price)))
}
