//! The passes of the user, shown as "Your tickets".

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{Pass, PassStatus, Timestamp};

use super::{ConfirmAction, Context, Input, PlainView, Route, Screen};
use crate::action::Action;
use crate::effect::Call;
use crate::model::passes::{PassKey, group};
use crate::model::{Load, Model};
use crate::text;
use crate::widgets::columns::{Columns, Line, venue};
use crate::widgets::list::List;
use crate::widgets::painter::{Painter, below};
use crate::widgets::ticket_card::{self, Card, StyleRole};
use crate::widgets::{panes, placeholder};

/// The passes that one holds, by date.
#[derive(Debug)]
pub(crate) struct Passes {
    list: List,
}

impl Passes {
    pub(crate) fn open(_: &Model) -> Self {
        Self { list: List::default() }
    }

    fn selected<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.by_date(model.server_now()).get(self.list.selected()).copied()
    }
}

/// Returns the status of a pass as its holder reads it, and its style.
pub(super) fn status(pass: &Pass) -> (&'static str, StyleRole) {
    match pass.status {
        PassStatus::Valid if pass.transfer_expires_at.is_some() => ("Given away", StyleRole::Warn),
        PassStatus::Valid => (pass.status.label(), StyleRole::Usual),
        PassStatus::Offered => (pass.status.label(), StyleRole::Warn),
        _ => (pass.status.label(), StyleRole::Unavailable),
    }
}

/// Returns when a claim code ends: `in 7 d (2026-12-04 08:00 CET)`.
pub(super) fn end(at: Timestamp, model: &Model) -> String {
    format!("{} ({})", text::relative(at, model.server_now()), model.local.date_and_time(at))
}

/// Returns the meaning of a status for the holder.
pub(super) fn note(pass: &Pass, model: &Model) -> String {
    match pass.status {
        PassStatus::Valid => match pass.transfer_expires_at {
            Some(at) => {
                let end = end(at, model);
                format!("Given away: it is yours until someone claims it. The claim code ends {end}.")
            }
            None => "Show its code at the door. A person with it can enter with it.".to_owned(),
        },
        PassStatus::Offered => "For resale: nobody enters with it until its listing is withdrawn.".to_owned(),
        PassStatus::Used => match pass.admitted_at {
            Some(at) => format!("Used: admitted {}.", text::relative(at, model.server_now())),
            None => "Used: its holder has entered.".to_owned(),
        },
        PassStatus::Void => "Void: it admits nobody.".to_owned(),
        _ => "This version does not know the status of this pass.".to_owned(),
    }
}

/// Returns the available actions of a pass, the most important first.
pub(super) fn actions(pass: &Pass) -> Vec<Action> {
    let mut found = match pass.status {
        PassStatus::Valid if pass.transfer_expires_at.is_some() => {
            vec![Action::TakeBack, Action::GiveAway, Action::Resell]
        }
        PassStatus::Valid => vec![Action::GiveAway, Action::Resell],
        PassStatus::Offered if pass.listing_id.is_some() => vec![Action::Withdraw],
        _ => Vec::new(),
    };
    found.extend(pass.details.starts_at.is_some().then_some(Action::Calendar));
    found
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
        Action::Calendar => {
            cx.model.call(Call::SaveCalendar(id));
        }
        Action::Copy => cx.model.copy(id.as_str()),
        _ => {}
    }
}

/// Draws a pass as a ticket. Returns the rest of the area.
pub(super) fn ticket(painter: &mut Painter<'_>, area: Rect, pass: &Pass) -> Rect {
    let (word, role) = status(pass);
    let shown = Card {
        title: &text::title(&pass.title),
        details: Some(&pass.details),
        price: "",
        status: (word, role.style(painter.theme)),
        notes: &[text::short_id(pass.id.as_str())],
    };
    ticket_card::card(painter, area, &shown)
}

/// The first row of each group of dates, and its heading; nothing where no pass has a date.
fn groups(passes: &[&Pass], model: &Model) -> Vec<(usize, String)> {
    let mut groups: Vec<(usize, String)> = Vec::new();
    for (row, pass) in passes.iter().enumerate() {
        let group = group(pass, model.server_now());
        if groups.last().is_none_or(|(_, last)| *last != group) {
            groups.push((row, group));
        }
    }
    groups.retain(|_| passes.iter().any(|pass| pass.details.starts_at.is_some()));
    groups
}

/// Draws a pass beside the list of all.
fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, pass: &Pass) {
    let rest = ticket(painter, area, pass);
    let rest = painter.paragraph(rest, &note(pass, model), painter.theme.dim);
    let rest = below(rest, 1);
    if pass.code.is_some() {
        painter.button(rest, &model.key(Action::Open), "shows the code", Action::Open);
    }
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
        let (list, beside) = panes::split(area);
        let inner = painter.list_title(list, &self.title(model));
        let passes = model.passes.by_date(model.server_now());
        if passes.is_empty() {
            let (market, claim) = (model.key(Action::Market), model.key(Action::Claim));
            let hint = format!("{market} goes to the market, {claim} claims a ticket that you were given");
            let none = ["You hold no tickets yet", &hint];
            return placeholder::own(painter, inner, model, &model.passes.load, "your tickets", none);
        }
        let rows = below(inner, 1);
        let columns = Columns::with_seat(inner.width);
        let groups = groups(&passes, model);
        columns.heading(painter, List::heading(inner, passes.len() + groups.len(), rows.height));
        self.list.view_grouped(painter, rows, passes.len(), &groups, |painter, place, index, _| {
            let Some(pass) = passes.get(index) else { return };
            let (word, role) = status(pass);
            let line = Line {
                title: &text::title(&pass.title),
                last: pass.details.seat.as_deref().unwrap_or_default(),
                status: (if role == StyleRole::Usual { "" } else { word }, role.style(painter.theme)),
                time: &columns.time(model, pass.details.starts_at.as_ref()),
                venue: &venue(Some(&pass.details)),
                style: if role == StyleRole::Unavailable { painter.theme.unavailable } else { Style::new() },
            };
            columns.view(painter, place, &line);
        });
        if let (Some(beside), Some(pass)) = (beside, self.selected(model)) {
            card(painter, beside, model, pass);
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        if model.user().is_none() {
            return PlainView::lines(["You are not signed in.".to_owned()]);
        }
        if let Load::Failed(error) = &model.passes.load {
            return PlainView::lines([error.message.clone()]);
        }
        let passes = model.passes.by_date(model.server_now());
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
