//! The screens, a file each: what it holds, what it does with what comes in, how it looks, and how it reads aloud.

mod activity;
mod check_in;
mod checkout;
mod claim;
mod confirm;
mod help;
mod listing;
mod listings;
mod market;
mod orders;
mod palette;
mod pass;
mod passes;
mod prices;
mod resale;
mod settings;
mod sign_in;
mod ticket;
mod transfer;

use std::fmt;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ticketing_sdk::{Money, OrderId, TicketId, Timestamp};

use crate::action::Action;
use crate::call_error::CallError;
use crate::effect::CallId;
use crate::event::Reply;
use crate::model::notices::Level;
use crate::model::{Model, PriceChange, Session};
use crate::route::{ConfirmAction, Route};
use crate::widgets::form::Form;
use crate::widgets::painter::Painter;

/// Opens the screen of a route.
pub(crate) fn open(route: Route, model: &Model) -> Box<dyn Screen> {
    match route {
        Route::Market => Box::new(market::Market::open(model)),
        Route::Ticket(id) => Box::new(ticket::Ticket::open(id, model)),
        Route::Checkout(id) => Box::new(checkout::Checkout::open(id, model)),
        Route::Orders => Box::new(orders::Orders::open(model)),
        Route::Passes => Box::new(passes::Passes::open(model)),
        Route::Pass(key) => Box::new(pass::Pass::open(key, model)),
        Route::Transfer(id) => Box::new(transfer::Transfer::open(id, model)),
        Route::Claim => Box::new(claim::Claim::open(model)),
        Route::CheckIn => Box::new(check_in::CheckIn::open(model)),
        Route::Resale(id) => Box::new(resale::Resale::open(id, model)),
        Route::Listings => Box::new(listings::Listings::open(model)),
        Route::Listing(id) => Box::new(listing::Listing::open(id, model)),
        Route::Activity => Box::new(activity::Activity::open(model)),
        Route::Settings => Box::new(settings::Settings::open(model)),
        Route::SignIn(then) => Box::new(sign_in::SignIn::open(then, model)),
        Route::Prices => Box::new(prices::Prices::open(model)),
        Route::Help(parent_actions) => Box::new(help::Help::open(parent_actions, model)),
        Route::Palette(parent_actions) => Box::new(palette::Palette::open(parent_actions, model)),
        Route::Confirm(action) => Box::new(confirm::Confirm::open(action, model)),
    }
}

/// A screen.
pub(crate) trait Screen: fmt::Debug {
    /// Its heading.
    fn title(&self, model: &Model) -> String;

    /// What can be done here now, what matters most first. From it come keys, footer, help and palette.
    fn actions(&self, model: &Model) -> Vec<Action>;

    /// Takes in what comes in.
    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>);

    /// Draws it. Only reads.
    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect);

    /// The same in words.
    fn plain_view(&self, model: &Model) -> PlainView;

    /// Whether a line is being written, so that letters are letters.
    fn writes(&self, _: &Model) -> bool {
        false
    }

    /// When it is drawn otherwise by itself, so that an [`Input::Tick`] is wanted.
    fn wakes_at(&self, _: &Model) -> Option<Timestamp> {
        None
    }

    /// Whether the next key is wanted as it is, whatever it usually stands for.
    fn wants_key(&self) -> bool {
        false
    }

    /// Whether it stands in front of the screen below.
    fn is_popup(&self) -> bool {
        false
    }
}

