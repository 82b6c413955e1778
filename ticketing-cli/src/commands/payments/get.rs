//! `ticketing payments get`

use clap_complete::ArgValueCandidates;
use ticketing_sdk::PaymentId;

use crate::complete;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome, Subject};

/// Which payment.
#[derive(Debug, clap::Args)]
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
