//! The requests for an open pass, which changes without an event of the feed.

use std::time::Duration;

use ticketing_sdk::{ErrorCode, Pass, PassStatus, Timestamp};

use super::prelude::*;

/// While a pass may change at the door, by its next holder or by a purchase, it is requested again after this time.
const POLL_INTERVAL: Duration = Duration::from_secs(3);

/// Requests a pass while a screen shows it.
#[derive(Debug)]
pub(super) struct PassPoll {
    key: PassRef,
    pub(super) load: Load,
    /// When it was requested last.
    requested_at: Timestamp,
    /// Whether the user held it when its screen was opened, or later.
    was_held: bool,
    /// Whether the last answer was that the user does not hold it.
    is_missing: bool,
}

impl PassPoll {
    pub(super) fn new(key: PassRef, model: &Model) -> Self {
        let was_held = model.passes.get(&key).is_some();
        Self { key, load: Load::Idle, requested_at: model.now, was_held, is_missing: false }
    }

    pub(super) fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.get(&self.key)
    }

    pub(super) fn request(&mut self, cx: &mut Context<'_>) {
        let call = match (self.pass(cx.model), &self.key) {
            (Some(pass), _) => ApiCall::Pass(pass.id.clone()),
            (None, PassRef::Id(id)) => ApiCall::Pass(id.clone()),
            (None, PassRef::Order(order)) => ApiCall::PassOfOrder(order.clone()),
        };
        self.load = Load::Loading(cx.model.call(call));
        self.requested_at = cx.model.now;
    }

    /// Takes the reply to a request, and requests the pass again when that is due. Returns whether the input was one of these.
    pub(super) fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) -> bool {
        self.was_held |= self.pass(cx.model).is_some();
        match input {
            Input::Reply(id, reply) => {
                let is_own = self.load.finish(id, reply);
                if is_own {
                    self.is_missing = reply.as_ref().is_err_and(|error| error.is(&ErrorCode::NotFound));
                }
                is_own
            }
            Input::Tick if self.next(cx.model).is_some_and(|at| at <= cx.model.now) => {
                self.request(cx);
                true
            }
            _ => false,
        }
    }

    /// Returns when the pass is to be requested again, if it may change.
    pub(super) fn next(&self, model: &Model) -> Option<Timestamp> {
        model.user()?;
        let may_change = match self.pass(model) {
            Some(pass) => matches!(pass.status, PassStatus::Valid | PassStatus::Offered),
            // It may be issued, or the user may buy it or claim it in another program.
            None => true,
        };
        (may_change && !matches!(self.load, Load::Loading(_))).then(|| self.requested_at + POLL_INTERVAL)
    }

    /// Returns whether the user does not hold the pass, or no longer; also while it is requested again.
    pub(super) fn is_missing(&self, model: &Model) -> bool {
        let is_passed_on = match &self.key {
            PassRef::Id(_) => false,
            PassRef::Order(id) => model.orders.get(id).is_some_and(|order| model.passes.is_passed_on(order)),
        };
        let is_gone = self.was_held || self.is_missing || is_passed_on;
        is_gone && model.user().is_some() && self.pass(model).is_none()
    }
}
