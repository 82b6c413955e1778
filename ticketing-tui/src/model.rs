//! The state of the program: the market, the orders and listings of the user, the session and the connection.
//! Every call goes through the model, so that it continues when its screen is closed.

pub(crate) mod activity;
mod calls;
pub(crate) mod door;
mod feed;
pub(crate) mod filtered_view;
pub(crate) mod listings;
pub(crate) mod market;
pub(crate) mod notices;
mod operations;
pub(crate) mod orders;
pub(crate) mod passes;
pub(crate) mod query;
pub(crate) mod records;
mod replies;
mod reports;
pub(crate) mod ticket_store;

use std::collections::HashMap;
use std::time::Duration;

use jiff::civil::Date;
use ratatui::layout::Size;
use ticketing_sdk::{CardEntry, CurrentUser, Order, OrderId, OrderStatus, TicketId, Timestamp, UserId};

use self::calls::PendingCall;
use self::door::Door;
use self::listings::Listings;
use self::market::KnownMarket;
use self::notices::{Level, Message, Notices};
use self::orders::{KnownOrders, OrderAlert, URGENT_TIME_LEFT};
use self::passes::KnownPasses;
use crate::action::Action;
use crate::call_error::CallError;
use crate::effect::{ApiCall, CallId, Effect};
use crate::event::Reply;
use crate::local_time::LocalTime;
use crate::settings::{Setting, Settings};
use crate::text;

/// Everything that is known.
#[derive(Debug)]
pub(crate) struct Model {
    /// This machine's time.
    pub(crate) now: Timestamp,
    /// How far the server's clock is ahead, in milliseconds.
    pub(crate) clock_offset: i64,
    pub(crate) server: String,
    pub(crate) local: LocalTime,
    pub(crate) size: Size,
    pub(crate) settings: Settings,
    pub(crate) session: SessionState,
    pub(crate) feed_state: FeedState,
    /// Whether there was a connection before.
    was_live: bool,
    pub(crate) market: KnownMarket,
    pub(crate) orders: KnownOrders,
    pub(crate) listings: Listings,
    pub(crate) passes: KnownPasses,
    pub(crate) door: Door,
    pub(crate) notices: Notices,
    /// How buyers enter their card: as tokens, until the server has answered.
    pub(crate) card_entry: CardEntry,
    effects: Vec<Effect>,
    calls: u64,
    /// The calls that have not been answered yet.
    pending_calls: HashMap<CallId, PendingCall>,
    /// Counts the changes of the session: a reply to a call of an earlier session does not change the current one.
    session_number: u64,
    /// The user who was signed in last.
    last_user: Option<UserId>,
    /// Whether a different user has signed in while the screens still hold the input of the last one.
    has_new_user: bool,
    /// The pending lists of orders that show whether the user holds a ticket that was refused as reserved.
    reservation_checks: HashMap<CallId, TicketId>,
    title: String,
}

/// The session of the user.
#[derive(Debug, Clone, Default)]
pub(crate) enum SessionState {
    /// The server was not asked yet.
    #[default]
    Unknown,
    /// The server did not answer the request.
    Failed(CallError),
    SignedOut,
    SignedIn(CurrentUser),
}

/// The connection of the live changes.
#[derive(Debug, Clone, Default)]
pub(crate) enum FeedState {
    #[default]
    Connecting,
    Live,
    /// The connection is lost; the client reconnects.
    Retrying {
        error: CallError,
        retry_at: Timestamp,
        /// Whether the program then retries by itself, because the live feed would wait longer.
        is_early: bool,
    },
    /// The server has no feed, or the feed ended and is not reconnected.
    Unavailable(CallError),
}

/// The loading state of a list.
#[derive(Debug, Clone, Default)]
pub(crate) enum Load {
    /// The list was not requested yet.
    #[default]
    Idle,
    /// The list is being loaded; rows that are present may be shown.
    Loading(CallId),
    Ready,
    Failed(CallError),
}

impl Load {
    /// Returns whether this call loads the list.
    pub(crate) fn awaits(&self, call: CallId) -> bool {
        matches!(self, Self::Loading(awaited) if *awaited == call)
    }

    /// Handles the reply to the call that loads the list. Returns whether it was that reply.
    pub(crate) fn finish(&mut self, call: CallId, reply: &Result<Reply, CallError>) -> bool {
        let is_awaited = self.awaits(call);
        if is_awaited {
            *self = reply.as_ref().map_or_else(|error| Self::Failed(error.clone()), |_| Self::Ready);
        }
        is_awaited
    }

    pub(crate) fn is_loading(&self) -> bool {
        matches!(self, Self::Idle | Self::Loading(_))
    }
}

impl Model {
    pub(crate) fn new(
        server: String,
        settings: Settings,
        local: LocalTime,
        size: Size,
        now: Timestamp,
    ) -> Self {
        Self {
            now,
            clock_offset: 0,
            server,
            local,
            size,
            settings,
            session: SessionState::Unknown,
            feed_state: FeedState::Connecting,
            was_live: false,
            market: KnownMarket::default(),
            orders: KnownOrders::default(),
            listings: Listings::default(),
            passes: KnownPasses::default(),
            door: Door::default(),
            notices: Notices::default(),
            card_entry: CardEntry::Token,
            effects: Vec::new(),
            calls: 0,
            pending_calls: HashMap::new(),
            session_number: 0,
            last_user: None,
            has_new_user: false,
            reservation_checks: HashMap::new(),
            title: String::new(),
        }
    }

    /// Returns the key of an action as text, or an empty text if it has none.
    pub(crate) fn key(&self, action: Action) -> String {
        self.usable_key(action, false)
    }

