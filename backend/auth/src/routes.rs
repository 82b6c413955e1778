//! The routes of `/api/users`, one file each.

pub(crate) mod currentuser;
pub(crate) mod signin;
pub(crate) mod signout;
pub(crate) mod signup;

/// The tag of these routes in the API's document.
pub(crate) const TAG: &str = "auth";
