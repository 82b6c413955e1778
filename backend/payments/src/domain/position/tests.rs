//! Any interleaving of answers, lost answers and events, against a model of the world around a payment.

use proptest::prelude::*;

use super::*;

const PRICE: i64 = 1999;

/// Something that may happen next.
#[derive(Clone, Copy, Debug)]
enum Happening {
    /// A call that does not arrive.
    Unreachable,
    /// A call that has its effect and whose answer is lost.
    AnswerLost,
    /// A call that is answered.
    Answered,
    /// An answer that comes twice, or late.
    StaleAnswer,
    /// Orders hears `payment:authorized`, if it was said.
    Arbitrate,
    /// The buyer or the deadline cancels the order, if nothing is being taken.
    Cancel,
    /// The seller's withdrawal cancels the order, even while it awaits its payment.
    Withdraw,
    /// Payments hears the next event of orders, or an old one again.
    Hear,
    /// Orders hears what was said of captures.
    Conclude,
}

/// The world: our row, the provider's book, the order, and what is on its way between them.
#[derive(Debug)]
struct World {
    payment: Position,
    begun: bool,
    said: Vec<Say>,
    refuses: Option<Step>,
    held: bool,
    captured: i64,
    refunded: i64,
    captures: u32,
    order: OrderStatus,
    /// What orders has said, and how much of it payments has heard.
    orders_said: Vec<OrderStatus>,
    heard: usize,
    concluded: usize,
}

impl World {
    fn new(refuses: Option<Step>) -> Self {
        Self {
            payment: Position::BEGUN,
            begun: false,
            said: Vec::new(),
            refuses,
            held: false,
            captured: 0,
            refunded: 0,
            captures: 0,
            order: OrderStatus::Created,
            orders_said: Vec::new(),
            heard: 0,
            concluded: 0,
        }
    }

    fn copy(&self) -> OrderStatus {
        self.heard.checked_sub(1).map_or(OrderStatus::Created, |last| self.orders_said[last])
    }

    fn make(&mut self, step: Option<Move>) {
        if let Some(Move { to, say }) = step {
            self.begun = false;
            self.payment = to;
            self.said.extend(say);
        }
    }

    /// The provider's side of a step, idempotent as its key makes it.
    fn provider(&mut self, step: Step) -> Answer {
        if self.refuses == Some(step) {
            self.held = false;
            return Answer::Refused;
        }
        match step {
            Step::Authorize => self.held = self.captured == 0,
            Step::Capture if self.captured == 0 => {
                assert!(self.held, "capture without a hold");
                self.held = false;
                self.captured = PRICE;
                self.captures += 1;
            }
            Step::Capture => {}
            Step::Void => {
                assert_eq!(self.captured, 0, "void of money that was taken");
                self.held = false;
            }
            Step::Refund => self.refunded = self.captured,
        }
        Answer::Done
    }

