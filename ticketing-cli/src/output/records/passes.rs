//! The columns of passes and of transfers.

use ticketing_sdk::{Pass, PassStatus, PassTransfer, Timestamp};

use super::{Cell, Column, DETAILS, Record, Tone, detail_cells, with_details};

const COLUMNS: [Column; 14 + DETAILS] = with_details([
    Column::id("id"),
    Column::cut("title"),
    Column::whole("status").droppable(1),
    Column::hidden("ticketId"),
    Column::hidden("issuerId"),
    Column::hidden("serial"),
    Column::hidden("version"),
    Column::wide("issuedAt"),
    Column::hidden("admittedAt"),
    Column::hidden("device"),
    Column::hidden("orderId"),
    Column::hidden("resaleLimit"),
    Column::hidden("listingId"),
    Column::hidden("transferExpiresAt"),
]);

const ALL_COLUMNS: [Column; 15 + DETAILS] = with_code(COLUMNS);

/// Adds the column of the code.
const fn with_code<const BASE: usize, const ALL: usize>(base: [Column; BASE]) -> [Column; ALL] {
    let mut columns = [Column::hidden("code"); ALL];
    let mut index = 0;
    while index < BASE {
        columns[index] = base[index];
        index += 1;
    }
    columns
}

impl Record for Pass {
    const COLUMNS: &'static [Column] = &ALL_COLUMNS;

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(&self.id),
            Cell::text(&self.title),
            Cell::label(self.status.as_str(), self.status.label(), tone(self.status)),
            Cell::text(&self.ticket_id),
            Cell::text(&self.issuer_id),
            Cell::text(&self.serial),
            Cell::text(&self.version),
            Cell::Time(self.issued_at),
            Cell::time(self.admitted_at),
            Cell::opt(self.device.as_ref()),
            Cell::opt(self.order_id.as_ref()),
            self.resale_limit.map_or(Cell::None, |limit| Cell::Money(limit.to_string())),
            Cell::opt(self.listing_id.as_ref()),
            Cell::time(self.transfer_expires_at),
        ];
        cells.extend(detail_cells(&self.details));
        // People read it from the screen that `passes show` draws.
        cells.push(self.code.as_ref().map_or(Cell::None, |code| Cell::ForPrograms(code.as_str().to_owned())));
        cells
    }
}

impl Record for PassTransfer {
    const COLUMNS: &'static [Column] = &[Column::whole("claimCode"), Column::whole("expiresAt")];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![Cell::text(&self.claim_code.as_str()), Cell::Time(self.expires_at)]
    }
}

fn tone(status: PassStatus) -> Tone {
    match status {
        PassStatus::Valid => Tone::Good,
        PassStatus::Offered => Tone::Waiting,
        PassStatus::Void => Tone::Bad,
        _ => Tone::Past,
    }
}
