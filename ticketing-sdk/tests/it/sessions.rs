//! Sessions: any cookie, any store, one server.

use std::sync::Arc;

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{
    Client, Error, FileSessions, MemorySessions, Method, SecretString, SessionError, SessionLocation,
    SessionStore,
};

use crate::support::{SERVER, client, signed_in};

fn last_cookie(mock: &Mock) -> Option<String> {
    mock.requests().last().and_then(|request| request.header("cookie").map(str::to_owned))
}

#[tokio::test]
async fn cookie_of_any_name_is_kept() {
    for name in ["session", "express:sess", "sid"] {
        let mock = Mock::new();
        signed_in(&mock, name);
        let client = client(&mock);
        client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
        let _ = client.orders().list().await;
        assert_eq!(last_cookie(&mock), Some(format!("{name}=eyJqd3QiOiJ4LnkueiJ9")));
        assert_eq!(client.session().await.unwrap().cookie.as_deref(), Some(name));
    }
}

#[tokio::test]
async fn session_file_outlives_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/down/sessions.json");
    let mock = Mock::new();
    signed_in(&mock, "session");
    let build = |server: &str| {
        Client::builder(server).session_store(FileSessions::new(&path)).mock(&mock).build().unwrap()
    };
    build(SERVER).auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let later = build(SERVER);
    let _ = later.orders().list().await;
    assert!(last_cookie(&mock).is_some());
    assert_eq!(
        later.session().await.unwrap().location,
        SessionLocation::File { path: path.clone(), instead_of: None }
    );
    // Another server, even on another port of the same host, gets nothing.
    for other in ["http://marketplace.test:81", "https://marketplace.test", "http://elsewhere.test"] {
        let _ = build(other).orders().list().await;
        assert_eq!(last_cookie(&mock), None, "{other}");
    }
    later.auth().forget().await.unwrap();
    let _ = build(SERVER).orders().list().await;
    assert_eq!(last_cookie(&mock), None);
}

#[tokio::test]
async fn session_of_another_server_from_the_store_is_not_sent() {
    /// Ignores the server that it is asked for.
    struct Careless(MemorySessions);
    impl SessionStore for Careless {
        fn load(&self, _: &str) -> Result<Option<SecretString>, SessionError> {
            self.0.load("")
        }
        fn save(&self, _: &str, session: &SecretString) -> Result<(), SessionError> {
            self.0.save("", session)
        }
        fn clear(&self, _: &str) -> Result<(), SessionError> {
            self.0.clear("")
        }
        fn location(&self, _: &str) -> SessionLocation {
            SessionLocation::Other("a heap".to_owned())
        }
    }
    let store = Arc::new(Careless(MemorySessions::new()));
    let mock = Mock::new();
    signed_in(&mock, "session");
    let build =
        |server| Client::builder(server).shared_session_store(store.clone()).mock(&mock).build().unwrap();
    build(SERVER).auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    let _ = build(SERVER).orders().list().await;
    assert!(last_cookie(&mock).is_some());
    // Cookies know no ports, so only the binding keeps this one back.
    let _ = build("http://marketplace.test:81").orders().list().await;
    assert_eq!(last_cookie(&mock), None);
}

#[tokio::test]
async fn given_session_is_used_and_not_stored() {
    let mock = Mock::new();
    let given = || Client::builder(SERVER).mock(&mock).session_value("eyJqd3QiOiJ4In0=");
    let client = given().build().unwrap();
    let _ = client.orders().list().await;
    assert_eq!(last_cookie(&mock).as_deref(), Some("session=eyJqd3QiOiJ4In0="));
    assert_eq!(client.session().await.unwrap().location, SessionLocation::Given);
    let _ = given().session_cookie("express:sess").build().unwrap().orders().list().await;
    assert_eq!(last_cookie(&mock).as_deref(), Some("express:sess=eyJqd3QiOiJ4In0="));
    for bad in ["", "a;b", "a\nb", "a b"] {
        let built = Client::builder(SERVER).session_value(bad).build();
        assert!(matches!(built, Err(Error::InvalidInput { field: "session", .. })), "{bad:?}");
    }
}

