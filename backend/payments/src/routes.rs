//! The routes of payments, one file each.

mod begin;
pub(crate) mod create;
mod follow;
pub(crate) mod get;
mod input;
pub(crate) mod list;
pub(crate) mod timeline;
pub(crate) mod webhook;
