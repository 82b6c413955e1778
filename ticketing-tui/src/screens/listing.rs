//! Listing a ticket for sale, and changing one.

use ratatui::layout::Rect;
use ticketing_sdk::{Money, NewTicket, TicketId};

use super::{Context, Input, PlainView, Screen, form_input};
use crate::action::Action;
use crate::call_error::{CallError, CallErrorKind};
use crate::effect::Call;
use crate::event::Reply;
use crate::model::Model;
use crate::model::notices::Level;
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::sending::Sending;

/// A form for title and price.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The ticket that is changed; a new one, if there is none.
    id: Option<TicketId>,
    form: Form,
    sending: Sending,
}

const TITLE: usize = 0;
const PRICE: usize = 1;
/// How long a title may be, in characters.
const LONGEST: usize = 200;
/// How a price is written.
const PRICE_FORM: &str = "Like 38 or 149.99, up to 999999.99";

impl Listing {
    pub(crate) fn open(id: Option<TicketId>, model: &Model) -> Self {
        let mut form = Form::new(vec![
            Field::new("Title", "what it admits to, like Jazz at the lake"),
            Field::new("Price", "in US dollars, like 38 or 149.99"),
        ]);
        if let Some(listing) = id.as_ref().and_then(|id| model.listings.get(id)) {
            form.fill(TITLE, &text::sanitize(&listing.ticket.title));
            form.fill(PRICE, &listing.ticket.price.to_string());
        }
        Self { id, form, sending: Sending::default() }
    }

    /// Returns the ticket of a valid form; an error is shown at its field.
    fn ticket(&mut self) -> Option<NewTicket> {
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
        if self.form.is_sound() { price.ok().map(|price| NewTicket::new(title, price)) } else { None }
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        if self.sending.is_under_way() {
            return;
        }
        let Some(ticket) = self.ticket() else { return };
        let sent = match &self.id {
            None => Some(cx.model.call(Call::Sell(ticket))),
            // It is shown as changed at once; if the server refuses, it is shown as it was, with the reason.
            Some(id) => cx.model.change(id, &ticket),
        };
        if sent.is_none() {
            cx.model.notify(Level::Error, "It can no longer be changed");
            cx.back();
        }
        self.sending.begin(sent);
    }

    fn answered(&mut self, reply: &Result<Reply, CallError>, cx: &mut Context<'_>) {
        match reply {
            Ok(_) => {
                if self.id.is_none() {
                    cx.model.notify(Level::Success, format!("{} is for sale", self.form.value(TITLE).trim()));
                }
                cx.back();
            }
            Err(error) => {
                self.sending.refused(error, &mut self.form, &["title", "price"]);
                if error.kind == CallErrorKind::SignedOut {
                    cx.require_sign_in(None);
                }
            }
        }
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
        match input {
            Input::Action(Action::Submit) if !self.form.is_last() => {}
            Input::Action(Action::Submit) => self.submit(cx),
            Input::Action(Action::Back) => cx.back(),
            Input::Reply(id, reply) if self.sending.ends_with(id) => {
                cx.handled = true;
                self.answered(reply, cx);
            }
            input => {
                form_input(&mut self.form, input);
            }
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
        let Some(rest) = self.sending.view(painter, rest, "Sending") else { return };
        let label = if self.id.is_some() { "saves it" } else { "puts it up for sale" };
        let end = painter.button(top(rest, 1), &model.key(Action::Submit), label, Action::Submit);
        let place = Rect { x: end + 3, width: rest.right().saturating_sub(end + 3), ..top(rest, 1) };
        painter.button(place, &model.key(Action::Back), "leaves it", Action::Back);
        let note = "A reserved ticket cannot be changed or withdrawn.";
        painter.paragraph(below(rest, 2), note, painter.theme.faint);
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        PlainView { lines: self.sending.words(), ..PlainView::form(&self.form) }
    }

    fn writes(&self, _: &Model) -> bool {
        true
    }
}
