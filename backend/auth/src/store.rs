//! The accounts and revoked sessions in SQL.

use ticketing_bus::Outbox;
use ticketing_events::SessionEnded;
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::session::{RevokedSessions, Session};
use ticketing_sdk::{Timestamp, User};

/// An account to insert.
pub(crate) struct NewAccount {
    /// The account in the response.
    pub(crate) user: User,
    /// The key of the e-mail address.
    pub(crate) email_key: String,
    /// The hash of the password, as PHC text.
    pub(crate) password_hash: String,
    /// The time of its creation.
    pub(crate) created_at: Timestamp,
}

/// An account with the hash of its password.
pub(crate) struct Account {
    /// The account.
    pub(crate) user: User,
    /// The hash of the password, as PHC text.
    pub(crate) password_hash: String,
}

/// Inserts an account. Returns `false` if the e-mail is in use, by the unique index.
pub(crate) fn create(tx: &mut Tx<'_>, account: &NewAccount) -> Result<bool, DbError> {
    let NewAccount { user, email_key, password_hash, created_at } = account;
    let made = tx.execute(
        "INSERT INTO users (id, email, email_key, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (email_key) DO NOTHING",
        args![&user.id, &user.email, email_key, password_hash, *created_at],
    )?;
    Ok(made > 0)
}

/// Returns the account of an e-mail address, by its key.
pub(crate) fn find(tx: &mut Tx<'_>, key: &str) -> Result<Option<Account>, DbError> {
    tx.query_opt("SELECT id, email, password_hash FROM users WHERE email_key = $1", args![key], |row| {
        let user = User::new(row.text("id")?, row.text("email")?);
        Ok(Account { user, password_hash: row.text("password_hash")? })
    })
}

/// Revokes a session and appends its event, once.
pub(crate) fn end_session(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    revoked: &RevokedSessions,
    session: &Session,
) -> Result<(), DbError> {
    let Session { jti, user_id, exp, .. } = session;
    if revoked.record(tx, jti, user_id, *exp)? {
        outbox.append(tx, &SessionEnded { jti: jti.clone(), user_id: user_id.clone(), exp: *exp })?;
    }
    Ok(())
}
