//! The simulated provider: keys, tokens, ledger.

use ticketing_payments::Provider;
use ticketing_payments::domain::PaymentStep;
use ticketing_payments::provider::{
    AuthorizeRequest, Charge, Confirmation, Decline, ProviderError, SimulatedProvider,
};
use ticketing_platform::clock::Clock;
use ticketing_sdk::{Money, OrderId, PaymentId, Timestamp};

fn request(token: &str, cents: i64) -> AuthorizeRequest {
    AuthorizeRequest {
        amount: Money::from_cents(cents).unwrap(),
        currency: "usd".to_owned(),
        token: token.parse().unwrap(),
        order_id: OrderId::new("order"),
        payment_id: PaymentId::new("payment"),
        begun_at: Timestamp::from_millis(0),
        known: None,
        confirmation: Confirmation::Impossible,
    }
}

async fn charge(provider: &SimulatedProvider, key: &str) -> Charge {
    let stripe_id = provider.authorize(key, &request("tok_visa", 1999)).await.unwrap();
    Charge { stripe_id, amount: Money::from_cents(1999).unwrap() }
}

#[tokio::test]
async fn key_has_one_effect_across_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("provider.db");
    let first = {
        let provider = SimulatedProvider::open(&path, Clock::system()).unwrap();
        let first = charge(&provider, "a").await;
        assert_eq!(charge(&provider, "a").await, first);
        provider.capture("a:capture", &first).await.unwrap();
        provider.faults().lose_response(PaymentStep::Capture, 1);
        assert!(matches!(provider.capture("a:capture", &first).await, Err(ProviderError::Unknown(_))));
        first
    };
    let provider = SimulatedProvider::open(&path, Clock::system()).unwrap();
    assert_eq!(charge(&provider, "a").await, first);
    provider.capture("a:capture", &first).await.unwrap();
    let ledger = provider.ledger().await.unwrap();
    assert_eq!((ledger.charges.len(), ledger.captures(&OrderId::new("order"))), (1, 1), "invariant 10");
}

#[tokio::test]
async fn key_with_another_request_is_rejected() {
    let dir = tempfile::tempdir().unwrap();
    let provider = SimulatedProvider::open(dir.path().join("provider.db"), Clock::system()).unwrap();
    let held = charge(&provider, "a").await;
    for other in [request("tok_visa", 2000), request("tok_amex", 1999)] {
        assert!(matches!(provider.authorize("a", &other).await, Err(ProviderError::Rejected(_))));
    }
    assert!(matches!(provider.capture("a", &held).await, Err(ProviderError::Rejected(_))));
    assert_eq!(provider.ledger().await.unwrap().charges.len(), 1);
}

#[tokio::test]
async fn operations_on_a_charge_happen_once() {
    let dir = tempfile::tempdir().unwrap();
    let provider = SimulatedProvider::open(dir.path().join("provider.db"), Clock::system()).unwrap();
    let (taken, given_up) = (charge(&provider, "a").await, charge(&provider, "b").await);
    let rejected = |answer: Result<(), ProviderError>| matches!(answer, Err(ProviderError::Rejected(_)));

    assert!(rejected(provider.refund("1", &taken).await), "nothing is captured yet");
    provider.capture("2", &taken).await.unwrap();
    assert!(rejected(provider.capture("3", &taken).await), "a second capture with another key");
    assert!(rejected(provider.void("4", &taken).await));
    provider.void("5", &given_up).await.unwrap();
    assert!(rejected(provider.capture("6", &given_up).await));
    provider.refund("7", &taken).await.unwrap();
    assert!(rejected(provider.refund("8", &taken).await));
    let nobody = Charge { stripe_id: "pi_sim_none".to_owned(), amount: Money::from_cents(1).unwrap() };
    assert!(rejected(provider.capture("9", &nobody).await));
    let less = Charge { amount: Money::from_cents(1).unwrap(), ..given_up };
    assert!(rejected(provider.void("10", &less).await));

    let ledger = provider.ledger().await.unwrap();
    let order = OrderId::new("order");
    assert_eq!((ledger.captures(&order), ledger.kept_cents(&order), ledger.held_cents(&order)), (1, 0, 0));
}

#[tokio::test]
async fn decline_is_repeated_for_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let provider = SimulatedProvider::open(dir.path().join("provider.db"), Clock::system()).unwrap();
    for _ in 0..2 {
        let declined = provider.authorize("a", &request("tok_chargeDeclined", 100)).await.unwrap_err();
        let expected =
            Decline { code: "card_declined".to_owned(), message: "Your card was declined.".to_owned() };
        assert_eq!(declined, expected.into());
    }
    provider.faults().set_unreachable(true);
    let gone = provider.authorize("b", &request("tok_visa", 100)).await;
    assert!(matches!(gone, Err(ProviderError::Unavailable(_))));
    assert!(provider.ledger().await.unwrap().charges.is_empty());
}
