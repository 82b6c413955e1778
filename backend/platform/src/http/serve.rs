//! Serves HTTP/1.1 with a timeout for every way a client can stall, limits on connections and streams, and a graceful
//! shutdown.

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
use http::{HeaderValue, header};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use super::allowed_origin::AllowedOrigin;
use super::body::{LARGEST_BODY, RequestBody};
use super::client_address::TrustedProxies;
use super::connections::{Admitted, Connections};
use super::socket::{Progress, Socket};
use super::stream_slots::StreamSlot;
use crate::shutdown::Shutdown;
use crate::telemetry::LogThrottle;

/// The largest head of a request, in bytes: so much of it is held before it is known who asks for what.
pub(super) const MAX_HEAD: usize = 64 * 1024;
/// How long a connection on reserve may take for its head.
const RESERVE_HEAD_WITHIN: Duration = Duration::from_secs(1);
/// How long the listener waits before it accepts again after a failure.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The least that a ceiling is lowered to where files are few.
const LEAST: usize = 8;

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
    /// Connections at a time, those of streams apart. Beyond it, those that have waited longest for a request are
    /// closed; where none waits, new ones are answered 503.
    pub connections: usize,
    /// Connections of one client address at a time, those of streams apart.
    pub connections_per_address: usize,
    /// Connections beyond both ceilings, which answer probes, and 503 to everything else.
    pub reserve: usize,
    /// Streams without an end at a time. The handlers that make them take a [`StreamSlot`].
    pub streams: usize,
    /// Streams of one client address at a time.
    pub streams_per_address: usize,
    /// Proxies: their connections are many clients', so they have no share.
    pub trusted_proxies: TrustedProxies,
    /// Origins whose pages may read the errors of requests that are not valid HTTP.
    pub allowed_origins: Arc<[AllowedOrigin]>,
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
            connections_per_address: 1024,
            reserve: 16,
            streams: 4096,
            streams_per_address: 256,
            trusted_proxies: TrustedProxies::default(),
            allowed_origins: Arc::default(),
            grace: Duration::from_secs(10),
        }
    }
}

impl ServeLimits {
    /// The same, with ceilings that need no more than `files` open files.
    #[must_use]
    pub fn within_files(mut self, files: usize) -> Self {
        if self.connections + self.streams + self.reserve <= files {
            return self;
        }
        self.reserve = self.reserve.min(files / 8).max(1);
        let rest = files.saturating_sub(self.reserve);
        let lower = |ceiling: usize, share: usize| {
            let lowered = ceiling.min(rest / 2).max(LEAST);
            (lowered, (share.saturating_mul(lowered) / ceiling.max(1)).max(LEAST.min(share)))
        };
        (self.streams, self.streams_per_address) = lower(self.streams, self.streams_per_address);
        (self.connections, self.connections_per_address) =
            lower(self.connections, self.connections_per_address);
        self
    }
}

/// The paths of the probes `/healthz` and `/readyz`.
pub(crate) const PROBE_PATHS: [&str; 2] = ["/healthz", "/readyz"];

/// Marks a request that came over a connection of a listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct FromListener;

/// Marks a request of a connection on reserve: it is answered 503, unless it is a probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnReserve;

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
    let tasks = TaskTracker::new();
    let cut = CancellationToken::new();
    let connections = Arc::new(Connections::new(limits.clone()));
    let (open, failed) = (metrics::gauge!("http_connections"), LogThrottle::default());
    let mut triggered = pin!(shutdown.triggered());
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut triggered => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                // Out of files, most likely: a connection that waits gives one back.
                if let Some(times) = failed.occurred() {
                    tracing::warn!(%error, times, "accepting a connection failed; retrying");
                }
                connections.evict_one();
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some((admitted, is_crowded)) = connections.admit(peer.ip()) else {
            tokio::task::yield_now().await;
            continue;
        };
        let connection = Connection {
            router: router.clone(),
            limits: limits.clone(),
            shutdown: shutdown.clone(),
            cut: cut.clone(),
        };
        let open = open.clone();
        tasks.spawn(async move {
            open.increment(1.0);
            connection.run(stream, peer, admitted).await;
            open.decrement(1.0);
        });
        if is_crowded {
            // Its request may have come already: it is read before another connection is accepted in its place.
            tokio::task::yield_now().await;
        }
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(limits.grace, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "the grace is over, cutting connections");
        cut.cancel();
        tasks.wait().await;
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
    async fn run(self, stream: TcpStream, peer: SocketAddr, admitted: Admitted) {
        let Self { router, limits, shutdown, cut } = self;
        // Without it the first event of a stream waits for the client's delayed acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let (progress, evicted) = (Arc::clone(&admitted.progress), admitted.evicted.clone());
        let on_reserve = admitted.on_reserve;
        let head_within =
            if on_reserve { limits.head_within.min(RESERVE_HEAD_WITHIN) } else { limits.head_within };
        let origins = limits.allowed_origins;
        let socket = Socket::new(stream, Arc::clone(&progress), head_within, limits.write_within, origins);
        let (body_limit, body_within) = (limits.body_limit, limits.body_within);
        let (admitted, seen) = (Arc::new(admitted), Arc::clone(&progress));
        let service = service_fn(move |request: http::Request<Incoming>| {
            progress.begin_answer();
            let answered = Answered(Arc::clone(&progress));
            let mut request = request.map(|body| {
                Body::new(RequestBody::new(body, body_limit, body_within, Arc::clone(&progress)))
            });
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(FromListener);
            if on_reserve {
                request.extensions_mut().insert(OnReserve);
            }
            let (mut router, admitted) = (router.clone(), Arc::clone(&admitted));
            async move {
                let mut response: Response = match router.call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                let stream = response.extensions_mut().remove::<StreamSlot>();
                if stream.is_some() {
                    admitted.leave();
                }
                if stream.is_some() || on_reserve {
                    // A connection that has left its place among those of requests carries no other one.
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(response.map(|body| AnswerBody {
                    body,
                    _stream: stream,
                    _answered: answered,
                }))
            }
        });
        let mut builder = http1::Builder::new();
        // hyper starts this timer when the connection falls idle; the socket bounds the head itself.
        builder.timer(TokioTimer::new()).header_read_timeout(limits.idle_within).max_buf_size(MAX_HEAD);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
        let (mut triggered, mut evicted) = (pin!(shutdown.triggered()), pin!(evicted.cancelled_owned()));
        let (mut draining, mut evicting) = (false, false);
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
                () = &mut evicted, if !evicting => {
                    evicting = true;
                    if seen.is_waiting() {
                        break;
                    }
                    // A request came in that moment: the connection ends with its answer.
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
    _stream: Option<StreamSlot>,
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
