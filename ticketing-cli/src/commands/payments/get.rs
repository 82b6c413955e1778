//! `ticketing payments get`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::PaymentId;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing payments get`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing payments get 01a203b9-d806-71eb-8d06-dbab9285e702",
    "ticketing payments get 01a203b9-d806-71eb-8d06-dbab9285e702 --output json",
]))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "PAYMENT", required = true, add = ArgValueCompleter::new(complete::by_id(complete::payments)))]
    ids: Vec<PaymentId>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let ids = resolve::all(api, self.ids, resolve::payment).await?;
        let get = async |id: &PaymentId| api.client.payments().get(id).await;
        let payments = resolve::get_all(ids, Subject::Payment, get).await?;
        // The answers have stated the time of the server.
        api.printer().one_or_many(&payments)
    }
}
