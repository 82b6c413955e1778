//! `ticketing whoami`

use ticketing_sdk::User;

use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::Format;

/// The arguments of `ticketing whoami`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing whoami", "ticketing whoami --json id"],
    "On a terminal and on a pipe, the e-mail address alone. `ticketing status` shows more.",
))]
pub(crate) struct Args {}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        match api.client.auth().current_user().await? {
            Some(user) if matches!(api.context.settings.format, Format::Table | Format::Tsv) => {
                api.io().line(&ticketing_sdk::text::sanitize(&user.email))
            }
            Some(user) => api.printer().one(&User::new(user.id, user.email)),
            None => Err(Failure::new(Exit::NotAllowed, "you are not signed in")
                .hint("`ticketing login --email EMAIL` signs in")),
        }
    }
}
