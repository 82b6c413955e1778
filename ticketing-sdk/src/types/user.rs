//! Users, and who is signed in.

use serde::{Deserialize, Serialize};

use super::UserId;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// The address that signs in.
    pub email: String,
}

/// The account that a session belongs to, as its token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CurrentUser {
    /// Who is signed in.
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
    /// Who issued the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
}

/// The answer to "who am I": nobody, or an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CurrentUserAnswer {
    /// The signed-in account, `null` without a session.
    #[serde(default)]
    pub current_user: Option<CurrentUser>,
}
