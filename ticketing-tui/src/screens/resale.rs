//! Offering a pass for resale.

use ticketing_sdk::{Money, Pass, PassId};

use super::form_screen::FormPage;
use super::prelude::*;
use crate::effect::{Call, CallId};
use crate::event::Reply;
use crate::model::notices::{Level, Message, Topic};
use crate::model::passes::PassKey;
use crate::widgets::form::{Field, Form};

/// A form for the price.
#[derive(Debug)]
pub(super) struct Resale {
    id: PassId,
}

impl Resale {
    pub(super) fn open(id: PassId) -> (Self, Form) {
        (
            Self { id },
            Form::new(vec![Field::new("Price", "in US dollars, like 38 or 149.99").with_name("price")]),
        )
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.get(&PassKey::Id(self.id.clone()))
    }
}

impl FormPage for Resale {
    const POPUP: Option<u16> = Some(68);
    const PENDING: &'static str = "Offering";

    fn title(&self) -> &'static str {
        "Sell a ticket on"
    }

    /// Returns the consequence, and the highest price.
    fn intro(&self, model: &Model) -> Vec<String> {
        let pass = self.pass(model);
        let title = pass.map_or_else(|| "The ticket".to_owned(), |pass| text::title(&pass.title));
        let limit = pass.and_then(|pass| pass.resale_limit);
        let consequence =
            format!("{title} goes on sale, and admits nobody until it is sold or its listing is withdrawn.");
        let limit = limit.map(|limit| format!("The highest price is {}.", text::money(limit)));
        [consequence].into_iter().chain(limit).collect()
    }

    fn buttons(&self, _: &Model) -> Vec<(Action, &'static str)> {
        vec![(Action::Submit, "puts it up for resale")]
    }

    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        let limit = self.pass(cx.model).and_then(|pass| pass.resale_limit);
        let fault = match (text::amount(form.value(0)).parse::<Money>(), limit) {
            (Err(_), _) => "Like 38 or 149.99".to_owned(),
            (Ok(price), Some(limit)) if price > limit => format!("At most {}", text::money(limit)),
            (Ok(price), _) => return Some(cx.model.call(Call::Resell(self.id.clone(), price))),
        };
        form.fault(0, fault);
        None
    }

    fn succeed(&mut self, _: &Form, reply: &Reply, cx: &mut Context<'_>) {
        if let Reply::Ticket(ticket) = reply {
            let after = format!(" is for resale at {}", text::money(ticket.price));
            let message = Message::with_title("", &ticket.title, after);
            cx.model.notify(Level::Success, message.with_topic(Topic::Ticket(ticket.id.clone())));
        }
        cx.back();
    }
}
