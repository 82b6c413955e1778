//! Passes, in SQL. Every change writes its event.

mod admissions;
mod issue;

use ticketing_events::{PassTransferred, PassUpdated};
use ticketing_platform::db::{Arg, DbError, Row, Tx};
use ticketing_platform::{args, read_row};
use ticketing_sdk::{DoubleAdmission, OrderId, PassId, PassStatus, TicketId, Timestamp, UserId};

use super::change_publisher::ChangePublisher;
use crate::domain::pass::{CheckInError, PassState, PassUnavailable, StoredPass, Transfer};

pub use admissions::{ReadCode, admit, record_double_admission};
pub use issue::close_listing;
pub(super) use issue::settle_sale;

const COLUMNS: &str = "id, ticket_id, issuing_order_id, issuer_id, title, details, issued_at, holder_id, order_id, paid, \
                       serial, status, version, listing_id, admitted_at, device, entered_at, entered_device, \
                       double_admissions, claim_hash, claim_expires_at";

/// Why a holder's request was refused.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// The user holds no such pass.
    #[error("there is no such pass")]
    NotFound,
    /// It is for sale, used or void.
    #[error(transparent)]
    Unavailable(#[from] PassUnavailable),
    /// The claim code is unknown, expired, used or taken back.
    #[error("the claim code is not valid")]
    ClaimInvalid,
    /// The door refuses the code.
    #[error(transparent)]
    CheckIn(#[from] CheckInError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A filter of passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassFilter {
    /// The holder, or the issuer.
    pub user: UserId,
    /// Whether the passes that the user has issued are listed, and not those that the user holds.
    pub issued: bool,
    /// In which states. Empty: in any.
    pub statuses: Vec<PassStatus>,
    /// The order with which the holder bought it.
    pub order: Option<OrderId>,
}

fn pass(row: &Row<'_>) -> Result<StoredPass, DbError> {
    let transfer = row.column::<Option<String>>("claim_hash")?.map(|claim_hash| {
        Ok::<_, DbError>(Transfer { claim_hash, expires_at: row.column("claim_expires_at")? })
    });
    let missing = |column: &str| DbError::Statement(format!("a pass has no {column}"));
    let state = match row.column("status")? {
        PassStatus::Valid => PassState::Valid { transfer: transfer.transpose()? },
        PassStatus::Offered => PassState::Offered {
            listing: row.column::<Option<TicketId>>("listing_id")?.ok_or_else(|| missing("listing"))?,
            admission: match row.column::<Option<Timestamp>>("entered_at")? {
                Some(at) => Some(DoubleAdmission::new(at, row.column("entered_device")?)),
                None => None,
            },
        },
        PassStatus::Used => {
            PassState::Used { admitted_at: row.column("admitted_at")?, device: row.column("device")? }
        }
        PassStatus::Void => PassState::Void,
        other => return Err(DbError::Statement(format!("a pass has the status {other}"))),
    };
    read_row!(row => StoredPass {
        id, ticket_id, issuing_order_id, issuer_id, title, details, issued_at, holder_id, order_id, paid, version,
        serial: u16::try_from(row.int("serial")?).map_err(|_| missing("serial"))?, state: state,
        double_admissions: row.column::<Option<Vec<DoubleAdmission>>>("double_admissions")?.unwrap_or_default(),
    })
}

/// Returns the pass.
///
/// # Errors
/// If the database fails.
pub fn find(tx: &mut Tx<'_>, id: &PassId) -> Result<Option<StoredPass>, DbError> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM passes WHERE id = $1"), args![id], pass)
}

/// Returns the pass that this listing sells on.
///
/// # Errors
/// If the database fails.
pub fn find_offered(tx: &mut Tx<'_>, listing: &TicketId) -> Result<Option<StoredPass>, DbError> {
    tx.query_opt(&format!("SELECT {COLUMNS} FROM passes WHERE listing_id = $1"), args![listing], pass)
}

/// Returns the passes that `filter` names, the newest first, after the pass `after`, `limit` of them at most.
///
/// # Errors
/// If the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &PassFilter,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<StoredPass>, DbError> {
    let who = if filter.issued { "issuer_id" } else { "holder_id" };
    let names: Vec<String> = filter.statuses.iter().map(|status| format!("'{}'", status.as_str())).collect();
    let statuses =
        if names.is_empty() { String::new() } else { format!("AND status IN ({})", names.join(", ")) };
    // The order with which another holder bought it is not the issuer's to know.
    let order = match &filter.order {
        None => "AND $4 = ''",
        Some(_) => "AND order_id = $4 AND holder_id = $1",
    };
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM passes WHERE {who} = $1 AND ($2 = '' OR id < $2) {statuses} {order} \
             ORDER BY id DESC LIMIT $3"
        ),
        args![
            &filter.user,
            after.unwrap_or_default(),
            limit,
            filter.order.as_ref().map_or("", OrderId::as_str)
        ],
        pass,
    )
}

/// Returns the pass if `holder` holds it.
fn find_held(tx: &mut Tx<'_>, id: &PassId, holder: &UserId) -> Result<StoredPass, PassError> {
    find(tx, id)?.filter(|pass| pass.holder_id == *holder).ok_or(PassError::NotFound)
}

/// Starts a transfer, in place of one that is pending.
///
/// # Errors
/// If `holder` does not hold the pass, or it is not valid.
pub fn start_transfer(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: &PassId,
    holder: &UserId,
    transfer: Transfer,
) -> Result<(), PassError> {
    let mut pass = find_held(tx, id, holder)?;
    pass.start_transfer(transfer)?;
    Ok(update(tx, publisher, &pass)?)
}

