//! Random interleavings of responses, lost responses and events, against a model of the provider and of orders.

use proptest::prelude::*;

use super::*;

const PRICE: i64 = 1999;

/// An action of the model.
#[derive(Clone, Copy, Debug)]
enum Action {
    /// A call does not arrive.
    Unreachable,
    /// A call has its effect and its response is lost.
    ResponseLost,
    /// A call gets a response.
    Responded,
    /// A response arrives twice, or late.
    StaleResponse,
    /// Orders consumes `payment:authorized`, if it was published.
    Arbitrate,
    /// The buyer or the deadline cancels the order, unless it awaits its payment.
    Cancel,
    /// A withdrawal of the ticket cancels the order, even while it awaits its payment.
    Withdraw,
    /// Payments consumes the next event of orders.
    ConsumeOrderEvent,
    /// Orders consumes the next event of payments.
    ConsumePaymentEvent,
}

/// The model: the payment, the ledger of the provider, the order, and the events between them.
#[derive(Debug)]
struct Model {
    payment: PaymentState,
    attempted: bool,
    published: Vec<OutgoingEvent>,
    refused_step: Option<PaymentStep>,
    held: bool,
    captured: i64,
    refunded: i64,
    captures: u32,
    order: OrderStatus,
    /// The events of orders, and how many of them payments has consumed.
    orders_published: Vec<OrderStatus>,
    consumed: usize,
    consumed_by_orders: usize,
}

impl Model {
    fn new(refused_step: Option<PaymentStep>) -> Self {
        Self {
            payment: PaymentState::INITIAL,
            attempted: false,
            published: Vec::new(),
            refused_step,
            held: false,
            captured: 0,
            refunded: 0,
            captures: 0,
            order: OrderStatus::Created,
            orders_published: Vec::new(),
            consumed: 0,
            consumed_by_orders: 0,
        }
    }

    fn copy(&self) -> OrderStatus {
        self.consumed.checked_sub(1).map_or(OrderStatus::Created, |last| self.orders_published[last])
    }

    fn apply_transition(&mut self, step: Option<Transition>) {
        if let Some(Transition { to, event }) = step {
            self.attempted = false;
            self.payment = to;
            self.published.extend(event);
        }
    }

    /// Applies a step at the provider; idempotent, as its key is.
    fn provider(&mut self, step: PaymentStep) -> StepResult {
        if self.refused_step == Some(step) {
            self.held = false;
            return StepResult::Refused;
        }
        match step {
            PaymentStep::Authorize => self.held = self.captured == 0,
            PaymentStep::Capture if self.captured == 0 => {
                assert!(self.held, "capture without a hold");
                self.held = false;
                self.captured = PRICE;
                self.captures += 1;
            }
            PaymentStep::Capture => {}
            PaymentStep::Void => {
                assert_eq!(self.captured, 0, "void of captured money");
                self.held = false;
            }
            PaymentStep::Refund => self.refunded = self.captured,
        }
        StepResult::Done
    }

