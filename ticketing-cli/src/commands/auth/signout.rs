//! `ticketing auth signout`

use ticketing_sdk::Method;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure};
use crate::help;

/// The arguments of `ticketing auth signout`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing auth signout",
    "ticketing auth signout --forget",
]))]
pub(crate) struct Args {
    /// Delete the session on this machine only, without a request to the server
    #[arg(long, help_heading = help::ACCOUNT)]
    forget: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let server = api.client.server();
        if api.is_dry_run() && !self.forget {
            return Err(api.preview(&api.client.request(Method::POST, "/api/users/signout")).await);
        }
        let session = api.client.session().await.map_err(Failure::from)?;
        if let Some(why) = session.unreadable.filter(|_| !self.forget) {
            return Err(Failure::failed(format!("the session at {server} cannot be read: {why}")).hint(
                "make it readable and sign out again; `ticketing auth signout --forget` deletes it on this machine only",
            ));
        }
        if !session.present && !self.forget {
            api.io().info(&format!("there is no session at {server}"));
            return Ok(());
        }
        if self.forget && api.is_dry_run() {
            api.io().info(&format!("would delete the session at {server} on this machine"));
            return Ok(());
        }
        if self.forget {
            api.client.auth().forget().await.map_err(Failure::from)?;
            api.io().info(&format!(
                "deleted the session at {server} on this machine; the server accepts it until it expires"
            ));
            return Ok(());
        }
        api.client.auth().sign_out().await.map_err(|error| match error.is_unreachable() {
            true => Failure::from(error)
                .hint("`ticketing auth signout --forget` deletes the session on this machine only"),
            false => Failure::from(error),
        })?;
        api.io().info(&format!("signed out of {server}"));
        Ok(())
    }
}
