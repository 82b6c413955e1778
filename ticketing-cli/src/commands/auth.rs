//! `ticketing auth`: signing up, in and out, and who is signed in.

mod signin;
mod signout;
mod signup;
mod status;

use clap::Subcommand;

use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome};
use ticketing_sdk::{SessionPlace, User};

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

impl OnlineCommand for Auth {
    async fn run(self, online: &Online) -> Outcome {
        match self {
            Self::Signup(args) => args.run(online).await,
            Self::Signin(args) => args.run(online).await,
            Self::Signout(args) => args.run(online).await,
            Self::Status(args) => args.run(online).await,
        }
    }
}

/// Shows who is signed in now, and says where the session is kept if that is not the keyring.
async fn welcome(online: &Online, user: &User) -> Outcome {
    online.printer().one(user)?;
    online.io().remark(&format!("signed in to {} as {}", online.client.server(), user.email));
    let place = online.client.session().await.map_err(Failure::from)?.place;
    match (&place, place.notice()) {
        (SessionPlace::Given, _) => {
            online.io().notice("TICKETING_SESSION is set and goes first, so this new session is not kept");
        }
        (_, Some(notice)) => online.io().notice(&notice),
        (SessionPlace::File { path, .. }, None) => online
            .io()
            .notice(&format!("the session is kept in the file {}, which only you can read", path.display())),
        _ => {}
    }
    Ok(())
}
