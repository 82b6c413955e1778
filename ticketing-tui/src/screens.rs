//! The screens, a file each: its state, how it handles input, its view, and its plain-text view.

mod activity;
mod check_in;
mod checkout;
mod claim;
mod confirm;
mod form_screen;
mod help;
mod listing;
mod listings;
mod market;
mod orders;
mod own_list;
mod palette;
mod pass;
mod pass_poll;
mod passes;
mod prices;
mod resale;
mod settings;
mod sign_in;
mod ticket;
mod transfer;

/// The imports that most screens need.
mod prelude {
    pub(super) use ratatui::layout::Rect;
    pub(super) use ratatui::style::Style;

    pub(super) use super::{Context, Input, PlainView, Screen};
    pub(super) use crate::action::Action;
    pub(super) use crate::call_error::{CallError, CallErrorKind};
    pub(super) use crate::effect::{ApiCall, CallId};
    pub(super) use crate::event::Reply;
    pub(super) use crate::model::notices::Level;
    pub(super) use crate::model::passes::PassRef;
    pub(super) use crate::model::records::Records;
    pub(super) use crate::model::{Load, Model};
    pub(super) use crate::route::{ConfirmAction, Route};
    pub(super) use crate::text;
    pub(super) use crate::theme::StyleRole;
    pub(super) use crate::widgets::columns::{Columns, Row, RowNeeds};
    pub(super) use crate::widgets::form::{Field, Form};
    pub(super) use crate::widgets::list::List;
    pub(super) use crate::widgets::painter::{Painter, below, bottom, inset, top};
    pub(super) use crate::widgets::{panes, placeholder, ticket_card};
}

use std::fmt;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use ticketing_sdk::{Money, TicketId, Timestamp};

use self::form_screen::FormScreen;
use self::own_list::OwnListScreen;
use crate::action::Action;
use crate::call_error::CallError;
use crate::effect::CallId;
use crate::event::Reply;
use crate::model::notices::Level;
use crate::model::{Load, Model, SessionState};
use crate::route::Route;
use crate::widgets::form::{Field, Form};
use crate::widgets::list::List;
use crate::widgets::painter::Painter;

/// Opens the screen of a route.
pub(crate) fn open(route: Route, model: &Model) -> Box<dyn Screen> {
    match route {
        Route::Market => Box::new(market::MarketScreen::open(model)),
        Route::Ticket(id) => Box::new(ticket::TicketScreen::open(id, model)),
        Route::Checkout(id) => Box::new(checkout::Checkout::open(id, model)),
        Route::Orders => Box::new(OwnListScreen::<orders::Orders>::open()),
        Route::Passes => Box::new(OwnListScreen::<passes::Passes>::open()),
        Route::Pass(key) => Box::new(pass::PassScreen::open(key, model)),
        Route::Transfer(id) => Box::new(FormScreen::open(transfer::Transfer::open(id, model))),
        Route::Claim => Box::new(FormScreen::open(claim::Claim::open())),
        Route::CheckIn => Box::new(check_in::CheckIn::open(model)),
        Route::Resale(id) => Box::new(FormScreen::open(resale::Resale::open(id, model))),
        Route::Listings => Box::new(OwnListScreen::<listings::Listings>::open()),
        Route::Listing(id) => Box::new(FormScreen::open(listing::ListingForm::open(id, model))),
        Route::Activity => Box::<activity::ActivityScreen>::default(),
        Route::Settings => Box::<settings::SettingsScreen>::default(),
        Route::SignIn(then) => Box::new(FormScreen::open(sign_in::SignIn::open(then))),
        Route::Prices => Box::new(FormScreen::open(prices::Prices::open(model))),
        Route::Help(parent_actions) => Box::new(help::Help::open(parent_actions, model)),
        Route::Palette(parent_actions) => Box::new(palette::Palette::open(parent_actions, model)),
        Route::Confirm(action) => Box::new(confirm::Confirm::open(action, model)),
    }
}

/// A screen.
pub(crate) trait Screen: fmt::Debug {
    /// Returns the heading.
    fn title(&self, model: &Model) -> String;

    /// Returns the available actions, the most important first. Keys, footer, help and palette follow from them.
    fn actions(&self, model: &Model) -> Vec<Action>;

    /// Handles an input.
    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>);

    /// Draws the screen. It changes nothing.
    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect);

    /// Returns the content of the screen as text, for `--plain`.
    fn plain_view(&self, model: &Model) -> PlainView;

    /// Returns whether a text field has the focus, so that letters are text and not key bindings.
    fn has_text_input(&self, _: &Model) -> bool {
        false
    }

    /// Returns whether messages must not cover the screen, because it shows a code for a scanner.
    fn keeps_size(&self, _: &Model) -> bool {
        false
    }

    /// Returns when the screen changes without an input, and so needs an [`Input::Tick`].
    fn wakes_at(&self, _: &Model) -> Option<Timestamp> {
        None
    }

    /// Returns whether the screen receives the next key itself, even if the key has a binding.
    fn wants_key(&self) -> bool {
        false
    }

    /// Returns whether the screen is drawn in front of the one below.
    fn is_popup(&self) -> bool {
        false
    }
}

