//! `ticketing passes get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::PassId;

use crate::browser::{self, WebArgs};
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
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
    #[arg(value_name = "PASS", required = true, add = ArgValueCandidates::new(complete::passes))]
    ids: Vec<PassId>,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let mut ids = Vec::new();
        for id in self.ids {
            ids.push(resolve::pass(api, id).await?);
        }
        if self.web.web {
            for id in &ids {
                browser::open(api, api.client.pages().pass(id)).await?;
            }
            return Ok(());
        }
        let mut passes = Vec::new();
        for id in ids {
            let pass = api.client.passes().get(&id).await;
            passes.push(pass.map_err(|error| Failure::about(&error, &Subject::Pass(id)))?);
        }
        api.printer().one_or_many(&passes)
    }
}
