//! PostgreSQL for tests: a shared server, or a private one for one test.

mod hoard;
mod install;
pub(crate) mod lease;
pub(crate) mod server;

pub use hoard::Hoard;
pub use install::pgbench;
pub use server::PrivateServer;
