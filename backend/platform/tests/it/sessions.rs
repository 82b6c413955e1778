//! Sessions: accepted and refused cookies, and revocation.

mod revocation;

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use http::header::COOKIE;
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use ticketing_platform::clock::Clock;
use ticketing_platform::session::{self, CookieSettings, RevokedSessions, Session, SessionKeys, Sessions};
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
        session::DEFAULT_LIFETIME,
        RevokedSessions::new(clock.clone()),
        clock.clone(),
    )
}

fn cookies(value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, value.parse().unwrap());
    headers
}

/// Returns the request headers of a client that was given this `Set-Cookie`.
fn return_cookies(set_cookie: &http::HeaderValue) -> HeaderMap {
    cookies(set_cookie.to_str().unwrap().split(';').next().unwrap())
}

fn session_headers(token: &str) -> HeaderMap {
    cookies(&format!("session={}", STANDARD.encode(json!({ "jwt": token }).to_string())))
}

fn claims() -> Value {
    json!({ "id": "u1", "email": "ada@example.com", "iat": NOW, "exp": NOW + 60, "iss": "ticketing", "jti": "j1" })
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Returns a token with this header, signed with HMAC-SHA-512 where the header names HS512, otherwise with
/// HMAC-SHA-256.
fn token(header: &Value, key: &str, claims: &Value) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let signature = if header["alg"] == "HS512" {
        let mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(&text).finalize().into_bytes().to_vec()
    } else {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.chain_update(&text).finalize().into_bytes().to_vec()
    };
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signed_headers(algorithm: &str, key: &str, claims: &Value) -> HeaderMap {
    session_headers(&token(&json!({ "alg": algorithm, "typ": "JWT" }), key, claims))
}

#[test]
fn session_is_valid_until_it_expires() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let new = sessions.begin(&UserId::new("u1"), "ada@example.com").unwrap();
    assert_eq!(new.session.iat, NOW);
    assert_eq!(new.session.exp, NOW + 7 * 24 * 3600);
    let headers = return_cookies(&new.cookie);
    assert_eq!(sessions.read(&headers).as_ref(), Some(&new.session));
    clock.advance(session::DEFAULT_LIFETIME - Duration::from_secs(1));
    assert!(sessions.read(&headers).is_some());
    clock.advance(Duration::from_secs(10));
    assert_eq!(sessions.read(&headers), None);
}

#[test]
fn cookie_has_the_attributes_of_the_contract() {
    let sessions = sessions_with(&[KEY], &clock());
    let cookie = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap().cookie;
    let (pair, attributes) = cookie.to_str().unwrap().split_once("; ").unwrap();
    assert_eq!(attributes, "HttpOnly; Path=/; SameSite=Lax; Secure");
    let value = pair.strip_prefix("session=").unwrap();
    let contents: Value = serde_json::from_slice(&STANDARD.decode(value).unwrap()).unwrap();
    assert_eq!(contents["jwt"].as_str().unwrap().split('.').count(), 3);
    let cleared = sessions.clear_cookies(&HeaderMap::new()).remove(0);
    assert!(
        cleared.to_str().unwrap().starts_with("session=; HttpOnly; Path=/; SameSite=Lax; Secure; Max-Age=0")
    );
    assert_eq!(sessions.read(&return_cookies(&cleared)), None);
}

