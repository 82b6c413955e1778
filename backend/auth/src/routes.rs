//! The routes of `/api/users`, one file each.

pub(crate) mod currentuser;
pub(crate) mod signin;
pub(crate) mod signout;
pub(crate) mod signup;

use ticketing_platform::http::{ApiError, Field, ValidationErrors};

use crate::domain::Email;

/// The tag of these routes in the API's document.
pub(crate) const TAG: &str = "auth";

/// Returns the e-mail address and the password of a request, or the errors of both.
fn require_credentials<P>(
    email: Field<Email>,
    password: Field<P>,
    message: &str,
) -> Result<(Email, P), ApiError> {
    let mut errors = ValidationErrors::new();
    let email = email.required("email", Email::MESSAGE, &mut errors);
    let password = password.required("password", message, &mut errors);
    errors.finish()?;
    email.zip(password).ok_or_else(|| ApiError::internal("a field is missing without an error"))
}