    fn orders_moves(&mut self, to: OrderStatus) {
        self.order = to;
        self.orders_said.push(to);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Unreachable => self.begun |= self.payment.next.is_some(),
            Happening::AnswerLost => {
                if let Some(step) = self.payment.next {
                    self.begun = true;
                    self.provider(step);
                }
            }
            Happening::Answered => {
                if let Some(step) = self.payment.next {
                    self.begun = true;
                    let answer = self.provider(step);
                    let step = self.payment.answered(answer, self.copy());
                    self.make(step);
                }
            }
            Happening::StaleAnswer => {
                if self.payment.next.is_none() {
                    assert_eq!(self.payment.answered(Answer::Done, self.copy()), None);
                    assert_eq!(self.payment.answered(Answer::Refused, self.copy()), None);
                }
            }
            Happening::Arbitrate => {
                if self.said.contains(&Say::Authorized) && self.order == OrderStatus::Created {
                    self.orders_moves(OrderStatus::AwaitingPayment);
                }
            }
            Happening::Cancel => {
                if self.order == OrderStatus::Created {
                    self.orders_moves(OrderStatus::Cancelled);
                }
            }
            Happening::Withdraw => {
                if !self.order.is_final() {
                    self.orders_moves(OrderStatus::Cancelled);
                }
            }
            Happening::Hear => {
                if let Some(status) = self.orders_said.get(self.heard).copied() {
                    self.heard += 1;
                    let step = match status {
                        OrderStatus::AwaitingPayment => self.payment.order_confirmed(),
                        OrderStatus::Cancelled => self.payment.order_cancelled(self.begun),
                        OrderStatus::Created | OrderStatus::Complete => None,
                    };
                    self.make(step);
                }
            }
            Happening::Conclude => {
                if let Some(say) = self.said.get(self.concluded).copied() {
                    self.concluded += 1;
                    match (say, self.order) {
                        (Say::Captured, OrderStatus::AwaitingPayment) => {
                            self.orders_moves(OrderStatus::Complete)
                        }
                        (Say::Failed, OrderStatus::AwaitingPayment) => {
                            self.orders_moves(OrderStatus::Cancelled)
                        }
                        _ => {}
                    }
                }
            }
        }
        assert!(self.captures <= 1, "invariant 10: one capture at most");
        let taken_early = self.captured > 0 && !self.orders_said.contains(&OrderStatus::AwaitingPayment);
        assert!(!taken_early, "invariant 12: money was taken before the reservation was won");
    }

    /// Faults end; everything that can go on goes on.
    fn heal(&mut self) {
        for _ in 0..20 {
            for happening in [Happening::Answered, Happening::Arbitrate, Happening::Hear, Happening::Conclude]
            {
                self.happen(happening);
            }
        }
        if self.order == OrderStatus::Created {
            // A declined card leaves the reservation as it was: the deadline ends it.
            self.happen(Happening::Cancel);
            self.heal();
        }
    }
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    use Happening::{
        AnswerLost, Answered, Arbitrate, Cancel, Conclude, Hear, StaleAnswer, Unreachable, Withdraw,
    };
    let one = prop::sample::select(vec![
        Unreachable,
        AnswerLost,
        Answered,
        Answered,
        StaleAnswer,
        Arbitrate,
        Arbitrate,
        Hear,
        Hear,
        Conclude,
        Cancel,
        Withdraw,
    ]);
    prop::collection::vec(one, 0..24)
}

fn refusals() -> impl Strategy<Value = Option<Step>> {
    prop::sample::select(vec![None, None, Some(Step::Authorize), Some(Step::Capture)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn invariants_10_and_12_hold_whatever_happens(happenings in happenings(), refuses in refusals()) {
        let mut world = World::new(refuses);
        for happening in happenings {
            world.happen(happening);
        }
        world.heal();
        let price = if world.order == OrderStatus::Complete { PRICE } else { 0 };
        prop_assert_eq!(world.captured - world.refunded, price, "invariant 10: {:?}", world);
        prop_assert!(!world.held, "invariant 12: money is still held: {:?}", world);
        prop_assert!(world.payment.next.is_none(), "invariant 12: something is still owed: {:?}", world);
        prop_assert!(world.order.is_final(), "invariant 12: the order is left in between: {:?}", world);
    }
}

#[test]
fn the_straight_way_takes_the_money_once() {
    let mut world = World::new(None);
    world.heal();
    assert_eq!((world.order, world.captured, world.refunded), (OrderStatus::Complete, PRICE, 0));
    assert_eq!(world.said, [Say::Authorized, Say::Captured]);
}

#[test]
fn a_declined_card_is_nobodys_business() {
    let refused = Position::BEGUN.answered(Answer::Refused, OrderStatus::Created).unwrap();
    assert_eq!(refused, Move { to: Position { status: PaymentStatus::Failed, next: None }, say: None });
}

#[test]
fn what_must_go_back_is_asked_for_until_it_is_back() {
    for step in [Step::Void, Step::Refund] {
        let position = Position { status: PaymentStatus::Authorized, next: Some(step) };
        assert_eq!(position.answered(Answer::Refused, OrderStatus::Cancelled), None);
    }
}

#[test]
fn a_capture_that_may_be_out_is_not_voided() {
    let capturing = Position { status: PaymentStatus::Authorized, next: Some(Step::Capture) };
    assert_eq!(capturing.order_cancelled(true), None);
    assert_eq!(capturing.order_cancelled(false).unwrap().to.next, Some(Step::Void));
    let late = capturing.answered(Answer::Done, OrderStatus::Cancelled).unwrap();
    assert_eq!(late.to, Position { status: PaymentStatus::Succeeded, next: Some(Step::Refund) });
}

#[test]
fn steps_are_written_as_they_are_read() {
    for step in [Step::Authorize, Step::Capture, Step::Void, Step::Refund] {
        assert_eq!(step.as_str().parse(), Ok(step));
    }
    assert_eq!("charge".parse::<Step>(), Err(NotAStep));
}
