//! Crashes between any two steps: what is left behind is settled with the same key.

use ticketing_engines::{Engine, on_both};
use ticketing_payments::provider::Call;
use ticketing_sdk::{OrderId, OrderStatus, PaymentStatus};

use crate::house::{Answer, House, User, eventually};

on_both! {
    #[tokio::test]
    a_purchase_survives_a_crash_at_every_call, a_hold_is_given_up_across_a_crash,
    the_key_is_on_disk_before_the_provider_is_called;
}

/// Where the crash happens.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The call has set out and not arrived.
    Before(Call),
    /// The provider has done it, and its answer was never written down.
    After(Call),
}

/// Pays under the key `k` until `moment`, and crashes there.
async fn crash_at(house: &mut House, ada: &User, order: &OrderId, moment: Moment) {
    let faults = house.provider().faults().clone();
    let (call, gate) = match moment {
        Moment::Before(call) => (call, Some(faults.hold(call))),
        Moment::After(call) => {
            faults.lose_reply(call, u32::MAX);
            (call, None)
        }
    };
    let (payer, id) = (ada.clone(), order.clone());
    let request = tokio::spawn(async move { payer.pay_with_key(&id, "tok_visa", "k").await });
    if matches!(call, Call::Void) {
        house.orders().silent(true);
        eventually("it is authorised", async || house.said().await == ["payment:authorized"]).await;
        house.orders().cancel(order).await;
    }
    let goal = if matches!(moment, Moment::After(_)) { 2 } else { 1 };
    eventually("the moment has come", async || faults.seen(call) >= goal).await;
    request.abort();
    house.crash().await;
    drop(gate);
}

async fn repeat(house: &House, order: &OrderId) -> Answer {
    house.user("ada").pay_with_key(order, "tok_visa", "k").await
}

async fn a_purchase_survives_a_crash_at_every_call(engine: Engine) {
    for moment in [
        Moment::Before(Call::Authorize),
        Moment::After(Call::Authorize),
        Moment::Before(Call::Capture),
        Moment::After(Call::Capture),
    ] {
        let mut house = House::on(engine).await;
        let ada = house.user("ada");
        let order = house.order(&ada, "19.99").await;
        crash_at(&mut house, &ada, &order, moment).await;

        house.settled(&ada, PaymentStatus::Succeeded).await;
        house.copied(&order, OrderStatus::Complete).await;

        let ledger = house.ledger().await;
        assert_eq!(ledger.charges.len(), 1, "invariant 11, crash {moment:?}: settled with the same key");
        assert_eq!(
            (ledger.captures(&order), ledger.kept(&order)),
            (1, 1999),
            "invariant 10, crash {moment:?}"
        );
        let payments = house.payments(&ada).await;
        assert_eq!(payments.len(), 1, "invariant 14, crash {moment:?}");
        assert_eq!(repeat(&house, &order).await.paid().id, payments[0].id, "invariant 14, crash {moment:?}");
        assert_eq!(
            house.said().await,
            ["payment:authorized", "payment:created"],
            "invariant 4, crash {moment:?}"
        );
    }
}

async fn a_hold_is_given_up_across_a_crash(engine: Engine) {
    for moment in [Moment::Before(Call::Void), Moment::After(Call::Void)] {
        let mut house = House::on(engine).await;
        let ada = house.user("ada");
        let order = house.order(&ada, "20").await;
        crash_at(&mut house, &ada, &order, moment).await;

        house.settled(&ada, PaymentStatus::Refunded).await;

        let ledger = house.ledger().await;
        assert_eq!(
            (ledger.kept(&order), ledger.held(&order)),
            (0, 0),
            "invariants 10 and 12, crash {moment:?}"
        );
        assert_eq!(ledger.charges[0].voided, 2000, "invariant 12, crash {moment:?}");
        repeat(&house, &order).await.refused(400, "order_cancelled");
    }
}

async fn the_key_is_on_disk_before_the_provider_is_called(engine: Engine) {
    let mut house = House::on(engine).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    house.provider().faults().unreachable(true);
    ada.pay(&order, "tok_visa").await.refused(503, "provider_unavailable");
    let before = house.payments(&ada).await.remove(0);

    house.crash().await;

    house.settled(&ada, PaymentStatus::Succeeded).await;
    let after = house.payments(&ada).await.remove(0);
    assert_eq!((after.id, after.provider_key), (before.id, before.provider_key), "invariant 11");
}
