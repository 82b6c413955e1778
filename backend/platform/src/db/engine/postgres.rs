//! The database interface on PostgreSQL: threads with a connection each, and one transaction for each unit of work.
//!
//! Writes are serializable, so a unit may read and then write as if it ran alone. If transactions conflict, the server
//! rolls one of them back, and the worker runs it again, a bounded number of times. The worker replaces a lost
//! connection and runs the unit again, unless the connection was lost during the commit: then the outcome is unknown,
//! and the caller gets [`DbError::Uncertain`](crate::db::DbError::Uncertain).

mod worker;

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::Engine;
use crate::db::postgres::{Notifier, Role, Target, prepare, unusable};
use crate::db::{DbOptions, Dialect, Migrations, OpenError};
use worker::Worker;

/// Opens the schema, with a connection for each thread.
pub(in crate::db) fn open(
    target: &Target,
    options: DbOptions,
    migrations: &[Migrations],
) -> Result<Engine, OpenError> {
    prepare(target, target.url().is_migrated_here(), migrations)?;
    let notifier = Arc::new(Notifier::new(target.clone()));
    let mut engine = Engine::new(Dialect::Postgres, target.schema(), Some(notifier.clone()));
    let mut start = |name: &str, role: Role, threads: usize| {
        let (sender, queue) = mpsc::channel(options.queue);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.max(1) {
            let worker = Worker::new(target.clone(), role, engine.counters.clone(), notifier.clone());
            let queue = queue.clone();
            let spawned = engine.spawn(name, move || worker.run(&queue));
            spawned.map_err(|error| unusable(target, &error.to_string()))?;
        }
        Ok(Some(sender))
    };
    let writers = start("writer", Role::Writer, target.writers())?;
    let readers = start("reader", Role::Reader, target.readers())?;
    (engine.writers, engine.readers) = (writers, readers);
    Ok(engine)
}
