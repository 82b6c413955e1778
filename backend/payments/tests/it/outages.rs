//! An outage of the database after the provider has answered: the answer is kept and the provider is not asked again.

use ticketing_engines::Engine;
use ticketing_payments::provider::Call;
use ticketing_platform::db::DbError;
use ticketing_sdk::PaymentStatus;

use crate::house::{House, eventually};

/// Refuses what settles a payment as a full tablespace would, and counts how often: a sequence keeps what is rolled back.
const FILL: [&str; 3] = [
    "CREATE SEQUENCE refusals",
    "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN PERFORM nextval('refusals'); \
     RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $f$",
    "CREATE TRIGGER no_space BEFORE UPDATE ON payments FOR EACH ROW WHEN (NEW.claimed_until IS NULL) \
     EXECUTE FUNCTION no_space()",
];

async fn execute(house: &House, sql: &'static str) {
    let executed = house.app().core().db.write(move |tx| tx.execute(sql, &[]).map(drop));
    executed.await.map_err(|error: DbError| error).unwrap();
}

#[tokio::test]
async fn answer_that_cannot_be_written_is_kept_and_not_asked_again() {
    let house = House::on(Engine::Postgres).await;
    let ada = house.user("ada");
    let order = house.order(&ada, "20").await;
    let faults = house.provider().faults().clone();
    let gate = faults.hold(Call::Authorize);
    let (payer, id) = (ada.clone(), order.clone());
    let request = tokio::spawn(async move { payer.pay(&id, "tok_visa").await });
    eventually("the provider is asked", async || faults.seen(Call::Authorize) == 1).await;
    for sql in FILL {
        execute(&house, sql).await;
    }
    drop(gate);
    eventually("the answer is refused twice", async || {
        let last = house
            .app()
            .core()
            .db
            .read(|tx| tx.query_one("SELECT last_value AS n FROM refusals", &[], |row| row.int("n")));
        last.await.map_err(|error: DbError| error).unwrap() >= 2
    })
    .await;
    execute(&house, "DROP TRIGGER no_space ON payments").await;
    house.settled(&ada, PaymentStatus::Succeeded).await;
    assert_eq!(faults.seen(Call::Authorize), 1, "the first answer was kept");
    request.await.unwrap().paid();
}