#[test]
fn forged_and_foreign_tokens_are_refused() {
    let sessions = sessions_with(&[KEY], &clock());
    let good = signed_headers("HS256", KEY, &claims());
    assert!(sessions.read(&good).is_some());
    assert_eq!(sessions.read(&signed_headers("HS256", OTHER, &claims())), None);
    // The right key with another algorithm, and none at all.
    assert_eq!(sessions.read(&signed_headers("HS512", KEY, &claims())), None);
    for algorithm in ["none", "None", "NONE", ""] {
        let head = part(&json!({ "alg": algorithm, "typ": "JWT" }));
        assert_eq!(sessions.read(&session_headers(&format!("{head}.{}.", part(&claims())))), None);
        assert_eq!(sessions.read(&session_headers(&format!("{head}.{}", part(&claims())))), None);
    }
    // A good signature over other claims.
    let token = token(&json!({ "alg": "HS256", "typ": "JWT" }), KEY, &claims());
    let parts: Vec<&str> = token.split('.').collect();
    let mut other = claims();
    other["id"] = json!("u2");
    assert_eq!(sessions.read(&session_headers(&format!("{}.{}.{}", parts[0], part(&other), parts[2]))), None);
    assert_eq!(sessions.read(&session_headers(&format!("{}.{}.", parts[0], parts[1]))), None);
    for token in ["", ".", "..", "a.b.c", "{}"] {
        assert_eq!(sessions.read(&session_headers(token)), None, "{token}");
    }
}

#[test]
fn token_with_an_invalid_claim_is_refused() {
    let sessions = sessions_with(&[KEY], &clock());
    for claim in ["id", "email", "iat", "exp", "iss", "jti"] {
        for odd in [json!({}), Value::Null] {
            let mut claims = claims();
            claims[claim] = odd;
            assert_eq!(sessions.read(&signed_headers("HS256", KEY, &claims)), None, "{claim} odd");
        }
    }
    for claim in ["id", "email", "iat"] {
        let mut missing = claims();
        missing.as_object_mut().unwrap().remove(claim);
        assert_eq!(sessions.read(&signed_headers("HS256", KEY, &missing)), None, "{claim} missing");
    }
    for (claim, value) in
        [("exp", json!(NOW - 60)), ("iss", json!("someone")), ("id", json!("")), ("jti", json!(""))]
    {
        let mut wrong = claims();
        wrong[claim] = value;
        assert_eq!(sessions.read(&signed_headers("HS256", KEY, &wrong)), None, "{claim}");
    }
}

#[test]
fn token_of_the_original_expires_and_can_be_revoked() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let begun_at = |iat: i64| {
        let claims = json!({ "id": "5ea9b8f0c1d2e3f405162738", "email": "ada@example.com", "iat": iat });
        sessions.read(&signed_headers("HS256", KEY, &claims))
    };
    let lifetime = 7 * 24 * 3600;
    let session = begun_at(NOW).unwrap();
    assert_eq!((session.user_id.as_str(), session.exp), ("5ea9b8f0c1d2e3f405162738", NOW + lifetime));
    assert_eq!(begun_at(NOW).unwrap().jti, session.jti, "the same token has the same name");
    assert_ne!(begun_at(NOW - 1).unwrap().jti, session.jti);
    assert_eq!(begun_at(NOW - lifetime - 6), None, "it is over");
    assert_eq!(begun_at(NOW + 60), None, "it begins later");
    sessions.revoked_sessions().insert(&session.jti, session.exp);
    assert_eq!(begun_at(NOW), None);
}

#[test]
fn token_before_its_nbf_is_refused() {
    let sessions = sessions_with(&[KEY], &clock());
    let with = |nbf: Value| {
        let mut claims = claims();
        claims["nbf"] = nbf;
        sessions.read(&signed_headers("HS256", KEY, &claims)).is_some()
    };
    for past in [json!(NOW - 60), json!(NOW), json!(0), Value::Null] {
        assert!(with(past.clone()), "{past}");
    }
    for future in [
        json!(NOW + 1),
        json!(NOW as f64 + 0.5),
        json!(NOW + 60),
        json!(1e300),
        json!(i64::MAX),
        json!("soon"),
        json!([]),
        json!({}),
    ] {
        assert!(!with(future.clone()), "{future}");
    }
}

