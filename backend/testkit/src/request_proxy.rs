//! An HTTP proxy that holds or loses single requests and answers: a client can be killed at each step of what it does, and
//! the outcome of a write can be hidden from it.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::oneshot;

use crate::thread_server::ThreadServer;

/// Where a request is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestStage {
    /// The proxy has it; the server does not.
    Arrived,
    /// The server has answered; the client does not know.
    Answered,
}

/// A request at a point of its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// Where it is.
    pub point: RequestStage,
}

/// What becomes of a request that was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyAction {
    /// It goes on, or its answer does.
    Continue,
    /// It is lost, or its answer is: the connection is closed.
    Lose,
}

/// The proxy. It ends when it is dropped, with its connections.
#[derive(Debug)]
pub struct RequestProxy {
    server: ThreadServer,
    shared: Arc<Shared>,
}

/// A request that is going to be held.
#[derive(Debug)]
pub struct Hold(Receiver<Held>);

/// A request that is held. It is lost when this is dropped.
#[derive(Debug)]
pub struct Held {
    /// Which request, and where.
    pub step: Step,
    fate: oneshot::Sender<ProxyAction>,
}

#[derive(Debug)]
struct Shared {
    client: Client<HttpConnector, Full<Bytes>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    upstream: String,
    /// Each step since the last call of [`RequestProxy::take_steps`].
    steps: Vec<Step>,
    /// The step that is held when it comes, and where that is reported.
    hold: Option<(Step, Sender<Held>)>,
    /// The steps that are lost when they come.
    losses: VecDeque<Step>,
}

impl Step {
    /// A request of this method and path, at this point.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>, point: RequestStage) -> Self {
        Self { method, path: path.into(), point }
    }
}

impl RequestProxy {
    /// A proxy of the server at this URL, which need not be there yet.
    #[must_use]
    pub fn start(upstream: &str) -> Self {
        // A connection of its own for each request: none is found dead after the server was killed.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        let state = Mutex::new(State { upstream: upstream.to_owned(), ..State::default() });
        let shared = Arc::new(Shared { client, state });
        let of_server = Arc::clone(&shared);
        let server = ThreadServer::start(move |request| Arc::clone(&of_server).pass(request));
        Self { server, shared }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Passes requests to another server from now on.
    pub fn set_upstream(&self, upstream: &str) {
        upstream.clone_into(&mut self.shared.state().upstream);
    }

    /// Holds a step when it comes, once.
    #[must_use]
    pub fn hold_at(&self, step: Step) -> Hold {
        let (sender, receiver) = channel();
        self.shared.state().hold = Some((step, sender));
        Hold(receiver)
    }

    /// Loses the request or its answer at a step when it comes, once.
    pub fn lose_at(&self, step: Step) {
        self.shared.state().losses.push_back(step);
    }

    /// The steps since the last call.
    #[must_use]
    pub fn take_steps(&self) -> Vec<Step> {
        std::mem::take(&mut self.shared.state().steps)
    }
}

impl Hold {
    /// Waits for the step, at most so long.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> Option<Held> {
        self.0.recv_timeout(timeout).ok()
    }
}

impl Held {
    /// Lets it go.
    pub fn release(self, fate: ProxyAction) {
        // A request whose connection is gone has met its fate.
        let _ = self.fate.send(fate);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(self: Arc<Self>, request: Request<Bytes>) -> Option<Response<Full<Bytes>>> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        self.reach(Step::new(method.clone(), path.clone(), RequestStage::Arrived)).await?;
        let answer = self.forward(request).await?;
        self.reach(Step::new(method, path, RequestStage::Answered)).await?;
        Some(answer)
    }

    /// Notes the step, and waits where it is held. Answers nothing where the request is lost there.
    async fn reach(&self, step: Step) -> Option<()> {
        let held = {
            let mut state = self.state();
            state.steps.push(step.clone());
            if let Some(place) = state.losses.iter().position(|loss| *loss == step) {
                state.losses.remove(place);
                return None;
            }
            state.hold.take_if(|(hold, _)| *hold == step)
        };
        let Some((_, sender)) = held else { return Some(()) };
        let (fate, decided) = oneshot::channel();
        // Where nobody waits for the step any more, it goes on.
        if sender.send(Held { step, fate }).is_err() {
            return Some(());
        }
        (decided.await == Ok(ProxyAction::Continue)).then_some(())
    }

    async fn forward(&self, mut request: Request<Bytes>) -> Option<Response<Full<Bytes>>> {
        let path = request.uri().path_and_query()?.clone();
        *request.uri_mut() = format!("{}{path}", self.state().upstream).parse().ok()?;
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
