//! Reads the ledger of the simulated provider.

use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::{args, read_row};

use crate::provider::{Ledger, LedgerCharge};

pub(super) fn read(tx: &mut Tx<'_>) -> Result<Ledger, DbError> {
    let charges = tx.query(
        "SELECT id, order_id, currency, state, authorized, captured, voided, refunded, captures \
         FROM charges ORDER BY created_at, id",
        args![],
        |row| {
            read_row!(row => LedgerCharge {
                id, order_id, currency, authorized, captured, voided, refunded, captures,
                held: row.text("state")? == "authorized"
            })
        },
    )?;
    Ok(Ledger { charges })
}
