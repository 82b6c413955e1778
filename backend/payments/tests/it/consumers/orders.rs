//! The copy of an order changes by consecutive versions, and its payment with it.

use ticketing_bus::{ApplyOutcome, HandlerError};
use ticketing_events::{
    Envelope, Event, OrderCancelled, OrderCompleted, OrderConfirmed, OrderCreated, TicketRef,
};
use ticketing_payments::App;
use ticketing_payments::domain::{CardToken, PaymentStep};
use ticketing_payments::provider::Decline;
use ticketing_payments::store::{self, OrderCopy, PaymentRow, PaymentToInsert, ProviderOutcome};
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{OrderId, OrderStatus, PaymentId, PaymentStatus, TicketId, Timestamp, UserId, fixtures};

use crate::fixture::{Fixture, Setup};
use crate::on_every_setup;

on_every_setup! {
    #[tokio::test]
    copy_equals_the_order_at_every_version, confirmation_makes_capture_due_and_cancellation_void,
    step_is_settled_once, unattempted_payment_ends_without_a_call,
    attempted_payment_is_completed_after_cancellation;
}

const ID: &str = "order";

fn order_created(fixture: &Fixture) -> OrderCreated {
    let ticket = fixtures::ticket("t").price("19.99".parse().unwrap());
    OrderCreated {
        user_id: UserId::new("ada"),
        expires_at: fixture.clock.now() + std::time::Duration::from_secs(900),
        ..OrderCreated::from(&fixtures::order(ID, &ticket))
    }
}

fn order_confirmed(version: i64) -> OrderConfirmed {
    OrderConfirmed { id: OrderId::new(ID), version, ticket: TicketRef { id: TicketId::new("t") } }
}

fn order_cancelled(version: i64) -> OrderCancelled {
    let ticket = TicketRef { id: TicketId::new("t") };
    OrderCancelled { id: OrderId::new(ID), version, ticket, cancel_reason: None }
}

fn order_completed(version: i64) -> OrderCompleted {
    let ticket = TicketRef { id: TicketId::new("t") };
    OrderCompleted { id: OrderId::new(ID), version, ticket }
}

async fn apply<E: Event>(fixture: &Fixture, event: E) -> ApplyOutcome {
    let app = fixture.app().clone();
    fixture.app().core().db.write(move |tx| handle(&app, tx, &event)).await.unwrap()
}

/// Applies an event in a transaction.
fn handle<E: Event>(app: &App, tx: &mut Tx<'_>, event: &E) -> Result<ApplyOutcome, HandlerError> {
    let envelope = Envelope::encode("event".to_owned(), app.core().clock.now(), event).unwrap();
    Ok(app.consumers().handle(tx, &envelope)?.unwrap())
}

async fn copy(fixture: &Fixture) -> OrderCopy {
    fixture.app().core().db.read(|tx| store::find_order(tx, &OrderId::new(ID))).await.unwrap().unwrap()
}

/// Returns a time at which a step is due, so that only this test calls the provider.
fn far_future() -> Timestamp {
    ticketing_platform::clock::Clock::system().now() + std::time::Duration::from_secs(60)
}

fn insert_payment(tx: &mut Tx<'_>, now: Timestamp, due_at: Timestamp) -> Result<PaymentRow, DbError> {
    let order = store::find_order(tx, &OrderId::new(ID))?.unwrap();
    let token: CardToken = "tok_visa".parse().unwrap();
    let id = PaymentId::new("payment");
    let payment = PaymentToInsert { id, token, can_confirm: false, now, due_at };
    Ok(store::insert_payment(tx, &payment, &order)?.unwrap())
}

/// Returns a payment of the order whose first step is unclaimed, without a worker that starts it.
async fn begin_payment(fixture: &Fixture) -> PaymentRow {
    let (now, due_at) = (fixture.clock.now(), far_future());
    fixture.app().core().db.write(move |tx| insert_payment(tx, now, due_at)).await.unwrap()
}

