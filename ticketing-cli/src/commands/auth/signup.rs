//! `ticketing auth signup`

use ticketing_tui::Operation;

use super::{preview, welcome};
use crate::context::{ApiCommand, ApiContext};
use crate::environment::environment;
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::prompter::password_rule;
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// The arguments of `ticketing auth signup`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing auth signup --email ada@example.com",
        "pass show ticketing | ticketing auth signup --email ada@example.com --password-stdin",
    ],
    "The password comes from a prompt, from stdin, or from TICKETING_PASSWORD; never from an argument.",
))]
pub(crate) struct Args {
    #[command(flatten)]
    credentials: Credentials,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        if api.io().can_ask() {
            api.io().info(&password_rule());
        }
        let (email, password) = self.credentials.read(api.io(), environment(PASSWORD_VARIABLE), true).await?;
        if api.is_dry_run() {
            return Err(preview(api, "signup", &email).await);
        }
        // Fails here if the journal cannot be written, before an account exists whose session could not be stored.
        api.begin_command(&Operation::SignUp).await?.settle();
        let user = api.client.auth().sign_up(email, password).await.map_err(Failure::from)?;
        api.io().record_effect();
        welcome(api, &user).await
    }
}
