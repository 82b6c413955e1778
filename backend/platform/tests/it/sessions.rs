//! Sessions: what is accepted, what is refused, and what ends one.

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::HeaderMap;
use http::header::COOKIE;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::SecretString;
use serde_json::{Value, json};
use ticketing_engines::{Engine, Home, on_both};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbError, DbOptions};
use ticketing_platform::session::{
    self, CookieSettings, Ended, MaybeSession, Session, SessionKeys, Sessions,
};
use ticketing_platform::shutdown::Shutdown;
use ticketing_sdk::{Timestamp, UserId};

use crate::wire::{Server, fails};

const KEY: &str = "the key that all services share!";
const OTHER: &str = "a key of some other installation";
const NOW: i64 = 1_800_000_000;

fn clock() -> Clock {
    Clock::manual(Timestamp::from_millis(NOW * 1000))
}

fn sessions_with(keys: &[&str], clock: &Clock) -> Sessions {
    let keys: Vec<SecretString> = keys.iter().map(|key| SecretString::from(*key)).collect();
    Sessions::new(
        SessionKeys::new(&keys).unwrap(),
        CookieSettings::default(),
        session::LIFETIME,
        Ended::new(clock.clone()),
        clock.clone(),
    )
}

fn cookies(value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, value.parse().unwrap());
    headers
}

/// The request headers of a client that was given this `Set-Cookie`.
fn returned(set_cookie: &http::HeaderValue) -> HeaderMap {
    cookies(set_cookie.to_str().unwrap().split(';').next().unwrap())
}

fn carrying(token: &str) -> HeaderMap {
    cookies(&format!("session={}", STANDARD.encode(json!({ "jwt": token }).to_string())))
}

fn claims() -> Value {
    json!({ "id": "u1", "email": "ada@example.com", "iat": NOW, "exp": NOW + 60, "iss": "ticketing", "jti": "j1" })
}

fn signed(algorithm: Algorithm, key: &str, claims: &Value) -> HeaderMap {
    carrying(&encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key.as_bytes())).unwrap())
}

#[test]
fn a_session_that_was_begun_is_read_until_it_expires() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let new = sessions.begin(&UserId::new("u1"), "ada@example.com").unwrap();
    assert_eq!(new.session.iat, NOW);
    assert_eq!(new.session.exp, NOW + 7 * 24 * 3600);
    let headers = returned(&new.cookie);
    assert_eq!(sessions.read(&headers).as_ref(), Some(&new.session));
    clock.advance(session::LIFETIME - Duration::from_secs(1));
    assert!(sessions.read(&headers).is_some());
    clock.advance(Duration::from_secs(10));
    assert_eq!(sessions.read(&headers), None);
}

#[test]
fn the_cookie_has_the_attributes_of_the_contract() {
    let sessions = sessions_with(&[KEY], &clock());
    let cookie = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap().cookie;
    let (pair, attributes) = cookie.to_str().unwrap().split_once("; ").unwrap();
    assert_eq!(attributes, "HttpOnly; Path=/; SameSite=Lax; Secure");
    let value = pair.strip_prefix("session=").unwrap();
    let contents: Value = serde_json::from_slice(&STANDARD.decode(value).unwrap()).unwrap();
    assert_eq!(contents["jwt"].as_str().unwrap().split('.').count(), 3);
    let cleared = sessions.clear();
    assert!(
        cleared.to_str().unwrap().starts_with("session=; HttpOnly; Path=/; SameSite=Lax; Secure; Max-Age=0")
    );
    assert_eq!(sessions.read(&returned(&cleared)), None);
}

#[test]
fn forged_and_foreign_tokens_are_no_session() {
    let sessions = sessions_with(&[KEY], &clock());
    let good = signed(Algorithm::HS256, KEY, &claims());
    assert!(sessions.read(&good).is_some());
    assert_eq!(sessions.read(&signed(Algorithm::HS256, OTHER, &claims())), None);
    // The right key with another algorithm, and none at all.
    assert_eq!(sessions.read(&signed(Algorithm::HS512, KEY, &claims())), None);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for algorithm in ["none", "None", "NONE", ""] {
        let head = part(&json!({ "alg": algorithm, "typ": "JWT" }));
        assert_eq!(sessions.read(&carrying(&format!("{head}.{}.", part(&claims())))), None);
        assert_eq!(sessions.read(&carrying(&format!("{head}.{}", part(&claims())))), None);
    }
    // A good signature over other claims.
    let token =
        encode(&Header::new(Algorithm::HS256), &claims(), &EncodingKey::from_secret(KEY.as_bytes())).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let mut other = claims();
    other["id"] = json!("u2");
    assert_eq!(sessions.read(&carrying(&format!("{}.{}.{}", parts[0], part(&other), parts[2]))), None);
    assert_eq!(sessions.read(&carrying(&format!("{}.{}.", parts[0], parts[1]))), None);
    for token in ["", ".", "..", "a.b.c", "{}"] {
        assert_eq!(sessions.read(&carrying(token)), None, "{token}");
    }
}

