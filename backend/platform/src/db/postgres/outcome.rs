//! What the server says, in the words of the services, and what it means for the transaction.

use postgres::Error;
use postgres::error::SqlState;

use crate::db::{DbError, chain};

/// Why a transaction can only be run again.
#[derive(Debug)]
pub(super) enum Doom {
    /// Another transaction was in its way.
    Conflict(String),
    /// The connection is gone.
    Lost(String),
    /// What was prepared on this connection does not fit the tables any more.
    Stale,
    /// A statement whose outcome nobody waited for has failed. Where each is waited for, the unit hears of it.
    Posted(DbError),
}

/// Whether and why a failed statement means that the transaction is to be run again.
pub(super) fn doom_of(error: &Error) -> Option<Doom> {
    let said = || chain(error);
    if is_lost(error) {
        return Some(Doom::Lost(said()));
    }
    match error.code()? {
        code if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
            Some(Doom::Conflict(said()))
        }
        code if *code == SqlState::INVALID_SQL_STATEMENT_NAME => Some(Doom::Stale),
        // "cached plan must not change result type" has no code of its own.
        code if *code == SqlState::FEATURE_NOT_SUPPORTED && said().contains("cached plan") => {
            Some(Doom::Stale)
        }
        _ => None,
    }
}

/// Whether the connection is gone, or goes.
pub(super) fn is_lost(error: &Error) -> bool {
    match error.code() {
        // Class 08: connection; 57P01 to 57P05: the server ends, or ends this session.
        Some(code) => code.code().starts_with("08") || code.code().starts_with("57P"),
        None => error.is_closed() || source_is_io(error),
    }
}

fn source_is_io(error: &Error) -> bool {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if cause.is::<std::io::Error>() {
            return true;
        }
        next = cause.source();
    }
    false
}

/// Translates what a statement was refused for.
pub(super) fn said(error: &Error) -> DbError {
    let Some(refused) = error.as_db_error() else {
        return if is_lost(error) {
            DbError::Unavailable(chain(error))
        } else {
            DbError::Statement(chain(error))
        };
    };
    if *refused.code() == SqlState::UNIQUE_VIOLATION {
        return DbError::Unique { constraint: refused.constraint().unwrap_or_default().to_owned() };
    }
    let text = chain(error);
    // Classes 53 (resources), 57 (the operator), 58 (the system), 55 (locks), 25006 (a server that only reads).
    let code = refused.code().code();
    let unavailable = ["08", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class));
    if unavailable || code == "25006" { DbError::Unavailable(text) } else { DbError::Statement(text) }
}
