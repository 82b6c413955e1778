//! Cards at Stripe: the whole marketplace against a fake Stripe API with fault injection.
//!
//! Each test ends with a fresh purchase and the audit, which reads the ledger through Stripe's own API.

mod audit;
mod confirmation;
mod faults;
mod settings;
mod webhooks;

use std::time::Duration;

use futures_util::future::join_all;
use ticketing_payments::provider::ProviderCall;
use ticketing_platform::clock::Clock;
use ticketing_sdk::OrderId;
use ticketing_testkit::{FakeStripe, Shape, TestSession, TestStack, TestStackBuilder, eventually};

use crate::support::{list, order_of, ordered, pay, ticket};

struct Shop {
    stack: TestStack,
    stripe: FakeStripe,
}

impl Shop {
    async fn open() -> Self {
        Self::open_with(|builder| builder).await
    }

    async fn open_with(change: impl FnOnce(TestStackBuilder) -> TestStackBuilder) -> Self {
        let stripe = FakeStripe::start(Clock::system()).await;
        let stack = change(TestStack::builder().stripe(&stripe)).start().await;
        Self { stack, stripe }
    }

    async fn deal(&self) -> Deal {
        let (seller, buyer) = (self.stack.session("seller").await, self.stack.session("buyer").await);
        let ticket = list(&self.stack, &seller, "A ticket", 19.99).await;
        let order = ordered(&self.stack, &buyer, &ticket).await;
        Deal { buyer, ticket, order }
    }

    /// Fails the test unless the ticket is sold, and paid for once.
    async fn assert_sold(&self, deal: &Deal) {
        eventually!(order_of(&self.stack, &deal.buyer, &deal.order).await["status"] == "complete");
        eventually!(ticket(&self.stack, &deal.ticket).await["status"] == "sold");
        assert_eq!(self.taken(deal), (1, 1999));
    }

    /// How often money was taken, and how many cents of it were kept.
    fn taken(&self, deal: &Deal) -> (i64, i64) {
        let (ledger, order) = (self.stripe.ledger(), OrderId::new(&deal.order));
        (ledger.captures(&order), ledger.kept(&order))
    }

    /// Checks the recovery: a fresh purchase succeeds quickly, and every invariant holds.
    fn finish(self) -> impl Future<Output = ()> {
        Box::pin(async move {
            let bought = tokio::time::timeout(Duration::from_secs(10), async {
                let deal = self.deal().await;
                pay(&self.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
                self.assert_sold(&deal).await;
            });
            assert!(bought.await.is_ok(), "a fresh purchase takes no ten seconds");
            self.stack.finish().await;
        })
    }
}

struct Deal {
    buyer: TestSession,
    ticket: String,
    order: String,
}

#[tokio::test]
async fn purchase_is_one_charge_of_its_price() {
    let shop = Shop::open().await;
    for token in ["tok_visa", "pm_card_visa"] {
        let deal = shop.deal().await;
        let payment = pay(&shop.stack, &deal.buyer, &deal.order, token).await.ok(201);
        assert!(payment["stripeId"].as_str().unwrap().starts_with("pi_"), "{payment}");
        shop.assert_sold(&deal).await;
    }
    shop.finish().await;
}

#[tokio::test]
async fn declines_carry_stripe_s_message_and_keep_the_order() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    for (token, message) in [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("tok_nothing", "No such token: 'tok_nothing'"),
    ] {
        let message_of_decline =
            pay(&shop.stack, &deal.buyer, &deal.order, token).await.refused(400, "card_declined");
        assert_eq!(message_of_decline, message);
    }
    let owner = pay(&shop.stack, &deal.buyer, &deal.order, "pm_card_authenticationRequired").await;
    assert!(owner.refused(400, "card_declined").contains("3-D Secure"));
    assert_eq!(shop.taken(&deal), (0, 0));
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa").await.ok(201);
    shop.assert_sold(&deal).await;
    shop.finish().await;
}

#[tokio::test]
async fn failed_capture_releases_the_ticket() {
    let shop = Shop::open().await;
    let deal = shop.deal().await;
    pay(&shop.stack, &deal.buyer, &deal.order, "tok_chargeCustomerFail").await.refused(400, "card_declined");
    eventually!(order_of(&shop.stack, &deal.buyer, &deal.order).await["status"] == "cancelled");
    eventually!(ticket(&shop.stack, &deal.ticket).await["status"] == "available");
    assert_eq!(shop.taken(&deal), (0, 0));
    shop.finish().await;
}

#[tokio::test]
async fn payment_processes_share_one_account() {
    let many = |builder: TestStackBuilder| builder.on(Shape::Processes);
    let shop = Shop::open_with(many).await;
    shop.stripe.send_events_to(&shop.stack.url());
    shop.stripe.server_faults().error_instead(ProviderCall::Capture, 2);
    let mut deals = Vec::new();
    for _ in 0..6 {
        deals.push(shop.deal().await);
    }
    join_all(deals.iter().map(|deal| async {
        // Twice at once, by whichever process the ingress asks.
        let twice = [(); 2].map(|()| pay(&shop.stack, &deal.buyer, &deal.order, "tok_visa"));
        for answer in join_all(twice).await {
            assert!([201, 202, 400, 503].contains(&answer.status), "{}", answer.text());
        }
    }))
    .await;
    for deal in &deals {
        shop.assert_sold(deal).await;
    }
    shop.stack.settle().await;
    assert_eq!(shop.stripe.ledger().charges.len(), deals.len());
    shop.finish().await;
}
