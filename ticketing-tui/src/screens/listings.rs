//! What one sells.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{TicketId, TicketStatus};

use super::{ConfirmAction, Context, Input, PlainView, Route, Screen};
use crate::action::Action;
use crate::model::listings::{Listing, ListingAction};
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::columns::{Columns, Line, WIDEST};
use crate::widgets::list::List;
use crate::widgets::painter::{Painter, below};
use crate::widgets::placeholder;
use crate::widgets::ticket_card::StyleRole;

/// What one sells, the newest first.
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

/// How a listing stands.
fn status(listing: &Listing) -> (&'static str, StyleRole) {
    match (listing.pending.as_ref().map(|pending| pending.action), listing.ticket.status) {
        (Some(ListingAction::Change), _) => ("Saving", StyleRole::Accent),
        (Some(ListingAction::Withdraw), _) => ("Withdrawing", StyleRole::Warn),
        (None, status @ TicketStatus::Available) => (status.label(), StyleRole::Good),
        (None, status @ TicketStatus::Reserved) => (status.label(), StyleRole::Warn),
        (None, status) => (status.label(), StyleRole::Accent),
    }
}

fn sums(model: &Model) -> String {
    let (available, reserved, sold, cents) = model.listings.sums();
    let earned = format!("${}.{:02}", cents / 100, cents % 100);
    format!("{available} available, {reserved} reserved, {sold} sold for {earned}")
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
        let mut actions = vec![Action::New];
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
            Input::Focus | Input::Action(Action::Reload) if cx.model.user().is_some() => cx.model.load_own(),
            Input::Action(Action::New) => cx.go(Route::Listing(None)),
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
        let inner = if area.width < 60 {
            area
        } else {
            painter.frame(area, &self.title(model), painter.theme.border)
        };
        let listings = model.listings.list();
        if listings.is_empty() {
            let hint = format!("{} lists a ticket for sale", model.key(Action::New));
            let none = ["You are not selling anything yet", &hint];
            return placeholder::own(painter, inner, model, &model.listings.load, "your listings", none);
        }
        let inner = Rect { width: inner.width.min(WIDEST), ..inner };
        let columns = Columns::of(inner.width, 13);
        let rows = below(inner, 2);
        painter.text(List::heading(inner, 0, 0), &sums(model), painter.theme.dim);
        columns.heading(painter, List::heading(below(inner, 1), listings.len(), rows.height), "LISTED");
        self.list.view(painter, rows, listings.len(), |painter, place, index, _| {
            let Some(listing) = listings.get(index) else { return };
            let (word, role) = status(listing);
            let age = listing.ticket.created_at.map(|at| text::relative(at, model.server_now()));
            let line = Line {
                title: &text::title(&listing.ticket.title),
                price: &text::money(listing.ticket.price),
                status: (word, role.style(painter.theme)),
                time: &age.unwrap_or_default(),
                venue: "",
                style: Style::new(),
            };
            columns.view(painter, place, &line);
        });
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
                format!("{title}, {}, {}", text::money(listing.ticket.price), status(listing).0)
            })
        });
        PlainView { lines: vec![sums(model)], ..rows }
    }
}
