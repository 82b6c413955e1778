//! `ticketing orders get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::OrderId;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;

/// The arguments of `ticketing orders get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing orders get 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing orders get 01a203b9-d806-71eb-8d06-dbab9285e702 --output json",
    ],
    "",
))]
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
