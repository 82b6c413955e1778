//! Applies the events of orders to passes: a first sale issues one, a resale moves one, and a listing that can no longer be
//! sold returns one to its holder.

use ticketing_bus::ApplyOutcome;
use ticketing_events::{ListingClosed, PassIssued};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, PassId, TicketId, UserId};

use super::super::change_publisher::ChangePublisher;
use super::admissions::write_used;
use super::{Change, find_offered, transfer_event, update, write};
use crate::domain::terms::Terms;

/// A sold ticket and its order.
struct SoldTicket {
    seller: UserId,
    buyer: UserId,
    terms: Terms,
    is_resale: bool,
}

/// Issues the pass of a complete order, or moves the one that its ticket sells on. The ticket is sold already.
pub(in super::super) fn settle_sale(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    order: &OrderId,
    ticket: &TicketId,
) -> Result<(), DbError> {
    let sold = tx.query_opt(
        "SELECT tickets.user_id AS seller, tickets.title, tickets.details, tickets.resale_of, \
         reservations.user_id AS buyer, reservations.price FROM tickets \
         JOIN reservations ON reservations.order_id = $2 WHERE tickets.id = $1",
        args![ticket, order],
        |row| {
            Ok(SoldTicket {
                seller: row.column("seller")?,
                buyer: row.column("buyer")?,
                terms: Terms {
                    title: row.text("title")?,
                    price: row.column("price")?,
                    details: row.column("details")?,
                },
                is_resale: row.column::<Option<String>>("resale_of")?.is_some(),
            })
        },
    )?;
    let Some(SoldTicket { seller, buyer, terms, is_resale }) = sold else { return Ok(()) };
    if is_resale {
        let Some(mut pass) = find_offered(tx, ticket)? else { return Ok(()) };
        if pass.sell(ticket, &buyer, order, terms.price) {
            write(tx, &pass, Change::Holder)?;
            publisher.outbox.append(tx, &transfer_event(&pass))?;
        }
        return Ok(());
    }
    let id = PassId::new(publisher.outbox.new_id());
    let details = serde_json::to_string(&terms.details)?;
    tx.execute(
        "INSERT INTO passes (id, ticket_id, issuing_order_id, issuer_id, title, details, issued_at, holder_id, order_id, \
         paid, serial, status, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $3, $9, 0, 'valid', 0)",
        args![&id, ticket, order, &seller, &terms.title, &details, publisher.now, &buyer, terms.price],
    )?;
    let issued = PassIssued {
        id,
        version: 0,
        serial: 0,
        ticket_id: ticket.clone(),
        issuer_id: seller,
        user_id: buyer,
        order_id: order.clone(),
    };
    publisher.outbox.append(tx, &issued).map(drop)
}

/// `listing:closed`: no order of the listing can come any more, so its pass is valid again, or used if its holder has entered.
///
/// # Errors
/// If the database fails.
pub fn close_listing(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    event: &ListingClosed,
) -> Result<ApplyOutcome, DbError> {
    if let Some(mut pass) = find_offered(tx, &event.ticket_id)?
        && pass.close_listing(&event.ticket_id)
    {
        match pass.state.admission() {
            Some(admission) => write_used(tx, publisher, &pass, admission)?,
            None => update(tx, publisher, &pass)?,
        }
    }
    Ok(ApplyOutcome::Done)
}
