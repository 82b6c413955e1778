//! Serving: HTTP/1.1 with a time-out for every way a client can dawdle, a bound on connections, and a drain.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use super::body::{LARGEST_BODY, RequestBody};
use super::socket::{Progress, Socket};
use crate::shutdown::Shutdown;

/// The ceilings of a listener.
#[derive(Debug, Clone)]
pub struct ServeLimits {
    /// From the first byte of a request's head (or the connection's start) to its last.
    pub head_within: Duration,
    /// For the whole body, from the first moment that it has to be waited for.
    pub body_within: Duration,
    /// The largest body of any route, in bytes; most routes read less (`BODY_LIMIT`).
    pub body_limit: u64,
    /// How long a connection may stay open between two requests.
    pub idle_within: Duration,
    /// How long a client may take nothing of its answer while there is something to take.
    pub write_within: Duration,
    /// Connections at a time; beyond it, new ones wait in the listen queue.
    pub connections: usize,
    /// How long a drain waits for requests under way before it closes their connections.
    pub grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            head_within: Duration::from_secs(10),
            body_within: Duration::from_secs(10),
            body_limit: LARGEST_BODY,
            idle_within: Duration::from_secs(75),
            write_within: Duration::from_secs(30),
            connections: 4096,
            grace: Duration::from_secs(10),
        }
    }
}

/// Answers requests on `listener` until `shutdown` is triggered, then lets those under way finish.
///
/// Handlers find the client's socket address as `ConnectInfo<SocketAddr>`. Streams without an end must end
/// themselves when `shutdown` is triggered, else they are cut when the grace is over.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    shutdown: Shutdown,
) -> io::Result<()> {
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    let slots = Arc::new(Semaphore::new(limits.connections));
    let open = metrics::gauge!("http_connections");
    let mut triggered = pin!(shutdown.triggered());
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let slot = Arc::clone(&slots).acquire_owned().await.ok();
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            biased;
            () = &mut triggered => break,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                // Out of descriptors, most likely: the connections that end will give some back.
                tracing::warn!(%error, "cannot accept connections for the moment");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let connection = Connection {
            router: router.clone(),
            limits: limits.clone(),
            shutdown: shutdown.clone(),
            cut: cut.clone(),
        };
        let open = open.clone();
        connections.spawn(async move {
            open.increment(1.0);
            connection.run(stream, peer).await;
            open.decrement(1.0);
            drop(slot);
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(limits.grace, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "the grace is over, cutting connections");
        cut.cancel();
        connections.wait().await;
    }
    Ok(())
}

/// Errors of `accept` that concern the connection alone.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

struct Connection {
    router: Router,
    limits: ServeLimits,
    shutdown: Shutdown,
    cut: CancellationToken,
}

impl Connection {
    async fn run(self, stream: TcpStream, peer: SocketAddr) {
        let Self { router, limits, shutdown, cut } = self;
        // Without it the first event of a stream waits for the client's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let progress = Arc::new(Progress::default());
        let socket = Socket::new(stream, Arc::clone(&progress), limits.head_within, limits.write_within);
        let (body_limit, body_within) = (limits.body_limit, limits.body_within);
        let service = service_fn(move |request: http::Request<Incoming>| {
            progress.begin_answer();
            let answered = Answered(Arc::clone(&progress));
            let mut request = request.map(|body| {
                Body::new(RequestBody::new(body, body_limit, body_within, Arc::clone(&progress)))
            });
            request.extensions_mut().insert(ConnectInfo(peer));
            let mut router = router.clone();
            async move {
                let response: Response = match router.call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                Ok::<_, Infallible>(response.map(|body| AnswerBody { body, _answered: answered }))
            }
        });
        let mut builder = http1::Builder::new();
        // hyper starts this timer when the connection falls idle; the socket bounds the head itself.
        builder.timer(TokioTimer::new()).header_read_timeout(limits.idle_within);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
        let mut triggered = pin!(shutdown.triggered());
        let mut draining = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, %peer, "connection ended");
                    }
                    break;
                }
                () = cut.cancelled() => break,
                () = &mut triggered, if !draining => {
                    draining = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// Tells the socket, when dropped, that the answer has been given away.
struct Answered(Arc<Progress>);

impl Drop for Answered {
    fn drop(&mut self) {
        self.0.end_answer();
    }
}

/// An answer's body that knows when hyper is done with it.
struct AnswerBody {
    body: Body,
    _answered: Answered,
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
