//! Users, and the current user.

use serde::{Deserialize, Serialize};

use super::UserId;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Identifies the user.
    pub id: UserId,
    /// The address that signs in.
    pub email: String,
}

/// The account of a session, with the claims of its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
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

/// The response to a request for the current user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CurrentUserAnswer {
    /// The signed-in account, `null` without a session.
    #[serde(default)]
    pub current_user: Option<CurrentUser>,
}