#[test]
fn every_claim_is_required_and_checked() {
    let sessions = sessions_with(&[KEY], &clock());
    for claim in ["id", "email", "iat", "exp", "iss", "jti"] {
        let mut missing = claims();
        missing.as_object_mut().unwrap().remove(claim);
        assert_eq!(sessions.read(&signed(Algorithm::HS256, KEY, &missing)), None, "{claim} missing");
        let mut odd = claims();
        odd[claim] = json!({});
        assert_eq!(sessions.read(&signed(Algorithm::HS256, KEY, &odd)), None, "{claim} odd");
    }
    for (claim, value) in
        [("exp", json!(NOW - 60)), ("iss", json!("someone")), ("id", json!("")), ("jti", json!(""))]
    {
        let mut wrong = claims();
        wrong[claim] = value;
        assert_eq!(sessions.read(&signed(Algorithm::HS256, KEY, &wrong)), None, "{claim}");
    }
}

#[test]
fn keys_can_be_replaced_while_old_sessions_last() {
    let clock = clock();
    let old = sessions_with(&[KEY], &clock).begin(&UserId::new("u1"), "a@b.c").unwrap();
    let both = sessions_with(&[OTHER, KEY], &clock);
    assert!(both.read(&returned(&old.cookie)).is_some());
    let new = both.begin(&UserId::new("u1"), "a@b.c").unwrap();
    assert!(sessions_with(&[OTHER], &clock).read(&returned(&new.cookie)).is_some());
    assert_eq!(sessions_with(&[KEY], &clock).read(&returned(&new.cookie)), None);
}

on_both! {
    #[tokio::test]
    an_ended_session_is_refused_for_good;
}

async fn an_ended_session_is_refused_for_good(engine: Engine) {
    let home = Home::on(engine);
    let clock = clock();
    let db = Db::open(home.database("auth"), DbOptions::default(), &[session::MIGRATIONS]).unwrap();
    let keys = || SessionKeys::new(&[KEY.into()]).unwrap();
    let make = |ended: Ended| {
        Sessions::new(keys(), CookieSettings::default(), session::LIFETIME, ended, clock.clone())
    };
    let sessions = make(Ended::load(&db, clock.clone()).await.unwrap());
    let new = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap();
    let headers = returned(&new.cookie);
    let ending = new.session.clone();
    for expected in [true, false] {
        let (ended, ending) = (sessions.ended().clone(), ending.clone());
        let recorded = db.write(move |tx| ended.record(tx, &ending.jti, &ending.user_id, ending.exp)).await;
        let news: Result<bool, DbError> = recorded;
        assert_eq!(news.unwrap(), expected);
    }
    sessions.ended().insert(&ending.jti, ending.exp);
    assert_eq!(sessions.read(&headers), None);
    // Another start of the same service reads it from its table.
    let again = make(Ended::load(&db, clock.clone()).await.unwrap());
    assert_eq!(again.read(&headers), None);
    assert!(again.read(&returned(&again.begin(&UserId::new("u1"), "a@b.c").unwrap().cookie)).is_some());
    // Once it would have expired anyway, it takes no room any more.
    clock.advance(session::LIFETIME + Duration::from_secs(120));
    let now = clock.now();
    assert_eq!(db.write(move |tx| session::prune(tx, now)).await.unwrap(), 1);
    assert!(Ended::load(&db, clock.clone()).await.unwrap().is_empty());
}

