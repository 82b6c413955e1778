//! A service for one test, and the requests to it.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::BodyExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use ticketing_auth::{App, HashingSettings, Limits, Settings};
use ticketing_engines::{DbEngine, TestDatabases};
use ticketing_platform::clock::Clock;
use ticketing_platform::http::{LayerSettings, TrustedProxies, wrap};
use ticketing_platform::session::{CookieSettings, DEFAULT_LIFETIME, RevokedSessions, SessionKeys, Sessions};
use ticketing_sdk::Timestamp;
use tower::ServiceExt;

pub(crate) const KEY: &str = "a key that is long enough for HS256";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Costs that are no protection, so that tests are quick.
pub(crate) fn cheap() -> HashingSettings {
    HashingSettings { memory: 8, passes: 1, lanes: 1, ..HashingSettings::default() }
}

pub(crate) fn settings(databases: &TestDatabases, clock: &Clock) -> Settings {
    let keys = SessionKeys::new(&[KEY.into()]).unwrap();
    let cookie = CookieSettings::new("session", false).unwrap();
    Settings {
        database: databases.database("auth"),
        clock: clock.clone(),
        sessions: Sessions::new(
            keys,
            cookie,
            DEFAULT_LIFETIME,
            RevokedSessions::new(clock.clone()),
            clock.clone(),
        ),
        proxies: TrustedProxies::default(),
        fingerprint_key: SecretString::from(KEY),
        limits: Limits::default(),
        hashing: cheap(),
    }
}

pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    router: Router,
    databases: TestDatabases,
}

impl Service {
    pub(crate) async fn on(engine: DbEngine) -> Self {
        Self::with(engine, |_| {}).await
    }

    pub(crate) async fn with(engine: DbEngine, change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
        Self::open_at(TestDatabases::on(engine), clock, change).await
    }

    async fn open_at(databases: TestDatabases, clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings(&databases, &clock);
        change(&mut settings);
        let app = App::open(settings).await.unwrap();
        let (router, _document) = app.router().split_for_parts();
        Self { app, clock, router: wrap(router, LayerSettings::default()), databases }
    }

    /// The same database, opened again.
    pub(crate) async fn reopened(self) -> Self {
        let Self { app, clock, router, databases } = self;
        drop((app, router));
        Self::open_at(databases, clock, |_| {}).await
    }

    pub(crate) fn folder(&self) -> &Path {
        self.databases.folder()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply { status: parts.status, headers: parts.headers, body: String::from_utf8(body.into()).unwrap() }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(post(path, body.to_string())).await
    }

    pub(crate) async fn signup(&self, email: &str, password: &str) -> Reply {
        self.post("/api/users/signup", json!({ "email": email, "password": password })).await
    }

    pub(crate) async fn signin(&self, email: &str, password: &str) -> Reply {
        self.post("/api/users/signin", json!({ "email": email, "password": password })).await
    }

    pub(crate) async fn signout(&self, cookie: Option<&str>) -> Reply {
        self.send(with_cookie(Method::POST, "/api/users/signout", cookie)).await
    }

    /// Returns the response of `currentuser` for a cookie (`name=value`).
    pub(crate) async fn current_user(&self, cookie: Option<&str>) -> Value {
        let reply = self.send(with_cookie(Method::GET, "/api/users/currentuser", cookie)).await;
        assert_eq!(reply.status, StatusCode::OK);
        let answer = reply.json();
        assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
        answer["currentUser"].clone()
    }

    /// Returns the number that a query selects.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let db = &self.app.core().db;
        db.read(move |tx| tx.query_one(sql, &[], |row| row.int("n"))).await.expect("a count")
    }

    /// Returns the texts that a query selects.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        let db = &self.app.core().db;
        db.read(move |tx| tx.query(sql, &[], |row| row.text("t"))).await.expect("texts")
    }
}

pub(crate) fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    request.body(body.into()).unwrap()
}

fn with_cookie(method: Method, path: &str, cookie: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    request.body(Body::empty()).unwrap()
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Returns the whole `Set-Cookie` value, if there is one.
    pub(crate) fn set_cookie(&self) -> Option<&str> {
        assert!(self.headers.get_all(header::SET_COOKIE).iter().count() <= 1);
        self.headers.get(header::SET_COOKIE).map(|value| value.to_str().unwrap())
    }

    /// Returns the cookie that a client sends back: `session=…`.
    pub(crate) fn cookie(&self) -> &str {
        self.set_cookie().expect("a cookie").split(';').next().unwrap()
    }

    /// Returns the token in the cookie.
    pub(crate) fn token(&self) -> String {
        let contents = STANDARD.decode(self.cookie().strip_prefix("session=").unwrap()).unwrap();
        let contents: Value = serde_json::from_slice(&contents).unwrap();
        assert_eq!(contents.as_object().unwrap().len(), 1, "{contents}");
        contents["jwt"].as_str().unwrap().to_owned()
    }

    pub(crate) fn retry_after(&self) -> u64 {
        self.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
    }

    /// Fails unless this is the error with exactly these entries `(field, code, message)`.
    #[track_caller]
    pub(crate) fn assert_refused(&self, status: u16, faults: &[(&str, &str, &str)]) {
        let entries: Vec<Value> = faults
            .iter()
            .map(|(field, code, message)| match *field {
                "" => json!({ "message": message, "code": code }),
                field => json!({ "message": message, "field": field, "code": code }),
            })
            .collect();
        assert_eq!((self.status.as_u16(), self.json()), (status, json!({ "errors": entries })));
        assert!(self.set_cookie().is_none(), "a refusal sets no cookie");
        assert!(self.headers.contains_key("x-request-id"));
    }
}

/// Returns a cookie that holds any text where the token should be.
pub(crate) fn cookie_of(token: &str) -> String {
    format!("session={}", STANDARD.encode(json!({ "jwt": token }).to_string()))
}

/// Returns the parts of a token, as JSON.
pub(crate) fn parts(token: &str) -> (Value, Value) {
    let part = |index| {
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    (part(0), part(1))
}
