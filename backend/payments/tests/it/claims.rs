//! Claims of steps: one replica at a time executes a step, and another one after the claim has expired.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::ServiceCore;
use ticketing_engines::{DbEngine, TestDatabases, on_both};
use ticketing_events::OrderCreated;
use ticketing_payments::MIGRATIONS;
use ticketing_payments::domain::CardToken;
use ticketing_payments::store::{self, PaymentRow, PaymentToInsert, ProviderOutcome};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{PaymentId, Timestamp, fixtures};

on_both! {
    #[tokio::test]
    claim_lasts_for_its_duration, released_claim_is_free_at_once,
    late_outcome_of_expired_claim_changes_nothing;
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    replicas_claim_each_step_once;
}

const LEASE: Duration = Duration::from_secs(10);

/// Returns the system time `seconds` after the start.
fn time_at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + seconds * 1000)
}

fn open(databases: &TestDatabases) -> ServiceCore {
    ServiceCore::open(databases.database("payments"), Clock::manual(time_at(0)), &[MIGRATIONS]).unwrap()
}

/// Creates payments, each of an order of its own.
async fn begin(core: &ServiceCore, payments: usize) {
    let begun = core.db.write(move |tx: &mut Tx<'_>| {
        for number in 0..payments {
            let order = fixtures::order(format!("o{number:03}"), &fixtures::ticket("t"));
            let order = OrderCreated { expires_at: time_at(900), ..OrderCreated::from(&order) };
            store::insert_order(tx, &order)?;
            let copy = store::find_order(tx, &order.id)?.unwrap();
            let token: CardToken = "tok_visa".parse().unwrap();
            let id = PaymentId::new(format!("p{number:03}"));
            store::insert_payment(
                tx,
                &PaymentToInsert { id, token, can_confirm: false, now: time_at(0), due_at: time_at(0) },
                &copy,
            )?
            .unwrap();
        }
        Ok::<_, DbError>(())
    });
    begun.await.unwrap();
}

async fn claim(core: &ServiceCore, seconds: i64, limit: i64) -> Vec<PaymentRow> {
    let claimed = core.db.write(move |tx| store::claim_due(tx, time_at(seconds), LEASE, limit));
    claimed.await.map_err(|error: DbError| error).unwrap()
}

async fn claim_lasts_for_its_duration(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let (core, replica) = (open(&databases), open(&databases));
    begin(&core, 1).await;
    let first = claim(&core, 0, 10).await.remove(0);
    assert_eq!((first.attempts, first.claimed_until), (1, Some(time_at(10))));
    assert!(claim(&replica, 9, 10).await.is_empty());
    let next =
        replica.db.read(|tx| store::next_due(tx, time_at(9))).await.map_err(|error: DbError| error).unwrap();
    assert_eq!(next, Some(time_at(10)));
    let second = claim(&replica, 10, 10).await.remove(0);
    assert_eq!((second.attempts, second.provider_key), (2, first.provider_key), "with the same key");
}

async fn released_claim_is_free_at_once(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let (core, replica) = (open(&databases), open(&databases));
    begin(&core, 1).await;
    let claimed = claim(&core, 0, 10).await.remove(0);
    let release = |until: Option<Timestamp>| {
        let id = claimed.id.clone();
        core.db.write_read_committed(move |tx| store::release_claim(tx, &id, until))
    };
    assert_eq!(release(Some(time_at(9))).await.unwrap(), 0, "another claim");
    assert_eq!(release(claimed.claimed_until).await.unwrap(), 1);
    assert_eq!(claim(&replica, 1, 10).await.len(), 1);
}

async fn late_outcome_of_expired_claim_changes_nothing(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let (core, replica) = (open(&databases), open(&databases));
    begin(&core, 1).await;
    let slow = claim(&core, 0, 10).await.remove(0);
    let quick = claim(&replica, 10, 10).await.remove(0);
    let settle = async |core: &ServiceCore, asked: PaymentRow| {
        let outbox = core.outbox.clone();
        let reached = ProviderOutcome::Done { stripe_id: "ch_1".to_owned() };
        let settled = core.db.write(move |tx| {
            let publisher = store::PaymentPublisher { outbox: &outbox, now: time_at(11), wall: time_at(11) };
            store::record_outcome(tx, &publisher, &asked, &reached)
        });
        settled.await.map_err(|error: DbError| error).unwrap()
    };
    assert!(settle(&replica, quick).await);
    assert!(!settle(&core, slow).await);
    let published =
        core.db.read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM outbox", &[], |row| row.int("n"))).await;
    assert_eq!(published.unwrap(), 1);
}

async fn replicas_claim_each_step_once(engine: DbEngine) {
    let databases = TestDatabases::on(engine);
    let replicas = [open(&databases), open(&databases), open(&databases)];
    begin(&replicas[0], 60).await;
    let claims = (0..30).map(|number| claim(&replicas[number % 3], 1, 7));
    let claimed: Vec<PaymentRow> = join_all(claims).await.into_iter().flatten().collect();
    let distinct: HashSet<&str> = claimed.iter().map(|payment| payment.id.as_str()).collect();
    assert_eq!((claimed.len(), distinct.len()), (60, 60));
    assert!(claimed.iter().all(|payment| payment.attempts == 1));
}
