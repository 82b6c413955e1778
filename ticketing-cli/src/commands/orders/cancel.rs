//! `ticketing orders cancel`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::OrderId;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::{complete, prompt};

/// Which order.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::orders))]
    id: OrderId,
    /// Do not ask
    #[arg(long, short)]
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
