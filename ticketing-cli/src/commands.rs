//! The commands: a file per noun that lists its verbs, a file per verb that does it.

pub(crate) mod alias;
pub(crate) mod api;
pub(crate) mod auth;
pub(crate) mod buy;
pub(crate) mod checkin;
pub(crate) mod clock;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod doctor;
pub(crate) mod events;
mod list_limit;
pub(crate) mod man;
pub(crate) mod open;
pub(crate) mod orders;
pub(crate) mod passes;
pub(crate) mod payments;
pub(crate) mod profile;
pub(crate) mod tickets;
pub(crate) mod tui;
