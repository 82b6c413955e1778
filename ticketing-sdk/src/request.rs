//! Raw requests: what every typed call is made of.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH};
use http::{HeaderMap, Method};
use serde::Serialize;

use crate::retry::RetrySafety;
use crate::{Client, Error, IdempotencyKey, Response, Result, UserId};

/// The header that carries the key of a write.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header that names the user for whom a write is meant.
pub(crate) const INTENDED_USER: HeaderName = HeaderName::from_static("x-ticketing-user");

/// A request of your own making, for what the typed calls do not cover.
///
/// It has the session, the retries and the time-outs of every other call. What is wrong with its parts is
/// reported when it is sent.
///
/// ```no_run
/// use ticketing_sdk::{Client, Method};
///
/// # async fn example(client: Client) -> ticketing_sdk::Result<()> {
/// let document = client.request(Method::GET, "/api/openapi.json").checked().await?;
/// println!("{}", document.text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    pub(crate) client: Client,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) session: UseSession,
    pub(crate) repeat: Option<RetrySafety>,
    /// Whether an interrupted program may have sent it before.
    pub(crate) resumed: bool,
    /// What it is about, where that was made by another service than the one that is asked.
    pub(crate) about: Option<String>,
    fault: Option<(&'static str, String)>,
}

/// What a request has to do with the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UseSession {
    /// It is sent, and what the server sets is kept.
    Yes,
    /// What the server sets replaces it; the old one is not even read.
    Replace,
    /// The request is anonymous.
    No,
}

impl Request {
    pub(crate) fn new(client: Client, method: Method, path: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            client,
            method,
            path,
            query: Vec::new(),
            headers,
            body: Bytes::new(),
            key: None,
            timeout: None,
            session: UseSession::Yes,
            repeat: None,
            resumed: false,
            about: None,
            fault: None,
        }
    }

    /// A request to a path of plain segments, each escaped. `field` is what an impossible segment is called.
    pub(crate) fn to(
        client: &Client,
        method: Method,
        collection: &str,
        id: &str,
        field: &'static str,
    ) -> Self {
        Self::below(client, method, collection, id, "", field)
    }

    /// A request to a route below one thing of a collection: `rest` follows its identifier.
    pub(crate) fn below(
        client: &Client,
        method: Method,
        collection: &str,
        id: &str,
        rest: &str,
        field: &'static str,
    ) -> Self {
        let request = Self::new(client.clone(), method, format!("{collection}/{}{rest}", escape(id)));
        // A dot segment would name another path than the one it is written in.
        if matches!(id, "" | "." | "..") {
            request.faulty(field, format!("{id:?} names nothing"))
        } else {
            request
        }
    }

    fn faulty(mut self, field: &'static str, message: String) -> Self {
        self.fault.get_or_insert((field, message));
        self
    }

    /// Adds a parameter to the query.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts read better without a borrow")]
    pub fn query(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.query.push((key.into(), value.to_string()));
        self
    }

    /// Sends a value as JSON.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body("application/json", json),
            Err(error) => self.faulty("body", error.to_string()),
        }
    }

    /// Sends a body as it is.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sets a header, in place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
                self
            }
            (Err(_), _) => self.faulty("header", format!("{name:?} is not a header name")),
            (_, Err(_)) => {
                self.faulty("header", format!("the value of {name} holds characters that cannot be sent"))
            }
        }
    }

    /// Makes a write repeatable: however often it is sent, it takes effect once.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        if let Ok(value) = HeaderValue::try_from(key.as_str()) {
            self.headers.insert(IDEMPOTENCY_KEY, value);
        }
        self.key = Some(key);
        self
    }

    /// Declares that an interrupted program may have sent this write, with this key, before. It is sent only to a server
    /// that keeps keys, and only an answer that tells what became of the first attempt counts: with any other the outcome
    /// stays unknown ([`Error::UnknownOutcome`]).
    pub fn resumed(mut self, resumed: bool) -> Self {
        self.resumed = resumed;
        self
    }

    /// Names the user for whom a write is meant; the server refuses it with the code `other_user` where someone else is signed
    /// in. Without this, it is the user whose session the client has when the write is first sent.
    pub fn for_user(self, user: &UserId) -> Self {
        self.header(INTENDED_USER.as_str(), user.as_str())
    }

    /// Lets the write through only if the thing still has this version; otherwise the answer is 412.
    pub fn if_match(self, version: i64) -> Self {
        self.header(IF_MATCH.as_str(), &format!("\"{version}\""))
    }

    /// How long the whole call may take, in place of the client's own limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends the request as nobody; the session is not even read.
    pub fn without_session(mut self) -> Self {
        self.session = UseSession::No;
        self
    }

    pub(crate) fn with_session(mut self) -> Self {
        self.session = UseSession::Yes;
        self
    }

    pub(crate) fn replacing_session(mut self) -> Self {
        self.session = UseSession::Replace;
        self
    }

    /// Declares that sending it twice changes no more than sending it once.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeat = Some(RetrySafety::Safe);
        self
    }

    /// Names the thing that another service has made: if it is young, "not found" may mean "not yet".
    pub(crate) fn references(mut self, id: &str) -> Self {
        self.about = Some(id.to_owned());
        self
    }

    pub(crate) fn repeat(&self) -> RetrySafety {
        self.repeat.unwrap_or(match (self.is_write(), &self.key) {
            (false, _) => RetrySafety::Safe,
            // Only routes that create something know keys.
            (true, Some(_)) if self.method == Method::POST => RetrySafety::Keyed,
            (true, _) => RetrySafety::Unsafe,
        })
    }

    pub(crate) fn is_write(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    pub(crate) fn check(&self) -> Result<()> {
        match &self.fault {
            Some((field, message)) => Err(Error::invalid(field, message.clone())),
            None => Ok(()),
        }
    }

    /// Sends it. Any status is an answer, not an error.
    ///
    /// # Errors
    /// When no answer came, or one that points to another origin.
    pub async fn send(self) -> Result<Response> {
        self.client.transport().call(&self).await
    }

    /// Sends it, as the typed calls do: an answer that is not a success is an error.
    ///
    /// # Errors
    /// As [`Self::send`], and [`Error::Api`] or [`Error::Unexpected`] for any status but 2xx.
    pub async fn checked(self) -> Result<Response> {
        let response = self.client.transport().call(&self).await?;
        self.client.transport().check(&self, response).await
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies hold passwords, headers may hold cookies.
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("key", &self.key)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Escapes one segment of a path.
pub(crate) fn escape(segment: &str) -> String {
    let mut escaped = String::with_capacity(segment.len());
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
