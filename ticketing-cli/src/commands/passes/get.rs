//! `ticketing passes get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::PassId;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing passes get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing passes get 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10",
        "ticketing passes get 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 --output json | jq -r .status",
    ],
    "`ticketing passes show` shows the code.",
))]
pub(crate) struct Args {
    /// The pass's id
    #[arg(value_name = "PASS", add = ArgValueCandidates::new(complete::passes))]
    id: PassId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let id = resolve::pass(api, self.id).await?;
        let pass = api.client.passes().get(&id).await;
        api.printer().one(&pass.map_err(|error| Failure::about(&error, &Subject::Pass(id)))?)
    }
}
