//! PostgreSQL: connections to a schema, their sessions, migrations and notifications.

mod client;
mod connection;
mod migrate;
mod notifier;
mod run_error;
mod tls;
mod transaction;
mod url;

use super::{Migrations, OpenError};
pub(super) use connection::{Connection, Role};
pub(super) use notifier::Notifier;
pub(super) use run_error::RunError;
pub use url::{CONNECTIONS, PostgresUrl, Target, UrlError};

/// Applies missing migrations, or reports them and changes nothing.
pub(super) fn prepare(target: &Target, migrate: bool, migrations: &[Migrations]) -> Result<(), OpenError> {
    // The client blocks in its own runtime, which must not start on a thread of another runtime.
    std::thread::scope(|scope| {
        let prepare = scope.spawn(|| migrate::prepare(target, migrate, migrations));
        prepare.join().unwrap_or_else(|_| Err(unusable(target, "its preparation panicked")))
    })
}

pub(super) fn unusable(target: &Target, reason: &str) -> OpenError {
    OpenError::Unusable { database: target.to_string(), reason: reason.to_owned() }
}
