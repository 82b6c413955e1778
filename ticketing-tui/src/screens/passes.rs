//! The passes that one holds: "Tickets", as those who hold them call them.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::text::date;
use ticketing_sdk::{EventTime, Pass, PassStatus, Timestamp};

use super::{ConfirmAction, Context, Input, PlainView, Route, Screen};
use crate::action::Action;
use crate::model::passes::PassKey;
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::list::List;
use crate::widgets::painter::{Painter, below};
use crate::widgets::placeholder;
use crate::widgets::ticket_card::StyleRole;

/// The passes that one holds, the newest first.
#[derive(Debug)]
pub(crate) struct Passes {
    list: List,
}

impl Passes {
    pub(crate) fn open(_: &Model) -> Self {
        Self { list: List::default() }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.list().get(self.list.selected())
    }
}

/// Returns the status of a pass as its holder reads it, and its style.
pub(super) fn status(pass: &Pass) -> (&'static str, StyleRole) {
    match pass.status {
        PassStatus::Valid if pass.transfer_expires_at.is_some() => ("Given away", StyleRole::Warn),
        PassStatus::Valid => (pass.status.label(), StyleRole::Good),
        PassStatus::Offered => (pass.status.label(), StyleRole::Warn),
        _ => (pass.status.label(), StyleRole::Unavailable),
    }
}

/// When a claim code ends: `in 7 d (2026-12-04 08:00 UTC)`.
pub(super) fn end(at: Timestamp, model: &Model) -> String {
    let time: String = text::time_of_day(at).chars().take(5).collect();
    format!("{} ({} {time} UTC)", text::relative(at, model.server_now()), date(at))
}

/// What can be done with a pass, what matters most first.
pub(super) fn actions(pass: &Pass) -> Vec<Action> {
    match pass.status {
        PassStatus::Valid if pass.transfer_expires_at.is_some() => {
            vec![Action::TakeBack, Action::GiveAway, Action::Resell]
        }
        PassStatus::Valid => vec![Action::GiveAway, Action::Resell],
        PassStatus::Offered if pass.listing_id.is_some() => vec![Action::Withdraw],
        _ => Vec::new(),
    }
}

/// Does what can be done with a pass.
pub(super) fn act(action: Action, pass: &Pass, cx: &mut Context<'_>) {
    let id = pass.id.clone();
    match action {
        Action::GiveAway => cx.go(Route::Transfer(id)),
        Action::TakeBack => cx.model.take_back(&id),
        Action::Resell => cx.go(Route::Resale(id)),
        Action::Withdraw => {
            if let Some(listing) = pass.listing_id.clone() {
                cx.go(Route::Confirm(ConfirmAction::Withdraw(listing)));
            }
        }
        Action::Copy => cx.model.copy(id.as_str()),
        _ => {}
    }
}

/// The columns of a line: title, seat, status, when and where, as far as there is room.
fn places(line: Rect) -> [Rect; 5] {
    let seat = if line.width >= 70 { 16 } else { 0 };
    let starts = if line.width >= 56 { 21 } else { 0 };
    let venue = if line.width >= 100 { 28 } else { 0 };
    let title = line.width.saturating_sub(seat + STATUS + starts + venue);
    let mut x = line.x;
    [title, seat, STATUS, starts, venue].map(|width| {
        x += width;
        // A column ends before the gap to the next one.
        Rect { x: x - width, width: width.saturating_sub(1), height: 1, ..line }
    })
}

const STATUS: u16 = 13;

fn line(painter: &mut Painter<'_>, place: Rect, words: [&str; 5], styles: [Style; 5]) {
    for ((place, words), style) in places(place).into_iter().zip(words).zip(styles) {
        painter.text(place, words, style);
    }
}

fn starts(pass: &Pass) -> String {
    pass.details.starts_at.as_ref().map(EventTime::label).unwrap_or_default()
}

impl Screen for Passes {
    fn title(&self, model: &Model) -> String {
        match (model.passes.list().len(), &model.passes.load) {
            (0, Load::Ready) | (1.., _) => {
                format!("Your tickets: {}", text::count(model.passes.list().len()))
            }
            _ => "Your tickets".to_owned(),
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let mut found = Vec::new();
        if let Some(pass) = self.selected(model) {
            found.push(Action::Open);
            found.extend(actions(pass));
        }
        found.push(if model.user().is_some() { Action::Claim } else { Action::Account });
        if self.selected(model).is_some() {
            found.push(Action::Copy);
        }
        found.push(Action::Reload);
        found.extend(List::MOVES);
        found
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        let len = cx.model.passes.list().len();
        match input {
            Input::Focus | Input::Action(Action::Reload) if cx.model.user().is_some() => {
                cx.model.load_passes();
                cx.model.load_listings();
            }
            Input::Action(Action::Account) => cx.go(Route::SignIn(None)),
            Input::Action(Action::Claim) => cx.go(Route::Claim),
            Input::Action(action) if self.list.act(action, len) => {}
            Input::Action(action) => {
                let Some(pass) = self.selected(cx.model).cloned() else { return };
                match action {
                    Action::Open => cx.go(Route::Pass(PassKey::Id(pass.id))),
                    action => act(action, &pass, cx),
                }
            }
            Input::Row(row, open) => {
                if let (true, Some(pass)) = (self.list.pick(row, open), self.selected(cx.model)) {
                    let id = pass.id.clone();
                    cx.go(Route::Pass(PassKey::Id(id)));
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
        let passes = model.passes.list();
        if passes.is_empty() {
            let (market, claim) = (model.key(Action::Market), model.key(Action::Claim));
            let hint = format!("{market} goes to the market, {claim} claims a ticket that you were given");
            let none = ["You hold no tickets yet", &hint];
            return placeholder::own(painter, inner, model, &model.passes.load, "your tickets", none);
        }
        let rows = below(inner, 1);
        let heading = List::heading(inner, passes.len(), rows.height);
        let names = ["TITLE", "SEAT", "STATUS", "WHEN", "WHERE"];
        line(painter, heading, names, [painter.theme.heading; 5]);
        self.list.view(painter, rows, passes.len(), |painter, place, index, _| {
            let Some(pass) = passes.get(index) else { return };
            let (word, role) = status(pass);
            let theme = painter.theme;
            let own = if role == StyleRole::Unavailable { theme.unavailable } else { Style::new() };
            let (title, seat) = (text::title(&pass.title), pass.details.seat.as_deref().unwrap_or_default());
            let venue = pass.details.venue.as_deref().unwrap_or_default();
            let words = [&*title, seat, word, &*starts(pass), venue];
            line(painter, place, words, [own, own, role.style(theme), theme.faint, theme.faint]);
        });
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        if model.user().is_none() {
            return PlainView::lines(["You are not signed in.".to_owned()]);
        }
        if let Load::Failed(error) = &model.passes.load {
            return PlainView::lines([error.message.clone()]);
        }
        let passes = model.passes.list();
        if passes.is_empty() {
            return PlainView::lines(["You hold no tickets yet.".to_owned()]);
        }
        PlainView::list(&self.list, passes.len(), |index| {
            passes.get(index).map_or_else(String::new, |pass| {
                let details = text::details(&pass.details).map(|(_, value)| value);
                let words = [text::title(&pass.title), status(pass).0.to_owned()].into_iter();
                words.chain(details).collect::<Vec<_>>().join(", ")
            })
        })
    }
}
