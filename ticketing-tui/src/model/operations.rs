//! The operations of the user: one at a time for each order or listing, and only where its state allows it.

use ticketing_sdk::{CardEntry, Money, OrderId, OrderStatus, Pages, SecretString, TicketId, TicketUpdate};

use super::notices::Level;
use super::{FeedState, Load, Model, SessionState};
use crate::effect::{ApiCall, CallId, Effect};
use crate::settings::{Setting, SettingChange};
use crate::text;

impl Model {
    /// Requests all data that is not loaded.
    pub(crate) fn start(&mut self) {
        self.call(ApiCall::Session);
        self.effect(Effect::Follow);
    }

    /// Reloads the market.
    pub(crate) fn load_market(&mut self) {
        self.market.begin_reload();
        if let Load::Loading(before) = self.market.load {
            // Its further replies are ignored.
            self.pending_calls.remove(&before);
        }
        self.market.load = Load::Loading(self.call(ApiCall::Market));
    }

    /// Loads the data of the signed-in user.
    pub(crate) fn load_own(&mut self) {
        self.load_orders();
        self.load_listings();
        self.load_passes();
    }

    /// Loads the orders of the user. Returns the call.
    pub(crate) fn load_orders(&mut self) -> CallId {
        let call = self.call(ApiCall::Orders);
        self.orders.records.begin_load(call);
        call
    }

    /// Loads the listings of the user.
    pub(crate) fn load_listings(&mut self) {
        let call = self.call(ApiCall::Listings);
        self.listings.records.begin_load(call);
    }

    /// Loads the passes of the user.
    pub(crate) fn load_passes(&mut self) {
        let call = self.call(ApiCall::Passes);
        self.passes.records.begin_load(call);
    }

    /// Requests all data again, at once.
    pub(crate) fn reload(&mut self) {
        if matches!(self.feed_state, FeedState::Live | FeedState::Unavailable(_)) {
            self.load_market();
        }
        // Without a connection, the market is loaded once there is one.
        if !matches!(self.feed_state, FeedState::Live) {
            self.effect(Effect::Follow);
        }
        self.call(ApiCall::Session);
    }

    /// Reserves a ticket at the price that was shown. Returns `None` if a reservation of it is pending.
    pub(crate) fn reserve(&mut self, ticket: &TicketId, price: Money) -> Option<CallId> {
        if self.is_reserving(ticket) {
            return None;
        }
        Some(self.call(ApiCall::Reserve(ticket.clone(), price)))
    }

    /// Returns the page on which an order is paid, if cards are entered on that page.
    pub(crate) fn payment_page(&self, order: &OrderId) -> Option<String> {
        (self.card_entry == CardEntry::Page).then(|| Pages::new(&self.server).order(order))
    }

    /// Pays for an order, unless an operation on it is pending, or it awaits no payment. Returns the call.
    pub(crate) fn pay(&mut self, id: &OrderId, token: SecretString) -> Option<CallId> {
        self.orders.get(id).filter(|order| order.status == OrderStatus::Created)?;
        if self.order_call(id).is_some() {
            return None;
        }
        self.orders.set_payment_error(id, None);
        Some(self.call(ApiCall::Pay { order: id.clone(), token }))
    }

    /// Cancels a reservation, unless an operation on its order is pending.
    pub(crate) fn cancel(&mut self, id: &OrderId) {
        let open = self.orders.get(id).is_some_and(|order| order.status == OrderStatus::Created);
        if open && self.order_call(id).is_none() {
            self.orders.set_payment_error(id, None);
            self.call(ApiCall::Cancel(id.clone()));
        }
    }

    /// Changes a listing, and shows the change at once. Returns `None` if there is no such listing, or an operation on it
    /// is pending.
    pub(crate) fn change(&mut self, id: &TicketId, new: &TicketUpdate) -> Option<CallId> {
        let listing = self.listings.get(id).filter(|listing| listing.original.is_none())?;
        let version = listing.ticket.version;
        self.listings.change(id, new);
        Some(self.call(ApiCall::Change(id.clone(), new.clone(), version)))
    }

    /// Withdraws a listing.
    pub(crate) fn withdraw(&mut self, id: &TicketId) {
        let Some(listing) = self.listings.get(id).filter(|listing| listing.original.is_none()) else {
            return;
        };
        let version = listing.ticket.version;
        self.listings.keep_original(id);
        self.call(ApiCall::Withdraw(id.clone(), version));
    }

    /// Ends the session.
    pub(crate) fn sign_out(&mut self) {
        if matches!(self.session, SessionState::SignedIn(_)) {
            self.call(ApiCall::SignOut);
        }
    }

    /// Puts an id on the clipboard.
    pub(crate) fn copy(&mut self, id: &str) {
        // Text that is pasted into a shell must not end a line there.
        let id = text::sanitize(id).into_owned();
        self.notify(Level::Info, format!("Copied {id}"));
        self.effect(Effect::Copy(id));
    }

    /// Puts a secret on the clipboard, without showing it.
    pub(crate) fn copy_secret(&mut self, secret: &str, what: &str) {
        self.notify(Level::Info, format!("Copied {what}"));
        self.effect(Effect::Copy(text::sanitize(secret).into_owned()));
    }

    /// Opens the page of a ticket in the browser.
    pub(crate) fn browse_ticket(&mut self, ticket: &TicketId) {
        self.browse(Pages::new(&self.server).ticket(ticket));
    }

    /// Opens the page of an order in the browser.
    pub(crate) fn browse_order(&mut self, order: &OrderId) {
        self.browse(Pages::new(&self.server).order(order));
    }

    fn browse(&mut self, address: String) {
        self.notify(Level::Info, format!("Opening {address}"));
        self.effect(Effect::Browse(address));
    }

    /// Returns whether a pending payment and a paid ticket are animated.
    pub(crate) fn has_motion(&self) -> bool {
        self.settings.is_on(Setting::Motion)
    }

    /// Changes a setting, and stores it in the config file.
    pub(crate) fn change_setting(&mut self, change: SettingChange) {
        self.settings.apply(&change);
        self.effect(Effect::Save(change));
        self.effect(Effect::Redraw);
    }
}
