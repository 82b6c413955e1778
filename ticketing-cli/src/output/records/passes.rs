//! The columns of passes and of transfers.

use ticketing_sdk::{DoubleAdmission, Pass, PassStatus, PassTransfer, Timestamp};

use super::{Cell, Columns, Record, STATUS, Tone};

impl Record for Pass {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_id("id", |it, _| Cell::text(&it.id));
        columns.add_cut("title", |it, _| Cell::text(&it.title));
        columns.add_whole("status", status).droppable(STATUS);
        columns.add_hidden("ticketId", |it, _| Cell::text(&it.ticket_id));
        columns.add_for_programs("issuerId", |it, _| Cell::text(&it.issuer_id));
        columns.add_hidden("serial", |it, _| Cell::text(&it.serial));
        columns.add_for_programs("version", |it, _| Cell::text(&it.version));
        columns.add_extra("issuedAt", |it, _| Cell::Time(it.issued_at));
        columns.add_hidden("admittedAt", |it, _| Cell::time(it.admitted_at));
        columns.add_hidden("device", |it, _| Cell::opt(it.device.as_ref()));
        columns.add_hidden("orderId", |it, _| Cell::opt(it.order_id.as_ref()));
        columns.add_hidden("resaleLimit", |it, _| Cell::money(it.resale_limit));
        columns.add_hidden("listingId", |it, _| Cell::opt(it.listing_id.as_ref()));
        columns.add_hidden("transferExpiresAt", |it, _| Cell::time(it.transfer_expires_at));
        columns.add_details(|it| Some(&it.details));
        // People read it from the screen that `passes show` draws.
        columns.add_hidden("code", |it, _| match &it.code {
            Some(code) => Cell::ForPrograms(code.as_str().to_owned()),
            None => Cell::None,
        });
        columns.add_filled("doubleAdmissions", |it, _| double_admissions(&it.double_admissions)).droppable(6);
    }
}

impl Record for PassTransfer {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("claimCode", |it, _| Cell::text(&it.claim_code.as_str()));
        columns.add_whole("expiresAt", |it, _| Cell::Time(it.expires_at));
    }
}

/// Returns the cell of admissions.
pub(crate) fn double_admissions(doubles: &[DoubleAdmission]) -> Cell {
    let by = |device: &String| format!(" by {device}");
    let doubles: Vec<_> = doubles
        .iter()
        .map(|double| (double.admitted_at, double.device.as_ref().map(by).unwrap_or_default()))
        .collect();
    if doubles.is_empty() { Cell::None } else { Cell::Times(doubles) }
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
