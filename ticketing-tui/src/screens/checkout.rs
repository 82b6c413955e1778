//! The checkout of an order: its countdown, its payment, and its outcome.

mod view;

use std::time::Duration;

use ticketing_sdk::{
    CardToken, ErrorCode, Order, OrderId, OrderStatus, Pages, PaymentStatus, SecretString, Timestamp,
};

use super::form_input;
use super::prelude::*;
use crate::model::orders::KnownOrders;
use crate::widgets::qr::Qr;
use crate::widgets::stub::TearStage;

/// One order.
#[derive(Debug)]
pub(crate) struct Checkout {
    id: OrderId,
    form: Form,
    /// Whether the card's field was open, and no key has been pressed that ends the writing in it.
    had_field: bool,
    load: Load,
    paying: Option<CallId>,
    /// The address of the page on which the order may be paid for, for a phone.
    qr: Option<Qr>,
    /// Whether the order was paid at the last update.
    was_paid: Option<bool>,
    /// When this screen learned that the order is paid.
    paid_at: Option<Timestamp>,
}

/// How long the first frame of the tearing ticket is shown.
const TEAR_FRAME: Duration = Duration::from_millis(300);
/// How long a paid ticket is shown before its code takes its place.
const PAID_PAUSE: Duration = Duration::from_millis(1_500);
/// How long a frame of the payment animation is shown.
const PROGRESS_FRAME: Duration = Duration::from_millis(120);

impl Checkout {
    pub(crate) fn open(id: OrderId, model: &Model) -> Self {
        let qr = Qr::new(&Pages::new(&model.server).order(&id));
        let card = Field::new("Card", "the provider's token, like tok_visa");
        Self {
            id,
            form: Form::new(vec![card]),
            had_field: false,
            load: Load::Idle,
            paying: None,
            qr,
            was_paid: None,
            paid_at: None,
        }
    }

    fn order<'m>(&self, model: &'m Model) -> Option<&'m Order> {
        model.orders.get(&self.id)
    }

    /// Returns whether the order awaits a payment, and none is pending.
    fn is_open(&self, model: &Model) -> bool {
        let held = |order: &Order| {
            order.status == OrderStatus::Created
                && !KnownOrders::time_left(order, model.server_now()).is_zero()
        };
        self.order(model).is_some_and(held) && model.order_call(&self.id).is_none()
    }

    /// Returns whether the ticket is bought, so that its pass is issued now, or in a moment.
    fn is_paid(&self, model: &Model) -> bool {
        self.order(model).is_some_and(|order| model.orders.is_paid(order))
    }

    /// Returns whether the ticket is bought, and the buyer has it, as far as is known.
    fn has_ticket(&self, model: &Model) -> bool {
        self.is_paid(model) && !self.order(model).is_some_and(|order| model.passes.is_passed_on(order))
    }

    /// Returns whether the order is paid for by a token that is written here.
    fn takes_token(&self, model: &Model) -> bool {
        self.is_open(model) && model.payment_page(&self.id).is_none()
    }

    /// Returns whether the reservation ended while its card was being written. What is typed then is still meant for the
    /// card, so letters are not commands until the user continues.
    fn ignores_letters(&self, model: &Model) -> bool {
        self.had_field && !self.is_open(model) && model.order_call(&self.id).is_none()
    }

    /// Records whether the card's field is open. A payment or a cancellation ends the writing.
    fn watch_field(&mut self, model: &Model) {
        self.had_field = match model.order_call(&self.id) {
            Some(_) => false,
            None => self.had_field || self.takes_token(model),
        };
    }

    fn pay(&mut self, cx: &mut Context<'_>) {
        if !self.is_open(cx.model) {
            return;
        }
        if cx.model.payment_page(&self.id).is_some() {
            return cx.model.browse_order(&self.id);
        }
        let token = self.form.value(0).trim().to_owned();
        if CardToken::looks_like_a_card_number(&token) {
            self.form.fill(0, "");
            self.form.set_error(0, "That looked like a card number. Write its token, like tok_visa");
        } else if token.is_empty() {
            self.form.set_error(0, "Which card? Write its token, like tok_visa");
        } else {
            self.paying = cx.model.pay(&self.id, SecretString::from(token));
            // The reply may come before another input.
            self.had_field = false;
        }
    }

    fn handle_action(&mut self, action: Action, cx: &mut Context<'_>) {
        match action {
            Action::Continue => self.had_field = false,
            Action::Pay => self.pay(cx),
            Action::Cancel if self.is_open(cx.model) => {
                self.had_field = false;
                cx.push_route(Route::Confirm(ConfirmAction::Cancel(self.id.clone())))
            }
            Action::Reorder => {
                if let Some(ticket) = self.order(cx.model).map(|order| order.ticket.clone()) {
                    cx.reserve(&ticket.id, ticket.price);
                }
            }
            Action::Open if self.has_ticket(cx.model) => {
                let held = self.order(cx.model).and_then(|order| cx.model.passes.of_order(order));
                let key =
                    held.map_or_else(|| PassRef::Order(self.id.clone()), |pass| PassRef::Id(pass.id.clone()));
                cx.push_route(Route::Pass(key))
            }
            Action::Copy => cx.model.copy(self.id.as_str()),
            Action::Browse => cx.model.browse_order(&self.id),
            Action::Reload => self.load_order(cx),
            _ => {}
        }
    }

    fn load_order(&mut self, cx: &mut Context<'_>) {
        cx.model.call(ApiCall::CardEntry);
        self.follow(cx);
        self.load = Load::Loading(cx.model.call(ApiCall::Order(self.id.clone())));
    }

    /// Continues when the order is paid on a page.
    fn follow(&self, cx: &mut Context<'_>) {
        if cx.model.payment_page(&self.id).is_some() {
            let now = cx.model.server_now();
            cx.model.orders.follow(&self.id, now);
        }
    }

    /// Records that the order is paid, and opens the code of its ticket a moment later.
    fn proceed(&mut self, cx: &mut Context<'_>) {
        if self.order(cx.model).is_none() {
            return;
        }
        let is_paid = self.is_paid(cx.model);
        if self.was_paid.replace(is_paid) == Some(false) && is_paid {
            self.paid_at = Some(cx.model.now);
            cx.model.call(ApiCall::PassOfOrder(self.id.clone()));
        }
        let key = PassRef::Order(self.id.clone());
        if let Some(at) = self.paid_at
            && cx.in_front
            && (!cx.model.has_motion() || at + PAID_PAUSE <= cx.model.now)
            && cx.model.passes.get(&key).is_some()
        {
            self.paid_at = None;
            cx.replace_with(Route::Pass(key));
        }
    }

    /// Returns how far the ticket is torn.
    fn tear(&self, model: &Model) -> TearStage {
        match self.paid_at {
            _ if !self.is_paid(model) => TearStage::Whole,
            Some(at) if model.has_motion() && model.now < at + TEAR_FRAME => TearStage::Begun,
            _ => TearStage::Torn,
        }
    }
}