/// An input of a screen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// The screen was opened, or is in front again.
    Focus,
    Action(Action),
    /// A key without a binding to an action.
    Key(&'a KeyEvent),
    Paste(&'a str),
    /// Select this row; open it with `true`, or if it is selected already.
    Row(usize, bool),
    /// Focus this field.
    Field(usize),
    /// Replace the text of this field.
    Fill(usize, &'a str),
    /// Scroll by this number of rows.
    Scroll(isize),
    Reply(CallId, &'a Result<Reply, CallError>),
    /// The model has changed.
    ModelChange,
    /// The time of [`Screen::wakes_at`] is reached.
    Tick,
}

/// The context of an update: the model, and the navigation that the screen requests.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a mut Model,
    pub(crate) navigation: &'a mut Vec<Navigate>,
    /// Whether the screen has waited for this input, and reports the outcome itself.
    pub(crate) handled: bool,
    /// Whether the screen is in front, so that it may navigate.
    pub(crate) in_front: bool,
    /// The reservation that was begun.
    pub(crate) reservation: Option<CallId>,
}

/// A navigation between screens.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Navigate {
    /// Open on top of this screen.
    Push(Route),
    /// Open in place of this screen.
    Replace(Route),
    /// Return to the screen below.
    Pop,
    /// Return to the screen below, and run this action there.
    PopAndRun(Action),
    Quit,
}

impl Context<'_> {
    pub(crate) fn push_route(&mut self, route: Route) {
        self.navigation.push(Navigate::Push(route));
    }

    pub(crate) fn replace_with(&mut self, route: Route) {
        self.navigation.push(Navigate::Replace(route));
    }

    pub(crate) fn go_back(&mut self) {
        self.navigation.push(Navigate::Pop);
    }

    /// Buys a ticket: goes to the checkout of an order that exists, to the sign-in, or begins a reservation.
    pub(crate) fn buy(&mut self, ticket: &TicketId) {
        if let Some(order) = self.model.orders.of_ticket(ticket) {
            let id = order.id.clone();
            return self.push_route(Route::Checkout(id));
        }
        if !self.require_sign_in(Some(Route::Ticket(ticket.clone()))) {
            return;
        }
        let cents = self.model.market.tickets.get(ticket).map(|row| i64::from(row.cents));
        if let Some(price) = cents.and_then(|cents| Money::from_cents(cents).ok()) {
            self.reserve(ticket, price);
        }
    }

    /// Begins a reservation, whose order opens if the screen is in front then.
    pub(crate) fn reserve(&mut self, ticket: &TicketId, price: Money) {
        self.reservation = self.model.reserve(ticket, price);
    }

    /// Returns whether a user is signed in. Otherwise goes to the sign-in, and from there to `then`.
    pub(crate) fn require_sign_in(&mut self, then: Option<Route>) -> bool {
        match self.model.session {
            SessionState::SignedIn(_) => return true,
            SessionState::Unknown => self.model.notify(Level::Info, "The session is still loading"),
            _ => self.push_route(Route::SignIn(then.map(Box::new))),
        }
        false
    }
}

/// The content of a screen as text.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlainView {
    /// The lines that cannot be picked.
    pub(crate) lines: Vec<String>,
    /// The rows that can be picked, with their numbers.
    pub(crate) rows: Vec<(usize, String)>,
    /// Whether there are rows before and after these.
    pub(crate) more: (bool, bool),
    /// The text fields.
    pub(crate) fields: Vec<Field>,
}

/// The number of rows on a page of `--plain`.
const PLAIN_PAGE_ROWS: usize = 10;

impl PlainView {
    /// Returns the page of a list that has the selection.
    fn list(list: &List, len: usize, mut row: impl FnMut(usize) -> String) -> Self {
        let page = list.page(len, PLAIN_PAGE_ROWS);
        let more = (page.start > 0, page.end < len);
        Self { rows: page.map(|index| (index, row(index))).collect(), more, ..Self::default() }
    }

    fn form(form: &Form) -> Self {
        Self { fields: form.fields.clone(), ..Self::default() }
    }

    /// Returns the loading state of data.
    fn load(load: &Load, what: &str) -> Self {
        Self::lines([match load {
            Load::Failed(error) => error.message.clone(),
            _ => format!("Loading {what}"),
        }])
    }

    fn lines(lines: impl IntoIterator<Item = String>) -> Self {
        Self { lines: lines.into_iter().collect(), ..Self::default() }
    }
}

/// Passes an input to a form, or to its field with the focus. Returns whether it is one of forms.
fn form_input(form: &mut Form, input: Input<'_>) -> bool {
    match (input, form.focused_field()) {
        (Input::Action(action), _) => return form.handle_action(action),
        (Input::Key(key), Some(field)) => {
            field.key(key);
        }
        (Input::Paste(text), Some(field)) => field.paste(text),
        (Input::Field(field), _) => form.focus_field(field),
        (Input::Fill(field, text), _) => form.fill(field, text),
        _ => return false,
    }
    true
}
