//! Cards at Stripe, which loses responses, fails after success, is slow, and is unreachable when a hold must be voided.

use std::time::Duration;

use ticketing_payments::domain::PaymentStep;
use ticketing_platform::clock::Clock;
use ticketing_sdk::OrderId;
use ticketing_testkit::{Direction, FakeStripe, FaultProxy, Link, StripeFault, eventually};

use super::{Market, elapse};
use crate::support::{cancel, list, order_when_visible, pay};

async fn shop() -> (FakeStripe, Market) {
    let stripe = FakeStripe::start(Clock::system());
    let market = Market::start_with(|builder| builder.stripe(&stripe).with_links()).await;
    (stripe, market)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_wrong_and_late_stripe_responses_are_tolerated() {
    const FAULTS: [fn(&FakeStripe, PaymentStep); 6] = [
        |stripe, call| stripe.faults().lose_response(call, 3),
        |stripe, call| stripe.faults().fail_before_effect(call, 3),
        |stripe, call| stripe.server_faults().inject(StripeFault::ErrorAfter, call, 2),
        |stripe, call| stripe.server_faults().inject(StripeFault::Truncated, call, 3),
        |stripe, call| stripe.server_faults().inject(StripeFault::RateLimited, call, 2),
        |stripe, call| stripe.server_faults().inject(StripeFault::KeyInUse, call, 3),
    ];
    let (stripe, mut market) = shop().await;
    stripe.send_events_to(&market.stack.url());
    for fault in FAULTS {
        for call in [PaymentStep::Authorize, PaymentStep::Capture, PaymentStep::Void] {
            fault(&stripe, call);
        }
        market.clients.wait_for_responses(25).await;
    }
    stripe.faults().reset();
    stripe.server_faults().reset();
    // Longer than the timeout of a response. The held requests arrive after their callers gave up.
    for direction in Direction::ALL {
        market.stack.cluster().links(Link::Stripe).for_each(|proxy| proxy.stall(direction));
        elapse(Duration::from_secs(5)).await;
        market.stack.cluster().links(Link::Stripe).for_each(FaultProxy::heal);
        market.clients.wait_for_responses(15).await;
    }
    market.finish().await;
}

/// The order of a hold is cancelled meanwhile, and Stripe is unreachable when the hold must be voided.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hold_is_voided_after_stripe_is_reachable_again() {
    let (stripe, market) = shop().await;
    let Market { stack, clients } = market;
    clients.stop_and_verify().await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 19.99).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    let before = stripe.faults().call_count(PaymentStep::Authorize);
    let gate = stripe.faults().hold(PaymentStep::Authorize);
    let meanwhile = async {
        eventually!(stripe.faults().call_count(PaymentStep::Authorize) > before);
        cancel(&stack, &buyer, &order).await.ok(204);
        stripe.faults().fail_before_effect(PaymentStep::Void, 3);
        drop(gate);
    };
    let (paid, ()) = tokio::join!(pay(&stack, &buyer, &order, "tok_visa"), meanwhile);
    paid.assert_refused(400, "order_cancelled");
    eventually!(stripe.faults().call_count(PaymentStep::Void) >= 4, seconds 60);
    eventually!(stack.is_settled().await, seconds 60);
    let (ledger, order) = (stripe.ledger(), OrderId::new(&order));
    let charge = ledger.charges_of(&order).next().unwrap();
    assert_eq!((charge.captured, charge.voided, charge.held), (0, 1999, false));
    stack.complete_fresh_purchase().await;
    Box::pin(stack.finish()).await;
}
