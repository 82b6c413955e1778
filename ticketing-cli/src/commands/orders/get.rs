//! `ticketing orders get`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::OrderId;

use crate::browser::WebArgs;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing orders get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing orders get 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing orders get 9285e702 --output json",
    "ticketing orders get 9285e702 --web",
]))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "ORDER", required = true, add = ArgValueCompleter::new(complete::by_id(complete::orders)))]
    ids: Vec<OrderId>,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let ids = resolve::all(api, self.ids, resolve::order).await?;
        if self.web.open(api, &ids, |pages, id| pages.order(id)).await? {
            return Ok(());
        }
        let get = async |id: &OrderId| api.read_order(id).await;
        let orders = resolve::get_all(ids, Subject::Order, get).await?;
        // The answers have stated the time of the server.
        api.printer().one_or_many(&orders)
    }
}
