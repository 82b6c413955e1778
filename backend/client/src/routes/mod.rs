//! The routes, a file each.

pub(crate) mod api;
pub(crate) mod file;
pub(crate) mod page;
