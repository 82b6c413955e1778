//! Maps errors of PostgreSQL and its client to errors of the database interface, and to reasons for running a
//! transaction again.

use std::error::Error as _;

use postgres::Error;
use postgres::error::SqlState;

use crate::db::DbError;
use crate::db::error_class::{ErrorClass, classify_sqlstate};
use crate::error_chain::{causes, error_chain};

/// Why a run of a unit was not committed.
#[derive(Debug)]
pub(in crate::db) enum RunError {
    /// The transaction conflicts with another one.
    Conflict(String),
    /// All connection slots of the server are in use.
    NoConnectionSlot(String),
    /// The server cannot be reached.
    Unreachable(String),
    /// The connection is lost.
    ConnectionLost(String),
    /// The session is read-only. Another connection may lead to a server that accepts writes.
    ReadOnly(String),
    /// A prepared statement of this connection does not fit the tables any more.
    StaleStatement,
    /// A deferred statement failed. In a run without deferred statements the failure is returned to the unit.
    Deferred(DbError),
    /// A part that failed left changes behind: the unit must be run again with savepoints.
    NeedsSavepoints,
    /// Running the unit again does not help.
    Final(DbError),
}

impl RunError {
    /// Classifies the error of a connection attempt. The unit was not run.
    pub(super) fn from_connect(error: &Error) -> Self {
        let text = error_chain(error);
        match error.code() {
            Some(code) if *code == SqlState::TOO_MANY_CONNECTIONS => Self::NoConnectionSlot(text),
            Some(_) if !is_connection_lost(error) => Self::Final(DbError::Unavailable(text)),
            _ => Self::Unreachable(text),
        }
    }

    /// Classifies the error of a deferred statement: the call that deferred it has returned.
    pub(super) fn from_deferred(error: &Error) -> Self {
        Self::from_retriable(error).unwrap_or_else(|| Self::Deferred(map_error(error)))
    }

    /// Returns why the transaction must be run again after this error, or `None` if running it again does not help.
    pub(super) fn from_retriable(error: &Error) -> Option<Self> {
        match classify(error) {
            ErrorClass::ConnectionLost => Some(Self::ConnectionLost(error_chain(error))),
            ErrorClass::ReadOnly => Some(Self::ReadOnly(error_chain(error))),
            ErrorClass::Conflict => Some(Self::Conflict(error_chain(error))),
            ErrorClass::StaleStatement => Some(Self::StaleStatement),
            ErrorClass::Unavailable | ErrorClass::UniqueViolation | ErrorClass::Statement => None,
        }
    }
}

/// Returns whether the connection is lost, or the server is ending it.
pub(super) fn is_connection_lost(error: &Error) -> bool {
    classify(error) == ErrorClass::ConnectionLost
}

/// Classifies an error, whether it comes from the server or the client.
fn classify(error: &Error) -> ErrorClass {
    match error.code() {
        // "cached plan must not change result type" has no code of its own.
        Some(code)
            if *code == SqlState::FEATURE_NOT_SUPPORTED && error_chain(error).contains("cached plan") =>
        {
            ErrorClass::StaleStatement
        }
        Some(code) => classify_sqlstate(code.code()),
        None if error.is_closed() || is_io(error) => ErrorClass::ConnectionLost,
        None => ErrorClass::Statement,
    }
}

fn is_io(error: &Error) -> bool {
    error.source().is_some_and(|source| causes(source).any(|cause| cause.is::<std::io::Error>()))
}

/// Maps the error of a statement.
pub(super) fn map_error(error: &Error) -> DbError {
    match classify(error) {
        ErrorClass::UniqueViolation => {
            let constraint = error.as_db_error().and_then(|error| error.constraint());
            DbError::Unique { constraint: constraint.unwrap_or_default().to_owned() }
        }
        ErrorClass::ConnectionLost
        | ErrorClass::ReadOnly
        | ErrorClass::Conflict
        | ErrorClass::Unavailable => DbError::Unavailable(error_chain(error)),
        ErrorClass::StaleStatement | ErrorClass::Statement => DbError::Statement(error_chain(error)),
    }
}
