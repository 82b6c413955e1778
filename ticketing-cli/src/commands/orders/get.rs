//! `ticketing orders get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::OrderId;

use crate::browser::{self, WebArgs};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing orders get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders get 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing orders get 9285e702 --output json",
        "ticketing orders get 9285e702 --web",
    ],
    "",
))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "ORDER", required = true, add = ArgValueCandidates::new(complete::orders))]
    ids: Vec<OrderId>,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let mut ids = Vec::new();
        for id in self.ids {
            ids.push(resolve::order(api, id).await?);
        }
        if self.web.web {
            for id in &ids {
                browser::open(api, api.client.pages().order(id)).await?;
            }
            return Ok(());
        }
        let mut orders = Vec::new();
        for id in ids {
            let order = api.client.orders().get(&id).await;
            orders.push(order.map_err(|error| Failure::about(&error, &Subject::Order(id)))?);
        }
        api.printer().one_or_many(&orders)
    }
}
