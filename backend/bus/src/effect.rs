//! The effect of an event on a copy, by versions.

use ticketing_platform::db::{Arg, DbError, Tx};

/// The effect of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApplyOutcome {
    /// It was applied, or there was nothing to change.
    Done,
    /// It is a duplicate.
    Duplicate,
    /// Its predecessor is missing.
    OutOfOrder,
    /// It is not due by the clock of the marketplace.
    NotDue,
}

/// A table of copies, which events update in the order of their versions.
#[derive(Clone, Copy, Debug)]
pub struct Copies {
    /// The name of the table, which has a column `version`, and `status` if [`set_status`](Self::set_status) is used.
    pub table: &'static str,
    /// The name of the column of the identifier.
    pub id: &'static str,
}

impl Copies {
    /// Returns the version of the copy `id`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn version<'a>(self, tx: &mut Tx<'_>, id: impl Into<Arg<'a>>) -> Result<Option<i64>, DbError> {
        let sql = format!("SELECT version FROM {} WHERE {} = $1", self.table, self.id);
        tx.query_opt(&sql, &[id.into()], |row| row.int("version"))
    }

    /// Runs `apply` if an event of this version is the next one of the copy `id`.
    ///
    /// # Errors
    /// If the database fails.
    pub fn apply<'a>(
        self,
        tx: &mut Tx<'_>,
        id: impl Into<Arg<'a>>,
        version: i64,
        apply: impl FnOnce(&mut Tx<'_>) -> Result<(), DbError>,
    ) -> Result<ApplyOutcome, DbError> {
        let outcome = compare_version(self.version(tx, id)?, version);
        if outcome == ApplyOutcome::Done {
            apply(tx)?;
        }
        Ok(outcome)
    }

    /// Sets the status of the copy `id` by an event of this version.
    ///
    /// # Errors
    /// If the database fails.
    pub fn set_status<'a>(
        self,
        tx: &mut Tx<'_>,
        id: impl Into<Arg<'a>> + Copy,
        status: &str,
        version: i64,
    ) -> Result<ApplyOutcome, DbError> {
        let sql = format!("UPDATE {} SET status = $2, version = $3 WHERE {} = $1", self.table, self.id);
        self.apply(tx, id, version, |tx| {
            tx.execute_deferred(&sql, &[id.into(), status.into(), version.into()])
        })
    }
}

/// Compares the version of an event with the version of the copy, `None` if there is no copy. The first version is 0.
#[must_use]
pub fn compare_version(known: Option<i64>, version: i64) -> ApplyOutcome {
    let next = known.map_or(0, |known| known + 1);
    match version.cmp(&next) {
        std::cmp::Ordering::Less => ApplyOutcome::Duplicate,
        std::cmp::Ordering::Equal => ApplyOutcome::Done,
        std::cmp::Ordering::Greater => ApplyOutcome::OutOfOrder,
    }
}
