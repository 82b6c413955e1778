//! An HTTP proxy that holds or drops single requests and responses. Tests kill a client at each request of an operation, or
//! hide the outcome of a write from it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::thread_server::ThreadServer;

/// The maximum time until no request is on its way.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// The progress of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestStage {
    /// The proxy has received the request; the server has not.
    Arrived,
    /// The server has answered; the client has no response.
    Answered,
}

/// A request at a stage, as the proxy matches and records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxiedRequest {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The stage of the request.
    pub stage: RequestStage,
}

/// The action on a held request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyAction {
    /// Forwards the request or the response.
    Continue,
    /// Drops the request or the response: closes the connection.
    Drop,
}

/// The proxy. Dropping it closes its connections.
#[derive(Debug)]
pub struct RequestProxy {
    server: ThreadServer,
    shared: Arc<Shared>,
}

/// A pending hold.
#[derive(Debug)]
pub struct Hold(Receiver<HeldRequest>);

/// A limit on the occurrences of a request. Dropping this removes the limit.
#[derive(Debug)]
#[must_use = "dropping it removes the limit"]
pub struct Stall(Arc<Shared>);

/// A held request. Dropping this drops the request.
#[derive(Debug)]
pub struct HeldRequest {
    /// The request.
    pub request: ProxiedRequest,
    decision: oneshot::Sender<ProxyAction>,
}

#[derive(Debug)]
struct Shared {
    client: Client<HttpConnector, Full<Bytes>>,
    state: Mutex<State>,
    /// Notified when no request is on its way.
    idle: Condvar,
}

/// A request on its way.
struct OpenRequest(Arc<Shared>);

#[derive(Debug, Default)]
struct State {
    upstream: String,
    /// Each request since the last call of [`RequestProxy::take_requests`].
    requests: Vec<ProxiedRequest>,
    /// The request to hold, and the channel of the hold.
    hold: Option<(ProxiedRequest, Sender<HeldRequest>)>,
    /// The request that is limited, and how many more of its occurrences continue.
    stall: Option<(ProxiedRequest, usize)>,
    /// The requests to drop.
    drops: VecDeque<ProxiedRequest>,
    /// The number of requests on their way.
    open: usize,
}

impl ProxiedRequest {
    /// Describes a request of this method and path at a stage.
    pub fn new(method: Method, path: impl Into<String>, stage: RequestStage) -> Self {
        Self { method, path: path.into(), stage }
    }
}

impl RequestProxy {
    /// Starts a proxy of the server at this URL; the server can start later.
    pub fn start(upstream: &str) -> Self {
        // One connection per request: no pooled connection outlives a killed server.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        let state = Mutex::new(State { upstream: upstream.to_owned(), ..State::default() });
        let shared = Arc::new(Shared { client, state, idle: Condvar::new() });
        let of_server = Arc::clone(&shared);
        let server = ThreadServer::start(move |request| Arc::clone(&of_server).proxy(request));
        Self { server, shared }
    }

    /// Returns the URL of the proxy.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Forwards the next requests to another server.
    pub fn set_upstream(&self, upstream: &str) {
        upstream.clone_into(&mut self.shared.state.lock().upstream);
    }

    /// Holds the next occurrence of a request.
    pub fn hold_at(&self, request: ProxiedRequest) -> Hold {
        let (sender, receiver) = channel();
        self.shared.state.lock().hold = Some((request, sender));
        Hold(receiver)
    }

    /// Lets this many occurrences of a request continue and leaves every later one without a response: the client is then still at
    /// work, however long the test needs.
    pub fn stall_after(&self, occurrences: usize, request: ProxiedRequest) -> Stall {
        self.shared.state.lock().stall = Some((request, occurrences));
        Stall(Arc::clone(&self.shared))
    }

    /// Drops the request or the response at the next occurrence of a request.
    pub fn drop_at(&self, request: ProxiedRequest) {
        self.shared.state.lock().drops.push_back(request);
    }

    /// Waits until no request is on its way, also of a client that is gone: what a released request does is done.
    ///
    /// # Panics
    /// If that takes longer than 30 seconds.
    pub fn wait_until_idle(&self) {
        let mut state = self.shared.state.lock();
        let timeout = self.shared.idle.wait_while_for(&mut state, |state| state.open > 0, IDLE_TIMEOUT);
        assert!(!timeout.timed_out(), "{} requests are on their way", state.open);
    }

    /// Returns the requests since the last call.
    pub fn take_requests(&self) -> Vec<ProxiedRequest> {
        std::mem::take(&mut self.shared.state.lock().requests)
    }
}

impl Hold {
    /// Waits for the request until the timeout.
    pub fn wait(&self, timeout: Duration) -> Option<HeldRequest> {
        self.0.recv_timeout(timeout).ok()
    }
}

impl Drop for Stall {
    fn drop(&mut self) {
        self.0.state.lock().stall = None;
    }
}

impl HeldRequest {
    /// Releases the request with a decision.
    pub fn release(self, action: ProxyAction) {
        // A request whose connection is closed is dropped already.
        let _ = self.decision.send(action);
    }
}

impl OpenRequest {
    fn begin(shared: &Arc<Shared>) -> Self {
        shared.state.lock().open += 1;
        Self(Arc::clone(shared))
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.open -= 1;
        if state.open == 0 {
            self.0.idle.notify_all();
        }
    }
}

impl State {
    /// Counts the request against the limit and reports whether the limit is exceeded.
    fn is_stalled(&mut self, request: &ProxiedRequest) -> bool {
        let Some((_, left)) = self.stall.as_mut().filter(|(stalled, _)| stalled == request) else {
            return false;
        };
        let exceeded = *left == 0;
        *left = left.saturating_sub(1);
        exceeded
    }
}

impl Shared {
    async fn proxy(self: Arc<Self>, request: Request<Bytes>) -> Option<Response<Full<Bytes>>> {
        let _open = OpenRequest::begin(&self);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        self.record(ProxiedRequest::new(method.clone(), path.clone(), RequestStage::Arrived)).await?;
        let answer = self.forward(request).await?;
        self.record(ProxiedRequest::new(method, path, RequestStage::Answered)).await?;
        Some(answer)
    }

    /// Records the request and waits while it is held, without end if it is stalled. Returns `None` if the request is dropped.
    async fn record(&self, request: ProxiedRequest) -> Option<()> {
        if self.state.lock().is_stalled(&request) {
            std::future::pending::<()>().await;
        }
        let held = {
            let mut state = self.state.lock();
            state.requests.push(request.clone());
            if let Some(place) = state.drops.iter().position(|drop| *drop == request) {
                state.drops.remove(place);
                return None;
            }
            state.hold.take_if(|(hold, _)| *hold == request)
        };
        let Some((_, sender)) = held else { return Some(()) };
        let (decision, decided) = oneshot::channel();
        // Without a waiting test the request continues.
        if sender.send(HeldRequest { request, decision }).is_err() {
            return Some(());
        }
        (decided.await == Ok(ProxyAction::Continue)).then_some(())
    }

    async fn forward(&self, mut request: Request<Bytes>) -> Option<Response<Full<Bytes>>> {
        let path = request.uri().path_and_query()?.clone();
        *request.uri_mut() = format!("{}{path}", self.state.lock().upstream).parse().ok()?;
        request.headers_mut().remove(CONNECTION);
        let answer = self.client.request(request.map(Full::new)).await.ok()?;
        let (mut parts, body) = answer.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        for header in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            parts.headers.remove(header);
        }
        Some(Response::from_parts(parts, Full::new(body)))
    }
}