/// Records an attempt without a response, as the payment worker does.
async fn record_unanswered_attempt(fixture: &Fixture, payment: &PaymentRow, reached: bool) -> PaymentRow {
    let (app, now, payment) = (fixture.app().clone(), fixture.clock.now(), payment.clone());
    let unit = move |tx: &mut Tx<'_>| {
        let attempt = "UPDATE payments SET attempts = attempts + 1 WHERE id = $1";
        tx.execute(attempt, ticketing_platform::args![&payment.id])?;
        let pause = std::time::Duration::from_secs(60);
        let wall = ticketing_platform::clock::Clock::system().now();
        let reached = ProviderOutcome::Unknown { pause, reached };
        let publisher = store::PaymentPublisher { outbox: &app.core().outbox, now, wall };
        assert!(store::record_outcome(tx, &publisher, &payment, &reached)?);
        Ok::<_, DbError>(store::find_payment(tx, &payment.id)?.unwrap())
    };
    fixture.app().core().db.write(unit).await.unwrap()
}

async fn payment(fixture: &Fixture) -> PaymentRow {
    let id = PaymentId::new("payment");
    fixture.app().core().db.read(move |tx| store::find_payment(tx, &id)).await.unwrap().unwrap()
}

async fn unattempted_payment_ends_without_a_call(setup: Setup) {
    for (attempts, cancelled_first) in [(0, false), (2, false), (1, true)] {
        let fixture = Fixture::on(setup).await;
        assert_eq!(apply(&fixture, order_created(&fixture)).await, ApplyOutcome::Done);
        let begun = begin_payment(&fixture).await;
        if cancelled_first {
            // The order is cancelled during the call; the call turns out not to have reached the provider.
            let attempt = |tx: &mut Tx<'_>| tx.execute("UPDATE payments SET attempts = 1", &[]);
            fixture.app().core().db.write(attempt).await.unwrap();
            apply(&fixture, order_cancelled(1)).await;
            assert_eq!(payment(&fixture).await.next_step, Some(PaymentStep::Authorize), "its answer decides");
            let undo = |tx: &mut Tx<'_>| tx.execute("UPDATE payments SET attempts = 0", &[]);
            fixture.app().core().db.write(undo).await.unwrap();
            record_unanswered_attempt(&fixture, &begun, false).await;
        } else {
            for _ in 0..attempts {
                record_unanswered_attempt(&fixture, &begun, false).await;
            }
            assert_eq!(apply(&fixture, order_cancelled(1)).await, ApplyOutcome::Done);
        }
        let ended = payment(&fixture).await;
        assert_eq!((ended.status, ended.next_step), (PaymentStatus::Refunded, None), "{attempts}");
        assert_eq!(ended.stripe_id, None);
        assert!(fixture.published_names().await.is_empty(), "no event announces it");
        assert!(fixture.ledger().await.charges.is_empty());
    }
}

async fn attempted_payment_is_completed_after_cancellation(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    assert_eq!(apply(&fixture, order_created(&fixture)).await, ApplyOutcome::Done);
    let begun = begin_payment(&fixture).await;
    record_unanswered_attempt(&fixture, &begun, true).await;
    record_unanswered_attempt(&fixture, &begun, false).await;
    apply(&fixture, order_cancelled(1)).await;
    let open = payment(&fixture).await;
    assert_eq!((open.status, open.next_step), (PaymentStatus::Pending, Some(PaymentStep::Authorize)));
}

/// Returns a payment of the order that is authorized and waits for orders, without a worker that continues it.
async fn authorize_payment(fixture: &Fixture) -> PaymentRow {
    let (app, now, due_at) = (fixture.app().clone(), fixture.clock.now(), far_future());
    let unit = move |tx: &mut Tx<'_>| {
        let payment = insert_payment(tx, now, due_at)?;
        let reached = ProviderOutcome::Done { stripe_id: "pi_sim_1".to_owned() };
        let publisher = store::PaymentPublisher { outbox: &app.core().outbox, now, wall: due_at };
        assert!(store::record_outcome(tx, &publisher, &payment, &reached)?);
        Ok::<_, DbError>(store::find_payment(tx, &payment.id)?.unwrap())
    };
    fixture.app().core().db.write(unit).await.unwrap()
}

