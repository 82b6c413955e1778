//! What one sells.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{TicketId, TicketStatus};

use super::{Cx, Deed, Input, Route, Screen, Speech};
use crate::action::Action;
use crate::model::listings::{Deed as UnderWay, Listing};
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::card::Tone;
use crate::widgets::empty;
use crate::widgets::list::List;
use crate::widgets::pen::{Pen, below, top};

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
fn status(listing: &Listing) -> (&'static str, Tone) {
    match (listing.pending.as_ref().map(|pending| pending.deed), listing.ticket.status) {
        (Some(UnderWay::Changing), _) => ("saving", Tone::Accent),
        (Some(UnderWay::Withdrawing), _) => ("going", Tone::Warn),
        (None, TicketStatus::Available) => ("on sale", Tone::Good),
        (None, TicketStatus::Reserved) => ("reserved", Tone::Warn),
        (None, TicketStatus::Sold) => ("sold", Tone::Accent),
    }
}

fn sums(model: &Model) -> String {
    let (free, reserved, sold, cents) = model.listings.sums();
    let earned = format!("${}.{:02}", cents / 100, cents % 100);
    format!("{free} on sale, {reserved} reserved, {sold} sold for {earned}")
}

impl Screen for Listings {
    fn title(&self, model: &Model) -> String {
        format!("What you sell: {}", text::count(model.listings.list().len()))
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut actions = vec![Action::New];
        if let Some(listing) = self.selected(model) {
            if listing.ticket.status == TicketStatus::Available && listing.pending.is_none() {
                actions.extend([Action::Edit, Action::Delete]);
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

    fn update(&mut self, input: Input<'_>, cx: &mut Cx<'_>) {
        let len = cx.model.listings.list().len();
        let selected = |this: &Self, cx: &Cx<'_>| -> Option<TicketId> {
            this.selected(cx.model).map(|listing| listing.ticket.id.clone())
        };
        match input {
            Input::Shown | Input::Action(Action::Reload) if cx.model.user().is_some() => cx.model.load_own(),
            Input::Action(Action::New) => cx.go(Route::Listing(None)),
            Input::Action(Action::Account) => cx.go(Route::SignIn(None)),
            Input::Action(action) if self.list.act(action, len) => {}
            Input::Action(action) => {
                let Some(id) = selected(self, cx) else { return };
                match action {
                    Action::Open => cx.go(Route::Ticket(id)),
                    Action::Edit => cx.go(Route::Listing(Some(id))),
                    Action::Delete => cx.go(Route::Confirm(Deed::Withdraw(id))),
                    Action::Copy => cx.model.copy(id.as_str()),
                    Action::Browse => cx.model.browse(&id),
                    _ => {}
                }
            }
            Input::Row(row, open) => {
                let again = row == self.list.selected();
                self.list.select(row);
                if let (true, Some(id)) = (open || again, selected(self, cx)) {
                    cx.go(Route::Ticket(id));
                }
            }
            Input::Scroll(rows) => self.list.scroll(rows, len),
            Input::Changed => self.list.clamp(len),
            _ => {}
        }
    }

    fn view(&self, model: &Model, pen: &mut Pen<'_>, area: Rect) {
        let inner = pen.frame(area, &self.title(model), pen.theme.border);
        if model.user().is_none() {
            return empty::signed_out(pen, inner, model, "what you sell");
        }
        let listings = model.listings.list();
        if listings.is_empty() {
            return match &model.listings.load {
                Load::Ready => {
                    let sell = format!("{} lists a ticket for sale", model.key(Action::New));
                    empty::message(pen, inner, "You sell nothing yet", pen.theme.dim, &[&sell]);
                }
                load => empty::load(pen, inner, load, "what you sell", &model.key(Action::Reload)),
            };
        }
        let first = Rect { x: inner.x + 2, width: inner.width.saturating_sub(3), ..top(inner, 1) };
        pen.text(first, &sums(model), pen.theme.dim);
        let places = |line: Rect| {
            let age = if line.width >= 60 { 11 } else { 0 };
            let title = line.width.saturating_sub(age + 11 + 12);
            let mut x = line.x;
            [title, 11, 12, age].map(|width| {
                x += width;
                Rect { x: x - width, width, height: 1, ..line }
            })
        };
        let [title, price, state, age] = places(below(Rect { height: 2, ..first }, 1));
        pen.text(title, "TITLE", pen.theme.heading);
        pen.right(price, "PRICE", pen.theme.heading);
        pen.text(Rect { x: state.x + 2, width: 10, ..state }, "STATUS", pen.theme.heading);
        pen.right(age, "LISTED", pen.theme.heading);
        self.list.view(pen, below(inner, 2), listings.len(), |pen, line, index, _| {
            let Some(listing) = listings.get(index) else { return };
            let [title, price, state, age] = places(line);
            let ticket = &listing.ticket;
            pen.text(Rect { width: title.width.saturating_sub(1), ..title }, &text::sanitize(&ticket.title), Style::new());
            pen.right(price, &text::money(ticket.price), Style::new());
            let (word, tone) = status(listing);
            pen.text(Rect { x: state.x + 2, width: 10, ..state }, word, tone.of(pen.theme));
            if let Some(at) = ticket.created_at {
                pen.right(age, &text::relative(at, model.server_now()), pen.theme.gone);
            }
        });
    }

    fn speech(&self, model: &Model) -> Speech {
        if model.user().is_none() {
            return Speech::lines(["Nobody is signed in.".to_owned()]);
        }
        if let Load::Failed(trouble) = &model.listings.load {
            return Speech::lines([trouble.message.clone()]);
        }
        let listings = model.listings.list();
        let rows = Speech::list(&self.list, listings.len(), |index| {
            listings.get(index).map_or_else(String::new, |listing| {
                let title = text::sanitize(&listing.ticket.title);
                format!("{title}, {}, {}", text::money(listing.ticket.price), status(listing).0)
            })
        });
        Speech { lines: vec![sums(model)], ..rows }
    }
}
