//! `ticketing payments get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::PaymentId;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};
use crate::help;

/// The arguments of `ticketing payments get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing payments get 01a203b9-d806-71eb-8d06-dbab9285e702",
        "ticketing payments get 01a203b9-d806-71eb-8d06-dbab9285e702 --output json",
    ],
    "",
))]
pub(crate) struct Args {
    /// The payment's id
    #[arg(value_name = "PAYMENT", add = ArgValueCandidates::new(complete::payments))]
    id: PaymentId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let payment = api.client.payments().get(&self.id).await;
        api.printer().one(&payment.map_err(|error| Failure::about(&error, &Subject::Payment(self.id)))?)
    }
}
