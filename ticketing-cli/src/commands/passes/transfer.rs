//! `ticketing passes transfer`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::PassId;
use ticketing_tui::{Evidence, Operation};

use super::name_refusal;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::CliResult;
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing passes transfer`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing passes transfer 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10",
        "ticketing passes transfer 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 --output json | jq -r .claimCode",
        "ticketing passes transfer 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 --take-back",
    ],
    "The user who claims the pass with the code holds it from then on. The code is shown once; the same command again replaces it. \
     Until it is claimed, the pass admits its holder as before.",
))]
pub(crate) struct Args {
    /// The pass's id
    #[arg(value_name = "PASS", add = ArgValueCompleter::new(complete::by_id(complete::valid_passes)))]
    id: PassId,
    /// Take the pass back, if nobody has claimed it
    #[arg(long, visible_alias = "cancel", help_heading = help::PASS)]
    take_back: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let id = resolve::pass(api, self.id).await?;
        if self.take_back {
            let ended = api.send(api.client.passes().cancel_transfer(&id)).await?;
            name_refusal(api, ended, &id).await?;
            api.settle_known(Evidence::TakenBack(&id));
            api.io().info(&format!("took pass {} back: its claim code is void", id));
            return Ok(());
        }
        let operation = Operation::TransferPass { pass: id.clone() };
        let transfer = api.write(&operation, api.client.passes().transfer(&id)).await?;
        let transfer = name_refusal(api, transfer, &id).await?;
        api.printer().one(&transfer)?;
        api.io()
            .info("give the claim code to the next holder; `ticketing passes claim` claims the pass with it");
        Ok(())
    }
}
