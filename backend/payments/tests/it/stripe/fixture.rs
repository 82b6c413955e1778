//! A provider with a fake Stripe, and the requests of its tests.

use ticketing_payments::Provider;
use ticketing_payments::provider::{
    AuthorizeRequest, Charge, Confirmation, Ledger, LedgerCharge, StripeProvider,
};
use ticketing_platform::clock::Clock;
use ticketing_sdk::{Money, OrderId, PaymentId, Timestamp};
use ticketing_testkit::FakeStripe;

/// A provider with a fake Stripe of its own.
pub(super) struct StripeFixture {
    pub(super) clock: Clock,
    pub(super) stripe: FakeStripe,
    pub(super) provider: StripeProvider,
}

pub(super) async fn fixture() -> StripeFixture {
    let clock = Clock::manual("2026-11-22T10:00:00.000Z".parse::<Timestamp>().unwrap());
    let stripe = FakeStripe::start(clock.clone());
    let provider = StripeProvider::new(&stripe.settings(), clock.clone()).unwrap();
    StripeFixture { clock, stripe, provider }
}

impl StripeFixture {
    /// Returns the authorization of a new payment of its own order.
    pub(super) fn request(&self, name: &str, token: &str, cents: i64) -> AuthorizeRequest {
        AuthorizeRequest {
            amount: Money::from_cents(cents).unwrap(),
            currency: "usd".to_owned(),
            token: token.parse().unwrap(),
            order_id: OrderId::new(format!("order-{name}")),
            payment_id: PaymentId::new(format!("payment-{name}")),
            begun_at: self.clock.now(),
            known: None,
            confirmation: Confirmation::Impossible,
        }
    }

    pub(super) async fn hold_charge(&self, name: &str, token: &str) -> Charge {
        let stripe_id = self.provider.authorize(name, &self.request(name, token, 1999)).await.unwrap();
        Charge { stripe_id, amount: Money::from_cents(1999).unwrap() }
    }

    pub(super) fn the_charge(&self) -> LedgerCharge {
        let Ledger { charges } = self.stripe.ledger();
        assert_eq!(charges.len(), 1, "one charge: {charges:?}");
        charges[0].clone()
    }

    /// Returns the statuses of the intents.
    pub(super) fn statuses(&self) -> Vec<String> {
        let intents = self.stripe.intents();
        intents.iter().map(|intent| intent["status"].as_str().unwrap().to_owned()).collect()
    }
}
