//! PostgreSQL for tests: a shared server, or a private one for one test.

mod exhaustion;
mod install;
pub(crate) mod lease;
pub(crate) mod server;

pub use exhaustion::ConnectionExhaustion;
pub use install::pgbench;
pub use server::PrivateServer;
