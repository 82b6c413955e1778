//! Single tickets. Every change appends its event and its change of the feed.

use ticketing_events::TicketCreated;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{
    DetailField, DetailsUpdate, Money, Ticket, TicketChangeKind, TicketDetails, TicketId, TicketStatus,
    UserId,
};

use super::change_publisher::ChangePublisher;
use super::changes::{self, publish_deleted, publish_updated};
use super::passes::find_offered;
use super::terms::TermColumns;
use super::ticket_row::{COLUMNS, ticket};
use crate::domain::pass::ResaleCap;
use crate::domain::terms::Terms;
use crate::domain::title::Title;

/// A ticket to list, or an edit of a ticket.
#[derive(Clone, Debug)]
pub struct NewListing {
    /// The title.
    pub title: Title,
    /// The price.
    pub price: Money,
    /// The details; of an edit, the changes of the details.
    pub details: DetailsUpdate,
    /// The cap on the price of a resale.
    pub resale_cap: ResaleCap,
}

impl NewListing {
    /// Creates a listing without details.
    pub fn new(title: Title, price: Money) -> Self {
        Self { title, price, details: DetailsUpdate::default(), resale_cap: ResaleCap::default() }
    }

    /// Returns the terms of this listing; absent details are those of `details`.
    fn terms(&self, mut details: TicketDetails) -> Terms {
        details.apply(&self.details);
        Terms { title: self.title.as_str().to_owned(), price: self.price, details }
    }
}

/// A ticket was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The ticket does not exist.
    #[error("there is no such ticket")]
    NotFound,
    /// It is the ticket of another user.
    #[error("the ticket belongs to another user")]
    NotOwner,
    /// An order holds it.
    #[error("the ticket is reserved")]
    Reserved,
    /// It is a resale, and these fields are invalid: each with its message.
    #[error("the ticket sells a pass on")]
    Resale(Vec<(&'static str, String)>),
    /// It has another version: this one.
    #[error("the ticket has version {0}")]
    OtherVersion(i64),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Returns a ticket, unless it is withdrawn.
///
/// # Errors
/// If the database fails.
pub fn find(tx: &mut Tx<'_>, id: &TicketId) -> Result<Option<Ticket>, DbError> {
    tx.query_opt(
        &format!("SELECT {COLUMNS} FROM tickets WHERE id = $1 AND status <> 'deleted'"),
        args![id],
        ticket,
    )
}

/// Lists a ticket.
///
/// # Errors
/// If the database fails.
pub fn create(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: TicketId,
    seller: &UserId,
    new: &NewListing,
) -> Result<Ticket, DbError> {
    list_terms(tx, publisher, id, seller, new.terms(TicketDetails::default()), None)
}

/// Lists a ticket with these terms. A resale has the ticket of the first sale.
///
/// # Errors
/// If the database fails.
pub fn list_terms(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: TicketId,
    seller: &UserId,
    terms: Terms,
    resale_of: Option<TicketId>,
) -> Result<Ticket, DbError> {
    let columns = TermColumns::from_terms(&terms)?;
    let Terms { title, price, details } = terms;
    let mut created = Ticket::new(id, title, price, seller)
        .details(details)
        .created_at(publisher.now)
        .updated_at(publisher.now);
    created.resale_of = resale_of;
    tx.execute_deferred(
        &format!(
            "INSERT INTO tickets ({}, id, user_id, status, version, created_at, updated_at, resale_of) \
             VALUES ({}, $7, $8, 'available', 0, $9, $9, $10)",
            TermColumns::NAMES,
            TermColumns::VALUES
        ),
        &columns.args(args![&created.id, seller, publisher.now, created.resale_of.as_ref()]),
    )?;
    let change = publisher.outbox.append(tx, &TicketCreated::from(&created))?;
    changes::record(tx, publisher, &change, TicketChangeKind::Created, &created)?;
    Ok(created)
}

/// Edits a ticket. An edit without a change has no effect.
///
/// # Errors
/// If the ticket does not exist, is not a ticket of `owner`, is reserved or sold, or `check` refuses its version.
pub fn update(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: &TicketId,
    owner: &UserId,
    wanted: &NewListing,
    check: impl Fn(i64) -> bool,
) -> Result<Ticket, EditError> {
    let current = editable(tx, id, owner, check)?;
    let terms = wanted.terms(current.details.clone());
    if current.resale_of.is_some() {
        check_resale(tx, &current, &terms, wanted.resale_cap)?;
    }
    if Terms::from(&current) == terms {
        return Ok(current);
    }
    let updated = tx.query_one(
        &format!(
            "UPDATE tickets SET {}, version = version + 1, updated_at = $8 WHERE id = $7 RETURNING {COLUMNS}",
            TermColumns::ASSIGNMENTS
        ),
        &TermColumns::from_terms(&terms)?.args(args![id, publisher.now]),
        ticket,
    )?;
    publish_updated(tx, publisher, &updated)?;
    Ok(updated)
}

/// Checks an edit of a resale: only the price may change, up to the cap.
fn check_resale(tx: &mut Tx<'_>, current: &Ticket, wanted: &Terms, cap: ResaleCap) -> Result<(), EditError> {
    let mut errors = Vec::new();
    let fixed = |label: &str| format!("{label} is that of the pass and cannot change");
    if current.title != wanted.title {
        errors.push(("title", fixed("Title")));
    }
    for field in DetailField::ALL {
        if current.details.get(*field) != wanted.details.get(*field) {
            errors.push((field.name(), fixed(field.label())));
        }
    }
    if let Some(pass) = find_offered(tx, &current.id)?
        && let Err(error) = cap.check(wanted.price, pass.paid)
    {
        errors.push(("price", error));
    }
    if errors.is_empty() { Ok(()) } else { Err(EditError::Resale(errors)) }
}

/// Withdraws a ticket. A concurrent order prevails, and the withdrawal takes effect after that order has ended unpaid.
///
/// # Errors
/// As for [`update`].
pub fn delete(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    id: &TicketId,
    owner: &UserId,
    check: impl Fn(i64) -> bool,
) -> Result<(), EditError> {
    let mut gone = editable(tx, id, owner, check)?;
    tx.execute_deferred(
        "UPDATE tickets SET status = 'deleted', withdrawn = 1, version = version + 1, updated_at = $2 WHERE id = $1",
        args![id, publisher.now],
    )?;
    gone.version += 1;
    gone.updated_at = Some(publisher.now);
    Ok(publish_deleted(tx, publisher, &gone, None)?)
}

fn editable(
    tx: &mut Tx<'_>,
    id: &TicketId,
    owner: &UserId,
    check: impl Fn(i64) -> bool,
) -> Result<Ticket, EditError> {
    let current = find(tx, id)?.ok_or(EditError::NotFound)?;
    if current.user_id != *owner {
        return Err(EditError::NotOwner);
    }
    if current.status != TicketStatus::Available {
        return Err(EditError::Reserved);
    }
    if !check(current.version) {
        return Err(EditError::OtherVersion(current.version));
    }
    Ok(current)
}
