//! Stripe behind the provider's trait: the outcome of each response, and that no effect happens twice.

mod fixture;

use std::time::Duration;

use ticketing_payments::Provider;
use ticketing_payments::domain::PaymentStep;
use ticketing_payments::provider::{
    AuthorizeRequest, Charge, Confirmation, Decline, ProviderError, StripeProvider, StripeSettings,
};
use ticketing_sdk::Money;
use ticketing_testkit::{ReservedAddress, StripeFault};

use self::fixture::fixture;

const MINUTE: Duration = Duration::from_secs(60);

fn expect_decline<T>(answer: Result<T, ProviderError>) -> (String, String) {
    let Err(ProviderError::Declined(Decline { code, message })) = answer else { panic!("not declined") };
    (code, message)
}

fn unknown<T>(answer: Result<T, ProviderError>) -> bool {
    answer.is_err_and(|error| matches!(error, ProviderError::Unknown(_)))
}

#[tokio::test]
async fn charge_is_authorized_captured_and_refunded() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "tok_visa").await;
    fixture.provider.capture("a:capture", &charge).await.unwrap();
    fixture.provider.refund("a:refund", &charge).await.unwrap();
    let charge = fixture.the_charge();
    assert_eq!((charge.captured, charge.refunded, charge.captures, charge.held), (1999, 1999, 1, false));
    assert_eq!(charge.currency, "usd");
    let kept = fixture.stripe.intents().remove(0);
    assert_eq!(kept["metadata"]["order_id"], "order-a");
    assert_eq!(kept["metadata"]["payment_id"], "payment-a");
}

#[tokio::test]
async fn void_cancels_the_intent() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "pm_card_visa").await;
    fixture.provider.void("a:void", &charge).await.unwrap();
    fixture.provider.void("a:void:again", &charge).await.unwrap();
    let charge = fixture.the_charge();
    assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
}

#[tokio::test]
async fn decline_has_code_and_message_of_stripe() {
    let fixture = fixture().await;
    for (token, code, message) in [
        ("tok_chargeDeclined", "card_declined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "insufficient_funds", "Your card has insufficient funds."),
        ("tok_nothing", "resource_missing", "No such token: 'tok_nothing'"),
        ("pm_nothing", "resource_missing", "No such PaymentMethod: 'pm_nothing'"),
    ] {
        for _ in 0..2 {
            let answer = fixture.provider.authorize(token, &fixture.request(token, token, 1999)).await;
            assert_eq!(expect_decline(answer), (code.to_owned(), message.to_owned()));
        }
    }
    let cheap = fixture.provider.authorize("cheap", &fixture.request("cheap", "tok_visa", 49)).await;
    assert_eq!(expect_decline(cheap).0, "amount_too_small");
    assert_eq!(fixture.stripe.ledger().charges, []);
}

#[tokio::test]
async fn card_needing_confirmation_is_declined_without_browser() {
    let fixture = fixture().await;
    fixture.stripe.faults().lose_response(PaymentStep::Void, 1);
    let request = fixture.request("a", "tok_threeDSecure2Required", 1999);
    assert!(unknown(fixture.provider.authorize("a", &request).await), "not cancelled yet");
    let (code, message) = expect_decline(fixture.provider.authorize("a", &request).await);
    assert_eq!(code, "authentication_required");
    assert!(message.contains("3-D Secure"), "{message}");
    assert_eq!(fixture.statuses(), ["canceled"]);
}

#[tokio::test]
async fn card_needing_confirmation_waits_for_cardholder() {
    let fixture = fixture().await;
    let request = fixture.request("a", "pm_card_authenticationRequired", 1999);
    let possible = AuthorizeRequest { confirmation: Confirmation::Possible, ..request };
    let waiting = fixture.provider.authorize("a", &possible).await.unwrap_err();
    let ProviderError::NeedsConfirmation { stripe_id, client_secret } = waiting else { panic!("{waiting}") };
    assert_eq!(client_secret.as_str(), format!("{stripe_id}_secret_fake"));
    let known = AuthorizeRequest { known: Some(stripe_id.clone()), ..possible };
    let waiting = fixture.provider.authorize("a", &known).await.unwrap_err();
    assert!(matches!(waiting, ProviderError::NeedsConfirmation { .. }), "{waiting}");
    fixture.stripe.confirm(&stripe_id, true);
    assert_eq!(fixture.provider.authorize("a", &known).await.unwrap(), stripe_id);
    assert!(fixture.the_charge().held);
}

#[tokio::test]
async fn unconfirmed_card_is_cancelled_when_order_ends() {
    let fixture = fixture().await;
    let request = fixture.request("a", "pm_card_authenticationRequired", 1999);
    let possible = AuthorizeRequest { confirmation: Confirmation::Possible, ..request };
    let waiting = fixture.provider.authorize("a", &possible).await.unwrap_err();
    let ProviderError::NeedsConfirmation { stripe_id, .. } = waiting else { panic!("{waiting}") };
    let late = AuthorizeRequest { known: Some(stripe_id), confirmation: Confirmation::TooLate, ..possible };
    assert_eq!(expect_decline(fixture.provider.authorize("a", &late).await).0, "expired");
    assert_eq!(fixture.statuses(), ["canceled"]);
}

#[tokio::test]
async fn declined_capture_cancels_the_intent() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "tok_chargeCustomerFail").await;
    fixture.stripe.faults().lose_response(PaymentStep::Void, 1);
    assert!(unknown(fixture.provider.capture("a:capture", &charge).await));
    assert_eq!(expect_decline(fixture.provider.capture("a:capture", &charge).await).0, "card_declined");
    assert_eq!(fixture.statuses(), ["canceled"], "nothing is held any more");
}

