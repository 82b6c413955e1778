//! Offering a pass for resale.

use ticketing_sdk::{Money, Pass, PassId};

use super::form_screen::FormPage;
use super::prelude::*;

/// A form for the price.
#[derive(Debug)]
pub(super) struct Resale {
    id: PassId,
}

impl Resale {
    pub(super) fn open(id: PassId, model: &Model) -> (Self, Form) {
        let page = Self { id };
        let hint = format!("in US dollars, like {}", examples(page.limit(model)));
        (page, Form::new(vec![Field::new("Price", hint).with_name("price")]))
    }

    /// Returns the highest price, if there is one.
    fn limit(&self, model: &Model) -> Option<Money> {
        self.pass(model)?.resale_limit
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.get(&PassRef::Id(self.id.clone()))
    }
}

/// Returns examples of prices that are not above the limit.
fn examples(limit: Option<Money>) -> String {
    const EXAMPLES: [(&str, i64); 2] = [("38", 3_800), ("149.99", 14_999)];
    let is_allowed = |cents: i64| limit.is_none_or(|limit| cents <= limit.cents());
    let allowed: Vec<&str> =
        EXAMPLES.iter().filter(|(_, cents)| is_allowed(*cents)).map(|(example, _)| *example).collect();
    match (allowed.as_slice(), limit) {
        ([], Some(limit)) => limit.to_string(),
        (allowed, _) => allowed.join(" or "),
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
        let limit = self.limit(model);
        let consequence =
            format!("{title} goes on sale, and admits nobody until it is sold or its listing is withdrawn.");
        let limit = limit.map(|limit| format!("The highest price is {}.", text::money(limit)));
        [consequence].into_iter().chain(limit).collect()
    }

    fn buttons(&self, _: &Model) -> Vec<(Action, &'static str)> {
        vec![(Action::Submit, "puts it up for resale")]
    }

    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        let limit = self.limit(cx.model);
        let error = match (text::amount(form.value(0)).parse::<Money>(), limit) {
            (Err(_), _) => format!("Like {}", examples(limit)),
            (Ok(price), Some(limit)) if price > limit => format!("At most {}", text::money(limit)),
            (Ok(price), _) => return Some(cx.model.call(ApiCall::Resell(self.id.clone(), price))),
        };
        form.set_error(0, error);
        None
    }

    fn succeed(&mut self, _: &Form, _: &Reply, cx: &mut Context<'_>) {
        cx.go_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_not_above_the_limit() {
        for (limit, shown) in [
            (None, "38 or 149.99"),
            (Some("149.99"), "38 or 149.99"),
            (Some("149.98"), "38"),
            (Some("20"), "20.00"),
        ] {
            assert_eq!(examples(limit.map(|limit| limit.parse().unwrap())), shown);
        }
    }
}