#[tokio::test]
async fn damaged_file_is_reported_and_replaced_at_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.json");
    std::fs::write(&path, "{ not json").unwrap();
    let mock = Mock::new();
    signed_in(&mock, "session");
    mock.on(Method::GET, "/api/tickets", Reply::json(200, &Vec::<u8>::new()));
    let build =
        || Client::builder(SERVER).session_store(FileSessions::new(&path)).mock(&mock).build().unwrap();
    let error = build().orders().list().await.unwrap_err();
    assert!(matches!(error, Error::Session(_)) && error.to_string().contains("sign in again"), "{error}");
    let info = build().session().await.unwrap();
    assert!(!info.present && info.unreadable.is_some_and(|why| why.contains("damaged")));
    build().tickets().list().await.unwrap();
    build().auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    assert!(build().session().await.unwrap().present);
}

/// A store that waits to be released before it answers.
struct Slow {
    kept: MemorySessions,
    asked: std::sync::Barrier,
    released: std::sync::Barrier,
}

impl SessionStore for Slow {
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        let session = self.kept.load(server);
        self.asked.wait();
        self.released.wait();
        session
    }
    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
        self.kept.save(server, session)
    }
    fn clear(&self, server: &str) -> Result<(), SessionError> {
        self.kept.clear(server)
    }
    fn location(&self, server: &str) -> SessionLocation {
        self.kept.location(server)
    }
}

#[tokio::test]
async fn session_of_a_sign_in_is_not_overwritten_by_a_slow_store() {
    let mock = Mock::new();
    signed_in(&mock, "older");
    let (asked, released) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
    let store = Arc::new(Slow { kept: MemorySessions::new(), asked, released });
    let build = || Client::builder(SERVER).shared_session_store(store.clone()).mock(&mock).build().unwrap();
    build().auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    let mock = Mock::new();
    signed_in(&mock, "newer");
    let client = Client::builder(SERVER).shared_session_store(store.clone()).mock(&mock).build().unwrap();
    let loading = tokio::spawn({
        let client = client.clone();
        async move { drop(client.orders().list().await) }
    });
    let wait = |barrier: fn(&Slow) -> &std::sync::Barrier| {
        let store = store.clone();
        tokio::task::spawn_blocking(move || {
            barrier(&store).wait();
        })
    };
    wait(|store| &store.asked).await.unwrap();
    client.auth().sign_in("grace@example.com", "correct horse").await.unwrap();
    wait(|store| &store.released).await.unwrap();
    loading.await.unwrap();
    assert_eq!(client.session().await.unwrap().cookie.as_deref(), Some("newer"));
}

#[test]
fn many_writers_of_one_file_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = FileSessions::new(folder.path().join("sessions.json"));
    std::thread::scope(|scope| {
        for server in 0..16 {
            let store = store.clone();
            scope.spawn(move || store.save(&format!("http://s{server}"), &"x".into()).unwrap());
        }
    });
    for server in 0..16 {
        assert!(store.load(&format!("http://s{server}")).unwrap().is_some(), "{server}");
    }
}

#[tokio::test]
async fn only_redirects_within_the_server_are_followed() {
    let mock = Mock::new();
    let to = |place: &str| Reply::empty(307).header("location", place);
    mock.on(Method::GET, "/old", to("/new")).on(Method::GET, "/new", Reply::text(200, "text/plain", "here"));
    mock.on(Method::GET, "/away", to("https://elsewhere.test/x")).on(Method::POST, "/old", to("/new"));
    mock.on(Method::GET, "/loop", to("/loop"));
    let client = client(&mock);
    assert_eq!(client.request(Method::GET, "/old").send().await.unwrap().text(), "here");
    for (method, path) in [(Method::GET, "/away"), (Method::POST, "/old"), (Method::GET, "/loop")] {
        let error = client.request(method, path).send().await.unwrap_err();
        assert!(matches!(error, Error::Redirected { .. }), "{path}: {error:?}");
    }
    assert!(mock.requests().len() < 12);
}

