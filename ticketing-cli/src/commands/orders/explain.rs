//! `ticketing orders explain`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::OrderId;
use ticketing_tui::Evidence;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing orders explain`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders explain 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing orders explain 01a203b9-d806-71eb-8d06-dbab9285e702 --jq .summary",
    ],
    "Each service answers for its own part, and the command merges the parts. A service that does not answer leaves a gap, \
     which is reported.",
))]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCompleter::new(complete::by_id(complete::orders)))]
    id: OrderId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let id = resolve::order(api, self.id).await?;
        let explanation = api.client.orders().explain(&id).await;
        let explanation =
            explanation.map_err(|error| Failure::from_error(&error, &Subject::Order(id.clone())))?;
        api.settle_known(Evidence::Orders(explanation.order.as_slice()));
        for gap in &explanation.gaps {
            api.io().warn(&format!("the timeline lacks the part of {}: {}", gap.service, gap.reason));
        }
        api.printer().explanation(&explanation)
    }
}
