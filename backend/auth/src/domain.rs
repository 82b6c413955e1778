//! The rules of accounts, without I/O.

mod email;
mod password;

pub(crate) use email::Email;
pub(crate) use password::{GivenPassword, Password};
