//! The handler of `session:ended`, for all services with sessions.

use ticketing_events::SessionEnded;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::session::RevokedSessions;

use crate::{Effect, Handler};

/// Handles `session:ended`: revokes the session.
#[derive(Clone, Debug)]
pub struct SessionEndedHandler {
    /// The revoked sessions of the service.
    pub revoked: RevokedSessions,
}

impl Handler for SessionEndedHandler {
    type Event = SessionEnded;

    fn handle(&self, tx: &mut Tx<'_>, event: &SessionEnded) -> Result<Effect, DbError> {
        self.revoked.record(tx, &event.jti, &event.user_id, event.exp)?;
        // Revoked before the commit: if the commit fails, the event is redelivered.
        self.revoked.insert(&event.jti, event.exp);
        Ok(Effect::Done)
    }
}
