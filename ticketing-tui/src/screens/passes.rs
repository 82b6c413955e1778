//! The passes of the user by date, shown as "Your tickets".

use ticketing_sdk::{Money, Pass, PassStatus, TicketDetails, Timestamp};

use super::listings;
use super::own_list::OwnList;
use super::prelude::*;
use crate::model::passes::group;

#[derive(Debug)]
pub(super) struct Passes;

/// Returns the status of a pass as its holder reads it, and its style.
pub(super) fn status(pass: &Pass, model: &Model) -> (&'static str, StyleRole) {
    let now = model.server_now();
    let role = match pass.status {
        PassStatus::Valid if pass.pending_transfer(now).is_none() => StyleRole::Usual,
        PassStatus::Valid | PassStatus::Offered => StyleRole::Warn,
        _ => StyleRole::Unavailable,
    };
    (pass.label(now), role)
}

/// Returns when a claim code ends: `in 7 d (4 Dec 2026, 08:00 CET)`.
pub(super) fn end(at: Timestamp, model: &Model) -> String {
    format!("{} ({})", model.local.relative(at, model.server_now()), model.local.date_and_time(at))
}

/// Returns the meaning of a status for the holder, and who else has entered with the pass.
pub(super) fn note(pass: &Pass, model: &Model) -> String {
    let times: Vec<String> = pass
        .double_admissions
        .iter()
        .map(|one| model.local.admission(one.admitted_at, one.device.as_deref()))
        .collect();
    let (note, times) = (status_note(pass, model), times.join("; "));
    match pass.status {
        _ if times.is_empty() => note,
        PassStatus::Used => format!("{note} It was also admitted {times}."),
        _ => format!("Someone entered with an earlier code: {times}. {note}"),
    }
}

fn status_note(pass: &Pass, model: &Model) -> String {
    match pass.status {
        PassStatus::Valid => match pass.pending_transfer(model.server_now()) {
            Some(at) => {
                let end = end(at, model);
                format!("It is yours until someone claims it. The claim code ends {end}.")
            }
            None => "Show its code at the door. A person with it can enter with it.".to_owned(),
        },
        PassStatus::Offered => "For resale: nobody enters with it until its listing is withdrawn.".to_owned(),
        PassStatus::Used => match pass.admitted_at {
            Some(at) => format!("Used: admitted {}.", model.local.admission(at, pass.device.as_deref())),
            None => "Used: its holder has entered.".to_owned(),
        },
        PassStatus::Void => "Void: it admits nobody.".to_owned(),
        _ => "This version does not know the status of this pass.".to_owned(),
    }
}

/// Returns the available actions of a pass, the most important first.
pub(super) fn actions(model: &Model, pass: &Pass) -> Vec<Action> {
    let listing = pass.listing_id.as_ref().and_then(|listing| model.listings.get(listing));
    let mut found = match pass.status {
        PassStatus::Valid if pass.transfer_expires_at.is_some() => {
            vec![Action::TakeBack, Action::GiveAway]
        }
        PassStatus::Valid => vec![Action::GiveAway],
        PassStatus::Offered if listing.is_some_and(listings::is_open) => vec![Action::Withdraw],
        _ => Vec::new(),
    };
    // Nobody pays for a pass that an earlier holder has entered with.
    let is_sold_on = pass.status == PassStatus::Valid && pass.double_admissions.is_empty();
    found.extend(is_sold_on.then_some(Action::Resell));
    found.extend(pass.details.starts_at.is_some().then_some(Action::Calendar));
    found
}

/// Does what can be done with a pass.
pub(super) fn handle_action(action: Action, pass: &Pass, cx: &mut Context<'_>) {
    let id = pass.id.clone();
    match action {
        Action::GiveAway => cx.push_route(Route::Transfer(id)),
        Action::TakeBack => {
            cx.model.call(ApiCall::TakeBack(id));
        }
        Action::Resell => cx.push_route(Route::Resale(id)),
        Action::Withdraw => {
            if let Some(listing) = pass.listing_id.clone() {
                cx.push_route(Route::Confirm(ConfirmAction::Withdraw(listing)));
            }
        }
        Action::Calendar => {
            cx.model.call(ApiCall::SaveCalendar(id));
        }
        Action::Copy => cx.model.copy(id.as_str()),
        _ => {}
    }
}

/// Draws a pass as a ticket. Returns the rest of the area.
pub(super) fn ticket(painter: &mut Painter<'_>, area: Rect, pass: &Pass, model: &Model) -> Rect {
    ticket_card::card(painter, area, &row(pass, model), &[text::short_id(pass.id.as_str())])
}

fn row<'p>(pass: &'p Pass, model: &Model) -> Row<'p> {
    let (word, role) = status(pass, model);
    Row {
        title: text::title(&pass.title).into(),
        price: None,
        status: (word.into(), role),
        details: Some(&pass.details),
        is_unavailable: role == StyleRole::Unavailable,
    }
}

impl OwnList for Passes {
    type Item = Pass;

    const TITLE: &'static str = "Your tickets";
    const NONE: &'static str = "You hold no tickets yet";

    fn hint(model: &Model) -> String {
        let (market, claim) = (model.key(Action::Market), model.key(Action::Claim));
        format!("{market} goes to the market, {claim} claims a ticket that you were given")
    }

    fn records(model: &Model) -> &Records<Pass> {
        &model.passes.records
    }

    fn items(model: &Model) -> Vec<&Pass> {
        model.passes.by_date(model.server_now())
    }

    fn reload(model: &mut Model) {
        model.load_passes();
        model.load_listings();
    }

    fn actions(model: &Model, pass: Option<&Pass>) -> Vec<Action> {
        let Some(pass) = pass else { return vec![Action::Claim] };
        let mut found = vec![Action::Open];
        found.extend(actions(model, pass));
        found.extend([Action::Claim, Action::Copy]);
        found
    }

    fn run(action: Action, pass: Option<Pass>, cx: &mut Context<'_>) {
        match (action, pass) {
            (Action::Claim, _) => cx.push_route(Route::Claim),
            (Action::Open, Some(pass)) => cx.push_route(Route::Pass(PassRef::Id(pass.id))),
            (action, Some(pass)) => handle_action(action, &pass, cx),
            _ => {}
        }
    }

    fn columns(width: u16, needs: RowNeeds<'_>) -> Columns<'_> {
        Columns::with_seat(width, needs)
    }

    fn facts(pass: &Pass) -> (&TicketDetails, Option<Money>) {
        (&pass.details, None)
    }

    fn row<'a>(model: &'a Model, pass: &'a Pass) -> Row<'a> {
        row(pass, model)
    }

    /// The groups of dates; nothing where no pass has a date.
    fn groups(model: &Model, passes: &[&Pass]) -> Vec<(usize, String)> {
        if passes.iter().all(|pass| pass.details.starts_at.is_none()) {
            return Vec::new();
        }
        let groups = passes.iter().map(|pass| group(pass, model.server_now(), model.today()));
        let mut groups: Vec<_> = groups.enumerate().collect();
        groups.dedup_by(|next, last| next.1 == last.1);
        groups
    }

    fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, pass: &Pass) {
        let rest = ticket(painter, area, pass, model);
        let rest = below(painter.paragraph(rest, &note(pass, model), painter.theme.dim), 1);
        if pass.code.is_some() {
            painter.button(rest, &model.key(Action::Open), "shows the code", Action::Open);
        }
    }
}
