//! Admissions, and the end of an offer whose pass has one.

use std::time::Duration;

use ticketing_events::PassAdmitted;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{DoubleAdmission, PassId, Timestamp, UserId};

use super::super::change_publisher::ChangePublisher;
use super::super::shown_ticket::withdraw;
use super::{Change, PassError, find, update, write};
use crate::domain::pass::{CheckInError, PassState, StoredPass};

/// A code that a door has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadCode {
    /// The pass of the code, whose signature was verified.
    pub pass_id: PassId,
    /// The serial of the code.
    pub serial: u16,
    /// When a door without a network has read it, by the clock of the door; `None`: now.
    pub at: Option<Timestamp>,
    /// How long before or after the admission the event of the pass starts at most; `None`: whenever it starts.
    pub starts_within: Option<Duration>,
    /// The device that has read it.
    pub device: Option<String>,
}

/// Admits the holder of a code at the door of `issuer`.
///
/// # Errors
/// Why it does not admit.
pub fn admit(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    code: &ReadCode,
    issuer: &UserId,
) -> Result<StoredPass, PassError> {
    let mut pass = find(tx, &code.pass_id)?.ok_or(CheckInError::Invalid)?;
    pass.admit(issuer, code.serial, code.at, code.starts_within, code.device.clone(), publisher.now)?;
    let admission = DoubleAdmission::new(code.at.unwrap_or(publisher.now), code.device.clone());
    write_used(tx, publisher, &pass, admission)?;
    Ok(pass)
}

/// Writes that a pass is used since this admission, and publishes it.
pub(super) fn write_used(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    pass: &StoredPass,
    admission: DoubleAdmission,
) -> Result<(), DbError> {
    write(tx, pass, Change::State)?;
    let DoubleAdmission { admitted_at, device, .. } = admission;
    let (id, version, serial) = (pass.id.clone(), pass.version, pass.serial);
    publisher.outbox.append(tx, &PassAdmitted { id, version, serial, admitted_at, device }).map(drop)
}

/// Records the admission of a door that did not know that the pass was used, offered or another holder's. Nothing happens if
/// the code was read now: then nobody has entered with it. The listing of an offered pass is
/// withdrawn. Returns whether it is withdrawn, also by an earlier admission.
///
/// # Errors
/// When the database fails.
pub fn record_double_admission(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    code: &ReadCode,
    issuer: &UserId,
) -> Result<bool, DbError> {
    let (Some(admitted_at), Some(mut pass)) = (code.at, find(tx, &code.pass_id)?) else { return Ok(false) };
    // The first one has withdrawn the listing.
    let is_first = pass.admissions().next().is_none();
    let double = DoubleAdmission::new(admitted_at, code.device.clone());
    if pass.record_double_admission(issuer, code.serial, double) {
        update(tx, publisher, &pass)?;
        if is_first {
            withdraw_listing(tx, publisher, &pass)?;
        }
    }
    Ok(matches!(pass.state, PassState::Offered { .. }) && pass.admissions().next().is_some())
}

/// Withdraws the listing of an offered pass with an admission.
fn withdraw_listing(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    pass: &StoredPass,
) -> Result<(), DbError> {
    match (&pass.state, pass.admissions().next()) {
        (PassState::Offered { listing, .. }, Some(admission)) => {
            withdraw(tx, publisher, listing, Some(admission.admitted_at))
        }
        _ => Ok(()),
    }
}
