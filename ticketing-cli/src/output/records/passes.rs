//! The columns of passes and of transfers.

use ticketing_sdk::{DoubleAdmission, Pass, PassStatus, PassTransfer, Timestamp};

use super::{Cell, Column, DETAILS, Record, STATUS, Tone, detail_cells, with_details};

const COLUMNS: [Column; 16 + DETAILS] = with_details(
    [
        Column::id("id"),
        Column::cut("title"),
        Column::whole("status").droppable(STATUS),
        Column::hidden("ticketId"),
        Column::for_programs("issuerId"),
        Column::hidden("serial"),
        Column::for_programs("version"),
        Column::extra("issuedAt"),
        Column::hidden("admittedAt"),
        Column::hidden("device"),
        Column::hidden("orderId"),
        Column::hidden("resaleLimit"),
        Column::hidden("listingId"),
        Column::hidden("transferExpiresAt"),
    ],
    [Column::hidden("code"), Column::filled("doubleAdmissions").droppable(6)],
);

impl Record for Pass {
    const COLUMNS: &'static [Column] = &COLUMNS;

    fn cells(&self, now: Timestamp) -> Vec<Cell> {
        let mut cells = vec![
            Cell::text(&self.id),
            Cell::text(&self.title),
            status(self, now),
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
        cells.push(double_admissions(&self.double_admissions));
        cells
    }
}

impl Record for PassTransfer {
    const COLUMNS: &'static [Column] = &[Column::whole("claimCode"), Column::whole("expiresAt")];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        vec![Cell::text(&self.claim_code.as_str()), Cell::Time(self.expires_at)]
    }
}

/// Returns the cell of admissions.
pub(crate) fn double_admissions(doubles: &[DoubleAdmission]) -> Cell {
    let doubles: Vec<_> = doubles.iter().map(double_admission).collect();
    if doubles.is_empty() { Cell::None } else { Cell::Times(doubles) }
}

/// Returns a time, and the device if it gave a name.
fn double_admission(double: &DoubleAdmission) -> (Timestamp, String) {
    let device = double.device.as_ref().map(|device| format!(" by {device}"));
    (double.admitted_at, device.unwrap_or_default())
}

/// Returns the cell of the status. That the holder of an offered pass has entered must not be missed.
fn status(pass: &Pass, now: Timestamp) -> Cell {
    match (pass.status, pass.admitted_at) {
        (PassStatus::Offered, Some(_)) => {
            Cell::label(pass.status.as_str(), "For resale, admitted", Tone::Bad)
        }
        (PassStatus::Valid, _) if pass.pending_transfer(now).is_some() => {
            Cell::label(pass.status.as_str(), pass.label(now), Tone::Waiting)
        }
        (status, _) => Cell::label(status.as_str(), status.label(), tone(status)),
    }
}

fn tone(status: PassStatus) -> Tone {
    match status {
        PassStatus::Valid => Tone::Plain,
        PassStatus::Offered => Tone::Waiting,
        PassStatus::Void => Tone::Bad,
        _ => Tone::Past,
    }
}
