//! Idempotency keys on a real database: one effect and one response for any number of retries.

use axum::extract::FromRequestParts;
use http::{Request, StatusCode};
use serde_json::json;
use ticketing_engines::{DbEngine, TestDatabases, on_both};
use ticketing_platform::args;
use ticketing_platform::db::{Db, DbOptions, Migrations, Tx};
use ticketing_platform::http::ApiError;
use ticketing_platform::idempotency::{
    self, Answer, EarlierRequest, Fingerprint, IdempotencyKey, KeyedAnswer, KeyedRequest,
};
use ticketing_sdk::{ErrorCode, Timestamp};

on_both! {
    #[tokio::test]
    repeated_request_has_one_effect_and_one_answer, key_with_another_body_is_refused,
    request_without_a_key_has_an_effect_each_time, final_refusal_is_stored_without_an_effect,
    temporary_refusal_releases_the_key, stored_answer_is_found_without_a_write,
    request_in_two_steps_is_in_flight_in_between,
    answers_are_stored_for_a_day;
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    concurrent_requests_with_one_key_have_one_effect;
}

const THINGS: Migrations = Migrations {
    part: "things",
    scripts: &[("V1__things", "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT NOT NULL);")],
};
const ROUTE: &str = "POST /api/things";

struct Fixture {
    db: Db,
    _databases: TestDatabases,
}

fn fixture(engine: DbEngine) -> Fixture {
    let databases = TestDatabases::on(engine);
    let db = Db::open(databases.database("things"), DbOptions::default(), &[THINGS, idempotency::MIGRATIONS])
        .unwrap();
    Fixture { db, _databases: databases }
}

async fn key(text: &str) -> IdempotencyKey {
    let (mut parts, ()) = Request::builder().header("idempotency-key", text).body(()).unwrap().into_parts();
    IdempotencyKey::from_request_parts(&mut parts, &()).await.unwrap()
}

fn time_at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000 + millis)
}

async fn request(user: &str, name: &str) -> KeyedRequest {
    KeyedRequest::new(
        &key("key-1").await,
        user,
        ROUTE,
        Fingerprint::from_body(&json!({ "name": name })).unwrap(),
        time_at(0),
    )
}

fn create(tx: &mut Tx<'_>, name: &str) -> Result<Answer, ApiError> {
    let sql = "INSERT INTO things (id, name) SELECT COALESCE(MAX(id), 0) + 1, $1 FROM things RETURNING id";
    let id = tx.query_one(sql, args![name], |row| row.int("id"))?;
    Answer::json(StatusCode::CREATED, &json!({ "id": id, "name": name }))
}

impl Fixture {
    async fn post(&self, keyed: KeyedRequest, name: &'static str) -> Result<Answer, ApiError> {
        let keyed = self.db.write(move |tx| idempotency::run_once(tx, &keyed, |tx| create(tx, name))).await?;
        keyed.map(|keyed| keyed.answer)
    }

    /// Returns a request that has half an effect and is then refused.
    async fn run_refused(
        &self,
        keyed: KeyedRequest,
        refusal: fn() -> ApiError,
    ) -> Result<KeyedAnswer, ApiError> {
        let unit = self.db.write(move |tx| {
            idempotency::run_once(tx, &keyed, |tx| {
                create(tx, "half")?;
                Err(refusal())
            })
        });
        unit.await?
    }

    async fn things(&self) -> i64 {
        self.db
            .read(|tx| tx.query_one("SELECT COUNT(*) AS n FROM things", args![], |row| row.int("n")))
            .await
            .unwrap()
    }
}