impl Screen for Checkout {
    fn title(&self, model: &Model) -> String {
        match self.order(model).map(|order| order.status) {
            Some(OrderStatus::Created) => "Pay".to_owned(),
            _ => "Order".to_owned(),
        }
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        if self.is_open(model) {
            // A field for the card receives letters, so that the actions beside it have keys that type none.
            let browse = (!self.takes_token(model)).then_some(Action::Browse);
            let first = [Action::Pay, Action::Cancel, Action::Back].into_iter().chain(browse);
            return first.chain([Action::Copy, Action::Reload]).collect();
        }
        if self.ignores_letters(model) {
            return vec![Action::Continue, Action::Back];
        }
        let first = if self.has_ticket(model) {
            Some(Action::Open)
        } else {
            self.order(model)
                .filter(|order| order.allows_reorder(model.server_now()))
                .map(|_| Action::Reorder)
        };
        first.into_iter().chain([Action::Copy, Action::Browse, Action::Reload]).collect()
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        self.watch_field(cx.model);
        match input {
            Input::Focus => self.load_order(cx),
            Input::Action(action) => self.handle_action(action, cx),
            Input::Reply(id, reply) if self.load.finish(id, reply) => {}
            // The error is shown above the card, and so not as a message, too.
            Input::Reply(id, reply) if self.paying == Some(id) => {
                if is_declined(reply) {
                    // Another card is typed next, not the rest of this one.
                    self.form.fill(0, "");
                }
                cx.handled = cx.in_front && cx.model.orders.payment_error(&self.id).is_some();
            }
            Input::Reply(_, Ok(Reply::CardEntry(_))) => self.follow(cx),
            Input::ModelChange | Input::Tick => self.proceed(cx),
            Input::Key(_) if self.ignores_letters(cx.model) => {}
            input => {
                form_input(&mut self.form, input);
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        self.draw(model, painter, area);
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let Some(order) = self.order(model) else {
            return PlainView::lines(["Loading the order".to_owned()]);
        };
        let title = text::title(&order.ticket.title);
        let mut lines = vec![format!("{title}, {}", text::money(order.ticket.price))];
        match (order.status, model.order_call(&self.id)) {
            (_, Some(ApiCall::Pay { .. })) => lines.push("Paying.".to_owned()),
            (_, Some(_)) => lines.push("Cancelling.".to_owned()),
            (OrderStatus::Created, None) => {
                let left = KnownOrders::time_left(order, model.server_now());
                lines.push(format!("Reserved for you for {}.", text::remaining_time(left)));
                if let Some(error) = model.orders.payment_error(&self.id) {
                    lines.push(error.message.clone());
                    lines.extend(error.advice.clone());
                }
                if let Some(page) = model.payment_page(&self.id) {
                    lines.push(format!("Pay on this page: {page}"));
                }
                let form =
                    if self.takes_token(model) { PlainView::form(&self.form) } else { PlainView::default() };
                return PlainView { lines, ..form };
            }
            (_, None) => lines.extend(view::outcome(model, order).map(|(words, _)| words.into_owned())),
        }
        lines.push(format!("Order id: {}", self.id));
        PlainView::lines(lines)
    }

    fn keeps_size(&self, model: &Model) -> bool {
        self.qr.is_some() && self.is_open(model) && !self.takes_token(model)
    }

    fn has_text_input(&self, model: &Model) -> bool {
        self.takes_token(model) || self.ignores_letters(model)
    }

    fn wakes_at(&self, model: &Model) -> Option<Timestamp> {
        if model.has_motion() && matches!(model.order_call(&self.id), Some(ApiCall::Pay { .. })) {
            return Some(model.now + PROGRESS_FRAME);
        }
        let at = self.paid_at.filter(|_| model.has_motion())?;
        [at + TEAR_FRAME, at + PAID_PAUSE].into_iter().find(|at| *at > model.now)
    }
}

/// Returns whether the provider has refused a card. After an unknown outcome the same card is sent again.
fn is_declined(reply: &Result<Reply, CallError>) -> bool {
    match reply {
        Ok(Reply::Payment(payment)) => payment.status == Some(PaymentStatus::Failed),
        Ok(_) => false,
        Err(error) => error.is(&ErrorCode::CardDeclined),
    }
}
