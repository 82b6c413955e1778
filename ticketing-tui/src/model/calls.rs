//! The calls that have not been answered yet. What is in progress follows from them.

use ticketing_sdk::{OrderId, TicketId};

use super::{FeedState, Model};
use crate::call_error::CallError;
use crate::effect::{ApiCall, CallId, Effect};
use crate::event::Reply;

/// A call that has not been answered yet.
#[derive(Debug, Clone)]
pub(super) struct PendingCall {
    pub(super) call: ApiCall,
    /// The session in which it was made.
    session: u64,
}

impl Model {
    pub(crate) fn call(&mut self, call: ApiCall) -> CallId {
        self.calls += 1;
        let id = CallId(self.calls);
        self.pending_calls.insert(id, PendingCall { call: call.clone(), session: self.session_number });
        self.effect(Effect::Call(id, call));
        id
    }

    /// Returns the call of a reply, and whether it was made in the current session. The last reply ends the call.
    pub(super) fn end_call(
        &mut self,
        id: CallId,
        reply: &Result<Reply, CallError>,
    ) -> Option<(ApiCall, bool)> {
        let PendingCall { call, session } = match reply {
            Ok(Reply::Market { last: false, .. }) => self.pending_calls.get(&id).cloned(),
            _ => self.pending_calls.remove(&id),
        }?;
        Some((call, session == self.session_number))
    }

    /// Returns whether a pending reply may change the available actions.
    pub(crate) fn is_waiting(&self) -> bool {
        matches!(self.feed_state, FeedState::Connecting) || !self.pending_calls.is_empty()
    }

    /// The pending calls of the current session.
    fn current_calls(&self) -> impl Iterator<Item = &ApiCall> {
        let current = self.pending_calls.values().filter(|pending| pending.session == self.session_number);
        current.map(|pending| &pending.call)
    }

    /// Returns the pending payment or cancellation of an order. No other action on it starts meanwhile.
    pub(crate) fn order_call(&self, id: &OrderId) -> Option<&ApiCall> {
        self.current_calls()
            .find(|call| matches!(call, ApiCall::Pay { order, .. } | ApiCall::Cancel(order) if order == id))
    }

    /// Returns whether money is being taken right now.
    pub(crate) fn is_paying(&self) -> bool {
        self.current_calls().any(|call| matches!(call, ApiCall::Pay { .. }))
    }

    pub(crate) fn is_reserving(&self, id: &TicketId) -> bool {
        self.current_calls().any(|call| matches!(call, ApiCall::Reserve(ticket, _) if ticket == id))
    }

    /// Returns the pending change or withdrawal of a listing.
    pub(crate) fn listing_call(&self, id: &TicketId) -> Option<&ApiCall> {
        self.current_calls().find(
            |call| matches!(call, ApiCall::Change(ticket, ..) | ApiCall::Withdraw(ticket, _) if ticket == id),
        )
    }

    /// Returns the pending action of the door. No other one starts meanwhile.
    pub(crate) fn door_call(&self) -> Option<&ApiCall> {
        self.current_calls().find(|call| {
            matches!(call, ApiCall::OpenDoor(_) | ApiCall::PrepareDoor(_) | ApiCall::SyncDoor(_))
        })
    }
}