async fn repeated_request_has_one_effect_and_one_answer(engine: DbEngine) {
    let it = fixture(engine);
    let first = it.post(request("ada", "a").await, "a").await.unwrap();
    assert_eq!((first.status, first.body.as_str()), (201, r#"{"id":1,"name":"a"}"#));
    assert_eq!(it.post(request("ada", "a").await, "a").await.unwrap(), first);
    assert_eq!(it.things().await, 1);
    // Another user's key is another key.
    assert_ne!(it.post(request("bob", "a").await, "a").await.unwrap(), first);
    assert_eq!(it.things().await, 2);
}

async fn key_with_another_body_is_refused(engine: DbEngine) {
    let it = fixture(engine);
    it.post(request("ada", "a").await, "a").await.unwrap();
    let error = it.post(request("ada", "b").await, "b").await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.code()), (422, Some(&ErrorCode::IdempotencyKeyReused)));
    assert_eq!(it.things().await, 1);
}

async fn request_without_a_key_has_an_effect_each_time(engine: DbEngine) {
    let it = fixture(engine);
    let once = || {
        let fingerprint = Fingerprint::from_body(&json!({})).unwrap();
        KeyedRequest::new(&IdempotencyKey(None), "ada", ROUTE, fingerprint, time_at(0))
    };
    it.post(once(), "a").await.unwrap();
    it.post(once(), "a").await.unwrap();
    assert_eq!(it.things().await, 2);
    let refused = || ApiError::rule(ErrorCode::TicketReserved, "Ticket is already reserved");
    assert_eq!(it.run_refused(once(), refused).await.unwrap_err().status(), 400);
    assert_eq!(it.things().await, 2, "a refusal leaves no effect");
}