/// Takes the pending transfer back; without one nothing happens.
///
/// # Errors
/// If `holder` does not hold the pass, or it is not valid.
pub fn cancel_transfer(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: &PassId,
    holder: &UserId,
) -> Result<(), PassError> {
    let mut pass = find_held(tx, id, holder)?;
    if pass.cancel_transfer()? {
        update(tx, publisher, &pass)?;
    }
    Ok(())
}

/// Claims the pass whose pending transfer has this hash. Its holder takes the transfer back that way.
///
/// # Errors
/// `ClaimInvalid` if there is none.
pub fn claim(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    claim_hash: &str,
    claimant: &UserId,
) -> Result<StoredPass, PassError> {
    let sql = format!("SELECT {COLUMNS} FROM passes WHERE claim_hash = $1");
    let found = tx.query_opt(&sql, args![claim_hash], pass)?;
    let mut pass = found.ok_or(PassError::ClaimInvalid)?;
    let serial = pass.serial;
    if !pass.claim(claimant, publisher.now) {
        return Err(PassError::ClaimInvalid);
    }
    if pass.serial == serial {
        update(tx, publisher, &pass)?;
    } else {
        write(tx, &pass, Change::Holder)?;
        publisher.outbox.append(tx, &transfer_event(&pass))?;
    }
    Ok(pass)
}

/// Offers a pass for sale under a listing.
///
/// # Errors
/// If `holder` does not hold the pass, or it is not valid.
pub fn offer(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    mut pass: StoredPass,
    listing: &TicketId,
) -> Result<(), PassError> {
    pass.offer(listing.clone())?;
    Ok(update(tx, publisher, &pass)?)
}

/// Writes a change that leaves the holder, and publishes it.
fn update(tx: &mut Tx<'_>, publisher: &ChangePublisher<'_>, pass: &StoredPass) -> Result<(), DbError> {
    write(tx, pass, Change::State)?;
    let mut updated = PassUpdated {
        id: pass.id.clone(),
        version: pass.version,
        serial: pass.serial,
        status: pass.state.status(),
        listing_id: None,
        transfer_expires_at: None,
        admitted_at: None,
        device: None,
        double_admissions: pass.double_admissions.clone(),
    };
    match &pass.state {
        PassState::Offered { listing, .. } => updated.listing_id = Some(listing.clone()),
        PassState::Valid { transfer } => {
            updated.transfer_expires_at = transfer.as_ref().map(|transfer| transfer.expires_at);
        }
        PassState::Used { .. } | PassState::Void => {}
    }
    if let Some(admission) = pass.state.admission() {
        (updated.admitted_at, updated.device) = (Some(admission.admitted_at), admission.device);
    }
    publisher.outbox.append(tx, &updated).map(drop)
}

fn transfer_event(pass: &StoredPass) -> PassTransferred {
    PassTransferred {
        id: pass.id.clone(),
        version: pass.version,
        serial: pass.serial,
        user_id: pass.holder_id.clone(),
        order_id: pass.order_id.clone(),
    }
}

/// The columns that a change of a pass writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// The state, and the holder with the order, the price and the serial.
    Holder,
    /// The state alone, so that the database leaves the index of holders as it is.
    State,
}

/// Writes the next version, fenced by the one before.
fn write(tx: &mut Tx<'_>, pass: &StoredPass, change: Change) -> Result<(), DbError> {
    let (mut listing, mut hash, mut expires) = (None, None, None);
    let admission = pass.state.admission();
    let at = admission.as_ref().map(|admission| admission.admitted_at.as_millis());
    let device = admission.as_ref().and_then(|admission| admission.device.as_ref());
    let status = pass.state.status();
    let is_used = status == PassStatus::Used;
    let doubles = &pass.double_admissions;
    let double_admissions = (!doubles.is_empty()).then(|| serde_json::to_string(doubles)).transpose()?;
    match &pass.state {
        PassState::Valid { transfer: Some(transfer) } => {
            (hash, expires) = (Some(&transfer.claim_hash), Some(transfer.expires_at.as_millis()));
        }
        PassState::Offered { listing: id, .. } => listing = Some(id),
        PassState::Valid { transfer: None } | PassState::Used { .. } | PassState::Void => {}
    }
    let holder = match change {
        Change::Holder => ", holder_id = $12, order_id = $13, paid = $14, serial = $15",
        Change::State => "",
    };
    let sql = format!(
        "UPDATE passes SET version = $2, status = $3, listing_id = $4, admitted_at = $5, device = $6, claim_hash = $7, \
         claim_expires_at = $8, double_admissions = $9, entered_at = $10, entered_device = $11{holder} \
         WHERE id = $1 AND version = $2 - 1"
    );
    let args: &[Arg<'_>] = args![
        &pass.id,
        pass.version,
        status.as_str(),
        listing,
        at.filter(|_| is_used),
        device.filter(|_| is_used),
        hash,
        expires,
        double_admissions.as_deref(),
        at.filter(|_| !is_used),
        device.filter(|_| !is_used),
        &pass.holder_id,
        pass.order_id.as_ref(),
        pass.paid,
        i64::from(pass.serial)
    ];
    let written = tx.execute(&sql, if change == Change::State { &args[..11] } else { args })?;
    if written == 0 {
        return Err(DbError::Unavailable("another transaction has changed the pass".to_owned()));
    }
    Ok(())
}
