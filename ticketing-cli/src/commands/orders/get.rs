//! `ticketing orders get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::OrderId;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};

/// Which order.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The order's id
    #[arg(value_name = "ORDER", add = ArgValueCandidates::new(complete::orders))]
    id: OrderId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let order = api.client.orders().get(&self.id).await;
        api.printer().one(&order.map_err(|error| Failure::about(&error, &Subject::Order(self.id)))?)
    }
}
