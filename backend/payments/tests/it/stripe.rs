//! Stripe behind the provider's trait: what each answer of its wire comes to, and that nothing happens twice.

use std::time::Duration;

use ticketing_payments::Provider;
use ticketing_payments::provider::{
    Authorization, Books, Call, Charge, Confirmation, Ledger, LedgerCharge, ProviderError, StripeProvider,
    StripeSettings,
};
use ticketing_platform::clock::Clock;
use ticketing_sdk::{Money, OrderId, PaymentId, Timestamp};
use ticketing_testkit::FakeStripe;

const MINUTE: Duration = Duration::from_secs(60);

struct World {
    clock: Clock,
    stripe: FakeStripe,
    provider: StripeProvider,
}

async fn world() -> World {
    let clock = Clock::manual("2026-11-22T10:00:00.000Z".parse::<Timestamp>().unwrap());
    let stripe = FakeStripe::start(clock.clone()).await;
    let provider = StripeProvider::new(&stripe.settings(), clock.clone()).unwrap();
    World { clock, stripe, provider }
}

impl World {
    /// A payment of its own order that is begun now.
    fn request(&self, name: &str, token: &str, cents: i64) -> Authorization {
        Authorization {
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

    async fn held(&self, name: &str, token: &str) -> Charge {
        let hold = self.provider.authorize(name, &self.request(name, token, 1999)).await.unwrap();
        Charge { stripe_id: hold.stripe_id, amount: Money::from_cents(1999).unwrap() }
    }

    fn the_charge(&self) -> LedgerCharge {
        let Ledger { charges } = self.stripe.ledger();
        assert_eq!(charges.len(), 1, "one charge: {charges:?}");
        charges[0].clone()
    }

    /// What the intents have come to.
    fn statuses(&self) -> Vec<String> {
        let intents = self.stripe.intents();
        intents.iter().map(|intent| intent["status"].as_str().unwrap().to_owned()).collect()
    }
}

fn declined<T>(answer: Result<T, ProviderError>) -> (String, String) {
    match answer {
        Err(ProviderError::Declined { code, message }) => (code, message),
        Err(error) => panic!("not declined: {error}"),
        Ok(_) => panic!("not declined"),
    }
}

fn unknown<T>(answer: Result<T, ProviderError>) -> bool {
    answer.is_err_and(|error| matches!(error, ProviderError::Unknown(_)))
}

#[tokio::test]
async fn money_is_held_then_taken_then_given_back() {
    let world = world().await;
    let charge = world.held("a", "tok_visa").await;
    world.provider.capture("a:capture", &charge).await.unwrap();
    world.provider.refund("a:refund", &charge).await.unwrap();
    let charge = world.the_charge();
    assert_eq!((charge.captured, charge.refunded, charge.captures, charge.held), (1999, 1999, 1, false));
    assert_eq!(charge.currency, "usd");
    let kept = world.stripe.intents().remove(0);
    assert_eq!(kept["metadata"]["order_id"], "order-a");
    assert_eq!(kept["metadata"]["payment_id"], "payment-a");
}

#[tokio::test]
async fn a_hold_is_given_up() {
    let world = world().await;
    let charge = world.held("a", "pm_card_visa").await;
    world.provider.void("a:void", &charge).await.unwrap();
    world.provider.void("a:void:again", &charge).await.unwrap();
    let charge = world.the_charge();
    assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
}

#[tokio::test]
async fn a_bad_card_is_declined_in_the_providers_words() {
    let world = world().await;
    for (token, code, message) in [
        ("tok_chargeDeclined", "card_declined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "insufficient_funds", "Your card has insufficient funds."),
        ("tok_nothing", "resource_missing", "No such token: 'tok_nothing'"),
        ("pm_nothing", "resource_missing", "No such PaymentMethod: 'pm_nothing'"),
    ] {
        for _ in 0..2 {
            let answer = world.provider.authorize(token, &world.request(token, token, 1999)).await;
            assert_eq!(declined(answer), (code.to_owned(), message.to_owned()));
        }
    }
    let cheap = world.provider.authorize("cheap", &world.request("cheap", "tok_visa", 49)).await;
    assert_eq!(declined(cheap).0, "amount_too_small");
    assert_eq!(world.stripe.ledger().charges, []);
}

#[tokio::test]
async fn a_card_that_its_owner_must_confirm_is_declined_and_let_go() {
    let world = world().await;
    world.stripe.faults().lose_reply(Call::Void, 1);
    let request = world.request("a", "tok_threeDSecure2Required", 1999);
    assert!(unknown(world.provider.authorize("a", &request).await), "not let go yet");
    let (code, message) = declined(world.provider.authorize("a", &request).await);
    assert_eq!(code, "authentication_required");
    assert!(message.contains("3-D Secure"), "{message}");
    assert_eq!(world.statuses(), ["canceled"]);
}

#[tokio::test]
async fn card_that_its_owner_can_confirm_waits_for_the_owner() {
    let world = world().await;
    let request = world.request("a", "pm_card_authenticationRequired", 1999);
    let possible = Authorization { confirmation: Confirmation::Possible, ..request };
    let waiting = world.provider.authorize("a", &possible).await.unwrap_err();
    let ProviderError::NeedsOwner { stripe_id, client_secret } = waiting else { panic!("{waiting}") };
    assert_eq!(client_secret.as_str(), format!("{stripe_id}_secret_fake"));
    let known = Authorization { known: Some(stripe_id.clone()), ..possible };
    let waiting = world.provider.authorize("a", &known).await.unwrap_err();
    assert!(matches!(waiting, ProviderError::NeedsOwner { .. }), "{waiting}");
    world.stripe.confirm(&stripe_id, true);
    assert_eq!(world.provider.authorize("a", &known).await.unwrap().stripe_id, stripe_id);
    assert!(world.the_charge().held);
}

#[tokio::test]
async fn card_that_is_not_confirmed_in_time_is_given_up() {
    let world = world().await;
    let request = world.request("a", "pm_card_authenticationRequired", 1999);
    let possible = Authorization { confirmation: Confirmation::Possible, ..request };
    let waiting = world.provider.authorize("a", &possible).await.unwrap_err();
    let ProviderError::NeedsOwner { stripe_id, .. } = waiting else { panic!("{waiting}") };
    let late = Authorization { known: Some(stripe_id), confirmation: Confirmation::TooLate, ..possible };
    assert_eq!(declined(world.provider.authorize("a", &late).await).0, "expired");
    assert_eq!(world.statuses(), ["canceled"]);
}

#[tokio::test]
async fn a_bank_that_goes_back_on_a_hold_ends_it() {
    let world = world().await;
    let charge = world.held("a", "tok_chargeCustomerFail").await;
    world.stripe.faults().lose_reply(Call::Void, 1);
    assert!(unknown(world.provider.capture("a:capture", &charge).await));
    assert_eq!(declined(world.provider.capture("a:capture", &charge).await).0, "card_declined");
    assert_eq!(world.statuses(), ["canceled"], "nothing is held any more");
}

#[tokio::test]
async fn a_failure_after_the_effect_is_looked_up() {
    let world = world().await;
    for call in [Call::Authorize, Call::Capture, Call::Refund] {
        world.stripe.mischief().error_after(call, 1);
    }
    let charge = world.held("a", "tok_visa").await;
    world.provider.capture("a:capture", &charge).await.unwrap();
    world.provider.refund("a:refund", &charge).await.unwrap();
    let charge = world.the_charge();
    assert_eq!((charge.captures, charge.captured, charge.refunded), (1, 1999, 1999));
}

#[tokio::test]
async fn a_void_that_fails_after_its_effect_is_looked_up() {
    let world = world().await;
    let charge = world.held("a", "tok_visa").await;
    world.stripe.mischief().error_after(Call::Void, 1);
    world.provider.void("a:void", &charge).await.unwrap();
    assert!(!world.the_charge().held);
}

#[tokio::test]
async fn a_key_that_was_burnt_without_effect_is_replaced_where_that_is_safe() {
    let world = world().await;
    let charge = world.held("a", "tok_visa").await;
    world.stripe.mischief().error_instead(Call::Capture, 2);
    // The first answer may still be on its way to an effect; its echo is not.
    assert!(unknown(world.provider.capture("a:capture", &charge).await));
    assert!(unknown(world.provider.capture("a:capture", &charge).await));
    world.provider.capture("a:capture", &charge).await.unwrap();
    assert_eq!(world.the_charge().captures, 1);

    world.stripe.mischief().error_instead(Call::Refund, 1);
    assert!(unknown(world.provider.refund("a:refund", &charge).await));
    world.provider.refund("a:refund", &charge).await.unwrap();
    assert_eq!(world.the_charge().refunded, 1999, "given back once");
}

#[tokio::test]
async fn a_hold_is_never_asked_for_under_another_key() {
    let world = world().await;
    world.stripe.mischief().error_instead(Call::Authorize, 1);
    let request = world.request("a", "tok_visa", 1999);
    for _ in 0..3 {
        assert!(unknown(world.provider.authorize("a", &request).await));
    }
    world.clock.advance(10 * MINUTE);
    assert_eq!(declined(world.provider.authorize("a", &request).await).0, "processing_error");
    assert_eq!(world.stripe.intents().len(), 0);
    let asked = world.stripe.requests();
    assert!(
        asked.iter().filter(|line| line.starts_with("POST")).all(|line| line.ends_with(" a")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_hold_that_the_search_does_not_know_yet_is_waited_for() {
    let world = world().await;
    world.stripe.mischief().error_after(Call::Authorize, 1);
    world.stripe.mischief().blind_search(true);
    let request = world.request("a", "tok_visa", 1999);
    for _ in 0..2 {
        assert!(unknown(world.provider.authorize("a", &request).await));
    }
    world.stripe.mischief().blind_search(false);
    let hold = world.provider.authorize("a", &request).await.unwrap();
    assert_eq!(hold.stripe_id, world.the_charge().id);
}

#[tokio::test]
async fn a_key_that_may_be_forgotten_is_not_used_again() {
    let world = world().await;
    let (lost, never) = (world.request("lost", "tok_visa", 1999), world.request("never", "tok_visa", 1999));
    world.stripe.faults().lose_reply(Call::Authorize, 1);
    assert!(unknown(world.provider.authorize("lost", &lost).await));
    world.clock.advance(23 * 60 * MINUTE);
    let hold = world.provider.authorize("lost", &lost).await.unwrap();
    assert_eq!(hold.stripe_id, world.the_charge().id);
    assert_eq!(declined(world.provider.authorize("never", &never).await).0, "expired");
    assert_eq!(world.stripe.faults().seen(Call::Authorize), 1);
}

#[tokio::test]
async fn what_is_never_decided_is_let_go_in_the_end() {
    let world = world().await;
    let request = world.request("a", "tok_undecided", 1999);
    assert!(unknown(world.provider.authorize("a", &request).await));
    let known = world.stripe.intents()[0]["id"].as_str().unwrap().to_owned();
    let told = Authorization { known: Some(known), ..request.clone() };
    assert!(unknown(world.provider.authorize("a", &told).await), "it is asked for, and still open");
    assert_eq!(world.stripe.faults().seen(Call::Authorize), 2);
    world.clock.advance(23 * 60 * MINUTE);
    assert_eq!(declined(world.provider.authorize("a", &request).await).0, "expired");
    assert_eq!(world.statuses(), ["canceled"], "nothing may come of it any more");
}

#[tokio::test]
async fn a_hold_that_was_told_of_is_looked_at() {
    let world = world().await;
    let request = world.request("a", "tok_visa", 1999);
    world.stripe.faults().lose_reply(Call::Authorize, 1);
    assert!(unknown(world.provider.authorize("a", &request).await));
    let known = world.the_charge().id;
    let told = Authorization { known: Some(known.clone()), ..request };
    assert_eq!(world.provider.authorize("a", &told).await.unwrap().stripe_id, known);
    assert_eq!(world.stripe.faults().seen(Call::Authorize), 1, "it was not asked for again");
    // A name that is another payment's, or nobody's, changes nothing.
    for wrong in [known.as_str(), "pi_nobody", "../customers"] {
        let other = Authorization { known: Some(wrong.to_owned()), ..world.request("b", "tok_visa", 1999) };
        assert_ne!(world.provider.authorize("b", &other).await.unwrap().stripe_id, known);
    }
    assert_eq!(world.stripe.ledger().charges.len(), 2);
}

#[tokio::test]
async fn an_answer_that_decides_nothing_leaves_the_key_good() {
    let world = world().await;
    let request = world.request("a", "tok_visa", 1999);
    let mischief = world.stripe.mischief();
    mischief.too_many(Call::Authorize, 1);
    let busy = world.provider.authorize("a", &request).await.unwrap_err();
    assert_eq!(busy, ProviderError::Busy { after: Duration::from_secs(1) });
    mischief.key_in_use(Call::Authorize, 1);
    assert!(unknown(world.provider.authorize("a", &request).await));
    mischief.garble(Call::Authorize, 1);
    assert!(unknown(world.provider.authorize("a", &request).await));
    world.stripe.faults().lose_reply(Call::Authorize, 1);
    assert!(unknown(world.provider.authorize("a", &request).await));
    let hold = world.provider.authorize("a", &request).await.unwrap();
    assert_eq!(hold.stripe_id, world.the_charge().id);
}

#[tokio::test]
async fn a_call_that_takes_too_long_has_its_effect_once() {
    let world = world().await;
    let mut settings = world.stripe.settings();
    settings.timeouts.connect = Duration::from_millis(50);
    settings.timeouts.answer = Duration::from_millis(50);
    let hasty = StripeProvider::new(&settings, world.clock.clone()).unwrap();
    let request = world.request("a", "tok_visa", 1999);
    let gate = world.stripe.faults().hold(Call::Authorize);
    assert!(unknown(hasty.authorize("a", &request).await));
    drop(gate);
    let hold = world.provider.authorize("a", &request).await.unwrap();
    assert_eq!(hold.stripe_id, world.the_charge().id);
}

#[tokio::test]
async fn what_does_not_arrive_has_no_effect() {
    let world = world().await;
    let request = world.request("a", "tok_visa", 1999);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut settings = world.stripe.settings();
    settings.api_base = format!("http://{nobody}").parse().unwrap();
    let gone = StripeProvider::new(&settings, world.clock.clone()).unwrap();
    let answer = gone.authorize("a", &request).await;
    assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "{answer:?}");
    world.stripe.faults().unreachable(true);
    assert!(unknown(world.provider.authorize("a", &request).await));
    assert_eq!(world.stripe.intents().len(), 0);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let world = world().await;
    let first = world.provider.authorize("a", &world.request("a", "tok_visa", 1999)).await.unwrap();
    // An older version of ours might have asked in other words: what came of it counts.
    let mut other = world.request("a", "tok_amex", 1999);
    assert_eq!(world.provider.authorize("a", &other).await.unwrap(), first);
    other.amount = Money::from_cents(2000).unwrap();
    let rejected = world.provider.authorize("a", &other).await;
    assert!(matches!(rejected, Err(ProviderError::Rejected(_))), "{rejected:?}");
    assert_eq!(world.stripe.ledger().charges.len(), 1);
}

#[tokio::test]
async fn money_moves_one_way_once() {
    let world = world().await;
    let charge = world.held("a", "tok_visa").await;
    let rejected = |answer: Result<(), ProviderError>| matches!(answer, Err(ProviderError::Rejected(_)));
    assert!(rejected(world.provider.refund("1", &charge).await), "nothing was taken yet");
    world.provider.capture("2", &charge).await.unwrap();
    world.provider.capture("3", &charge).await.unwrap();
    assert!(rejected(world.provider.void("4", &charge).await));
    world.provider.refund("5", &charge).await.unwrap();
    world.provider.refund("6", &charge).await.unwrap();
    let nobody = Charge { stripe_id: "pi_nobody".to_owned(), ..charge };
    assert!(rejected(world.provider.capture("7", &nobody).await));
    let charge = world.the_charge();
    assert_eq!((charge.captures, charge.captured, charge.refunded), (1, 1999, 1999));
}

#[tokio::test]
async fn a_lapsed_hold_cannot_be_taken() {
    let world = world().await;
    let charge = world.held("a", "tok_visa").await;
    world.provider.void("lapsed", &charge).await.unwrap();
    assert_eq!(
        declined(world.provider.capture("a:capture", &charge).await).0,
        "payment_intent_unexpected_state"
    );
}

#[tokio::test]
async fn secrets_are_in_no_error_and_no_debug() {
    let world = world().await;
    let settings = StripeSettings { key: "sk_test_hush".into(), ..world.stripe.settings() };
    let provider = StripeProvider::new(&settings, world.clock.clone()).unwrap();
    let error = provider.authorize("a", &world.request("a", "tok_visa", 1999)).await.unwrap_err();
    assert!(matches!(error, ProviderError::Rejected(_)), "{error:?}");
    let shown = format!("{settings:?} {provider:?} {error} {error:?} {:?}", world.stripe.settings());
    for secret in ["hush", ticketing_testkit::STRIPE_KEY, ticketing_testkit::STRIPE_WEBHOOK_SECRET] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn the_book_is_read_to_its_end() {
    let world = world().await;
    for number in 0..130 {
        let charge = world.held(&format!("{number}"), "tok_visa").await;
        match number % 4 {
            0 => {}
            1 => world.provider.void(&format!("{number}:void"), &charge).await.unwrap(),
            _ => world.provider.capture(&format!("{number}:capture"), &charge).await.unwrap(),
        }
        if number % 4 == 3 {
            world.provider.refund(&format!("{number}:refund"), &charge).await.unwrap();
        }
    }
    let declined = world.request("bad", "tok_chargeDeclined", 1999);
    assert!(world.provider.authorize("bad", &declined).await.is_err());
    assert_eq!(world.provider.ledger().await.unwrap(), world.stripe.ledger());
}