#[tokio::test]
async fn failure_after_effect_is_looked_up() {
    let fixture = fixture().await;
    for call in [PaymentStep::Authorize, PaymentStep::Capture, PaymentStep::Refund] {
        fixture.stripe.server_faults().inject(StripeFault::ErrorAfter, call, 1);
    }
    let charge = fixture.hold_charge("a", "tok_visa").await;
    fixture.provider.capture("a:capture", &charge).await.unwrap();
    fixture.provider.refund("a:refund", &charge).await.unwrap();
    let charge = fixture.the_charge();
    assert_eq!((charge.captures, charge.captured, charge.refunded), (1, 1999, 1999));
}

#[tokio::test]
async fn failed_void_after_effect_is_looked_up() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "tok_visa").await;
    fixture.stripe.server_faults().inject(StripeFault::ErrorAfter, PaymentStep::Void, 1);
    fixture.provider.void("a:void", &charge).await.unwrap();
    assert!(!fixture.the_charge().held);
}

#[tokio::test]
async fn failed_key_without_effect_is_replaced_after_capture() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "tok_visa").await;
    fixture.stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Capture, 2);
    // The first call can still have its effect; a stored failure cannot.
    assert!(unknown(fixture.provider.capture("a:capture", &charge).await));
    assert!(unknown(fixture.provider.capture("a:capture", &charge).await));
    fixture.provider.capture("a:capture", &charge).await.unwrap();
    assert_eq!(fixture.the_charge().captures, 1);

    fixture.stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Refund, 1);
    assert!(unknown(fixture.provider.refund("a:refund", &charge).await));
    fixture.provider.refund("a:refund", &charge).await.unwrap();
    assert_eq!(fixture.the_charge().refunded, 1999, "refunded once");
}

