//! `ticketing passes get`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::PassId;

use crate::browser::WebArgs;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing passes get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing passes get 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10",
        "ticketing passes get 8c5e2f10 --output json | jq -r .status",
        "ticketing passes get 8c5e2f10 --web",
    ],
    "`ticketing passes show` shows the code.",
))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "PASS", required = true, add = ArgValueCompleter::new(complete::by_id(complete::passes)))]
    ids: Vec<PassId>,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let ids = resolve::all(api, self.ids, resolve::pass).await?;
        if self.web.open(api, &ids, |pages, id| pages.pass(id)).await? {
            return Ok(());
        }
        let get = async |id: &PassId| api.read_pass(id).await;
        let passes = resolve::get_all(ids, Subject::Pass, get).await?;
        // The answers have stated the time of the server.
        api.printer().one_or_many(&passes)
    }
}
