//! `ticketing payments list`

use crate::commands::list_limit::ListLimit;
use crate::context::{ApiCommand, ApiContext};
use crate::failure::Outcome;

/// How many.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    list_limit: ListLimit,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        self.list_limit.show_newest(api, api.client.payments().list()).await
    }
}
