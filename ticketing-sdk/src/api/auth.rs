//! Accounts and sessions: `/api/users`.

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::{Client, CurrentUser, CurrentUserAnswer, Result, User};

/// Accounts and sessions. See [`Client::auth`].
///
/// ```no_run
/// use ticketing_sdk::Client;
///
/// # async fn example(client: Client, password: String) -> ticketing_sdk::Result<()> {
/// client.auth().sign_up("bob@example.com", password.clone()).await?;
/// let user = client.auth().sign_in("ada@example.com", password).await?;
/// let current = client.auth().current_user().await?;
/// assert_eq!(current.map(|current| current.id), Some(user.id));
/// if client.auth().sign_out().await.is_err() {
///     // The server is away, and the session must not stay on this machine.
///     client.auth().forget().await?;
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Auth {
    pub(super) client: Client,
}

#[derive(Serialize)]
struct Credentials<'a> {
    email: &'a str,
    password: &'a str,
}

impl Auth {
    /// Makes an account and signs in: the session of the client becomes its. The password has 8 to 128 characters.
    ///
    /// # Errors
    /// `email_in_use`, `invalid_input` with the invalid fields, `too_many_requests`; [`Error::Session`] if the
    /// account was made but the session cannot be kept.
    ///
    /// [`Error::Session`]: crate::Error::Session
    pub async fn sign_up(&self, email: impl Into<String>, password: impl Into<SecretString>) -> Result<User> {
        self.enter("/api/users/signup", email.into(), password.into()).await
    }

    /// Signs in: the session of the client becomes that of the account.
    ///
    /// # Errors
    /// `invalid_credentials`, `invalid_input`, `too_many_requests`; [`Error::Session`] if the session cannot be kept.
    ///
    /// [`Error::Session`]: crate::Error::Session
    pub async fn sign_in(&self, email: impl Into<String>, password: impl Into<SecretString>) -> Result<User> {
        self.enter("/api/users/signin", email.into(), password.into()).await
    }

    async fn enter(&self, path: &str, email: String, password: SecretString) -> Result<User> {
        let body = Credentials { email: &email, password: password.expose_secret() };
        self.client.request(Method::POST, path).json(&body).replacing_session().send_checked().await?.json()
    }

    /// Ends the session for good, on the server and in the store. Without a session, nothing changes.
    ///
    /// # Errors
    /// If the server cannot be reached, the session stays; [`Self::forget`] removes it locally.
    pub async fn sign_out(&self) -> Result<()> {
        self.client
            .request(Method::POST, "/api/users/signout")
            .repeatable()
            .send_checked()
            .await?
            .no_content()?;
        self.forget().await
    }

    /// Forgets the session here, and sends nothing: elsewhere, a copy of it would still be good.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn forget(&self) -> Result<()> {
        self.client.transport().session.forget().await
    }

    /// Returns the signed-in user; `None` without a valid session.
    ///
    /// # Errors
    /// Only those of every call.
    pub async fn current_user(&self) -> Result<Option<CurrentUser>> {
        let answer = self.client.request(Method::GET, "/api/users/currentuser").send_checked().await?;
        Ok(answer.json::<CurrentUserAnswer>()?.current_user)
    }
}
