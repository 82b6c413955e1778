//! `ticketing auth`: signing up, in and out, and who is signed in.

mod signin;
mod signout;
mod signup;
mod status;

use clap::Subcommand;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome};
use ticketing_sdk::{SessionLocation, User};

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Auth {
    /// Make an account and sign in with it
    #[command(alias = "register")]
    Signup(signup::Args),
    /// Sign in
    #[command(alias = "login")]
    Signin(signin::Args),
    /// Sign out: the session ends on the server and here
    #[command(alias = "logout")]
    Signout(signout::Args),
    /// Who is signed in where, until when, and where the session is kept
    Status(status::Args),
}

impl ApiCommand for Auth {
    async fn run(self, api: &ApiContext) -> Outcome {
        match self {
            Self::Signup(args) => args.run(api).await,
            Self::Signin(args) => args.run(api).await,
            Self::Signout(args) => args.run(api).await,
            Self::Status(args) => args.run(api).await,
        }
    }
}

/// Shows who is signed in now, and says where the session is kept if that is not the keyring.
async fn welcome(api: &ApiContext, user: &User) -> Outcome {
    api.printer().one(user)?;
    api.io().remark(&format!("signed in to {} as {}", api.client.server(), user.email));
    let place = api.client.session().await.map_err(Failure::from)?.place;
    match (&place, place.notice()) {
        (SessionLocation::Given, _) => {
            api.io().notice("TICKETING_SESSION is set and goes first, so this new session is not kept");
        }
        (_, Some(notice)) => api.io().notice(&notice),
        (SessionLocation::File { path, .. }, None) => api
            .io()
            .notice(&format!("the session is kept in the file {}, which only you can read", path.display())),
        _ => {}
    }
    Ok(())
}
