//! Recomputes the keys of e-mail addresses that an older version computed.

use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};

use crate::domain::Email;

/// The version of the keys, which rises when [`Email::key`] changes.
pub(super) const KEY_VERSION: i64 = 1;

/// The number of rows in one transaction.
const BATCH: i64 = 200;

/// The prefix of the key of a displaced account. No address starts with it, since its local part would be empty.
const DISPLACED: &str = "@";

/// An account that was displaced by an older account with another spelling of the same address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Displaced {
    /// The displaced account, which is found by its own spelling only.
    pub(crate) account: String,
    /// The account that keeps the address.
    pub(crate) kept_account: String,
}

/// Returns the key of a displaced account.
pub(super) fn displaced_key(old_key: &str) -> String {
    format!("{DISPLACED}{old_key}")
}

struct Old {
    id: String,
    email: String,
    created_at: i64,
}

/// Recomputes one batch of keys. Returns the number of rows found. Of two accounts with the same address, the older one
/// keeps it.
pub(crate) fn recompute_batch(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    let old: Vec<Old> = tx.query(
        "SELECT id, email, created_at FROM users WHERE key_version = 0 ORDER BY id LIMIT $1",
        args![BATCH],
        |row| Ok(Old { id: row.text("id")?, email: row.text("email")?, created_at: row.int("created_at")? }),
    )?;
    for account in &old {
        recompute(tx, account)?;
    }
    Ok(old.len())
}

fn recompute(tx: &mut Tx<'_>, account: &Old) -> Result<(), DbError> {
    // An invalid address keeps its key.
    let Ok(email) = Email::try_from(account.email.clone()) else {
        let keep = format!("UPDATE users SET key_version = {KEY_VERSION} WHERE id = $1");
        return tx.execute(&keep, args![&account.id]).map(drop);
    };
    let holder = tx.query_opt(
        "SELECT id, email, created_at FROM users WHERE email_key = $1 AND id <> $2",
        args![&email.key(), &account.id],
        |row| Ok(Old { id: row.text("id")?, email: row.text("email")?, created_at: row.int("created_at")? }),
    )?;
    match holder {
        None => set_key(tx, &account.id, &email.key()),
        Some(holder) if (holder.created_at, &holder.id) < (account.created_at, &account.id) => {
            set_key(tx, &account.id, &displaced_key(&email.old_key()))
        }
        Some(holder) => {
            set_key(tx, &holder.id, &displaced_key(&holder.email.to_lowercase()))?;
            set_key(tx, &account.id, &email.key())
        }
    }
}

fn set_key(tx: &mut Tx<'_>, id: &str, key: &str) -> Result<(), DbError> {
    let sql = format!("UPDATE users SET email_key = $2, key_version = {KEY_VERSION} WHERE id = $1");
    tx.execute(&sql, args![id, key]).map(drop)
}

/// Returns at most `limit` displaced accounts.
pub(crate) fn find_displaced(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Displaced>, DbError> {
    let accounts = tx.query(
        "SELECT id, email FROM users WHERE email_key >= '@' AND email_key < 'A' ORDER BY id LIMIT $1",
        args![limit],
        |row| Ok((row.text("id")?, row.text("email")?)),
    )?;
    let mut displaced = Vec::new();
    for (account, email) in accounts {
        let Ok(email) = Email::try_from(email) else { continue };
        let kept_account =
            tx.query_opt("SELECT id FROM users WHERE email_key = $1", args![&email.key()], |row| {
                row.text("id")
            })?;
        displaced.extend(kept_account.map(|kept_account| Displaced { account, kept_account }));
    }
    Ok(displaced)
}
