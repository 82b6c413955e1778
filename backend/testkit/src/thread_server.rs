//! An HTTP server on a thread of its own: tests without a runtime use it as well as those with one.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The server. It ends when it is dropped, with its connections.
#[derive(Debug)]
pub(crate) struct ThreadServer {
    address: SocketAddr,
    /// Ends the thread when it is dropped.
    _stop: oneshot::Sender<()>,
}

/// The error that closes a connection.
const CLOSED: &str = "closed without an answer";

impl ThreadServer {
    /// Listens on a free port of the loopback interface. If `answer` returns `None`, the connection is closed.
    pub(crate) fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
        A: Future<Output = Option<Response<Full<Bytes>>>> + Send + 'static,
    {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener of the runtime");
                tokio::select! {
                    () = accept(listener, Arc::new(answer)) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, _stop: stop }
    }

    /// Returns the address as a URL, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn accept<F, A>(listener: TcpListener, answer: Arc<F>)
where
    F: Fn(Request<Bytes>) -> A + Send + Sync + 'static,
    A: Future<Output = Option<Response<Full<Bytes>>>> + Send + 'static,
{
    while let Ok((stream, _)) = listener.accept().await {
        let answer = Arc::clone(&answer);
        let service = service_fn(move |request: Request<hyper::body::Incoming>| {
            let answer = Arc::clone(&answer);
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.map_err(|_| CLOSED)?.to_bytes();
                // A client that disconnects does not cancel the work that it requested.
                let work = tokio::spawn(answer(Request::from_parts(parts, body)));
                work.await.ok().flatten().ok_or(CLOSED)
            }
        });
        tokio::spawn(async move {
            // Tests close connections early, so an error is expected.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}
