//! A minimal HTTP/1.1 client over persistent connections, so that the client costs little.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The number of connections of a load, where it does not say otherwise.
pub(crate) const CONNECTIONS: usize = 64;

/// A persistent connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a request, and returns the status and the body of the response.
    pub(crate) async fn send(&mut self, request: &[u8]) -> (u16, &[u8]) {
        self.begin(request).await;
        self.finish().await
    }

    /// Sends a request, and waits for the first bytes of the response.
    pub(crate) async fn begin(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        self.read_more().await;
    }

    /// Reads the rest of the response, and returns its status and body.
    pub(crate) async fn finish(&mut self) -> (u16, &[u8]) {
        let head = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await;
        };
        let length = content_length(&self.buffer[..head]);
        while self.buffer.len() < head + length {
            self.read_more().await;
        }
        let status = std::str::from_utf8(&self.buffer[9..12]).unwrap().parse().unwrap();
        (status, &self.buffer[head..])
    }

    async fn read_more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
        assert!(read > 0, "the server closed the connection");
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn content_length(head: &[u8]) -> usize {
    let name = b"content-length: ";
    let at = find(head, name).expect("every response has a length") + name.len();
    let digits: Vec<u8> = head[at..].iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).unwrap().parse().unwrap()
}

/// Returns a `POST` request.
pub(crate) fn post(path: &str, cookie: &str, key: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends each request once, over [`CONNECTIONS`] connections.
pub(crate) async fn send_all(
    servers: &[SocketAddr],
    requests: &[Vec<u8>],
    wanted: u16,
) -> (Vec<Vec<u8>>, Duration) {
    send_over(CONNECTIONS, servers, requests, wanted).await
}

/// Sends each request once, over this number of connections, spread evenly over the servers. Returns the bodies of the
/// responses, and the elapsed time.
pub(crate) async fn send_over(
    count: usize,
    servers: &[SocketAddr],
    requests: &[Vec<u8>],
    wanted: u16,
) -> (Vec<Vec<u8>>, Duration) {
    let mut connections = Vec::with_capacity(count);
    for server in servers.iter().cycle().take(count) {
        connections.push(Connection::open(*server).await);
    }
    let began = Instant::now();
    let share = requests.len().div_ceil(count).max(1);
    let senders =
        connections.into_iter().zip(requests.chunks(share)).map(|(mut connection, requests)| async move {
            let mut bodies = Vec::with_capacity(requests.len());
            for request in requests {
                let (status, body) = connection.send(request).await;
                assert_eq!(status, wanted, "{}", String::from_utf8_lossy(body));
                bodies.push(body.to_vec());
            }
            bodies
        });
    let bodies = join_all(senders).await.into_iter().flatten().collect();
    (bodies, began.elapsed())
}

/// Returns a rate per second.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub(crate) fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
