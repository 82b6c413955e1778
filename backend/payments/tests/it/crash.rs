//! Crashes between any two steps: unfinished payments settle with the same key.

use ticketing_engines::eventually;
use ticketing_payments::domain::PaymentStep;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus};

use crate::fixture::{Fixture, Setup, TestResponse, User};
use crate::on_every_setup;

on_every_setup! {
    #[tokio::test]
    payment_completes_after_crash_at_any_call, void_completes_after_crash,
    provider_key_is_stored_before_the_call;
}

/// Where the crash happens.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The call has started and has not arrived.
    Before(PaymentStep),
    /// The call has had its effect, and its response was not stored.
    After(PaymentStep),
}

/// Pays with the key `k` until `moment`, and crashes there.
async fn crash_at(fixture: &mut Fixture, ada: &User, order: &OrderId, moment: Moment) {
    let faults = fixture.provider().faults().clone();
    let (call, gate) = match moment {
        Moment::Before(call) => (call, Some(faults.hold(call))),
        Moment::After(call) => {
            faults.lose_response(call, u32::MAX);
            (call, None)
        }
    };
    let (payer, id) = (ada.clone(), order.clone());
    let request = tokio::spawn(async move { payer.pay_with_key(&id, "tok_visa", "k").await });
    if matches!(call, PaymentStep::Void) {
        fixture.orders().set_silent(true);
        eventually("the payment is authorized", async || {
            fixture.published_names().await == ["payment:authorized"]
        })
        .await;
        fixture.orders().cancel(order).await;
    }
    let goal = if matches!(moment, Moment::After(_)) { 2 } else { 1 };
    eventually("the call is at the moment", async || faults.call_count(call) >= goal).await;
    request.abort();
    fixture.crash().await;
    drop(gate);
}

async fn retry(fixture: &Fixture, order: &OrderId) -> TestResponse {
    fixture.user("ada").pay_with_key(order, "tok_visa", "k").await
}

async fn payment_completes_after_crash_at_any_call(setup: Setup) {
    for moment in [
        Moment::Before(PaymentStep::Authorize),
        Moment::After(PaymentStep::Authorize),
        Moment::Before(PaymentStep::Capture),
        Moment::After(PaymentStep::Capture),
    ] {
        let mut fixture = Fixture::on(setup).await;
        let ada = fixture.user("ada");
        let order = fixture.order(&ada, "19.99").await;
        crash_at(&mut fixture, &ada, &order, moment).await;

        fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
        fixture.wait_until_copied(&order, OrderStatus::Complete).await;

        let ledger = fixture.ledger().await;
        assert_eq!(ledger.charges.len(), 1, "invariant 11, crash {moment:?}: settled with the same key");
        assert_eq!(
            (ledger.captures(&order), ledger.kept_cents(&order)),
            (1, 1999),
            "invariant 10, crash {moment:?}"
        );
        let payments = fixture.payments(&ada).await;
        assert_eq!(payments.len(), 1, "invariant 14, crash {moment:?}");
        assert_eq!(
            retry(&fixture, &order).await.succeeded_payment().id,
            payments[0].id,
            "invariant 14, crash {moment:?}"
        );
        assert_eq!(
            fixture.published_names().await,
            ["payment:authorized", "payment:created"],
            "invariant 4, crash {moment:?}"
        );
    }
}

async fn void_completes_after_crash(setup: Setup) {
    for moment in [Moment::Before(PaymentStep::Void), Moment::After(PaymentStep::Void)] {
        let mut fixture = Fixture::on(setup).await;
        let ada = fixture.user("ada");
        let order = fixture.order(&ada, "20").await;
        crash_at(&mut fixture, &ada, &order, moment).await;

        fixture.wait_until_settled(&ada, PaymentStatus::Refunded).await;

        let ledger = fixture.ledger().await;
        assert_eq!(
            (ledger.kept_cents(&order), ledger.held_cents(&order)),
            (0, 0),
            "invariants 10 and 12, crash {moment:?}"
        );
        assert_eq!(ledger.charges[0].voided, 2000, "invariant 12, crash {moment:?}");
        retry(&fixture, &order).await.assert_refused(400, "order_cancelled");
    }
}

async fn provider_key_is_stored_before_the_call(setup: Setup) {
    let mut fixture = Fixture::on(setup).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    fixture.provider().faults().set_unreachable(true);
    ada.pay(&order, "tok_visa").await.assert_refused(503, "provider_unavailable");
    let before = fixture.payments(&ada).await.remove(0);

    fixture.crash().await;

    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
    let after = fixture.payments(&ada).await.remove(0);
    assert_eq!((after.id, after.provider_key), (before.id, before.provider_key), "invariant 11");
}
