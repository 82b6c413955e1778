//! Applies the events of orders to passes: a first sale issues one, a resale moves one, and a listing that can no longer be
//! sold returns one to its holder.

use ticketing_bus::ApplyOutcome;
use ticketing_events::{ListingClosed, OrderRestated, PassIssued};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Money, OrderId, PassId, TicketId, UserId};

use super::super::tickets::ChangePublisher;
use super::admissions::write_used;
use super::{Change, find_offered, transferred, update, write};
use crate::domain::terms::Terms;

/// A sale, as far as it is known: older versions state less of it.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Sale<'s> {
    /// The order that completed.
    pub(in super::super) order: &'s OrderId,
    /// The ticket that was sold.
    pub(in super::super) ticket: &'s TicketId,
    /// The buyer.
    pub(in super::super) buyer: Option<&'s UserId>,
    /// The price.
    pub(in super::super) price: Option<Money>,
}

/// A sold ticket and its order.
struct Sold {
    seller: UserId,
    terms: Terms,
    is_resale: bool,
    buyer: Option<UserId>,
}

/// Issues the pass of a sale, or moves the one that it sells on; the ticket is sold already. Changes nothing if that
/// was done before, or if it is not known who bought: then `order:restated` follows.
pub(in super::super) fn settle_sale(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    sale: Sale<'_>,
) -> Result<(), DbError> {
    let sold = tx.query_opt(
        "SELECT tickets.user_id, tickets.title, tickets.details, tickets.resale_of, reservations.user_id AS buyer, \
         COALESCE(reservations.price, tickets.price) AS price FROM tickets \
         JOIN reservations ON reservations.order_id = $2 WHERE tickets.id = $1",
        args![sale.ticket, sale.order],
        |row| {
            Ok(Sold {
                seller: row.column("user_id")?,
                terms: Terms {
                    title: row.text("title")?,
                    price: row.column("price")?,
                    details: row.column("details")?,
                },
                is_resale: row.column::<Option<String>>("resale_of")?.is_some(),
                buyer: row.column("buyer")?,
            })
        },
    )?;
    let Some(Sold { seller, terms, is_resale, buyer }) = sold else { return Ok(()) };
    let Some(buyer) = sale.buyer.cloned().or(buyer) else {
        tracing::info!(order = %sale.order, "the buyer is not known yet; the pass follows");
        return Ok(());
    };
    let price = sale.price.unwrap_or(terms.price);
    if is_resale {
        let Some(mut pass) = find_offered(tx, sale.ticket)? else { return Ok(()) };
        if pass.sell(sale.ticket, &buyer, sale.order, price) {
            write(tx, &pass, Change::Holder)?;
            publisher.outbox.append(tx, &transferred(&pass))?;
        }
        return Ok(());
    }
    let id = PassId::new(publisher.outbox.new_id());
    let issued = tx.execute(
        "INSERT INTO passes (id, ticket_id, issuing_order_id, issuer_id, title, details, issued_at, holder_id, order_id, \
         paid, serial, status, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $3, $9, 0, 'valid', 0) \
         ON CONFLICT (issuing_order_id) DO NOTHING",
        args![
            &id,
            sale.ticket,
            sale.order,
            &seller,
            &terms.title,
            &serde_json::to_string(&terms.details)?,
            publisher.now,
            &buyer,
            price
        ],
    )?;
    if issued > 0 {
        let issued = PassIssued {
            id,
            version: 0,
            serial: 0,
            ticket_id: sale.ticket.clone(),
            issuer_id: seller,
            user_id: buyer,
            order_id: sale.order.clone(),
        };
        publisher.outbox.append(tx, &issued)?;
    }
    Ok(())
}

/// `order:restated`: the buyer holds a pass, also if an earlier version has sold the ticket.
///
/// # Errors
/// If the database fails.
pub fn restate(
    tx: &mut Tx<'_>,
    publisher: &ChangePublisher<'_>,
    event: &OrderRestated,
) -> Result<ApplyOutcome, DbError> {
    let status =
        tx.query_opt("SELECT status FROM reservations WHERE order_id = $1", args![&event.id], |row| {
            row.text("status")
        })?;
    // `order:completed` sells the ticket first.
    if status.as_deref() != Some("complete") {
        return Ok(ApplyOutcome::OutOfOrder);
    }
    let sale = Sale {
        order: &event.id,
        ticket: &event.ticket.id,
        buyer: Some(&event.user_id),
        price: Some(event.ticket.price),
    };
    settle_sale(tx, publisher, sale)?;
    Ok(ApplyOutcome::Done)
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
