//! `ticketing auth signin`

use super::{preview, welcome};
use crate::context::{ApiCommand, ApiContext};
use crate::environment::environment;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// The arguments of `ticketing auth signin`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing auth signin --email ada@example.com",
        "pass show ticketing | ticketing auth signin --email ada@example.com --password-stdin",
    ],
    "The password comes from a prompt, from stdin, or from TICKETING_PASSWORD; never from an argument.",
))]
pub(crate) struct Args {
    #[command(flatten)]
    credentials: Credentials,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let (email, password) =
            self.credentials.read(api.io(), environment(PASSWORD_VARIABLE), false).await?;
        if api.is_dry_run() {
            return Err(preview(api, "signin", &email).await);
        }
        let user = api.client.auth().sign_in(email, password).await.map_err(Failure::from)?;
        welcome(api, &user).await
    }
}
