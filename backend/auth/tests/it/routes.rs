//! `/api/users`, a file for each route.

mod currentuser;
mod limits;
mod signin;
mod signout;
mod signup;
mod signup_again;
