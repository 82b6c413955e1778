//! The route handlers, one file for each.

pub(crate) mod api;
pub(crate) mod file;
pub(crate) mod page;
