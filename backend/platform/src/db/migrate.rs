//! Migrations: append-only SQL texts, applied once each and checked at every start.

use refinery::error::Kind;

use super::OpenError;
use super::sqlite::explain;
use crate::error_chain::{causes, error_chain};

/// The migrations of one part of a service. A database has several parts, each with its own history.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The name of the part. Its history is the table `migrations_<part>`.
    pub part: &'static str,
    /// Name (`V1__accounts`) and text of each migration, oldest first.
    pub scripts: &'static [(&'static str, &'static str)],
}

impl Migrations {
    /// Returns the runner that applies missing migrations.
    pub(super) fn runner(&self) -> Result<refinery::Runner, refinery::Error> {
        let scripts: Result<Vec<_>, _> =
            self.scripts.iter().map(|(name, sql)| refinery::Migration::unapplied(name, sql)).collect();
        // Grouped, so that the scripts and their history are one transaction: a process that is killed in between would
        // leave tables that no later start expects.
        let mut runner = refinery::Runner::new(&scripts?).set_grouped(true);
        runner.set_migration_table_name(self.history());
        Ok(runner)
    }

    /// Returns the table of the applied migrations.
    pub(super) fn history(&self) -> String {
        format!("migrations_{}", self.part)
    }
}

/// Converts an error of the runner on this database.
pub(super) fn migration_error(database: String, error: &refinery::Error) -> OpenError {
    match error.kind() {
        Kind::DivergentVersion(applied, _) => divergence(database, applied),
        _ => {
            let of_sqlite = causes(error).find(|cause| cause.is::<rusqlite::Error>());
            OpenError::Migration { database, reason: of_sqlite.map_or_else(|| error_chain(error), explain) }
        }
    }
}

/// Returns the error of an applied migration that differs from the one of this program. The first one of each part is fixed since
/// version 0.1.0, so a development version has applied it.
pub(super) fn divergence(database: String, applied: &refinery::Migration) -> OpenError {
    if applied.version() == 1 {
        OpenError::DevelopmentVersion { database }
    } else {
        OpenError::Migration { database, reason: format!("the applied migration {applied} is another one") }
    }
}
