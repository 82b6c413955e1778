//! What every service stands on: database, HTTP, sessions, idempotency, clock, telemetry.
//!
//! Services hold rules, tables and routes; everything they would otherwise repeat lives here, once.

pub mod clock;
pub mod db;
pub mod descriptors;
pub mod files;
pub mod health;
pub mod http;
pub mod idempotency;
mod kill_point;
pub mod limits;
pub mod session;
pub mod shutdown;
pub mod signal;
pub mod telemetry;
pub mod visibility;

pub use kill_point::kill_point;
