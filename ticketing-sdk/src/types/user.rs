//! Users, and the current user.

use serde::{Deserialize, Serialize};

use super::{UserId, setters};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// Identifies the user.
    pub id: UserId,
    /// The address that signs in.
    pub email: String,
}

impl User {
    /// Creates an account.
    ///
    /// ```
    /// let user = ticketing_sdk::User::new("ada", "ada@example.com");
    /// assert_eq!(user.email, "ada@example.com");
    /// ```
    pub fn new(id: impl Into<UserId>, email: impl Into<String>) -> Self {
        Self { id: id.into(), email: email.into() }
    }
}

/// The account of a session, with the claims of its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CurrentUser {
    /// Identifies the user.
    pub id: UserId,
    /// The address that signed in.
    pub email: String,
    /// When the session was issued, in Unix seconds.
    #[serde(default)]
    pub iat: i64,
    /// When the session ends, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Identifies the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The issuer of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}

setters!(CurrentUser { iat: as i64, exp: some i64, jti: some_into String, iss: some_into String });

impl CurrentUser {
    /// Creates the account of a session that states none of its claims.
    ///
    /// ```
    /// let user = ticketing_sdk::CurrentUser::new("ada", "ada@example.com").iat(1_700_000_000);
    /// assert_eq!(user.exp, None);
    /// ```
    pub fn new(id: impl Into<UserId>, email: impl Into<String>) -> Self {
        Self { id: id.into(), email: email.into(), iat: 0, exp: None, jti: None, iss: None }
    }
}

/// The response to a request for the current user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CurrentUserAnswer {
    /// The signed-in account, `null` without a session.
    #[serde(default)]
    pub current_user: Option<CurrentUser>,
}

impl CurrentUserAnswer {
    /// Creates the response: `None` without a session.
    ///
    /// ```
    /// use ticketing_sdk::CurrentUserAnswer;
    ///
    /// assert_eq!(serde_json::to_string(&CurrentUserAnswer::new(None))?, r#"{"currentUser":null}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn new(current_user: Option<CurrentUser>) -> Self {
        Self { current_user }
    }
}
