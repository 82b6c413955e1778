//! The row of a ticket.

use ticketing_platform::db::{DbError, Row};
use ticketing_sdk::{Ticket, TicketId, UserId};

/// The columns of a [`Ticket`].
pub(super) const COLUMNS: &str =
    "id, title, price, details, user_id, status, order_id, resale_of, version, created_at, updated_at";

/// Reads the columns of a ticket.
pub(super) fn ticket(row: &Row<'_>) -> Result<Ticket, DbError> {
    let (id, user_id) = (row.column::<TicketId>("id")?, row.column::<UserId>("user_id")?);
    let mut ticket = Ticket::new(id, row.column::<String>("title")?, row.column("price")?, user_id)
        .details(row.column("details")?)
        .version(row.column("version")?)
        .status(row.column("status")?)
        .created_at(row.column("created_at")?)
        .updated_at(row.column("updated_at")?);
    ticket.order_id = row.column("order_id")?;
    ticket.resale_of = row.column("resale_of")?;
    Ok(ticket)
}
