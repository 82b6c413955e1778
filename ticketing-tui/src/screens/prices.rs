//! The range of prices that the market shows.

use ticketing_sdk::PriceBound;

use super::form_screen::FormPage;
use super::prelude::*;
use crate::model::query::Query;

/// A form for the two ends.
#[derive(Debug)]
pub(super) struct Prices;

impl Prices {
    pub(super) fn open(model: &Model) -> (Self, Form) {
        let mut form = Form::new(["From", "Up to"].map(|label| Field::new(label, "any").optional()).into());
        let query = model.market.view.query();
        for (field, end) in [query.min, query.max].into_iter().enumerate() {
            form.fill(field, &end.map(|end| end.to_string()).unwrap_or_default());
        }
        (Self, form)
    }
}

/// One end; an empty one is none.
fn end(form: &mut Form, field: usize) -> Option<PriceBound> {
    let written = text::amount(form.value(field)).to_owned();
    let end = written.parse();
    if end.is_err() && !written.is_empty() {
        form.set_error(field, "Like 38 or 149.99");
    }
    end.ok()
}

impl FormPage for Prices {
    const POPUP: Option<u16> = Some(48);

    fn title(&self) -> &'static str {
        "Prices, in US dollars"
    }

    fn buttons(&self, _: &Model) -> Vec<(Action, &'static str)> {
        vec![(Action::Submit, "shows only these")]
    }

    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        let (min, max) = (end(form, 0), end(form, 1));
        if min.zip(max).is_some_and(|(low, high)| low > high) {
            form.set_error(1, "It ends before it begins");
        }
        if form.is_valid() {
            let query = cx.model.market.view.query().clone();
            cx.model.market.search(Query { min, max, ..query });
            cx.go_back();
        }
        None
    }

    fn succeed(&mut self, _: &Form, _: &Reply, _: &mut Context<'_>) {}
}
