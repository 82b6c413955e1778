//! Listing a ticket for sale, and changing one.

use ticketing_sdk::{DetailError, DetailField, DetailsUpdate, Money, NewTicket, TicketId, TicketUpdate};

use super::form_screen::FormPage;
use super::prelude::*;

/// The form for title, price and details of a ticket.
#[derive(Debug)]
pub(super) struct ListingForm {
    /// The ticket that is changed; a new one, if there is none.
    id: Option<TicketId>,
}

const TITLE: usize = 0;
const PRICE: usize = 1;
/// The first detail; the others follow in their order.
const DETAILS: usize = 2;
/// How long a title may be, in characters.
const LONGEST: usize = 200;
/// How a price is written.
const PRICE_FORM: &str = "Like 38 or 149.99, up to 999,999.99";

impl ListingForm {
    pub(super) fn open(id: Option<TicketId>, model: &Model) -> (Self, Form) {
        let mut fields = vec![
            Field::new("Title", "what it admits to, like Jazz at the lake")
                .with_name("title")
                .at_most(LONGEST),
            Field::new("Price", "in US dollars, like 38 or 149.99").with_name("price"),
        ];
        fields.extend(DetailField::ALL.iter().map(|field| {
            let example = match field {
                DetailField::StartsAt => "optional, like 2026-12-24T19:30:00+01:00",
                _ => "optional",
            };
            Field::new(text::detail_label(*field), example).with_name(field.name()).optional()
        }));
        let mut form = Form::new(fields);
        if let Some(listing) = id.as_ref().and_then(|id| model.listings.get(id)) {
            form.fill(TITLE, &text::sanitize(&listing.ticket.title));
            form.fill(PRICE, &listing.ticket.price.to_string());
            for (index, field) in (DETAILS..).zip(DetailField::ALL) {
                form.fill(index, &text::sanitize(listing.ticket.details.get(*field).unwrap_or_default()));
            }
        }
        (Self { id }, form)
    }

    /// Returns the ticket of a valid form; an error is shown at its field.
    fn ticket(&self, form: &mut Form) -> Option<TicketUpdate> {
        let title = form.value(TITLE).trim().to_owned();
        match title.chars().count() {
            0 => form.set_error(TITLE, "What is it for? A title is needed"),
            1..=LONGEST => {}
            long => form.set_error(TITLE, format!("{long} characters are too many; {LONGEST} are the most")),
        }
        let written = text::amount(form.value(PRICE)).to_owned();
        let price = written.parse::<Money>();
        match &price {
            Ok(_) => {}
            Err(_) if written.is_empty() => form.set_error(PRICE, "What does it cost? Like 38 or 149.99"),
            Err(_) => form.set_error(PRICE, PRICE_FORM),
        }
        let details = self.details(form);
        let price = price.ok().filter(|_| form.is_valid())?;
        Some(TicketUpdate::new(title, price).details(details))
    }

    /// Returns the entered details; an empty field clears the detail of an existing ticket.
    fn details(&self, form: &mut Form) -> DetailsUpdate {
        let mut details = DetailsUpdate::default();
        for (index, field) in (DETAILS..).zip(DetailField::ALL) {
            let written = form.value(index).trim();
            if written.is_empty() {
                if self.id.is_some() {
                    details.clear(*field);
                }
            } else if let Err(error) = details.set(*field, written) {
                form.set_error(index, describe_error(&error));
            }
        }
        details
    }
}

/// Describes the error of a detail, short enough for the line below its field.
fn describe_error(error: &DetailError) -> String {
    match error {
        DetailError::NotATime(_) => "Like 2026-12-24T19:30:00+01:00, with the offset of the place".to_owned(),
        DetailError::TooLong(field) => format!("{} characters are the most", field.max_chars()),
        other => other.to_string(),
    }
}

impl FormPage for ListingForm {
    const POPUP: Option<u16> = None;
    const PENDING: &'static str = "Sending";

    fn title(&self) -> &'static str {
        if self.id.is_some() { "Change a listing" } else { "Sell a ticket" }
    }

    fn buttons(&self, _: &Model) -> Vec<(Action, &'static str)> {
        let label = if self.id.is_some() { "saves it" } else { "puts it up for sale" };
        vec![(Action::Submit, label), (Action::Back, "leaves it")]
    }

    fn note(&self) -> &'static str {
        "A reserved ticket cannot be changed or withdrawn."
    }

    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        let ticket = self.ticket(form)?;
        let Some(id) = &self.id else {
            let mut new = NewTicket::new(ticket.title, ticket.price);
            new.details.apply(&ticket.details);
            return Some(cx.model.call(ApiCall::Sell(new)));
        };
        // It is shown as changed at once; if the server refuses, it is shown as it was, with the reason.
        let sent = cx.model.change(id, &ticket);
        if sent.is_none() {
            cx.model.notify(Level::Error, "It can no longer be changed");
            cx.go_back();
        }
        sent
    }

    fn succeed(&mut self, _: &Form, _: &Reply, cx: &mut Context<'_>) {
        cx.go_back();
    }
}
