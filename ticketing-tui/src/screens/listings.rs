//! The listings of the user, the newest first.

use ticketing_sdk::{Money, TicketDetails, TicketStatus};

use super::own_list::OwnList;
use super::prelude::*;
use crate::model::listings::OwnListing;

#[derive(Debug)]
pub(super) struct Listings;

/// Returns the status of a listing, and its style.
fn status(listing: &OwnListing, model: &Model) -> (&'static str, StyleRole) {
    match (model.listing_call(&listing.ticket.id), listing.ticket.status) {
        (Some(ApiCall::Change(..)), _) => ("Saving", StyleRole::Accent),
        (Some(_), _) => ("Withdrawing", StyleRole::Warn),
        (None, status) => {
            let now = model.server_now();
            let role = match status {
                TicketStatus::Available if !listing.ticket.has_started(now) => StyleRole::Usual,
                TicketStatus::Reserved => StyleRole::Warn,
                _ => StyleRole::Unavailable,
            };
            (listing.ticket.label(now), role)
        }
    }
}

/// Returns whether a listing can be changed and withdrawn.
pub(super) fn is_open(listing: &OwnListing) -> bool {
    listing.ticket.status == TicketStatus::Available && listing.original.is_none()
}

impl OwnList for Listings {
    type Item = OwnListing;

    const TITLE: &'static str = "Your listings";
    const NONE: &'static str = "You are not selling anything yet";

    fn hint(model: &Model) -> String {
        format!("{} lists a ticket for sale", model.key(Action::New))
    }

    fn records(model: &Model) -> &Records<OwnListing> {
        &model.listings.records
    }

    fn reload(model: &mut Model) {
        model.load_own();
        model.load_used_passes();
    }

    fn actions(_: &Model, listing: Option<&OwnListing>) -> Vec<Action> {
        let mut actions = vec![Action::New, Action::CheckIn];
        if let Some(listing) = listing {
            if is_open(listing) {
                actions.extend([Action::Edit, Action::Withdraw]);
            }
            actions.extend([Action::Open, Action::Copy, Action::Browse]);
        }
        actions
    }

    fn run(action: Action, listing: Option<OwnListing>, cx: &mut Context<'_>) {
        match (action, listing.map(|listing| listing.ticket.id)) {
            (Action::New, _) => cx.push_route(Route::Listing(None)),
            (Action::CheckIn, _) => cx.push_route(Route::CheckIn),
            (Action::Open, Some(id)) => cx.push_route(Route::Ticket(id)),
            (Action::Edit, Some(id)) => cx.push_route(Route::Listing(Some(id))),
            (Action::Withdraw, Some(id)) => cx.push_route(Route::Confirm(ConfirmAction::Withdraw(id))),
            (Action::Copy, Some(id)) => cx.model.copy(id.as_str()),
            (Action::Browse, Some(id)) => cx.model.browse_ticket(&id),
            _ => {}
        }
    }

    fn facts(listing: &OwnListing) -> (&TicketDetails, Option<Money>) {
        (&listing.ticket.details, Some(listing.ticket.price))
    }

    fn row<'a>(model: &'a Model, listing: &'a OwnListing) -> Row<'a> {
        let ticket = &listing.ticket;
        // What is wrong about an admission matters most.
        let conflict = model.admissions(&ticket.id).and_then(|(_, conflict)| conflict);
        let (word, role) =
            conflict.map_or_else(|| status(listing, model), |conflict| (conflict, StyleRole::Bad));
        Row {
            title: text::title(&ticket.title).into(),
            price: Some(text::money(ticket.price)),
            status: (word.into(), role),
            details: Some(&ticket.details),
            is_unavailable: false,
        }
    }

    fn summary(model: &Model) -> Option<String> {
        let sums = model.listings.sums(model.server_now());
        let (available, reserved, sold) =
            (text::count(sums.available), text::count(sums.reserved), text::count(sums.sold));
        let ended = if sums.ended == 0 {
            String::new()
        } else {
            format!(", {} sales ended", text::count(sums.ended))
        };
        let earned = text::price(sums.cents);
        Some(format!("{sold} sold for {earned}, {reserved} reserved, {available} available{ended}"))
    }

    fn card(painter: &mut Painter<'_>, area: Rect, model: &Model, listing: &OwnListing) {
        let ticket = &listing.ticket;
        let (word, role) = status(listing, model);
        let row = Row { status: (word.into(), role), ..Self::row(model, listing) };
        let listed =
            ticket.created_at.map(|at| format!("listed {}", model.local.relative(at, model.server_now())));
        let notes: Vec<_> = [text::short_id(ticket.id.as_str())].into_iter().chain(listed).collect();
        let mut rest = ticket_card::card(painter, area, &row, &notes);
        rest = ticket_card::admissions(painter, rest, model, &ticket.id);
        if is_open(listing) {
            for (action, label) in [(Action::Edit, "changes it"), (Action::Withdraw, "withdraws it")] {
                painter.button(top(rest, 1), &model.key(action), label, action);
                rest = below(rest, 1);
            }
        }
    }
}
