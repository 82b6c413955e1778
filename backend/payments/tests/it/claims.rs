//! Claims of steps: each step is begun by one replica at a time, and by another once its claim has run out.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use ticketing_bus::Core;
use ticketing_engines::{Engine, Home, on_both};
use ticketing_events::{OrderCreated, OrderedTicketRef};
use ticketing_payments::MIGRATIONS;
use ticketing_payments::domain::CardToken;
use ticketing_payments::store::{self, PaymentRow, Reached, Wanted};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{DbError, Tx};
use ticketing_sdk::{Money, OrderId, OrderStatus, PaymentId, TicketId, Timestamp, UserId};

on_both! {
    #[tokio::test]
    a_claim_lasts_as_long_as_it_was_made_for, a_claim_that_was_given_back_is_free_at_once,
    an_answer_that_comes_too_late_changes_nothing;
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    replicas_begin_each_step_once;
}

const LEASE: Duration = Duration::from_secs(10);

/// So many seconds after the start, by the machines' clocks.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + seconds * 1000)
}

fn open(home: &Home) -> Core {
    Core::open(home.database("payments"), Clock::manual(at(0)), &[MIGRATIONS]).unwrap()
}

/// Begins so many payments, each of an order of its own.
async fn begin(core: &Core, payments: usize) {
    let begun = core.db.write(move |tx: &mut Tx<'_>| {
        for number in 0..payments {
            let order = OrderCreated {
                id: OrderId::new(format!("o{number:03}")),
                version: 0,
                status: OrderStatus::Created,
                user_id: UserId::new("ada"),
                expires_at: at(900),
                ticket: OrderedTicketRef {
                    id: TicketId::new("t"),
                    price: Money::from_cents(2000).unwrap(),
                    title: None,
                    version: None,
                },
            };
            store::insert_order(tx, &order)?;
            let copy = store::find_order(tx, &order.id)?.unwrap();
            let token: CardToken = "tok_visa".parse().unwrap();
            let id = PaymentId::new(format!("p{number:03}"));
            store::insert_payment(
                tx,
                &Wanted { id, token, can_confirm: false, now: at(0), due_at: at(0) },
                &copy,
            )?
            .unwrap();
        }
        Ok::<_, DbError>(())
    });
    begun.await.unwrap();
}

async fn claim(core: &Core, seconds: i64, limit: i64) -> Vec<PaymentRow> {
    let claimed = core.db.write(move |tx| store::claim_due(tx, at(seconds), LEASE, limit));
    claimed.await.map_err(|error: DbError| error).unwrap()
}

async fn a_claim_lasts_as_long_as_it_was_made_for(engine: Engine) {
    let home = Home::on(engine);
    let (core, replica) = (open(&home), open(&home));
    begin(&core, 1).await;
    let first = claim(&core, 0, 10).await.remove(0);
    assert_eq!((first.attempts, first.claimed_until), (1, Some(at(10))));
    assert!(claim(&replica, 9, 10).await.is_empty());
    let next =
        replica.db.read(|tx| store::next_due(tx, at(9))).await.map_err(|error: DbError| error).unwrap();
    assert_eq!(next, Some(at(10)));
    let second = claim(&replica, 10, 10).await.remove(0);
    assert_eq!((second.attempts, second.provider_key), (2, first.provider_key), "under the same key");
}

async fn a_claim_that_was_given_back_is_free_at_once(engine: Engine) {
    let home = Home::on(engine);
    let (core, replica) = (open(&home), open(&home));
    begin(&core, 1).await;
    let claimed = claim(&core, 0, 10).await.remove(0);
    let give_back = |until: Option<Timestamp>| {
        let id = claimed.id.clone();
        core.db.write_read_committed(move |tx| store::give_back(tx, &id, until))
    };
    assert_eq!(give_back(Some(at(9))).await.unwrap(), 0, "it is not this claim");
    assert_eq!(give_back(claimed.claimed_until).await.unwrap(), 1);
    assert_eq!(claim(&replica, 1, 10).await.len(), 1);
}

async fn an_answer_that_comes_too_late_changes_nothing(engine: Engine) {
    let home = Home::on(engine);
    let (core, replica) = (open(&home), open(&home));
    begin(&core, 1).await;
    let slow = claim(&core, 0, 10).await.remove(0);
    let quick = claim(&replica, 10, 10).await.remove(0);
    let settle = async |core: &Core, asked: PaymentRow| {
        let outbox = core.outbox.clone();
        let reached = Reached::Done { stripe_id: "ch_1".to_owned() };
        let settled = core.db.write(move |tx| store::settle(tx, &outbox, &asked, &reached, at(11), at(11)));
        settled.await.map_err(|error: DbError| error).unwrap()
    };
    assert!(settle(&replica, quick).await);
    assert!(!settle(&core, slow).await);
    let said =
        core.db.read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM outbox", &[], |row| row.int("n"))).await;
    assert_eq!(said.unwrap(), 1);
}

async fn replicas_begin_each_step_once(engine: Engine) {
    let home = Home::on(engine);
    let replicas = [open(&home), open(&home), open(&home)];
    begin(&replicas[0], 60).await;
    let claims = (0..30).map(|number| claim(&replicas[number % 3], 1, 7));
    let claimed: Vec<PaymentRow> = join_all(claims).await.into_iter().flatten().collect();
    let distinct: HashSet<&str> = claimed.iter().map(|payment| payment.id.as_str()).collect();
    assert_eq!((claimed.len(), distinct.len()), (60, 60));
    assert!(claimed.iter().all(|payment| payment.attempts == 1));
}