#[test]
fn expiry_and_issue_time_are_judged_to_the_second() {
    let sessions = sessions_with(&[KEY], &clock());
    let with = |exp: i64| {
        let mut claims = claims();
        claims["exp"] = json!(exp);
        sessions.read(&signed_headers("HS256", KEY, &claims)).is_some()
    };
    assert_eq!([NOW - 1, NOW, NOW + 1].map(with), [false, false, true]);
    let begun = |iat: i64| {
        let claims = json!({ "id": "5ea9b8f0c1d2e3f405162738", "email": "ada@example.com", "iat": iat });
        sessions.read(&signed_headers("HS256", KEY, &claims)).is_some()
    };
    // Without `exp`, the clock of the server that issued the token may be five seconds ahead.
    assert_eq!([NOW + 5, NOW + 6].map(begun), [true, false]);
    let lifetime = 7 * 24 * 3600;
    assert_eq!([NOW - lifetime + 1, NOW - lifetime].map(begun), [true, false]);
}

#[test]
fn token_with_a_crit_header_is_refused() {
    let sessions = sessions_with(&[KEY], &clock());
    let with = |name: &str, value: Value| {
        let mut header = json!({ "alg": "HS256", "typ": "JWT", "b64": true, "x": 1 });
        header[name] = value;
        sessions.read(&session_headers(&token(&header, KEY, &claims()))).is_some()
    };
    assert!(with("kid", json!("the second")), "unknown parameters that are not critical are ignored");
    for crit in [json!(["x"]), json!(["b64"]), json!(["exp"]), json!([]), json!("x"), json!({})] {
        assert!(!with("crit", crit.clone()), "{crit}");
    }
}

#[test]
fn every_valid_session_of_a_request_is_read_once() {
    let sessions = sessions_with(&[KEY], &clock());
    let pair = |email: &str| {
        let cookie = sessions.begin(&UserId::new(email), email).unwrap().cookie;
        cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    };
    let (ada, bob) = (pair("ada@b.c"), pair("bob@b.c"));
    let emails = |cookie: &str| -> Vec<String> {
        sessions.read_all(&cookies(cookie)).into_iter().map(|session| session.email).collect()
    };
    assert_eq!(emails(&format!("{ada}; session=garbage; {bob}; {ada}")), ["ada@b.c", "bob@b.c"]);
    assert!(emails("session=garbage; other=1").is_empty());
    let found = sessions.read(&cookies(&format!("session=garbage; {ada}")));
    assert_eq!(found.map(|session| session.email).as_deref(), Some("ada@b.c"));
}

#[test]
fn keys_can_be_replaced_while_old_sessions_last() {
    let clock = clock();
    let old = sessions_with(&[KEY], &clock).begin(&UserId::new("u1"), "a@b.c").unwrap();
    let both = sessions_with(&[OTHER, KEY], &clock);
    assert!(both.read(&return_cookies(&old.cookie)).is_some());
    let new = both.begin(&UserId::new("u1"), "a@b.c").unwrap();
    assert!(sessions_with(&[OTHER], &clock).read(&return_cookies(&new.cookie)).is_some());
    assert_eq!(sessions_with(&[KEY], &clock).read(&return_cookies(&new.cookie)), None);
}

/// Returns the cookie of a `Set-Cookie` value, as a client sends it back.
fn pair(set_cookie: &http::HeaderValue) -> String {
    set_cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn newest_of_several_sessions_is_read_and_all_are_found() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let old = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap();
    clock.advance(Duration::from_millis(2));
    let new = sessions.begin(&UserId::new("u2"), "d@e.f").unwrap();
    let stale = signed_headers("HS256", OTHER, &claims());
    let stale = stale[COOKIE].to_str().unwrap();
    for order in [[pair(&old.cookie), pair(&new.cookie)], [pair(&new.cookie), pair(&old.cookie)]] {
        let headers = cookies(&format!("session=garbage; {stale}; {}; {}", order[0], order[1]));
        assert_eq!(sessions.read(&headers).as_ref(), Some(&new.session));
        let mut found: Vec<String> = sessions.read_all(&headers).into_iter().map(|it| it.email).collect();
        found.sort();
        assert_eq!(found, ["a@b.c", "d@e.f"]);
    }
}

