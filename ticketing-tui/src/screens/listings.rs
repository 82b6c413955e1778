//! The listings of the user.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{TicketId, TicketStatus};

use super::{ConfirmAction, Context, Input, PlainView, Route, Screen};
use crate::action::Action;
use crate::model::listings::{Listing, ListingAction};
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::columns::{Columns, Line, venue};
use crate::widgets::list::List;
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::ticket_card::{self, Card, StyleRole};
use crate::widgets::{panes, placeholder};

/// The listings of the user, the newest first.
#[derive(Debug)]
pub(crate) struct Listings {
    list: List,
}

impl Listings {
    pub(crate) fn open(_: &Model) -> Self {
        Self { list: List::default() }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<&'m Listing> {
        model.listings.list().get(self.list.selected())
    }
}

/// How a listing stands in the list, where a double admission matters most.
fn row_status(model: &Model, listing: &Listing) -> (&'static str, StyleRole) {
    match model.admissions(&listing.ticket.id) {
        Some((_, true)) => ("Admitted twice", StyleRole::Bad),
        _ => status(listing),
    }
}

/// Returns the status of a listing as text.
fn status(listing: &Listing) -> (&'static str, StyleRole) {
    match (listing.pending.as_ref().map(|pending| pending.action), listing.ticket.status) {
        (Some(ListingAction::Change), _) => ("Saving", StyleRole::Accent),
        (Some(ListingAction::Withdraw), _) => ("Withdrawing", StyleRole::Warn),
        (None, status @ TicketStatus::Available) => (status.label(), StyleRole::Usual),
        (None, status @ TicketStatus::Reserved) => (status.label(), StyleRole::Warn),
        (None, status) => (status.label(), StyleRole::Unavailable),
    }
}

fn sums(model: &Model) -> String {
    let (available, reserved, sold, cents) = model.listings.sums();
    let earned = format!("${}.{:02}", cents / 100, cents % 100);
    format!("{available} available, {reserved} reserved, {sold} sold for {earned}")
}

/// Draws a listing beside the list of all.
fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, listing: &Listing) {
    let ticket = &listing.ticket;
    let (word, role) = status(listing);
    let mut notes = vec![text::short_id(ticket.id.as_str())];
    notes.extend(ticket.created_at.map(|at| format!("listed {}", text::relative(at, model.server_now()))));
    let shown = Card {
        title: &text::title(&ticket.title),
        details: Some(&ticket.details),
        price: &text::money(ticket.price),
        status: (word, role.style(painter.theme)),
        notes: &notes,
    };
    let mut rest = ticket_card::card(painter, area, &shown);
    rest = ticket_card::admissions(painter, rest, model, &ticket.id);
    if ticket.status == TicketStatus::Available && listing.pending.is_none() {
        for (action, label) in [(Action::Edit, "changes it"), (Action::Withdraw, "withdraws it")] {
            painter.button(top(rest, 1), &model.key(action), label, action);
            rest = below(rest, 1);
        }
    }
}

impl Screen for Listings {
    fn title(&self, model: &Model) -> String {
        match (model.listings.list().len(), &model.listings.load) {
            (0, Load::Ready) | (1.., _) => {
                format!("Your listings: {}", text::count(model.listings.list().len()))
            }
            _ => "Your listings".to_owned(),
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut actions = vec![Action::New, Action::CheckIn];
        if let Some(listing) = self.selected(model) {
            if listing.ticket.status == TicketStatus::Available && listing.pending.is_none() {
                actions.extend([Action::Edit, Action::Withdraw]);
            }
            actions.extend([Action::Open, Action::Copy, Action::Browse]);
        }
        if model.user().is_none() {
            actions = vec![Action::Account];
        }
        actions.push(Action::Reload);
        actions.extend(List::MOVES);
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let len = cx.model.listings.list().len();
        let selected = |this: &Self, cx: &Context<'_>| -> Option<TicketId> {
            this.selected(cx.model).map(|listing| listing.ticket.id.clone())
        };
        match input {
            Input::Focus | Input::Action(Action::Reload) if cx.model.user().is_some() => {
                cx.model.load_own();
                cx.model.load_used_passes();
            }
            Input::Action(Action::New) => cx.go(Route::Listing(None)),
            Input::Action(Action::CheckIn) => cx.go(Route::CheckIn),
            Input::Action(Action::Account) => cx.go(Route::SignIn(None)),
            Input::Action(action) if self.list.act(action, len) => {}
            Input::Action(action) => {
                let Some(id) = selected(self, cx) else { return };
                match action {
                    Action::Open => cx.go(Route::Ticket(id)),
                    Action::Edit => cx.go(Route::Listing(Some(id))),
                    Action::Withdraw => cx.go(Route::Confirm(ConfirmAction::Withdraw(id))),
                    Action::Copy => cx.model.copy(id.as_str()),
                    Action::Browse => cx.model.browse_ticket(&id),
                    _ => {}
                }
            }
            Input::Row(row, open) => {
                if let (true, Some(id)) = (self.list.pick(row, open), selected(self, cx)) {
                    cx.go(Route::Ticket(id));
                }
            }
            Input::Scroll(rows) => self.list.scroll(rows, len),
            Input::ModelChange => self.list.clamp(len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let (list, beside) = panes::split(area);
        let inner = painter.list_title(list, &self.title(model));
        let listings = model.listings.list();
        if listings.is_empty() {
            let hint = format!("{} lists a ticket for sale", model.key(Action::New));
            let none = ["You are not selling anything yet", &hint];
            return placeholder::own(painter, inner, model, &model.listings.load, "your listings", none);
        }
        let columns = Columns::of(inner.width);
        let rows = below(inner, 2);
        painter.text(List::heading(inner, 0, 0), &sums(model), painter.theme.dim);
        columns.heading(painter, List::heading(below(inner, 1), listings.len(), rows.height));
        self.list.view(painter, rows, listings.len(), |painter, place, index, _| {
            let Some(listing) = listings.get(index) else { return };
            let (word, role) = row_status(model, listing);
            let is_usual = role == StyleRole::Usual;
            let line = Line {
                title: &text::title(&listing.ticket.title),
                last: &text::money(listing.ticket.price),
                status: (if is_usual { "" } else { word }, role.style(painter.theme)),
                time: &columns.time(model, listing.ticket.details.starts_at.as_ref()),
                venue: &venue(Some(&listing.ticket.details)),
                style: Style::new(),
            };
            columns.view(painter, place, &line);
        });
        if let (Some(beside), Some(listing)) = (beside, self.selected(model)) {
            card(painter, beside, model, listing);
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        if model.user().is_none() {
            return PlainView::lines(["You are not signed in.".to_owned()]);
        }
        if let Load::Failed(error) = &model.listings.load {
            return PlainView::lines([error.message.clone()]);
        }
        let listings = model.listings.list();
        let rows = PlainView::list(&self.list, listings.len(), |index| {
            listings.get(index).map_or_else(String::new, |listing| {
                let title = text::title(&listing.ticket.title);
                format!("{title}, {}, {}", text::money(listing.ticket.price), row_status(model, listing).0)
            })
        });
        PlainView { lines: vec![sums(model)], ..rows }
    }
}
