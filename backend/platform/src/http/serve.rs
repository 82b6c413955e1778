//! Serves HTTP/1.1 with a timeout for every way a client can stall, limits on connections and streams, and a graceful
//! shutdown.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use super::body::RequestBody;
use super::connections::{ConnectionSlot, Connections};
use super::limits::{MAX_HEAD, ServeLimits};
use super::socket::{Progress, Socket};
use super::stream_slots::StreamSlot;
use crate::shutdown::Shutdown;
use crate::telemetry::LogThrottle;

/// The timeout of the head on a reserve connection.
const RESERVE_HEAD_WITHIN: Duration = Duration::from_secs(1);
/// The pause of the listener after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A request extension: the request came over a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct FromListener {
    /// Whether the connection is on reserve, so that the request is answered with 503 unless it is a probe.
    pub(super) on_reserve: bool,
}

/// Serves requests on `listener` until `shutdown` is triggered, then waits for requests in progress.
///
/// The socket address of the client is the extension `ConnectInfo<SocketAddr>`. Open-ended streams must end when
/// `shutdown` is triggered, else they are cut after the grace period.
///
/// # Errors
/// If the listener fails permanently.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ServeLimits,
    shutdown: Shutdown,
) -> io::Result<()> {
    let tasks = TaskTracker::new();
    let connections = Arc::new(Connections::new(limits.clone()));
    let server = Server { router, limits, shutdown, cut: CancellationToken::new() };
    let (open, failed) = (metrics::gauge!("http_connections"), LogThrottle::default());
    let mut triggered = pin!(server.shutdown.triggered());
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
                // Probably no file descriptor is free: closing an idle connection frees one.
                if let Some(times) = failed.count() {
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
        let (server, open) = (server.clone(), open.clone());
        tasks.spawn(async move {
            open.increment(1.0);
            server.run_connection(stream, peer, admitted).await;
            open.decrement(1.0);
        });
        if is_crowded {
            // Its request may have arrived: it is read before another connection evicts this one.
            tokio::task::yield_now().await;
        }
    }
    drop(listener);
    tasks.close();
    if tokio::time::timeout(server.limits.grace, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "grace period is over; closing connections");
        server.cut.cancel();
        tasks.wait().await;
    }
    Ok(())
}

/// Returns whether an error of `accept` concerns one connection only.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// The state that the connections share.
#[derive(Clone)]
struct Server {
    router: Router,
    limits: ServeLimits,
    shutdown: Shutdown,
    /// Cancelled when the grace period is over.
    cut: CancellationToken,
}

impl Server {
    async fn run_connection(self, stream: TcpStream, peer: SocketAddr, admitted: ConnectionSlot) {
        let Self { router, limits, shutdown, cut } = self;
        // Without it the first event of a stream waits for the delayed acknowledgement of the client.
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
            let guard = ResponseGuard(Arc::clone(&progress));
            let mut request = request.map(|body| {
                Body::new(RequestBody::new(body, body_limit, body_within, Arc::clone(&progress)))
            });
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(FromListener { on_reserve });
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
                    // A connection that has released its slot serves no other request.
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                // hyper drops the body, and with it the slot and the guard, when it is sent.
                let held = (stream, guard);
                Ok::<_, Infallible>(response.map(|body| {
                    body.map_err(move |error| {
                        let _until_sent = &held;
                        error
                    })
                }))
            }
        });
        let mut builder = http1::Builder::new();
        // hyper starts this timer when the connection becomes idle; the socket has the timeout of the head.
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
                    // A request has arrived: the connection ends after its response.
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// Records the end of the response when it is dropped.
struct ResponseGuard(Arc<Progress>);

impl Drop for ResponseGuard {
    fn drop(&mut self) {
        self.0.end_answer();
    }
}