#[test]
fn servers_on_one_host_keep_each_others_sessions() {
    let clock = clock();
    let (one, two) = (sessions_with(&[KEY], &clock), sessions_with(&[OTHER], &clock));
    let at_one = one.begin_with_cookies(&HeaderMap::new(), &UserId::new("u1"), "a@b.c").unwrap();
    assert!(pair(&at_one.cookie).starts_with("session="));
    let jar = cookies(&pair(&at_one.cookie));
    // The name is taken on this host: the browser would replace the cookie of the other server.
    let at_two = two.begin_with_cookies(&jar, &UserId::new("u2"), "d@e.f").unwrap();
    let own = pair(&at_two.cookie);
    assert!(own.starts_with("session_") && !own.starts_with("session="), "{own}");
    let jar = cookies(&format!("{}; {own}", pair(&at_one.cookie)));
    assert_eq!(one.read(&jar).unwrap().user_id, UserId::new("u1"));
    assert_eq!(two.read(&jar).unwrap().user_id, UserId::new("u2"));
    // A key that was replaced keeps its name as long as it is accepted.
    let replaced = sessions_with(&["a newer key of that installation", OTHER], &clock);
    assert_eq!(replaced.read(&jar).unwrap().user_id, UserId::new("u2"));
    // Signing out of one clears its own cookie alone.
    let names = |cleared: Vec<http::HeaderValue>| -> Vec<String> {
        cleared.iter().map(|value| pair(value).trim_end_matches('=').to_owned()).collect()
    };
    assert_eq!(names(one.clear_cookies(&jar)), ["session"]);
    assert_eq!(names(two.clear_cookies(&jar)), [own.split('=').next().unwrap()]);
    // Where it has both names, or none, the plain one is cleared as well.
    assert_eq!(names(two.clear_cookies(&HeaderMap::new())), ["session"]);
    let both = cookies(&format!("session={}; {own}", own.split_once('=').unwrap().1));
    assert_eq!(names(two.clear_cookies(&both)).len(), 2);
    // An expired session of the server itself is replaced.
    clock.advance(session::DEFAULT_LIFETIME * 2);
    let again = one.begin_with_cookies(&jar, &UserId::new("u1"), "a@b.c").unwrap();
    assert!(pair(&again.cookie).starts_with("session="));
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

/// Starts a server with a route that needs a session and one that does not. Returns the cookie of a session, too.
async fn start_server() -> (Server, String) {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let cookie = sessions.begin(&UserId::new("u1"), "ada@example.com").unwrap().cookie;
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    let router = Router::new()
        .route("/mine", get(|session: Session| async move { session.email }))
        .route("/any", get(|session: Option<Session>| async move { session.is_some().to_string() }))
        .with_state(App { sessions });
    let server = Server::start(router).await;
    (server, cookie)
}

#[tokio::test]
async fn extractors_answer_401_or_none() {
    let (server, cookie) = start_server().await;
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
    let (server, cookie) = start_server().await;
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
    // Without a session there is no user to compare with.
    fails(&server.send("GET /mine", &[(user.as_str(), "u1")], "").await, 401, "not_signed_in");
    assert_eq!(server.send("GET /any", &[(user.as_str(), "u1")], "").await.body, "false");
}

#[test]
fn debug_output_hides_secrets() {
    let clock = clock();
    let sessions = sessions_with(&[KEY], &clock);
    let new = sessions.begin(&UserId::new("u1"), "a@b.c").unwrap();
    let value = new.cookie.to_str().unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    let shown = format!("{sessions:?} {new:?} {:?}", new.cookie);
    assert!(!shown.contains("the key that") && !shown.contains(&value), "{shown}");
}
