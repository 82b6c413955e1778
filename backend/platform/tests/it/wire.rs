//! A server on a free port, and a client that writes requests byte by byte.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use ticketing_platform::http::{LayerSettings, ServeLimits, serve, wrap};
use ticketing_platform::shutdown::Shutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Nothing in these tests takes this long unless it hangs.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start(router: Router) -> Self {
        Self::with(router, ServeLimits::default()).await
    }

    pub(crate) async fn with(router: Router, limits: ServeLimits) -> Self {
        Self::layered(router, limits, LayerSettings::default()).await
    }

    pub(crate) async fn layered(router: Router, limits: ServeLimits, layers: LayerSettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = Shutdown::new();
        let router = wrap(router, layers);
        let serving = tokio::spawn(serve(listener, router, limits, shutdown.clone()));
        Self { address, shutdown, serving }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.unwrap() }
    }

    /// Returns a connection that comes from this address of the machine.
    pub(crate) async fn connect_from(&self, address: &str) -> Client {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
        Client { stream: socket.connect(self.address).await.unwrap() }
    }

    /// One request on a connection of its own.
    pub(crate) async fn send(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.connect().await.send(line, headers, body).await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &str) -> Reply {
        self.send(&format!("POST {path}"), &[("content-type", "application/json")], body).await
    }

    /// Waits for the end of `serve`.
    pub(crate) async fn wait_until_ended(self) {
        run_within_deadline(self.serving).await.unwrap().unwrap();
    }
}

pub(crate) async fn run_within_deadline<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(DEADLINE, future).await.expect("it hangs")
}

pub(crate) struct Client {
    pub(crate) stream: TcpStream,
}

impl Client {
    pub(crate) async fn send(&mut self, line: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = format!("{line} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        // A server that has refused the head already may close while the body is still being written.
        let _refused_early = self.stream.write_all(request.as_bytes()).await;
        self.reply().await.expect("no answer")
    }

    pub(crate) async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Returns the next answer; `None` when the server closes instead.
    pub(crate) async fn reply(&mut self) -> Option<Reply> {
        run_within_deadline(async {
            let mut bytes = Vec::new();
            let head_end = loop {
                if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                    break end + 4;
                }
                if self.stream.read_buf(&mut bytes).await.ok()? == 0 {
                    return None;
                }
            };
            let mut reply = Reply::parse(std::str::from_utf8(&bytes[..head_end]).unwrap());
            let mut body = bytes.split_off(head_end);
            let length = reply.header("content-length").map(|length| length.parse::<usize>().unwrap());
            while !matches!(reply.status, 204 | 304) && length.is_none_or(|length| body.len() < length) {
                if self.stream.read_buf(&mut body).await.ok()? == 0 {
                    break;
                }
            }
            reply.body = String::from_utf8(body).unwrap();
            Some(reply)
        })
        .await
    }

    /// Returns once the server has closed the connection; panics on an answer.
    pub(crate) async fn wait_until_closed(&mut self) {
        assert!(self.reply().await.is_none(), "an answer instead of an end");
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    fn parse(head: &str) -> Self {
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: String::new() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a header, in order.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Checks that this is a failure in the contract's shape, and returns the code of its only error.
    pub(crate) fn failure(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        assert!(self.header("x-request-id").is_some(), "{self:?}");
        let problem: ticketing_sdk::Problem = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem.errors.len(), 1, "{self:?}");
        assert!(!problem.errors[0].message.is_empty());
        (self.status, problem.errors[0].code.as_ref().unwrap().to_string())
    }
}

pub(crate) fn fails(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.failure(), (status, code.to_owned()), "{reply:?}");
}
