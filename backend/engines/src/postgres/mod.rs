//! PostgreSQL for tests: one server that they share, or one of a test's own.

mod hoard;
mod install;
pub(crate) mod lease;
pub(crate) mod server;

pub use hoard::Hoard;
pub use install::pgbench;
pub use server::PrivateServer;