    /// Returns the key of an action that works now: while a text field has the focus, one that types nothing.
    pub(crate) fn usable_key(&self, action: Action, has_text_input: bool) -> String {
        let keys = self.settings.keys.keys(action);
        let usable = keys.iter().find(|key| !(has_text_input && key.is_printable()));
        usable.map(ToString::to_string).unwrap_or_default()
    }

    /// Returns the time by the server's clock, which sets the deadlines.
    pub(crate) fn server_now(&self) -> Timestamp {
        Timestamp::from_millis(self.now.as_millis().saturating_add(self.clock_offset))
    }

    /// Returns the day of the user, by the server's clock.
    pub(crate) fn today(&self) -> Date {
        self.local.date(self.server_now())
    }

    pub(crate) fn user(&self) -> Option<&CurrentUser> {
        match &self.session {
            SessionState::SignedIn(user) => Some(user),
            _ => None,
        }
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(crate) fn take_effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    pub(crate) fn notify(&mut self, level: Level, message: impl Into<Message>) {
        self.notices.push(level, message, self.now);
    }

    /// Applies the time.
    pub(crate) fn tick(&mut self) {
        self.notices.tick(self.now);
        self.retry_early();
        if self.door.waiting_count() > 0 {
            self.sync_old_door();
        }
        for alert in self.orders.tick(self.server_now()) {
            self.alert(&alert);
        }
        let mut notices = std::mem::take(&mut self.notices);
        notices.retain_reserved(|order| self.is_reserved(order));
        self.notices = notices;
        self.update_title();
    }

    /// Returns whether an order is reserved, and nothing has been done about it.
    fn is_reserved(&self, id: &OrderId) -> bool {
        let now = self.server_now();
        let is_open = |order: &Order| {
            order.status == OrderStatus::Created && !KnownOrders::time_left(order, now).is_zero()
        };
        self.orders.get(id).is_some_and(is_open)
            && self.order_call(id).is_none()
            && self.orders.payment_error(id).is_none()
    }

    fn alert(&mut self, alert: &OrderAlert) {
        match alert {
            OrderAlert::TimeLeft(id, left) => {
                let Some(ticket) = self.orders.get(id).map(|order| order.ticket.clone()) else { return };
                let soon = *left <= URGENT_TIME_LEFT;
                let before = format!("{} left to pay for ", text::remaining_time(*left));
                let message = Message::with_ticket(&ticket.id, before, &ticket.title, "");
                let level = if soon { Level::Warning } else { Level::Info };
                self.notify(level, message.while_reserved(id));
                if soon {
                    self.ring_bell();
                }
            }
            OrderAlert::DeadlinePassed(id) => {
                let Some(ticket) = self.orders.get(id).map(|order| order.ticket.clone()) else { return };
                let after = " is no longer reserved for you";
                self.notify(
                    Level::Error,
                    Message::with_ticket(&ticket.id, "Expired: ", &ticket.title, after),
                );
                self.ring_bell();
            }
            // An order is not requested again while a request of it is pending.
            OrderAlert::Refresh(id) => {
                let is_of_order = |call: &ApiCall| matches!(call, ApiCall::Order(order) if order == id);
                if !self.pending_calls.values().any(|pending| is_of_order(&pending.call)) {
                    self.call(ApiCall::Order(id.clone()));
                }
            }
            OrderAlert::LoadOpen => drop(self.call(ApiCall::OpenOrders)),
        }
    }

    fn ring_bell(&mut self) {
        if self.settings.is_on(Setting::Bell) {
            self.effect(Effect::Bell);
        }
    }

    /// Sets the title of the window to the reservation that ends first, in minutes: a title that changes each second
    /// disturbs users of screen readers.
    fn update_title(&mut self) {
        if !self.settings.is_on(Setting::Title) {
            return;
        }
        let now = self.server_now();
        let first = self.orders.open().min_by_key(|order| order.expires_at);
        let title = first.map_or_else(
            || "ticketing".to_owned(),
            |order| {
                let title = text::title(&order.ticket.title);
                match KnownOrders::time_left(order, now) {
                    Duration::ZERO => format!("expired: {title}"),
                    left => format!("{} min to pay: {title}", left.as_secs().div_ceil(60)),
                }
            },
        );
        if title != self.title {
            self.title.clone_from(&title);
            self.effect(Effect::Title(title));
        }
    }

    /// Returns whether another user has signed in since this call was made.
    pub(crate) fn take_new_user(&mut self) -> bool {
        std::mem::take(&mut self.has_new_user)
    }

    /// Returns the time of this machine at a time of the server.
    fn local_instant(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_millis(at.as_millis().saturating_sub(self.clock_offset))
    }

    /// Returns when the model changes without an event.
    pub(crate) fn wakes_at(&self) -> Option<Timestamp> {
        let of_orders = self.orders.wakes_at(self.server_now()).map(|at| self.local_instant(at));
        // Sales end when an event starts.
        let of_events = self.market.tickets.next_start(self.server_now()).map(|at| self.local_instant(at));
        let of_door = self.next_door_sync().filter(|_| self.door.waiting_count() > 0);
        let of_link = match &self.feed_state {
            // The seconds to the next try are shown.
            FeedState::Retrying { retry_at, .. } if *retry_at > self.now => {
                Some((self.now + Duration::from_secs(1)).min(*retry_at))
            }
            _ => None,
        };
        [self.notices.wakes_at(), of_orders, of_events, of_door, of_link].into_iter().flatten().min()
    }
}
