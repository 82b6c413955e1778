//! No public type shows a secret in its `Debug`.

use std::fmt::Debug;

use ticketing_sdk::mock::{Mock, Reply};
use ticketing_sdk::{
    CardToken, Client, ClientSecret, FileSessions, IdempotencyKey, Keyring, MemorySessions, Method,
    NewCheckIn, NewPayment, PassTransfer, SecretString, SessionError, SessionStore, Timestamp, fixtures,
};

use crate::support::{SERVER, client, signed_in};

const SECRET: &str = "s3cret";

fn keeps_quiet(what: &str, value: &dyn Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(SECRET), "{what} tells: {shown}");
        assert!(!shown.contains("eyJqd3Q"), "{what} tells the session: {shown}");
    }
}

#[tokio::test]
async fn debug_output_has_no_secrets() {
    let mock = Mock::new();
    signed_in(&mock, "session");
    mock.on(Method::GET, "/api/tickets", Reply::events(""));
    let given = Client::builder(SERVER).mock(&mock).session_value(SECRET);
    keeps_quiet("builder", &given);
    keeps_quiet("builder with a password in its address", &Client::builder("http://u:s3cret@x"));
    let given = given.build().unwrap();
    keeps_quiet("session info", &given.session().await.unwrap());
    let client = client(&mock);
    keeps_quiet("user", &client.auth().sign_in("ada@example.com", SECRET).await.unwrap());
    keeps_quiet("client", &client);
    keeps_quiet("session info", &client.session().await.unwrap());
    keeps_quiet("auth", &client.auth());
    keeps_quiet("tickets", &client.tickets());
    keeps_quiet("orders", &client.orders());
    keeps_quiet("payments", &client.payments());
    keeps_quiet("passes", &client.passes());
    keeps_quiet("pass code", &NewCheckIn::new(SECRET));
    keeps_quiet("claim code", &client.passes().claim(SECRET));
    keeps_quiet("transfer", &PassTransfer::new(SECRET, Timestamp::from_millis(0)));
    keeps_quiet("pass", &fixtures::pass("p-1").code(SECRET));
    let request = client.request(Method::POST, "/x").json(SECRET).header("cookie", SECRET);
    keeps_quiet("request", &request);
    keeps_quiet("response", &request.send().await.unwrap());
    keeps_quiet("list", &client.orders().list());
    keeps_quiet("items", &client.orders().list().stream());
    let pay = client.payments().create("o-1", CardToken::new(SECRET));
    keeps_quiet("write", &pay);
    keeps_quiet("error", &pay.await.unwrap_err());
    keeps_quiet("error of a sign-in", &client.auth().sign_up("a", SECRET).await.unwrap_err());
    keeps_quiet("card", &CardToken::new(SECRET));
    keeps_quiet("client secret", &ClientSecret::new(SECRET));
    keeps_quiet("new payment", &NewPayment::new("o-1", SECRET));
    let watch = client.tickets().watch().await.unwrap();
    keeps_quiet("watch", &watch);
    keeps_quiet("watch events", &watch.into_events());
    keeps_quiet("mock", &mock);
    keeps_quiet("what the mock received", &mock.requests());
    keeps_quiet("reply", &Reply::text(200, "text/plain", SECRET).header("set-cookie", SECRET));
    keeps_quiet("text", &SecretString::from(SECRET));
    keeps_quiet("key", &IdempotencyKey::generate());
}

#[test]
fn no_store_tells() {
    let folder = tempfile::tempdir().unwrap();
    let memory = MemorySessions::new();
    let file = FileSessions::new(folder.path().join("sessions.json"));
    for store in [&memory as &dyn SessionStore, &file] {
        store.save(SERVER, &SECRET.into()).unwrap();
        keeps_quiet("location", &store.location(SERVER));
        keeps_quiet("session", &store.load(SERVER).unwrap());
    }
    keeps_quiet("memory", &memory);
    keeps_quiet("file", &file);
    keeps_quiet("keyring", &Keyring::new("default").fallback(folder.path().join("other.json")));
    keeps_quiet("session error", &SessionError::new("no"));
}

#[tokio::test]
async fn damaged_session_is_not_quoted() {
    let store = MemorySessions::new();
    store.save(SERVER, &format!("{{{SECRET}").into()).unwrap();
    let client = Client::builder(SERVER).mock(&Mock::new()).session_store(store).build().unwrap();
    let error = client.orders().list().await.unwrap_err();
    keeps_quiet("error", &error);
    assert!(!error.to_string().contains(SECRET));
}
