//! The range of prices that the market shows.

use ratatui::layout::Rect;
use ticketing_sdk::PriceBound;

use super::{Context, Input, PlainView, Screen, form_input};
use crate::action::Action;
use crate::model::Model;
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, top};

/// A form for the two ends.
#[derive(Debug)]
pub(crate) struct Prices {
    form: Form,
}

impl Prices {
    pub(crate) fn open(model: &Model) -> Self {
        let mut form = Form::new(vec![Field::new("From", "any"), Field::new("Up to", "any")]);
        let query = model.market.view.query();
        for (field, end) in [query.min, query.max].into_iter().enumerate() {
            if let Some(end) = end {
                form.fill(field, &end.to_string());
            }
        }
        Self { form }
    }

    /// One end; an empty one is none.
    fn end(&mut self, field: usize) -> Option<PriceBound> {
        let written = text::amount(self.form.value(field)).to_owned();
        if written.is_empty() {
            return None;
        }
        match written.parse() {
            Ok(bound) => Some(bound),
            Err(_) => {
                self.form.fault(field, "Like 38 or 149.99");
                None
            }
        }
    }
}

impl Screen for Prices {
    fn title(&self, _: &Model) -> String {
        "Prices".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Back, Action::Next, Action::Previous]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(Action::Submit) => {
                let (min, max) = (self.end(0), self.end(1));
                if let (Some(low), Some(high)) = (min, max)
                    && low > high
                {
                    self.form.fault(1, "It ends before it begins");
                }
                if self.form.is_sound() {
                    let query = cx.model.market.view.query().clone();
                    cx.model.market.search(crate::model::query::Query { min, max, ..query });
                    cx.back();
                }
            }
            Input::Action(Action::Back) => cx.back(),
            input => {
                form_input(&mut self.form, input);
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.popup(area, 48, 9, "Prices, in US dollars");
        let rest =
            self.form.view(painter, Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner });
        painter.button(top(rest, 1), &model.key(Action::Submit), "shows only these", Action::Submit);
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        PlainView::form(&self.form)
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }

    fn is_popup(&self) -> bool {
        true
    }
}
