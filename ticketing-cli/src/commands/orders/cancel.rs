//! `ticketing orders cancel`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::OrderId;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;
use crate::{complete, prompt};

/// The arguments of `ticketing orders cancel`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders cancel 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing orders cancel 01a203b9-d806-71eb-8d06-dbab9285e702 --yes",
    ],
    "",
))]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::orders))]
    id: OrderId,
    /// Cancel without a prompt
    #[arg(long, short, help_heading = help::CONFIRMATION)]
    yes: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        prompt::confirm(api.io(), self.yes, &format!("Cancel order {}?", self.id))?;
        let cancelled = api.client.orders().cancel(&self.id).await;
        cancelled.map_err(|error| Failure::about(&error, &Subject::Order(self.id.clone())))?;
        api.io().remark(&format!("cancelled order {}", self.id));
        Ok(())
    }
}
