//! Migrations: append-only SQL texts, applied once each and checked at every start.

/// The tables of one part of a service. A database is made of several parts, each with a history of its own.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The part: its history is the table `migrations_<part>`.
    pub part: &'static str,
    /// Name (`V1__accounts`) and text of each migration, oldest first.
    pub scripts: &'static [(&'static str, &'static str)],
}

impl Migrations {
    /// The runner that applies what is missing.
    pub(super) fn runner(&self) -> Result<refinery::Runner, refinery::Error> {
        let scripts: Result<Vec<_>, _> =
            self.scripts.iter().map(|(name, sql)| refinery::Migration::unapplied(name, sql)).collect();
        // Grouped, so that the scripts and the history that tells of them are one transaction: a process that is killed
        // in between would leave tables that no later start expects.
        let mut runner = refinery::Runner::new(&scripts?).set_grouped(true);
        runner.set_migration_table_name(self.history());
        Ok(runner)
    }
    /// The table that tells which of them were applied.
    pub(super) fn history(&self) -> String {
        format!("migrations_{}", self.part)
    }
}