async fn copy_equals_the_order_at_every_version(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    assert_eq!(apply(&fixture, order_completed(2)).await, ApplyOutcome::OutOfOrder, "invariant 7");
    assert_eq!(apply(&fixture, order_confirmed(1)).await, ApplyOutcome::OutOfOrder, "invariant 7");

    let event = order_created(&fixture);
    assert_eq!(apply(&fixture, event.clone()).await, ApplyOutcome::Done);
    let known = copy(&fixture).await;
    let expected =
        (&event.id, &event.user_id, event.status, event.ticket.price, event.expires_at, event.version);
    assert_eq!(
        (&known.id, &known.user_id, known.status, known.price, known.expires_at, known.version),
        expected,
        "invariant 9"
    );
    assert_eq!(known.ticket_id, event.ticket.id);

    assert_eq!(apply(&fixture, order_completed(2)).await, ApplyOutcome::OutOfOrder, "invariant 7");
    assert_eq!(apply(&fixture, order_confirmed(1)).await, ApplyOutcome::Done);
    assert_eq!(apply(&fixture, order_confirmed(1)).await, ApplyOutcome::Duplicate, "invariant 6");
    assert_eq!(apply(&fixture, event).await, ApplyOutcome::Duplicate, "invariant 6");
    assert_eq!(apply(&fixture, order_completed(2)).await, ApplyOutcome::Done);
    assert_eq!(apply(&fixture, order_cancelled(1)).await, ApplyOutcome::Duplicate, "invariant 3");
    let known = copy(&fixture).await;
    assert_eq!((known.status, known.version), (OrderStatus::Complete, 2), "invariant 9");
}

async fn confirmation_makes_capture_due_and_cancellation_void(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    let app = fixture.app().clone();
    apply(&fixture, order_created(&fixture)).await;
    let payment = authorize_payment(&fixture).await;
    assert_eq!(
        (payment.status, payment.next_step),
        (PaymentStatus::Authorized, None),
        "invariant 12: it waits"
    );

    // One unit that is rolled back at its end, so that the payment worker of the fixture does not see it.
    for (lost, expected) in [(false, PaymentStep::Capture), (true, PaymentStep::Void)] {
        let app = app.clone();
        let unit = move |tx: &mut Tx<'_>| {
            let effect = if lost {
                handle(&app, tx, &order_cancelled(1))
            } else {
                handle(&app, tx, &order_confirmed(1))
            };
            assert_eq!(effect.unwrap(), ApplyOutcome::Done);
            let payment = store::find_payment(tx, &PaymentId::new("payment"))?.unwrap();
            Err::<(), UnitExit>(UnitExit::Payment(Box::new(payment)))
        };
        let Err(UnitExit::Payment(payment)) = fixture.app().core().db.write(unit).await else {
            panic!("undone")
        };
        assert_eq!(
            (payment.status, payment.next_step),
            (PaymentStatus::Authorized, Some(expected)),
            "invariant 12"
        );
        assert_eq!(payment.attempts, 0);
    }
}

async fn step_is_settled_once(setup: Setup) {
    let fixture = Fixture::on(setup).await;
    apply(&fixture, order_created(&fixture)).await;
    let payment = authorize_payment(&fixture).await;
    let (app, now) = (fixture.app().clone(), fixture.clock.now());
    let unit = move |tx: &mut Tx<'_>| {
        // The answer of another replica that asked for the same authorization.
        let stale = PaymentRow { version: 0, status: PaymentStatus::Pending, ..payment.clone() };
        let reached =
            ProviderOutcome::Refused(Decline { code: "late".to_owned(), message: "late".to_owned() });
        let publisher = store::PaymentPublisher { outbox: &app.core().outbox, now, wall: now };
        let settled = store::record_outcome(tx, &publisher, &stale, &reached)?;
        Ok::<_, DbError>((settled, store::find_payment(tx, &payment.id)?.unwrap() == payment))
    };
    let seen = fixture.app().core().db.write(unit).await.unwrap();
    assert_eq!(seen, (false, true), "invariant 6: a second answer changes nothing");
}

#[derive(Debug)]
enum UnitExit {
    Payment(Box<PaymentRow>),
    Db,
}

impl From<DbError> for UnitExit {
    fn from(_: DbError) -> Self {
        Self::Db
    }
}
