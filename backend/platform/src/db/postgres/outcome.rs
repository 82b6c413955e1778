//! What the server says, in the words of the services, and what it means for the transaction.

use postgres::Error;
use postgres::error::SqlState;

use crate::db::fault::{Fault, of_sqlstate};
use crate::db::{DbError, chain};

/// Why a transaction can only be run again.
#[derive(Debug)]
pub(super) enum Doom {
    /// Another transaction was in its way.
    Conflict(String),
    /// The connection is gone.
    Lost(String),
    /// The connection only reads. Another one may lead to a server that writes.
    ReadOnly(String),
    /// What was prepared on this connection does not fit the tables any more.
    Stale,
    /// A statement whose outcome nobody waited for has failed. Where each is waited for, the unit hears of it.
    Posted(DbError),
}

/// Whether and why a failed statement means that the transaction is to be run again.
pub(super) fn doom_of(error: &Error) -> Option<Doom> {
    let said = || chain(error);
    match fault_of(error) {
        Fault::ConnectionLost => Some(Doom::Lost(said())),
        Fault::ReadOnly => Some(Doom::ReadOnly(said())),
        Fault::Conflict => Some(Doom::Conflict(said())),
        Fault::StaleStatement => Some(Doom::Stale),
        Fault::Unavailable | Fault::UniqueViolation | Fault::Statement => None,
    }
}

/// Whether the connection is gone, or goes.
pub(super) fn is_lost(error: &Error) -> bool {
    fault_of(error) == Fault::ConnectionLost
}

/// What an error is about, whether the server has said it or the client.
fn fault_of(error: &Error) -> Fault {
    match error.code() {
        // "cached plan must not change result type" has no code of its own.
        Some(code) if *code == SqlState::FEATURE_NOT_SUPPORTED && chain(error).contains("cached plan") => {
            Fault::StaleStatement
        }
        Some(code) => of_sqlstate(code.code()),
        None if error.is_closed() || source_is_io(error) => Fault::ConnectionLost,
        None => Fault::Statement,
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
    match fault_of(error) {
        Fault::UniqueViolation => {
            let constraint = error.as_db_error().and_then(|refused| refused.constraint());
            DbError::Unique { constraint: constraint.unwrap_or_default().to_owned() }
        }
        Fault::ConnectionLost | Fault::ReadOnly | Fault::Conflict | Fault::Unavailable => {
            DbError::Unavailable(chain(error))
        }
        Fault::StaleStatement | Fault::Statement => DbError::Statement(chain(error)),
    }
}
