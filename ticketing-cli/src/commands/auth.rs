//! `ticketing auth`: accounts and sessions.

pub(crate) mod signin;
pub(crate) mod signout;
mod signup;
pub(crate) mod status;
pub(crate) mod whoami;

use clap::Subcommand;

use crate::context::ApiContext;
use crate::failure::{Failure, Outcome};
use crate::help;
use ticketing_sdk::{Method, SessionLocation, User};

/// The subcommands of `ticketing auth`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::examples(&[
    "ticketing auth signup --email ada@example.com",
    "ticketing auth signin --email ada@example.com",
    "ticketing auth status",
]))]
pub(crate) enum AuthCommand {
    /// Create an account and sign in
    #[command(alias = "register")]
    Signup(signup::Args),
    /// Sign in to an account
    #[command(alias = "login")]
    Signin(signin::Args),
    /// Sign out: end the session on the server and on this machine
    #[command(alias = "logout")]
    Signout(signout::Args),
    /// Show the account, the server and the storage of the session
    Status(status::Args),
}

run_verbs!(AuthCommand: Signup, Signin, Signout, Status);

/// Prints the request that would sign in or up, and returns the end of the command.
async fn preview(api: &ApiContext, route: &str, email: &str) -> Failure {
    let body = serde_json::json!({"email": email, "password": ""});
    let request = api.client.request(Method::POST, format!("/api/users/{route}")).json(&body);
    api.preview(&request.without_session()).await
}

/// Shows the account that has signed in, and where the session is stored if that is not the keyring.
async fn welcome(api: &ApiContext, user: &User) -> Outcome {
    api.printer().one(user)?;
    api.io().info(&format!("signed in to {} as {}", api.client.server(), user.email));
    let location = api.client.session().await.map_err(Failure::from)?.location;
    match (&location, location.notice()) {
        (SessionLocation::Given, _) => {
            api.io().warn("TICKETING_SESSION is set and takes precedence, so the new session is not stored");
        }
        (_, Some(warning)) => api.io().warn(&warning),
        (SessionLocation::File { path, .. }, None) => api.io().warn(&format!(
            "the session is stored in the file {}, which only its owner can read",
            path.display()
        )),
        _ => {}
    }
    Ok(())
}
