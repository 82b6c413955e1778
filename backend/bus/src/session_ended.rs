//! The handler of `session:ended` that all services with sessions share.

use ticketing_events::SessionEnded;
use ticketing_platform::db::{DbError, Tx};
use ticketing_platform::session::RevokedSessions;

use crate::{Effect, Handler};

/// `session:ended`: the session is refused from now on.
#[derive(Clone, Debug)]
pub struct SessionEndedHandler {
    /// The sessions that this service refuses.
    pub revoked: RevokedSessions,
}

impl Handler for SessionEndedHandler {
    type Event = SessionEnded;

    fn handle(&self, tx: &mut Tx<'_>, event: &SessionEnded) -> Result<Effect, DbError> {
        self.revoked.record(tx, &event.jti, &event.user_id, event.exp)?;
        // Refused a moment before it is committed: should that fail, the event comes again.
        self.revoked.insert(&event.jti, event.exp);
        Ok(Effect::Done)
    }
}