    fn set_order_status(&mut self, to: OrderStatus) {
        self.order = to;
        self.orders_published.push(to);
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Unreachable => self.attempted |= self.payment.next.is_some(),
            Action::ResponseLost => {
                if let Some(step) = self.payment.next {
                    self.attempted = true;
                    self.provider(step);
                }
            }
            Action::Responded => {
                if let Some(step) = self.payment.next {
                    self.attempted = true;
                    let result = self.provider(step);
                    let step = self.payment.on_result(result, self.copy());
                    self.apply_transition(step);
                }
            }
            Action::StaleResponse => {
                if self.payment.next.is_none() {
                    assert_eq!(self.payment.on_result(StepResult::Done, self.copy()), None);
                    assert_eq!(self.payment.on_result(StepResult::Refused, self.copy()), None);
                }
            }
            Action::Arbitrate => {
                if self.published.contains(&OutgoingEvent::Authorized) && self.order == OrderStatus::Created {
                    self.set_order_status(OrderStatus::AwaitingPayment);
                }
            }
            Action::Cancel => {
                if self.order == OrderStatus::Created {
                    self.set_order_status(OrderStatus::Cancelled);
                }
            }
            Action::Withdraw => {
                if !self.order.is_final() {
                    self.set_order_status(OrderStatus::Cancelled);
                }
            }
            Action::ConsumeOrderEvent => {
                if let Some(status) = self.orders_published.get(self.consumed).copied() {
                    self.consumed += 1;
                    let step = match status {
                        OrderStatus::AwaitingPayment => self.payment.order_confirmed(),
                        OrderStatus::Cancelled => self.payment.order_cancelled(self.attempted),
                        _ => None,
                    };
                    self.apply_transition(step);
                }
            }
            Action::ConsumePaymentEvent => {
                if let Some(event) = self.published.get(self.consumed_by_orders).copied() {
                    self.consumed_by_orders += 1;
                    match (event, self.order) {
                        (OutgoingEvent::Captured, OrderStatus::AwaitingPayment) => {
                            self.set_order_status(OrderStatus::Complete)
                        }
                        (OutgoingEvent::Failed, OrderStatus::AwaitingPayment) => {
                            self.set_order_status(OrderStatus::Cancelled)
                        }
                        _ => {}
                    }
                }
            }
        }
        assert!(self.captures <= 1, "invariant 10: one capture at most");
        let taken_early = self.captured > 0 && !self.orders_published.contains(&OrderStatus::AwaitingPayment);
        assert!(!taken_early, "invariant 12: captured before the order was confirmed");
    }

    /// Applies actions without faults until nothing changes.
    fn settle(&mut self) {
        for _ in 0..20 {
            for action in
                [Action::Responded, Action::Arbitrate, Action::ConsumeOrderEvent, Action::ConsumePaymentEvent]
            {
                self.apply(action);
            }
        }
        if self.order == OrderStatus::Created {
            // A declined card leaves the order unchanged: the deadline cancels it.
            self.apply(Action::Cancel);
            self.settle();
        }
    }
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    use Action::{
        Arbitrate, Cancel, ConsumeOrderEvent, ConsumePaymentEvent, Responded, ResponseLost, StaleResponse,
        Unreachable, Withdraw,
    };
    let one = prop::sample::select(vec![
        Unreachable,
        ResponseLost,
        Responded,
        Responded,
        StaleResponse,
        Arbitrate,
        Arbitrate,
        ConsumeOrderEvent,
        ConsumeOrderEvent,
        ConsumePaymentEvent,
        Cancel,
        Withdraw,
    ]);
    prop::collection::vec(one, 0..24)
}

fn refusals() -> impl Strategy<Value = Option<PaymentStep>> {
    prop::sample::select(vec![None, None, Some(PaymentStep::Authorize), Some(PaymentStep::Capture)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_10_and_12_hold_in_any_interleaving(actions in actions(), refused_step in refusals()) {
        let mut model = Model::new(refused_step);
        for action in actions {
            model.apply(action);
        }
        model.settle();
        let price = if model.order == OrderStatus::Complete { PRICE } else { 0 };
        prop_assert_eq!(model.captured - model.refunded, price, "invariant 10: {:?}", model);
        prop_assert!(!model.held, "invariant 12: money is still held: {:?}", model);
        prop_assert!(model.payment.next.is_none(), "invariant 12: a step is still due: {:?}", model);
        prop_assert!(model.order.is_final(), "invariant 12: the order is not final: {:?}", model);
    }
}

#[test]
fn payment_without_faults_captures_once() {
    let mut model = Model::new(None);
    model.settle();
    assert_eq!((model.order, model.captured, model.refunded), (OrderStatus::Complete, PRICE, 0));
    assert_eq!(model.published, [OutgoingEvent::Authorized, OutgoingEvent::Captured]);
}

#[test]
fn declined_card_publishes_no_event() {
    let refused = PaymentState::INITIAL.on_result(StepResult::Refused, OrderStatus::Created).unwrap();
    assert_eq!(
        refused,
        Transition { to: PaymentState { status: PaymentStatus::Failed, next: None }, event: None }
    );
}

#[test]
fn refused_void_or_refund_changes_nothing() {
    for step in [PaymentStep::Void, PaymentStep::Refund] {
        let state = PaymentState { status: PaymentStatus::Authorized, next: Some(step) };
        assert_eq!(state.on_result(StepResult::Refused, OrderStatus::Cancelled), None);
    }
}

#[test]
fn attempted_capture_is_not_voided() {
    let capturing = PaymentState { status: PaymentStatus::Authorized, next: Some(PaymentStep::Capture) };
    assert_eq!(capturing.order_cancelled(true), None);
    assert_eq!(capturing.order_cancelled(false).unwrap().to.next, Some(PaymentStep::Void));
    let late = capturing.on_result(StepResult::Done, OrderStatus::Cancelled).unwrap();
    assert_eq!(late.to, PaymentState { status: PaymentStatus::Succeeded, next: Some(PaymentStep::Refund) });
}

#[test]
fn step_names_round_trip() {
    for step in [PaymentStep::Authorize, PaymentStep::Capture, PaymentStep::Void, PaymentStep::Refund] {
        assert_eq!(step.as_str().parse(), Ok(step));
    }
    assert!("charge".parse::<PaymentStep>().is_err());
}
