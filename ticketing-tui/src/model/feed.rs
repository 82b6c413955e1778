//! Applies the events of the live feed to the model.

use std::time::Duration;

use ticketing_sdk::{TicketChange, TicketChangeKind, TicketStatus};

use super::notices::{Level, Message, Topic};
use super::{FeedState, Load, Model, SessionState};
use crate::action::Action;
use crate::call_error::CallErrorKind;
use crate::effect::{ApiCall, Effect};
use crate::event::Feed;
use crate::text;

const LOST: &str = "The connection is lost; the data shown may be outdated";
/// The time between two attempts to reach the server, at most.
const MAX_RETRY_INTERVAL: Duration = Duration::from_secs(5);

impl Model {
    /// Applies an event of the live feed.
    pub(crate) fn feed(&mut self, feed: &Feed) {
        match feed {
            Feed::Connected => {
                let back = self.was_live && !matches!(self.feed_state, FeedState::Live);
                self.was_live = true;
                self.feed_state = FeedState::Live;
                // The changes resume after the last one, so only data that was never loaded is loaded.
                if !matches!(self.market.load, Load::Ready | Load::Loading(_)) {
                    self.load_market();
                }
                if back {
                    self.notify(
                        Level::Success,
                        Message::from("Connected again").with_topic(Topic::Connection),
                    );
                }
                if back || matches!(self.session, SessionState::Unknown | SessionState::Failed(_)) {
                    self.call(ApiCall::Session);
                }
                if back && self.door.state.is_some() {
                    self.sync_door();
                }
            }
            Feed::Change(change) => {
                self.market.apply_change(change, self.now);
                self.apply_own_change(change);
            }
            Feed::Reset => self.reload(),
            Feed::Lost { error, retry_in } => {
                if matches!(self.feed_state, FeedState::Live) {
                    let text = match self.key(Action::Reload).as_str() {
                        "" => LOST.to_owned(),
                        key => format!("{LOST}; {key} tries again"),
                    };
                    self.notify(Level::Warning, Message::from(text).with_topic(Topic::Connection));
                }
                if matches!(self.market.load, Load::Idle) {
                    self.market.load = Load::Failed(error.clone());
                }
                // The time of the next attempt may be the server's `Retry-After`, unless it was not reached.
                let is_early = error.kind == CallErrorKind::Offline && *retry_in > MAX_RETRY_INTERVAL;
                let retry_in = if is_early { MAX_RETRY_INTERVAL } else { *retry_in };
                let retry_at = self.now + retry_in;
                self.feed_state = FeedState::Retrying { error: error.clone(), retry_at, is_early };
            }
            Feed::Ended(error) => {
                self.feed_state = FeedState::Unavailable(error.clone());
                if !matches!(self.market.load, Load::Ready | Load::Loading(_)) {
                    self.load_market();
                }
            }
        }
    }

    /// Connects again where the live feed would wait for longer.
    pub(super) fn retry_early(&mut self) {
        if let FeedState::Retrying { retry_at, is_early, .. } = &mut self.feed_state
            && *retry_at <= self.now
            && std::mem::take(is_early)
        {
            self.effect(Effect::Follow);
        }
    }

    /// Applies a change of a ticket that the user sells or has ordered.
    fn apply_own_change(&mut self, change: &TicketChange) {
        let ticket = &change.ticket;
        if self.user().is_some_and(|user| user.id == ticket.user_id) {
            if change.kind == TicketChangeKind::Deleted {
                self.listings.remove(&ticket.id);
            } else {
                let was = self.listings.get(&ticket.id).map(|listing| listing.ticket.status);
                self.listings.update(ticket);
                if ticket.status == TicketStatus::Sold
                    && was.is_some_and(|status| status != TicketStatus::Sold)
                {
                    let price = format!(" for {}", text::money(ticket.price));
                    self.notify(
                        Level::Success,
                        Message::with_ticket(&ticket.id, "You sold ", &ticket.title, price),
                    );
                }
            }
        }
        let is_unknown = ticket.order_id.as_ref().is_some_and(|id| self.orders.get(id).is_none())
            && !self.is_reserving(&ticket.id);
        if is_unknown && ticket.status == TicketStatus::Reserved && self.user().is_some() {
            // An order that is not known has reserved the ticket.
            let now = self.server_now();
            self.orders.lookup.request(now);
        }
        // Orders have no feed: a change of its ticket shows that an order may have changed.
        let stale = self.orders.list().iter().find(|order| {
            let over = ticket.order_id.as_ref() != Some(&order.id) || ticket.status == TicketStatus::Sold;
            order.ticket.id == ticket.id && !order.status.is_final() && over
        });
        if let Some(id) = stale.map(|order| order.id.clone()) {
            self.call(ApiCall::Order(id));
        }
    }
}
