//! Cards at Stripe: the marketplace against a fake Stripe API with fault injection.
//!
//! Each test ends with a fresh purchase and the audit, which reads the ledger through Stripe's own API.

mod audit;
mod confirmation;
mod faults;
mod settings;
mod webhooks;

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_payments::domain::PaymentStep;
use ticketing_platform::clock::Clock;
use ticketing_sdk::OrderId;
use ticketing_testkit::{
    FakeStripe, Shape, StripeFault, TestSession, TestStack, TestStackBuilder, eventually,
};

use crate::support::{list, order_of, order_when_visible, pay, ticket};

struct StripeMarket {
    stack: TestStack,
    stripe: FakeStripe,
}

impl StripeMarket {
    async fn start() -> Self {
        Self::start_with(|builder| builder).await
    }

    async fn start_with(change: impl FnOnce(TestStackBuilder) -> TestStackBuilder) -> Self {
        let stripe = FakeStripe::start(Clock::system());
        let stack = change(TestStack::builder().stripe(&stripe)).start().await;
        Self { stack, stripe }
    }

    async fn reserve(&self) -> Reservation {
        let (seller, buyer) = (self.stack.session("seller").await, self.stack.session("buyer").await);
        let ticket = list(&self.stack, &seller, "A ticket", 19.99).await;
        let order = order_when_visible(&self.stack, &buyer, &ticket).await;
        Reservation { buyer, ticket, order }
    }

    async fn reserve_many(&self, count: usize) -> Vec<Reservation> {
        let mut reservations = Vec::new();
        for _ in 0..count {
            reservations.push(self.reserve().await);
        }
        reservations
    }

    /// Pays for each order with two concurrent requests: the second joins the first, or finds the order paid. Asserts
    /// that each is charged once.
    async fn pay_twice_each(&self, reservations: &[Reservation]) {
        join_all(reservations.iter().map(|reservation| async {
            let twice =
                [(); 2].map(|()| pay(&self.stack, &reservation.buyer, &reservation.order, "tok_visa"));
            for answer in join_all(twice).await {
                assert!([201, 202, 400, 503].contains(&answer.status), "{}", answer.text());
            }
        }))
        .await;
        for reservation in reservations {
            self.assert_sold(reservation).await;
        }
        self.stack.settle().await;
        assert_eq!(self.stripe.ledger().charges.len(), reservations.len());
    }

    /// Asserts that the ticket is sold, and paid for once.
    async fn assert_sold(&self, reservation: &Reservation) {
        eventually!(
            order_of(&self.stack, &reservation.buyer, &reservation.order).await["status"] == "complete"
        );
        eventually!(ticket(&self.stack, &reservation.ticket).await["status"] == "sold");
        assert_eq!(self.captures(reservation), (1, 1999));
    }

    /// Returns the number of captures, and the cents that were kept.
    fn captures(&self, reservation: &Reservation) -> (i64, i64) {
        let (ledger, order) = (self.stripe.ledger(), OrderId::new(&reservation.order));
        (ledger.captures(&order), ledger.kept_cents(&order))
    }

    /// Checks the recovery: a fresh purchase succeeds quickly, and every invariant holds.
    fn finish(self) -> impl Future<Output = ()> {
        Box::pin(async move {
            let bought = tokio::time::timeout(Duration::from_secs(10), async {
                let reservation = self.reserve().await;
                pay(&self.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
                self.assert_sold(&reservation).await;
            });
            assert!(bought.await.is_ok(), "a fresh purchase takes no ten seconds");
            self.stack.finish().await;
        })
    }
}

struct Reservation {
    buyer: TestSession,
    ticket: String,
    order: String,
}

#[tokio::test]
async fn purchase_is_one_charge_of_its_price() {
    let market = StripeMarket::start().await;
    for token in ["tok_visa", "pm_card_visa"] {
        let reservation = market.reserve().await;
        let payment = pay(&market.stack, &reservation.buyer, &reservation.order, token).await.ok(201);
        assert!(payment["stripeId"].as_str().unwrap().starts_with("pi_"), "{payment}");
        market.assert_sold(&reservation).await;
    }
    market.finish().await;
}

#[tokio::test]
async fn decline_has_the_message_of_stripe_and_keeps_the_order() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("tok_nothing", "No such token: 'tok_nothing'"),
    ] {
        let message_of_decline = pay(&market.stack, &reservation.buyer, &reservation.order, token)
            .await
            .assert_refused(400, "card_declined");
        assert_eq!(message_of_decline, message);
    }
    let owner =
        pay(&market.stack, &reservation.buyer, &reservation.order, "pm_card_authenticationRequired").await;
    assert!(owner.assert_refused(400, "card_declined").contains("3-D Secure"));
    assert_eq!(market.captures(&reservation), (0, 0));
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.finish().await;
}

#[tokio::test]
async fn failed_capture_releases_the_ticket() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_chargeCustomerFail")
        .await
        .assert_refused(400, "card_declined");
    eventually!(
        order_of(&market.stack, &reservation.buyer, &reservation.order).await["status"] == "cancelled"
    );
    eventually!(ticket(&market.stack, &reservation.ticket).await["status"] == "available");
    assert_eq!(market.captures(&reservation), (0, 0));
    market.finish().await;
}

#[tokio::test]
async fn payment_processes_share_one_account() {
    let many = |builder: TestStackBuilder| builder.on(Shape::Processes);
    let market = StripeMarket::start_with(many).await;
    market.stripe.send_events_to(&market.stack.url());
    market.stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Capture, 2);
    let reservations = market.reserve_many(6).await;
    market.pay_twice_each(&reservations).await;
    market.finish().await;
}
