//! Offering a pass for resale.

use ratatui::layout::Rect;
use ticketing_sdk::{Money, Pass, PassId};

use super::{Context, FormEvent, Input, PlainView, Screen, sent_form};
use crate::action::Action;
use crate::effect::Call;
use crate::event::Reply;
use crate::model::Model;
use crate::model::notices::Level;
use crate::model::passes::PassKey;
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::submission::Submission;

/// A form for the price.
#[derive(Debug)]
pub(crate) struct Resale {
    id: PassId,
    form: Form,
    submission: Submission,
}

impl Resale {
    pub(crate) fn open(id: PassId, _: &Model) -> Self {
        let price = Field::new("Price", "in US dollars, like 38 or 149.99");
        Self { id, form: Form::new(vec![price]), submission: Submission::default() }
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.get(&PassKey::Id(self.id.clone()))
    }

    /// Returns the consequence, and the highest price.
    fn words(&self, model: &Model) -> [String; 2] {
        let pass = self.pass(model);
        let title = pass.map_or_else(|| "The ticket".to_owned(), |pass| text::title(&pass.title));
        let limit = pass.and_then(|pass| pass.resale_limit);
        [
            format!("{title} goes on sale, and admits nobody until it is sold or its listing is withdrawn."),
            limit.map_or_else(String::new, |limit| format!("The highest price is {}.", text::money(limit))),
        ]
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        let limit = self.pass(cx.model).and_then(|pass| pass.resale_limit);
        match text::amount(self.form.value(0)).parse::<Money>() {
            Err(_) => self.form.fault(0, "Like 38 or 149.99"),
            Ok(price) if limit.is_some_and(|limit| price > limit) => {
                let limit = limit.map_or_else(String::new, text::money);
                self.form.fault(0, format!("At most {limit}"));
            }
            Ok(price) if !self.submission.is_pending() => {
                let call = cx.model.call(Call::Resell(self.id.clone(), price));
                self.submission.begin(Some(call));
            }
            Ok(_) => {}
        }
    }
}

impl Screen for Resale {
    fn title(&self, _: &Model) -> String {
        "Sell a ticket on".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Back]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match sent_form((&mut self.form, &mut self.submission), &["price"], input, cx) {
            Some(FormEvent::Submit) => self.submit(cx),
            Some(FormEvent::Done(reply)) => {
                if let Reply::Ticket(ticket) = reply {
                    let (title, price) = (text::title(&ticket.title), text::money(ticket.price));
                    cx.model.notify(Level::Success, format!("{title} is for resale at {price}"));
                }
                cx.back();
            }
            None => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.popup(area, 68, 11 + self.submission.lines(), &self.title(model));
        let mut rest = below(inner, u16::from(inner.height > 9));
        for words in self.words(model) {
            rest = painter.paragraph(rest, &words, painter.theme.dim);
        }
        let rest = self.form.view(painter, below(rest, 1));
        let Some(rest) = self.submission.view(painter, rest, "Offering") else { return };
        painter.button(top(rest, 1), &model.key(Action::Submit), "puts it up for resale", Action::Submit);
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let lines = self.words(model).into_iter().filter(|line| !line.is_empty());
        let lines = lines.chain(self.submission.messages()).collect();
        PlainView { lines, ..PlainView::form(&self.form) }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }

    fn is_popup(&self) -> bool {
        true
    }
}