#[tokio::test]
async fn another_replica_hears_of_an_ended_session_and_refuses_it_too() {
    let home = Home::on(Engine::Postgres);
    let open = || Db::open(home.database("auth"), DbOptions::default(), &[session::MIGRATIONS]).unwrap();
    let (clock, shutdown) = (clock(), Shutdown::new());
    let (db, other_db) = (open(), open());
    let ended = Ended::load(&db, clock.clone()).await.unwrap();
    let other = Ended::load(&other_db, clock.clone()).await.unwrap();
    let followers = [
        tokio::spawn(ended.clone().follow(db.clone(), shutdown.clone())),
        tokio::spawn(other.clone().follow(other_db, shutdown.clone())),
    ];
    for number in 0..20 {
        let (jti, recording) = (format!("session {number}"), ended.clone());
        let record = {
            let jti = jti.clone();
            db.write(move |tx| recording.record(tx, &jti, &UserId::new("u"), NOW + 3600))
        };
        let news: Result<bool, DbError> = record.await;
        assert!(news.unwrap());
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while !other.contains(&jti) {
            assert!(tokio::time::Instant::now() < deadline, "{jti} is not refused");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        clock.advance(Duration::from_secs(60));
    }
    shutdown.trigger();
    for follower in followers {
        follower.await.unwrap();
    }
}

#[test]
fn the_set_of_ended_sessions_forgets_what_has_expired() {
    let clock = clock();
    let ended = Ended::new(clock.clone());
    for number in 0..300 {
        ended.insert(&format!("old {number}"), NOW + 1);
    }
    clock.advance(Duration::from_secs(3600));
    for number in 0..300 {
        ended.insert(&format!("new {number}"), NOW + 7200);
    }
    assert!(ended.contains("new 0") && ended.contains("new 299"));
    assert!(ended.len() < 600, "{}", ended.len());
    assert!(!ended.contains("old 0"));
}

#[derive(Clone)]
struct App {
    sessions: Sessions,
}

impl FromRef<App> for Sessions {
    fn from_ref(app: &App) -> Self {
        app.sessions.clone()
    }
}

#[tokio::test]
async fn extractors_answer_401_or_nothing() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let cookie = sessions.begin(&UserId::new("u1"), "ada@example.com").unwrap().cookie;
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    let router = Router::new()
        .route("/mine", get(|session: Session| async move { session.email }))
        .route(
            "/any",
            get(|MaybeSession(session): MaybeSession| async move { session.is_some().to_string() }),
        )
        .with_state(App { sessions });
    let server = Server::start(router).await;
    let given = [("cookie", cookie.as_str())];
    assert_eq!(server.send("GET /mine", &given, "").await.body, "ada@example.com");
    assert_eq!(server.send("GET /any", &given, "").await.body, "true");
    for bad in ["", "session=x", "session=", "other=1", "session=bnVsbA=="] {
        let reply = server.send("GET /mine", &[("cookie", bad)], "").await;
        fails(&reply, 401, "not_signed_in");
        assert!(reply.body.contains("Not authorized"));
        assert_eq!(server.send("GET /any", &[("cookie", bad)], "").await.body, "false");
    }
}

#[tokio::test]
async fn request_for_another_user_is_refused() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let cookie = sessions.begin(&UserId::new("u1"), "ada@example.com").unwrap().cookie;
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    let router = Router::new()
        .route("/mine", get(|session: Session| async move { session.email }))
        .route(
            "/any",
            get(|MaybeSession(session): MaybeSession| async move { session.is_some().to_string() }),
        )
        .with_state(App { sessions });
    let server = Server::start(router).await;
    let user = session::INTENDED_USER.to_string();
    let own = [("cookie", cookie.as_str()), (user.as_str(), "u1")];
    assert_eq!(server.send("GET /mine", &own, "").await.body, "ada@example.com");
    for other in ["u2", "", "U1", "u1, u2"] {
        let headers = [("cookie", cookie.as_str()), (user.as_str(), other)];
        fails(&server.send("GET /mine", &headers, "").await, 409, "other_user");
        fails(&server.send("GET /any", &headers, "").await, 409, "other_user");
    }
    let twice = [("cookie", cookie.as_str()), (user.as_str(), "u1"), (user.as_str(), "u2")];
    fails(&server.send("GET /mine", &twice, "").await, 409, "other_user");
    // Without a session there is nobody to compare with.
    fails(&server.send("GET /mine", &[(user.as_str(), "u1")], "").await, 401, "not_signed_in");
    assert_eq!(server.send("GET /any", &[(user.as_str(), "u1")], "").await.body, "false");
}

#[test]
fn nothing_secret_is_shown() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let new = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap();
    let value = new.cookie.to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    let shown = format!("{sessions:?} {new:?} {:?}", new.cookie);
    assert!(!shown.contains("the key that") && !shown.contains(&value), "{shown}");
}
