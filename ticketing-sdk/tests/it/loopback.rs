//! Calls over real connections, against a minimal server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::TryStreamExt;
use ticketing_sdk::{Client, Error, Phase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::support::{order, ticket};

/// How the server handles a connection after it has read a request.
enum Does {
    /// Writes this and closes.
    Writes(String),
    /// Sends nothing and keeps the connection.
    Waits,
}

/// Serves one request a connection, in turn, and keeps their heads and bodies.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(script: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut waiting = Vec::new();
            for does in script {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let request = read_request(&mut stream).await;
                seen.lock().unwrap().push(request);
                match does {
                    Does::Writes(answer) => {
                        stream.write_all(answer.as_bytes()).await.unwrap();
                        stream.shutdown().await.unwrap();
                    }
                    Does::Waits => waiting.push(stream),
                }
            }
            std::future::pending::<()>().await;
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |n| n.parse().unwrap());
            if body.len() >= length {
                return String::from_utf8(bytes).unwrap();
            }
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.unwrap();
        assert!(read > 0, "the client hung up");
        bytes.extend_from_slice(&chunk[..read]);
    }
}

fn answer(status: &str, headers: &str, body: &str) -> Does {
    let length = body.len();
    Does::Writes(format!(
        "HTTP/1.1 {status}\r\nx-request-id: r-1\r\nidempotency-keys: max-age=86400\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n{headers}\r\n{body}"
    ))
}

fn client(server: &Server) -> Client {
    Client::new(&server.url).unwrap()
}

#[tokio::test]
async fn session_round_trip() {
    let cookie = "set-cookie: express:sess=eyJqd3QiOiJ4In0=; path=/; httponly\r\n";
    let server = Server::start(vec![
        answer("200 OK", cookie, r#"{"id":"u-1","email":"ada@example.com"}"#),
        answer("200 OK", "", "[]"),
    ])
    .await;
    let client = client(&server);
    client.auth().sign_in("ada@example.com", "correct horse").await.unwrap();
    assert!(client.orders().list().await.unwrap().items.is_empty());
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /api/users/signin HTTP/1.1\r\n"));
    assert!(requests[0].ends_with(r#"{"email":"ada@example.com","password":"correct horse"}"#));
    assert!(
        requests[1].to_lowercase().contains("\r\ncookie: express:sess=eyjqd3qioij4in0=\r\n"),
        "{}",
        requests[1]
    );
}

/// Returns a socket with a port on which no server listens.
pub(crate) fn reserve_port() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket
}

#[tokio::test]
async fn refused_connection_is_unreachable() {
    let nobody = reserve_port();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    let error = Client::new(&url).unwrap().orders().create("t-1").await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().starts_with(&format!("cannot reach {url}: ")), "{error}");
}

#[tokio::test]
async fn write_with_a_lost_response_is_retried() {
    let created = order("created").to_string();
    let server = Server::start(vec![
        answer("200 OK", "", &ticket("t-1").to_string()),
        Does::Writes(String::new()),
        Does::Writes("HTTP/1.1 201 Created\r\ncontent-length: 400\r\n\r\n{\"id\":".to_owned()),
        answer("201 Created", "", &created),
    ])
    .await;
    let client = client(&server);
    client.tickets().get("t-1").await.unwrap();
    let write = client.orders().create("t-1");
    let key = format!("idempotency-key: {}", write.key().unwrap());
    assert_eq!(write.await.unwrap().id.as_str(), "o-1");
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[1..].iter().all(|request| request.contains(&key)));
}

#[tokio::test(start_paused = true)]
async fn write_timeout_is_an_unknown_outcome() {
    let server = Server::start(vec![Does::Waits, Does::Waits]).await;
    let client = Client::builder(&server.url).response_timeout(Duration::from_millis(50)).build().unwrap();
    let error = client.orders().create("t-1").await.unwrap_err();
    let Error::UnknownOutcome { key: Some(_), cause, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(**cause, Error::Timeout { phase: Phase::Response, .. }));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn redirect_carries_no_session_elsewhere() {
    let elsewhere = Server::start(vec![Does::Waits]).await;
    let server =
        Server::start(vec![answer("302 Found", &format!("location: {}/api/orders\r\n", elsewhere.url), "")])
            .await;
    let client = Client::builder(&server.url).session_value("eyJqd3QiOiJ4In0=").build().unwrap();
    let error = client.orders().list().await.unwrap_err();
    assert!(
        matches!(&error, Error::Redirected { location, .. } if location.starts_with(&elsewhere.url)),
        "{error:?}"
    );
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn watch_resumes_over_a_new_connection() {
    let stream = |text: String| {
        Does::Writes(format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n{text}"
        ))
    };
    let event = |id: u32| format!("event: ticket:updated\nid: {id}\ndata: {}\n\n", ticket("t-1"));
    let server =
        Server::start(vec![stream("retry: 10\nid: 6\n\n".to_owned()), stream(event(7)), stream(event(8))])
            .await;
    let mut watch = client(&server).tickets().watch().await.unwrap();
    for id in ["7", "8"] {
        assert_eq!(watch.try_next().await.unwrap().unwrap().id, id);
    }
    let requests = server.requests();
    assert!(!requests[0].contains("last-event-id"));
    assert!(requests[1].contains("last-event-id: 6\r\n") && requests[2].contains("last-event-id: 7\r\n"));
}

#[tokio::test]
async fn proxy_of_the_program_carries_requests_to_the_server() {
    let body = ticket("t-1").to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let proxy = Server::start(vec![Does::Writes(answer)]).await;
    let builder =
        Client::builder("http://tickets.example.com").proxy(proxy.url.replace("//", "//ada:s3cret@"));
    let found = builder.build().unwrap().tickets().get("t-1").await.unwrap();
    assert_eq!(found.id.as_str(), "t-1");
    let head = proxy.requests()[0].to_lowercase();
    assert!(head.starts_with("get http://tickets.example.com/api/tickets/t-1 http/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: basic "), "{head}");
    // The address of a proxy is named in errors, without the password.
    let gone =
        Client::builder("http://tickets.example.com").proxy("http://ada:s3cret@127.0.0.1:1").max_retries(0);
    let error = gone.build().unwrap().tickets().get("t-1").await.unwrap_err().to_string();
    assert!(
        error.contains("the proxy http://127.0.0.1:1 made no connection") && !error.contains("s3cret"),
        "{error}"
    );
}