#[tokio::test]
async fn authorization_never_uses_another_key() {
    let fixture = fixture().await;
    fixture.stripe.server_faults().inject(StripeFault::ErrorInstead, PaymentStep::Authorize, 1);
    let request = fixture.request("a", "tok_visa", 1999);
    for _ in 0..3 {
        assert!(unknown(fixture.provider.authorize("a", &request).await));
    }
    fixture.clock.advance(10 * MINUTE);
    assert_eq!(expect_decline(fixture.provider.authorize("a", &request).await).0, "processing_error");
    assert_eq!(fixture.stripe.intents().len(), 0);
    let asked = fixture.stripe.requests();
    assert!(
        asked.iter().filter(|line| line.starts_with("POST")).all(|line| line.ends_with(" a")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn authorization_missing_in_search_is_retried() {
    let fixture = fixture().await;
    fixture.stripe.server_faults().inject(StripeFault::ErrorAfter, PaymentStep::Authorize, 1);
    fixture.stripe.server_faults().set_search_blind(true);
    let request = fixture.request("a", "tok_visa", 1999);
    for _ in 0..2 {
        assert!(unknown(fixture.provider.authorize("a", &request).await));
    }
    fixture.stripe.server_faults().set_search_blind(false);
    let hold = fixture.provider.authorize("a", &request).await.unwrap();
    assert_eq!(hold, fixture.the_charge().id);
}

#[tokio::test]
async fn key_older_than_retention_is_not_reused() {
    let fixture = fixture().await;
    let (lost, never) =
        (fixture.request("lost", "tok_visa", 1999), fixture.request("never", "tok_visa", 1999));
    fixture.stripe.faults().lose_response(PaymentStep::Authorize, 1);
    assert!(unknown(fixture.provider.authorize("lost", &lost).await));
    fixture.clock.advance(23 * 60 * MINUTE);
    let hold = fixture.provider.authorize("lost", &lost).await.unwrap();
    assert_eq!(hold, fixture.the_charge().id);
    assert_eq!(expect_decline(fixture.provider.authorize("never", &never).await).0, "expired");
    assert_eq!(fixture.stripe.faults().call_count(PaymentStep::Authorize), 1);
}

#[tokio::test]
async fn undecided_intent_is_cancelled_after_key_lifetime() {
    let fixture = fixture().await;
    let request = fixture.request("a", "tok_undecided", 1999);
    assert!(unknown(fixture.provider.authorize("a", &request).await));
    let known = fixture.stripe.intents()[0]["id"].as_str().unwrap().to_owned();
    let with_webhook = AuthorizeRequest { known: Some(known), ..request.clone() };
    assert!(unknown(fixture.provider.authorize("a", &with_webhook).await), "it is read, and still open");
    assert_eq!(fixture.stripe.faults().call_count(PaymentStep::Authorize), 2);
    fixture.clock.advance(23 * 60 * MINUTE);
    assert_eq!(expect_decline(fixture.provider.authorize("a", &request).await).0, "expired");
    assert_eq!(fixture.statuses(), ["canceled"], "the intent is cancelled");
}

#[tokio::test]
async fn intent_known_by_webhook_is_read_first() {
    let fixture = fixture().await;
    let request = fixture.request("a", "tok_visa", 1999);
    fixture.stripe.faults().lose_response(PaymentStep::Authorize, 1);
    assert!(unknown(fixture.provider.authorize("a", &request).await));
    let known = fixture.the_charge().id;
    let with_webhook = AuthorizeRequest { known: Some(known.clone()), ..request };
    assert_eq!(fixture.provider.authorize("a", &with_webhook).await.unwrap(), known);
    assert_eq!(fixture.stripe.faults().call_count(PaymentStep::Authorize), 1, "it was not sent again");
    // An id of another payment, or of none, changes nothing.
    for wrong in [known.as_str(), "pi_nobody", "../customers"] {
        let other =
            AuthorizeRequest { known: Some(wrong.to_owned()), ..fixture.request("b", "tok_visa", 1999) };
        assert_ne!(fixture.provider.authorize("b", &other).await.unwrap(), known);
    }
    assert_eq!(fixture.stripe.ledger().charges.len(), 2);
}

#[tokio::test]
async fn undecided_response_keeps_the_key_usable() {
    let fixture = fixture().await;
    let request = fixture.request("a", "tok_visa", 1999);
    let faults = fixture.stripe.server_faults();
    faults.inject(StripeFault::RateLimited, PaymentStep::Authorize, 1);
    let busy = fixture.provider.authorize("a", &request).await.unwrap_err();
    assert_eq!(busy, ProviderError::Busy { after: Duration::from_secs(1) });
    faults.inject(StripeFault::KeyInUse, PaymentStep::Authorize, 1);
    assert!(unknown(fixture.provider.authorize("a", &request).await));
    faults.inject(StripeFault::Truncated, PaymentStep::Authorize, 1);
    assert!(unknown(fixture.provider.authorize("a", &request).await));
    fixture.stripe.faults().lose_response(PaymentStep::Authorize, 1);
    assert!(unknown(fixture.provider.authorize("a", &request).await));
    let hold = fixture.provider.authorize("a", &request).await.unwrap();
    assert_eq!(hold, fixture.the_charge().id);
}

#[tokio::test]
async fn timed_out_call_has_one_effect() {
    let fixture = fixture().await;
    let mut settings = fixture.stripe.settings();
    settings.timeouts.connect = Duration::from_millis(50);
    settings.timeouts.answer = Duration::from_millis(50);
    let impatient = StripeProvider::new(&settings, fixture.clock.clone()).unwrap();
    let request = fixture.request("a", "tok_visa", 1999);
    let gate = fixture.stripe.faults().hold(PaymentStep::Authorize);
    assert!(unknown(impatient.authorize("a", &request).await));
    drop(gate);
    let hold = fixture.provider.authorize("a", &request).await.unwrap();
    assert_eq!(hold, fixture.the_charge().id);
}

#[tokio::test]
async fn unreachable_provider_has_no_effect() {
    let fixture = fixture().await;
    let request = fixture.request("a", "tok_visa", 1999);
    let nobody = ReservedAddress::reserve();
    let mut settings = fixture.stripe.settings();
    settings.api_base = format!("http://{}", nobody.addr()).parse().unwrap();
    let gone = StripeProvider::new(&settings, fixture.clock.clone()).unwrap();
    let answer = gone.authorize("a", &request).await;
    assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{answer:?}");
    fixture.stripe.faults().set_unreachable(true);
    assert!(unknown(fixture.provider.authorize("a", &request).await));
    assert_eq!(fixture.stripe.intents().len(), 0);
}

#[tokio::test]
async fn key_with_another_request_is_rejected() {
    let fixture = fixture().await;
    let first = fixture.provider.authorize("a", &fixture.request("a", "tok_visa", 1999)).await.unwrap();
    // Another version can have sent another body: its effect counts.
    let mut other = fixture.request("a", "tok_amex", 1999);
    assert_eq!(fixture.provider.authorize("a", &other).await.unwrap(), first);
    other.amount = Money::from_cents(2000).unwrap();
    let rejected = fixture.provider.authorize("a", &other).await;
    assert!(matches!(rejected, Err(ProviderError::Rejected(_))), "{rejected:?}");
    assert_eq!(fixture.stripe.ledger().charges.len(), 1);
}

#[tokio::test]
async fn operations_on_a_charge_happen_once() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "tok_visa").await;
    let rejected = |answer: Result<(), ProviderError>| matches!(answer, Err(ProviderError::Rejected(_)));
    assert!(rejected(fixture.provider.refund("1", &charge).await), "nothing was taken yet");
    fixture.provider.capture("2", &charge).await.unwrap();
    fixture.provider.capture("3", &charge).await.unwrap();
    assert!(rejected(fixture.provider.void("4", &charge).await));
    fixture.provider.refund("5", &charge).await.unwrap();
    fixture.provider.refund("6", &charge).await.unwrap();
    let nobody = Charge { stripe_id: "pi_nobody".to_owned(), ..charge };
    assert!(rejected(fixture.provider.capture("7", &nobody).await));
    let charge = fixture.the_charge();
    assert_eq!((charge.captures, charge.captured, charge.refunded), (1, 1999, 1999));
}

#[tokio::test]
async fn cancelled_intent_cannot_be_captured() {
    let fixture = fixture().await;
    let charge = fixture.hold_charge("a", "tok_visa").await;
    fixture.provider.void("lapsed", &charge).await.unwrap();
    assert_eq!(
        expect_decline(fixture.provider.capture("a:capture", &charge).await).0,
        "payment_intent_unexpected_state"
    );
}

#[tokio::test]
async fn secrets_are_not_in_errors_or_debug_output() {
    let fixture = fixture().await;
    let settings = StripeSettings { key: "sk_test_hush".into(), ..fixture.stripe.settings() };
    let provider = StripeProvider::new(&settings, fixture.clock.clone()).unwrap();
    let error = provider.authorize("a", &fixture.request("a", "tok_visa", 1999)).await.unwrap_err();
    assert!(matches!(error, ProviderError::Rejected(_)), "{error:?}");
    let shown = format!("{settings:?} {provider:?} {error} {error:?} {:?}", fixture.stripe.settings());
    for secret in ["hush", ticketing_testkit::STRIPE_KEY, ticketing_testkit::STRIPE_WEBHOOK_SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn ledger_reads_every_page() {
    let fixture = fixture().await;
    for number in 0..130 {
        let charge = fixture.hold_charge(&format!("{number}"), "tok_visa").await;
        match number % 4 {
            0 => {}
            1 => fixture.provider.void(&format!("{number}:void"), &charge).await.unwrap(),
            _ => fixture.provider.capture(&format!("{number}:capture"), &charge).await.unwrap(),
        }
        if number % 4 == 3 {
            fixture.provider.refund(&format!("{number}:refund"), &charge).await.unwrap();
        }
    }
    let declined = fixture.request("bad", "tok_chargeDeclined", 1999);
    assert!(fixture.provider.authorize("bad", &declined).await.is_err());
    assert_eq!(fixture.provider.ledger().await.unwrap(), fixture.stripe.ledger());
}
