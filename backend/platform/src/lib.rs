//! The foundation of every service: database, HTTP, sessions, idempotency, clock, telemetry.
//!
//! A service has rules, tables and routes. Code that several services need is here.

pub mod backoff;
pub mod clock;
pub mod db;
pub mod descriptors;
mod error_chain;
pub mod files;
pub mod health;
pub mod http;
pub mod idempotency;
mod kill_point;
pub mod limits;
pub mod outage;
pub mod session;
pub mod shutdown;
pub mod signal;
pub mod telemetry;
pub mod visibility;

pub use error_chain::{causes, error_chain};
pub use kill_point::kill_point;
