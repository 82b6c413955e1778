//! `ticketing auth`: accounts and sessions.

pub(crate) mod signout;
pub(crate) mod status;
pub(crate) mod whoami;

use clap::Subcommand;

use ticketing_sdk::{Method, SessionLocation};
use ticketing_tui::Operation;

use crate::context::{ApiCommand, ApiContext};
use crate::environment::environment;
use crate::failure::CliResult;
use crate::help;
use crate::prompter::password_rule;
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// The subcommands of `ticketing auth`.
#[derive(Debug, Subcommand)]
#[command(after_long_help = help::examples(&[
    "ticketing auth signup --email ada@example.com",
    "ticketing auth signin --email ada@example.com",
    "ticketing auth status",
]))]
pub(crate) enum AuthCommand {
    /// Create an account and sign in
    #[command(alias = "register", after_long_help = help::long(
        &[
            "ticketing auth signup --email ada@example.com",
            "pass show ticketing | ticketing auth signup --email ada@example.com --password-stdin",
        ],
        PASSWORD_HELP,
    ))]
    Signup(Credentials),
    /// Sign in to an account
    #[command(alias = "login", after_long_help = help::long(
        &[
            "ticketing auth signin --email ada@example.com",
            "pass show ticketing | ticketing auth signin --email ada@example.com --password-stdin",
        ],
        PASSWORD_HELP,
    ))]
    Signin(Credentials),
    /// Sign out: end the session on the server and on this machine
    #[command(alias = "logout")]
    Signout(signout::Args),
    /// Show the account, the server and the storage of the session
    Status(status::Args),
}

/// The help text about the source of a password.
const PASSWORD_HELP: &str =
    "The password comes from a prompt, from stdin, or from TICKETING_PASSWORD; never from an argument.";

impl ApiCommand for AuthCommand {
    async fn run(self, api: &ApiContext) -> CliResult {
        match self {
            Self::Signup(credentials) => sign_in(api, credentials, true).await,
            Self::Signin(credentials) => sign_in(api, credentials, false).await,
            Self::Signout(args) => args.run(api).await,
            Self::Status(args) => args.run(api).await,
        }
    }
}

/// Signs in to an account, or creates it first if it is a new one. Shows the account, and where the session is stored if that is not
/// the keyring.
pub(crate) async fn sign_in(api: &ApiContext, credentials: Credentials, is_new: bool) -> CliResult {
    if is_new && api.io().can_ask() {
        api.io().info(&password_rule());
    }
    let (email, password) = credentials.read(api.io(), environment(PASSWORD_VARIABLE), is_new).await?;
    if api.is_dry_run() {
        let path = if is_new { "/api/users/signup" } else { "/api/users/signin" };
        let body = serde_json::json!({"email": email, "password": ""});
        return Err(api.preview(&api.client.request(Method::POST, path).json(&body).without_session()).await);
    }
    let user = if is_new {
        // Fails here if the journal cannot be written, before an account exists whose session could not be stored.
        api.begin_command(&Operation::SignUp).await?.settle();
        let user = api.client.auth().sign_up(email, password).await?;
        api.io().record_effect();
        user
    } else {
        api.client.auth().sign_in(email, password).await?
    };
    api.printer().one(&user)?;
    api.io().info(&format!("signed in to {} as {}", api.client.server(), user.email));
    let location = api.client.session().await?.location;
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
