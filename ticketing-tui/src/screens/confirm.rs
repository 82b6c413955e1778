//! The confirmation of an action that cannot be undone.

use std::borrow::Cow;

use super::Navigate;
use super::prelude::*;
use crate::glyphs::Glyphs;

/// A question with yes and no.
#[derive(Debug)]
pub(crate) struct Confirm {
    action: ConfirmAction,
}

impl Confirm {
    pub(crate) fn open(action: ConfirmAction, _: &Model) -> Self {
        Self { action }
    }

    /// Returns the question, and the consequence.
    fn words(&self, model: &Model) -> (String, Cow<'static, str>) {
        match &self.action {
            ConfirmAction::Cancel(id) => {
                let title = short(model.orders.get(id).map(|order| &*order.ticket.title), model);
                let follows = "The ticket becomes available again. Nothing is charged.";
                (format!("Cancel the order of {title}?"), follows.into())
            }
            ConfirmAction::Withdraw(id) => {
                let ticket = model.listings.get(id).map(|listing| &listing.ticket);
                let follows = match ticket.is_some_and(|ticket| ticket.resale_of.is_some()) {
                    true => "It is removed from the market, and your ticket admits again.",
                    false => "It is removed from the market. This cannot be undone.",
                };
                (format!("Withdraw {}?", short(ticket.map(|ticket| &*ticket.title), model)), follows.into())
            }
            ConfirmAction::SignOut => {
                let email = model.user().map_or("".into(), |user| text::sanitize(&user.email));
                let follows = match model.door.waiting_count() {
                    0 => "The session ends for good, in every program that uses it.".into(),
                    waiting => {
                        let scans = text::count_of(waiting, "scan");
                        format!("Not uploaded: {scans}. They stay on this machine until you sign in again.")
                            .into()
                    }
                };
                (format!("Sign {email} out?"), follows)
            }
            ConfirmAction::BuyAt { ticket, price, shown } => {
                let title = short(model.market.tickets.get(ticket).map(|row| &*row.title), model);
                let (price, shown) = (text::money(*price), text::money(*shown));
                let follows = format!("It cost {shown} when it was shown. Nothing is reserved yet.");
                (format!("Reserve {title} for {price}?"), follows.into())
            }
            ConfirmAction::Quit if !model.is_paying() => (
                format!("Leave with {} not uploaded?", text::count_of(model.door.waiting_count(), "scan")),
                "They stay on this machine. The next start uploads them.".into(),
            ),
            ConfirmAction::Quit => (
                "Leave while a payment is in progress?".to_owned(),
                "The payment continues; your orders show its outcome.".into(),
            ),
        }
    }
}

/// As much of a title as leaves room for the question.
fn short(title: Option<&str>, model: &Model) -> String {
    let ellipsis = Glyphs::new(model.settings.borders).ellipsis;
    title.map_or("it".to_owned(), |title| text::fit(&text::title(title), 60, ellipsis).into_owned())
}

impl Screen for Confirm {
    fn title(&self, model: &Model) -> String {
        self.words(model).0
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Yes, Action::No]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(Action::Yes) => {
                cx.go_back();
                match &self.action {
                    ConfirmAction::BuyAt { ticket, price, .. } => cx.reserve(ticket, *price),
                    ConfirmAction::Cancel(id) => cx.model.cancel(id),
                    ConfirmAction::Withdraw(id) => cx.model.withdraw(id),
                    ConfirmAction::SignOut => cx.model.sign_out(),
                    ConfirmAction::Quit => cx.navigation.push(Navigate::Quit),
                }
            }
            Input::Action(_) => cx.go_back(),
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let (question, follows) = self.words(model);
        let width = area.width.min(64).saturating_sub(4);
        let lines = text::wrap(&question, width).len() + text::wrap(&follows, width).len();
        let inner = painter.popup(area, 64, u16::try_from(lines).unwrap_or(4) + 7, "Sure?");
        let rest = painter.paragraph(below(inner, 1), &question, painter.theme.warn);
        let rest = painter.paragraph(below(rest, 1), &follows, painter.theme.dim);
        let buttons = [(Action::Yes, "yes"), (Action::No, "no")];
        let buttons = buttons.map(|(action, label)| (model.key(action), label, action));
        // If the popup is too low for all lines, the buttons are drawn over the last one.
        let place = if rest.height > 1 { below(rest, 1) } else { bottom(inner, 1) };
        painter.buttons(top(place, 1), &buttons);
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        PlainView::lines([self.words(model).1.into_owned()])
    }

    fn is_popup(&self) -> bool {
        true
    }
}