const WRITE: &str = "/api/orders";

/// A session cookie of a user, as the marketplace sets it.
fn cookie_of(user: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"id":"{user}","email":"{user}@example.com","iat":1}}"#));
    format!("session={}; path=/; httponly", STANDARD.encode(format!(r#"{{"jwt":"e30.{claims}.c2ln"}}"#)))
}

fn sign_in_as(mock: &Mock, user: &str) {
    let reply = Reply::json(200, &serde_json::json!({"id": user, "email": format!("{user}@example.com")}));
    mock.on(Method::POST, "/api/users/signin", reply.header("set-cookie", &cookie_of(user)));
}

/// Returns the intended user of each request to a path.
fn intended_users(mock: &Mock, path: &str) -> Vec<Option<String>> {
    let requests = mock.requests().into_iter().filter(|request| request.path == path);
    requests.map(|request| request.header("x-ticketing-user").map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn write_names_the_user_of_its_session_at_every_attempt() {
    let mock = Mock::new();
    sign_in_as(&mock, "ada");
    sign_in_as(&mock, "bob");
    let busy = Reply::problem(503, ticketing_sdk::ErrorCode::Unavailable, "busy").header("retry-after", "2");
    mock.on(Method::POST, WRITE, busy).on(
        Method::POST,
        WRITE,
        Reply::problem(409, ticketing_sdk::ErrorCode::OtherUser, "another user"),
    );
    let client = client(&mock);
    client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    assert_eq!(client.session().await.unwrap().user.unwrap().as_str(), "ada");
    // While the write waits for its second attempt, another user signs in.
    let (order, _) = tokio::join!(client.orders().create("t-1"), async {
        while intended_users(&mock, WRITE).is_empty() {
            tokio::task::yield_now().await;
        }
        client.auth().sign_in("bob@example.com", "correct horse").await.unwrap();
    });
    assert_eq!(order.unwrap_err().code(), Some(&ticketing_sdk::ErrorCode::OtherUser));
    assert_eq!(intended_users(&mock, WRITE), [Some("ada".to_owned()), Some("ada".to_owned())]);
    assert_eq!(intended_users(&mock, "/api/users/signin"), [None, None]);
}

#[tokio::test]
async fn write_is_meant_for_the_user_that_the_caller_names() {
    let mock = Mock::new();
    sign_in_as(&mock, "ada");
    let client = client(&mock);
    client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    let _ = client.orders().create("t-1").for_user(&"bob".into()).await;
    let _ = client.orders().list().await;
    assert_eq!(intended_users(&mock, WRITE), [Some("bob".to_owned()), None]);
}

#[tokio::test]
async fn session_that_names_no_user_names_none_in_writes() {
    let mock = Mock::new();
    signed_in(&mock, "session");
    let client = client(&mock);
    client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    let _ = client.orders().create("t-1").await;
    assert_eq!(intended_users(&mock, WRITE), [None]);
    assert_eq!(client.session().await.unwrap().user, None);
}

#[tokio::test]
async fn bare_401_of_a_good_session_means_another_owner() {
    for (current, code) in [
        (
            serde_json::json!({"id": "ada", "email": "ada@example.com", "iat": 1}),
            ticketing_sdk::ErrorCode::NotOwner,
        ),
        (serde_json::Value::Null, ticketing_sdk::ErrorCode::NotSignedIn),
    ] {
        let mock = Mock::new().without_extensions();
        sign_in_as(&mock, "ada");
        let refusal = Reply::json(401, &serde_json::json!({"errors": [{"message": "Not Authorized"}]}));
        mock.on(Method::GET, "/api/orders/o-1", refusal).on(
            Method::GET,
            "/api/users/currentuser",
            Reply::json(200, &serde_json::json!({"currentUser": current})),
        );
        let client = client(&mock);
        client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
        assert_eq!(client.orders().get("o-1").await.unwrap_err().code(), Some(&code));
    }
}

#[cfg(unix)]
#[test]
fn endless_session_file_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.json");
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    let error = FileSessions::new(path).load(SERVER).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "it is larger than 16 MiB");
}
