//! Reads the ledger of the simulated provider.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};

use crate::provider::{Ledger, LedgerCharge};

pub(super) fn read(tx: &mut Tx<'_>) -> Result<Ledger, DbError> {
    let charges = tx.query(
        "SELECT id, order_id, currency, state, authorized, captured, voided, refunded, captures \
         FROM charges ORDER BY created_at, id",
        args![],
        |row| {
            Ok(LedgerCharge {
                id: row.text("id")?,
                order_id: row.parse("order_id")?,
                currency: row.text("currency")?,
                authorized: row.int("authorized")?,
                captured: row.int("captured")?,
                voided: row.int("voided")?,
                refunded: row.int("refunded")?,
                captures: row.int("captures")?,
                held: row.text("state")? == "authorized",
            })
        },
    )?;
    Ok(Ledger { charges })
}
