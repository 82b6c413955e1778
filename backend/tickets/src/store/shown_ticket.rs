//! The terms that a ticket shows: those of the order that holds it, or of its listing.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row, Tx};
use ticketing_sdk::{Ticket, TicketId, TicketStatus, Timestamp};

use super::change_publisher::ChangePublisher;
use super::changes::{publish_deleted, publish_updated};
use super::terms::TermColumns;
use super::ticket_row::ticket;
use crate::domain::hold::{EffectiveTicket, Hold, SellerListing, ShownState, effective_ticket};
use crate::domain::terms::Terms;

/// Withdraws the listing of a pass that a door has admitted at `admitted_at`, or whose event has started, unless it is sold. The
/// event states the admission, also where the seller has withdrawn the listing before: orders then cancels an order of it that no
/// payment holds. An order that holds the listing here stays until its end is known; it is the last one.
pub(super) fn withdraw(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    listing: &TicketId,
    admitted_at: Option<Timestamp>,
) -> Result<(), DbError> {
    let sql = format!("SELECT {STORED} FROM tickets WHERE id = $1 AND status <> 'sold'");
    let Some(mut stored) = tx.query_opt(&sql, args![listing], read_stored)? else { return Ok(()) };
    stored.listing.is_withdrawn = true;
    let withdrawn = write_shown(tx, publisher, stored.clone(), None)?;
    publish_deleted(tx, publisher, &withdrawn, admitted_at)?;
    if let Some(hold) = find_hold(tx, "held.ticket_id = $1 AND held.status <> 'cancelled'", listing.as_str())?
    {
        stored.shown.version += 1;
        show(tx, publisher, stored, Some(&hold))?;
    }
    Ok(())
}

/// A ticket with the listing of its seller.
#[derive(Clone)]
pub(super) struct StoredTicket {
    shown: Ticket,
    listing: SellerListing,
}

pub(super) const STORED: &str = "id, title, price, details, user_id, resale_of, order_id, version, created_at, updated_at, \
                      CASE WHEN status = 'deleted' THEN 'available' ELSE status END AS status, withdrawn, \
                      COALESCE(listed_title, title) AS listed_title, COALESCE(listed_price, price) AS listed_price, \
                      COALESCE(listed_details, details) AS listed_details";

pub(super) fn read_stored(row: &Row<'_>) -> Result<StoredTicket, DbError> {
    let terms = Terms {
        title: row.text("listed_title")?,
        price: row.column("listed_price")?,
        details: row.column("listed_details")?,
    };
    let listing = SellerListing { terms, is_withdrawn: row.column("withdrawn")? };
    Ok(StoredTicket { shown: ticket(row)?, listing })
}

/// Returns the first reservation that matches `condition` over `$1`, a paid one first. Terms that it does not state are those of
/// the listing.
pub(super) fn find_hold(tx: &mut Tx<'_>, condition: &str, value: &str) -> Result<Option<Hold>, DbError> {
    let sql = format!(
        "SELECT held.order_id, held.status, held.price, COALESCE(held.title, listed_title, tickets.title) AS title, \
         COALESCE(held.details, listed_details, tickets.details) AS details \
         FROM reservations AS held JOIN tickets ON tickets.id = held.ticket_id WHERE {condition} \
         ORDER BY CASE WHEN held.status = 'complete' THEN 0 ELSE 1 END, held.order_id LIMIT 1"
    );
    tx.query_opt(&sql, args![value], |row| {
        Ok(Hold {
            order_id: row.column("order_id")?,
            is_sold: row.text("status")? == "complete",
            terms: Terms {
                title: row.text("title")?,
                price: row.column("price")?,
                details: row.column("details")?,
            },
        })
    })
}

/// Updates the shown state of a ticket, with a new version, and publishes it.
pub(super) fn show(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    stored: StoredTicket,
    hold: Option<&Hold>,
) -> Result<(), DbError> {
    let is_deleted = stored.listing.is_withdrawn && hold.is_none();
    let shown = write_shown(tx, publisher, stored, hold)?;
    if is_deleted {
        publish_deleted(tx, publisher, &shown, None)
    } else {
        publish_updated(tx, publisher, &shown)
    }
}

/// Writes the shown state of a ticket, with a new version, and returns the ticket.
fn write_shown(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    stored: StoredTicket,
    hold: Option<&Hold>,
) -> Result<Ticket, DbError> {
    let StoredTicket { mut shown, listing } = stored;
    let EffectiveTicket { state, terms, order_id } = effective_ticket(&listing, hold);
    let Terms { title, price, details } = &listing.terms;
    let listed_details = serde_json::to_string(details)?;
    let differs = terms != listing.terms;
    shown.version += 1;
    tx.execute_deferred(
        &format!(
            "UPDATE tickets SET {}, status = $8, order_id = $9, withdrawn = $10, listed_title = $11, \
             listed_price = $12, listed_details = $13, version = $14, updated_at = $15 WHERE id = $7",
            TermColumns::ASSIGNMENTS
        ),
        &TermColumns::from_terms(&terms)?.args(args![
            &shown.id,
            state.as_str(),
            order_id.as_ref(),
            listing.is_withdrawn,
            differs.then_some(title),
            differs.then_some(*price),
            differs.then_some(&listed_details),
            shown.version,
            publisher.now
        ]),
    )?;
    terms.show_in(&mut shown);
    (shown.order_id, shown.updated_at) = (order_id, Some(publisher.now));
    shown.status = match state {
        ShownState::Reserved => TicketStatus::Reserved,
        ShownState::Sold => TicketStatus::Sold,
        ShownState::Available | ShownState::Deleted => TicketStatus::Available,
    };
    Ok(shown)
}