async fn concurrent_requests_with_one_key_have_one_effect(engine: DbEngine) {
    let it = fixture(engine);
    let keyed = request("ada", "a").await;
    let posts = (0..50).map(|_| it.post(keyed.clone(), "a"));
    let answers = futures_util::future::join_all(posts).await;
    for answer in answers {
        assert_eq!(answer.unwrap().body, r#"{"id":1,"name":"a"}"#);
    }
    assert_eq!(it.things().await, 1);
}

async fn final_refusal_is_stored_without_an_effect(engine: DbEngine) {
    let it = fixture(engine);
    let declined = || ApiError::rule(ErrorCode::CardDeclined, "Your card was declined.");
    for replayed in [false, true] {
        let keyed = it.run_refused(request("ada", "a").await, declined).await.unwrap();
        assert_eq!((keyed.answer.status, keyed.replayed), (400, Some(replayed)));
        assert!(keyed.answer.body.contains("card_declined"));
        assert_eq!(it.things().await, 0);
    }
    // It stays refused although it would succeed by now.
    assert_eq!(it.post(request("ada", "a").await, "a").await.unwrap().status, 400);
}

async fn temporary_refusal_releases_the_key(engine: DbEngine) {
    for refusal in [
        || ApiError::internal("broken"),
        || ApiError::unavailable("later", 1),
        || ApiError::too_many(ErrorCode::TooManyOpenOrders, "later", 1),
        || ApiError::conflict(ErrorCode::IdempotencyKeyInFlight, "later"),
        || ApiError::rule(ErrorCode::TicketReserved, "Ticket is already reserved"),
        || ApiError::rule(ErrorCode::PaymentInProgress, "Another payment is being taken"),
        || ApiError::rule(ErrorCode::EmailInUse, "Email in use"),
        ApiError::not_signed_in,
        ApiError::not_found,
    ] {
        let it = fixture(engine);
        let refused = it.run_refused(request("ada", "a").await, refusal).await.unwrap_err();
        assert_eq!((refused.status(), refused.code()), (refusal().status(), refusal().code()));
        assert_eq!(it.things().await, 0);
        assert_eq!(idempotency::find(&it.db, &request("ada", "a").await).await.unwrap(), None);
        // Even for another body.
        assert_eq!(it.post(request("ada", "b").await, "b").await.unwrap().status, 201);
        assert_eq!(it.things().await, 1);
    }
}

async fn stored_answer_is_found_without_a_write(engine: DbEngine) {
    let it = fixture(engine);
    let keyed = request("ada", "a").await;
    assert_eq!(idempotency::find(&it.db, &keyed).await.unwrap(), None);
    let answer = it.post(keyed.clone(), "a").await.unwrap();
    let known = Some(EarlierRequest::Answered(answer));
    assert_eq!(idempotency::find(&it.db, &keyed).await.unwrap(), known);
    for other in [request("bob", "a").await, request("ada", "b").await] {
        assert_eq!(idempotency::find(&it.db, &other).await.unwrap(), None, "{other:?}");
    }
    let fingerprint = Fingerprint::from_body(&json!({ "name": "a" })).unwrap();
    let begun = KeyedRequest::new(&key("key-2").await, "ada", ROUTE, fingerprint, time_at(0));
    let beginning = begun.clone();
    it.db.write(move |tx| idempotency::claim_key(tx, &beginning)).await.unwrap();
    assert_eq!(idempotency::find(&it.db, &begun).await.unwrap(), Some(EarlierRequest::InFlight));
}

async fn request_in_two_steps_is_in_flight_in_between(engine: DbEngine) {
    let it = fixture(engine);
    let first = request("ada", "a").await;
    let begin = |request: KeyedRequest| {
        let db = it.db.clone();
        async move { db.write(move |tx| idempotency::claim_key(tx, &request)).await }
    };
    assert_eq!(begin(first.clone()).await.unwrap(), None);
    assert_eq!(begin(first.clone()).await.unwrap(), Some(EarlierRequest::InFlight));
    let error = it.post(first.clone(), "a").await.unwrap_err();
    assert_eq!((error.status().as_u16(), error.code()), (409, Some(&ErrorCode::IdempotencyKeyInFlight)));
    assert_eq!(begin(request("ada", "b").await).await.unwrap_err().status(), 422);

    let answer = Answer::json(StatusCode::CREATED, &json!({ "id": "p1" })).unwrap();
    let (given, concluded) = (answer.clone(), first.clone());
    let keyed =
        it.db.write(move |tx| idempotency::record_outcome(tx, &concluded, Ok(given.clone()))).await.unwrap();
    assert_eq!(keyed.unwrap().replayed, Some(false));
    assert_eq!(begin(first.clone()).await.unwrap(), Some(EarlierRequest::Answered(answer)));

    let forgotten = first.clone();
    it.db.write(move |tx| idempotency::release_key(tx, &forgotten)).await.unwrap();
    assert_eq!(begin(first).await.unwrap(), None);
}

async fn answers_are_stored_for_a_day(engine: DbEngine) {
    let it = fixture(engine);
    it.post(request("ada", "a").await, "a").await.unwrap();
    let day = i64::try_from(idempotency::RETENTION.as_millis()).unwrap();
    let later = |millis| async move {
        KeyedRequest::new(
            &key("key-1").await,
            "ada",
            ROUTE,
            Fingerprint::from_body(&json!({ "name": "a" })).unwrap(),
            time_at(millis),
        )
    };
    it.post(later(day - 1).await, "a").await.unwrap();
    assert_eq!(it.things().await, 1);
    // An outdated key is free before the row is pruned, and for another body.
    it.post(later(day).await, "a").await.unwrap();
    assert_eq!(it.things().await, 2);
    let prune = |now| it.db.write(move |tx| idempotency::prune(tx, now));
    assert_eq!(prune(time_at(2 * day - 1)).await.unwrap(), 0);
    assert_eq!(prune(time_at(2 * day)).await.unwrap(), 1);
}

#[test]
fn fingerprints_distinguish_bodies_and_hide_secrets() {
    let (a, b) = (json!({ "password": "hunter2" }), json!({ "password": "hunter3" }));
    assert_eq!(Fingerprint::from_body(&a).unwrap(), Fingerprint::from_body(&a).unwrap());
    assert_ne!(Fingerprint::from_body(&a).unwrap(), Fingerprint::from_body(&b).unwrap());
    let keyed = |key: &str| Fingerprint::from_body_with_key(&key.into(), &a).unwrap();
    assert_eq!(keyed("k1"), keyed("k1"));
    assert_ne!(keyed("k1"), keyed("k2"));
    assert_ne!(keyed("k1"), Fingerprint::from_body(&a).unwrap());
    assert_eq!(keyed("k1").as_str().len(), 64);
}
