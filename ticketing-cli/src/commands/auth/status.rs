//! `ticketing auth status`

use ticketing_sdk::{Timestamp, User};

use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure, exit_of_session, hint_to_read_session};
use crate::help;
use crate::output::SessionStatus;

/// The arguments of `ticketing auth status`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::examples(&[
    "ticketing auth status",
    "ticketing auth status --output json | jq .until",
]))]
pub(crate) struct Args {}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let session = api.client.session().await.map_err(Failure::from)?;
        if let Some(why) = session.unreadable {
            return Err(Failure::new(exit_of_session(&why), format!("the session cannot be read: {why}"))
                .detail(format!("it is kept in {}", session.location))
                .hint(hint_to_read_session(&why)));
        }
        let kept_in = session.location.to_string();
        let current = api.client.auth().current_user().await.map_err(|error| {
            let what = if session.present { "a session for it is" } else { "a session for it would be" };
            Failure::from(error).detail(format!("{what} kept in {kept_in}"))
        })?;
        let status = SessionStatus {
            server: api.client.server().to_owned(),
            signed_in: current.is_some(),
            since: current.as_ref().and_then(|user| seconds((user.iat > 0).then_some(user.iat))),
            until: current.as_ref().and_then(|user| seconds(user.exp)),
            user: current.map(|user| User::new(user.id, user.email)),
            kept_in,
        };
        api.printer().one(&status)?;
        if status.signed_in {
            return Ok(());
        }
        let why = if session.present { "the session has ended" } else { "you are not signed in" };
        Err(Failure::new(Exit::NotAllowed, why).hint("`ticketing auth signin --email EMAIL` signs in"))
    }
}

fn seconds(since_epoch: Option<i64>) -> Option<Timestamp> {
    Some(Timestamp::from_millis(since_epoch?.saturating_mul(1000)))
}
