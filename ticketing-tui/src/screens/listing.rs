//! Listing a ticket for sale, and changing one.

use ratatui::layout::Rect;
use ticketing_sdk::{DetailError, DetailField, DetailsUpdate, Money, NewTicket, TicketId, TicketUpdate};

use super::{Context, FormEvent, Input, PlainView, Screen, sent_form};
use crate::action::Action;
use crate::effect::Call;
use crate::model::Model;
use crate::model::notices::Level;
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::submission::Submission;

/// A form for title, price and what the ticket says about its event.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The ticket that is changed; a new one, if there is none.
    id: Option<TicketId>,
    form: Form,
    submission: Submission,
}

const TITLE: usize = 0;
const PRICE: usize = 1;
/// The first detail; the others follow in their order.
const DETAILS: usize = 2;
/// How long a title may be, in characters.
const LONGEST: usize = 200;
/// How a price is written.
const PRICE_FORM: &str = "Like 38 or 149.99, up to 999999.99";

impl Listing {
    pub(crate) fn open(id: Option<TicketId>, model: &Model) -> Self {
        let mut fields = vec![
            Field::new("Title", "what it admits to, like Jazz at the lake"),
            Field::new("Price", "in US dollars, like 38 or 149.99"),
        ];
        fields.extend(DetailField::ALL.iter().map(|field| {
            let example = match field {
                DetailField::StartsAt => "optional, like 2026-12-24T19:30:00+01:00",
                _ => "optional",
            };
            Field::new(text::detail_label(*field), example).optional()
        }));
        let mut form = Form::new(fields);
        if let Some(listing) = id.as_ref().and_then(|id| model.listings.get(id)) {
            form.fill(TITLE, &text::sanitize(&listing.ticket.title));
            form.fill(PRICE, &listing.ticket.price.to_string());
            for (index, field) in (DETAILS..).zip(DetailField::ALL) {
                form.fill(index, &text::sanitize(listing.ticket.details.get(*field).unwrap_or_default()));
            }
        }
        Self { id, form, submission: Submission::default() }
    }

    /// Returns the ticket of a valid form; an error is shown at its field.
    fn ticket(&mut self) -> Option<TicketUpdate> {
        let title = self.form.value(TITLE).trim().to_owned();
        for field in &mut self.form.fields {
            field.fault = None;
        }
        match title.chars().count() {
            0 => self.form.fault(TITLE, "What is it for? A title is needed"),
            1..=LONGEST => {}
            long => self.form.fault(TITLE, format!("{long} characters are too many; {LONGEST} are the most")),
        }
        let written = text::amount(self.form.value(PRICE)).to_owned();
        let price = written.parse::<Money>();
        match &price {
            Ok(_) => {}
            Err(_) if written.is_empty() => self.form.fault(PRICE, "What does it cost? Like 38 or 149.99"),
            Err(_) => self.form.fault(PRICE, PRICE_FORM),
        }
        let details = self.details();
        if !self.form.is_sound() {
            return None;
        }
        price.ok().map(|price| TicketUpdate::new(title, price).details(details))
    }

    /// Returns the entered details; an empty field clears the detail of an existing ticket.
    fn details(&mut self) -> DetailsUpdate {
        let mut details = DetailsUpdate::default();
        for (index, field) in (DETAILS..).zip(DetailField::ALL) {
            let written = self.form.value(index).trim().to_owned();
            if written.is_empty() {
                if self.id.is_some() {
                    details.clear(*field);
                }
            } else if let Err(error) = details.set(*field, &written) {
                self.form.fault(index, detail_fault(&error));
            }
        }
        details
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        if self.submission.is_pending() {
            return;
        }
        let Some(ticket) = self.ticket() else { return };
        let sent = match &self.id {
            None => {
                let mut new = NewTicket::new(ticket.title, ticket.price);
                new.details.apply(&ticket.details);
                Some(cx.model.call(Call::Sell(new)))
            }
            // It is shown as changed at once; if the server refuses, it is shown as it was, with the reason.
            Some(id) => cx.model.change(id, &ticket),
        };
        if sent.is_none() {
            cx.model.notify(Level::Error, "It can no longer be changed");
            cx.back();
        }
        self.submission.begin(sent);
    }
}

/// Returns what is wrong with a detail, short enough for the line below its field.
fn detail_fault(error: &DetailError) -> String {
    match error {
        DetailError::NotATime(_) => "Like 2026-12-24T19:30:00+01:00, with the offset of the place".to_owned(),
        DetailError::TooLong(field) => format!("{} characters are the most", field.max_chars()),
        other => other.to_string(),
    }
}

impl Screen for Listing {
    fn title(&self, _: &Model) -> String {
        if self.id.is_some() { "Change a listing".to_owned() } else { "Sell a ticket".to_owned() }
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Back, Action::Next, Action::Previous]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        if matches!(input, Input::Action(Action::Submit)) && !self.form.is_last() {
            return;
        }
        let details = DetailField::ALL.iter().map(|field| field.name());
        let names: Vec<&str> = ["title", "price"].into_iter().chain(details).collect();
        match sent_form((&mut self.form, &mut self.submission), &names, input, cx) {
            Some(FormEvent::Submit) => self.submit(cx),
            Some(FormEvent::Done(_)) => {
                if self.id.is_none() {
                    cx.model.notify(Level::Success, format!("{} is for sale", self.form.value(TITLE).trim()));
                }
                cx.back();
            }
            None => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.panel(area, &self.title(model));
        let inner = Rect { width: inner.width.min(90), ..inner };
        let rest = self.form.view(painter, inner);
        let written = self.form.value(TITLE).trim().chars().count();
        if written > LONGEST - 40 {
            let style = if written > LONGEST { painter.theme.bad } else { painter.theme.dim };
            painter.right(top(below(inner, 1), 1), &format!("{written} of {LONGEST} characters"), style);
        }
        let Some(rest) = self.submission.view(painter, rest, "Sending") else { return };
        let label = if self.id.is_some() { "saves it" } else { "puts it up for sale" };
        let end = painter.button(top(rest, 1), &model.key(Action::Submit), label, Action::Submit);
        let place = Rect { x: end + 3, width: rest.right().saturating_sub(end + 3), ..top(rest, 1) };
        painter.button(place, &model.key(Action::Back), "leaves it", Action::Back);
        let note = "A reserved ticket cannot be changed or withdrawn.";
        painter.paragraph(below(rest, 2), note, painter.theme.faint);
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        PlainView { lines: self.submission.messages(), ..PlainView::form(&self.form) }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }
}