/// What comes in to a screen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// It has been opened, or is in front again.
    Focus,
    Action(Action),
    /// A key that stands for no action.
    Key(&'a KeyEvent),
    Paste(&'a str),
    /// The row of that number is meant: to be selected, and with `true`, or when it is selected already, opened.
    Row(usize, bool),
    /// The field of that number is meant.
    Field(usize),
    /// A field gets this text.
    Fill(usize, &'a str),
    /// The wheel was turned by so many rows.
    Scroll(isize),
    Reply(CallId, &'a Result<Reply, CallError>),
    /// The screen in front of it has begun this reservation in its place.
    Reservation(CallId),
    /// What is known has changed.
    ModelChange,
    /// The time for which it asked has come.
    Tick,
}

/// What a screen has to work with.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a mut Model,
    pub(crate) navigation: &'a mut Vec<Navigate>,
    /// Whether the screen had waited for what came in, and tells of it.
    pub(crate) handled: bool,
    /// Whether it is the screen in front, so that it may lead on.
    pub(crate) in_front: bool,
}

/// Where to go.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Navigate {
    /// On top of this screen.
    Push(Route),
    /// In the place of this screen.
    Replace(Route),
    /// Back to the screen below.
    Pop,
    /// Back, and then this is done there.
    PopAndRun(Action),
    /// Back, to the screen that waits for this reservation then.
    PopAwaiting(CallId),
    Quit,
}

impl Context<'_> {
    pub(crate) fn go(&mut self, route: Route) {
        self.navigation.push(Navigate::Push(route));
    }

    pub(crate) fn replace_with(&mut self, route: Route) {
        self.navigation.push(Navigate::Replace(route));
    }

    pub(crate) fn back(&mut self) {
        self.navigation.push(Navigate::Pop);
    }

    /// Applies the reply to the pending reservation. Returns the order of a success; asks for confirmation if the price
    /// has changed.
    pub(crate) fn reserved(&mut self, call: CallId, reply: &Result<Reply, CallError>) -> Option<OrderId> {
        if let Ok(Reply::Order(order)) = reply {
            return Some(order.id.clone());
        }
        if self.in_front
            && let Some(change) = self.model.price_change.take_if(|change| change.call == call)
        {
            let PriceChange { ticket, shown, price, .. } = change;
            self.go(Route::Confirm(ConfirmAction::BuyAt { ticket, price, shown }));
        }
        None
    }

    /// Goes on towards owning a ticket: to what is held already, to the sign-in, or to a new reservation, whose call is
    /// answered.
    pub(crate) fn buy(&mut self, ticket: &TicketId) -> Option<CallId> {
        if let Some(order) = self.model.orders.of_ticket(ticket) {
            let id = order.id.clone();
            self.go(Route::Checkout(id));
            return None;
        }
        if !self.require_sign_in(Some(Route::Ticket(ticket.clone()))) {
            return None;
        }
        let price = Money::from_cents(i64::from(self.model.market.tickets.get(ticket)?.cents)).ok()?;
        self.model.reserve(ticket, price)
    }

    /// Goes on if someone is signed in; else to the screen where that can be done, and then to `then`.
    pub(crate) fn require_sign_in(&mut self, then: Option<Route>) -> bool {
        match self.model.session {
            Session::SignedIn(_) => return true,
            Session::Unknown => self.model.notify(Level::Info, "The session is still loading"),
            _ => self.go(Route::SignIn(then.map(Box::new))),
        }
        false
    }
}

/// A screen in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PlainView {
    /// What there is to know.
    pub(crate) lines: Vec<String>,
    /// What can be picked, with the number of the row.
    pub(crate) rows: Vec<(usize, String)>,
    /// Whether there are rows before or behind those.
    pub(crate) more: (bool, bool),
    /// What can be written.
    pub(crate) fields: Vec<PlainField>,
}

/// A field in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainField {
    pub(crate) number: usize,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) secret: bool,
    /// Whether it may stay empty, so that it is not asked for.
    pub(crate) is_optional: bool,
    pub(crate) fault: Option<String>,
}

/// So many rows are read out at once.
const PLAIN_PAGE_ROWS: usize = 10;

impl PlainView {
    /// The page of a list in which the selection is.
    fn list(list: &crate::widgets::list::List, len: usize, mut row: impl FnMut(usize) -> String) -> Self {
        let page = list.page(len, PLAIN_PAGE_ROWS);
        let more = (page.start > 0, page.end < len);
        Self { rows: page.map(|index| (index, row(index))).collect(), more, ..Self::default() }
    }

    fn form(form: &Form) -> Self {
        let spoken = |(number, field): (usize, &crate::widgets::form::Field)| PlainField {
            number,
            label: field.label.to_owned(),
            value: field.value().to_owned(),
            secret: field.secret,
            is_optional: field.is_optional,
            fault: field.fault.clone(),
        };
        Self { fields: form.fields.iter().enumerate().map(spoken).collect(), ..Self::default() }
    }

    fn lines(lines: impl IntoIterator<Item = String>) -> Self {
        Self { lines: lines.into_iter().collect(), ..Self::default() }
    }
}

/// What every form does with what comes in. Answers whether that was all.
fn form_input(form: &mut Form, input: Input<'_>) -> bool {
    match input {
        Input::Action(action) => form.act(action),
        Input::Key(key) => {
            form.key(key);
            true
        }
        Input::Paste(text) => {
            form.paste(text);
            true
        }
        Input::Field(field) => {
            form.focus_on(field);
            true
        }
        Input::Fill(field, text) => {
            form.fill(field, text);
            true
        }
        _ => false,
    }
}
