//! An outage of the database after the provider has answered: the outcome is kept and the provider is not called again.

use ticketing_engines::{DbEngine, eventually};
use ticketing_payments::domain::PaymentStep;
use ticketing_platform::db::DbError;
use ticketing_sdk::PaymentStatus;

use crate::fixture::Fixture;

/// Rejects updates that settle a payment like a full tablespace, and counts them: a rollback does not reset a sequence.
const FULL_TABLESPACE: [&str; 3] = [
    "CREATE SEQUENCE refusals",
    "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM nextval('refusals'); \
     RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $f$",
    "CREATE TRIGGER no_space BEFORE UPDATE ON payments FOR EACH ROW WHEN (NEW.claimed_until IS NULL) \
     EXECUTE FUNCTION no_space()",
];

async fn execute(fixture: &Fixture, sql: &'static str) {
    let executed = fixture.app().core().db.write(move |tx| tx.execute(sql, &[]).map(drop));
    executed.await.map_err(|error: DbError| error).unwrap();
}

#[tokio::test]
async fn outcome_is_stored_after_database_outage_without_retry() {
    let fixture = Fixture::on(DbEngine::Postgres).await;
    let ada = fixture.user("ada");
    let order = fixture.order(&ada, "20").await;
    let faults = fixture.provider().faults().clone();
    let gate = faults.hold(PaymentStep::Authorize);
    let (payer, id) = (ada.clone(), order.clone());
    let request = tokio::spawn(async move { payer.pay(&id, "tok_visa").await });
    eventually("the provider is called", async || faults.call_count(PaymentStep::Authorize) == 1).await;
    for sql in FULL_TABLESPACE {
        execute(&fixture, sql).await;
    }
    drop(gate);
    eventually("the update is rejected twice", async || {
        let last = fixture
            .app()
            .core()
            .db
            .read(|tx| tx.query_one("SELECT last_value AS n FROM refusals", &[], |row| row.int("n")));
        last.await.map_err(|error: DbError| error).unwrap() >= 2
    })
    .await;
    execute(&fixture, "DROP TRIGGER no_space ON payments").await;
    fixture.wait_until_settled(&ada, PaymentStatus::Succeeded).await;
    assert_eq!(faults.call_count(PaymentStep::Authorize), 1, "the first outcome was kept");
    request.await.unwrap().succeeded_payment();
}
