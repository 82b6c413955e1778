//! The database interface on PostgreSQL: threads with a connection each, and one transaction for each unit of work.
//!
//! Writes are serializable, so a unit may read and then write as if it ran alone. If transactions conflict, the server
//! rolls one of them back, and the worker runs it again, a bounded number of times. The worker replaces a lost
//! connection and runs the unit again, unless the connection was lost during the commit: then the outcome is unknown,
//! and the caller gets [`DbError::Uncertain`](super::DbError::Uncertain).

mod client;
mod connection;
mod migrate;
mod notifier;
mod retry_reason;
mod session;
mod tls;
mod url;
mod worker;

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::engine::Engine;
use super::{DbOptions, Dialect, Migrations, OpenError};
use connection::Role;
pub(super) use notifier::Notifier;
pub(super) use session::Session;
pub use url::{CONNECTIONS, PostgresUrl, Target, UrlError};
use worker::Worker;

/// Opens the schema, with a connection for each thread.
pub(super) fn open(
    target: &Target,
    options: DbOptions,
    migrations: &[Migrations],
) -> Result<Engine, OpenError> {
    prepare(target, target.url().is_migrated_here(), migrations)?;
    let notifier = Arc::new(Notifier::new(target.clone()));
    let mut engine = Engine::new(Dialect::Postgres, target.schema(), Some(notifier.clone()));
    let mut start = |role: Role, threads: usize| {
        let (sender, queue) = mpsc::channel(options.queue);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.max(1) {
            let worker = Worker::new(target.clone(), role, engine.counters.clone(), notifier.clone());
            let queue = queue.clone();
            let spawned = engine.spawn(role.name(), move || worker.run(&queue));
            spawned.map_err(|error| unusable(target, &error.to_string()))?;
        }
        Ok(Some(sender))
    };
    let (writers, readers) = (start(Role::Writer, target.writers())?, start(Role::Reader, target.readers())?);
    (engine.writers, engine.readers) = (writers, readers);
    Ok(engine)
}

/// Applies missing migrations.
pub(super) fn migrate(target: &Target, migrations: &[Migrations]) -> Result<(), OpenError> {
    prepare(target, true, migrations)
}

/// Reports missing migrations. Changes nothing.
pub(super) fn check(target: &Target, migrations: &[Migrations]) -> Result<(), OpenError> {
    prepare(target, false, migrations)
}

fn prepare(target: &Target, migrate: bool, migrations: &[Migrations]) -> Result<(), OpenError> {
    // The client blocks in its own runtime, which must not start on a thread of another runtime.
    std::thread::scope(|scope| {
        let prepare = scope.spawn(|| migrate::prepare(target, migrate, migrations));
        prepare.join().unwrap_or_else(|_| Err(unusable(target, "its preparation panicked")))
    })
}

fn unusable(target: &Target, reason: &str) -> OpenError {
    OpenError::Unusable { database: target.to_string(), reason: reason.to_owned() }
}
