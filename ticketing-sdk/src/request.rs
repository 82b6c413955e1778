//! Raw requests, on which every typed call is built.

mod send;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH};
use serde::Serialize;

use crate::request_parts::{INTENDED_USER, RequestParts, escape};
use crate::retry::RetrySafety;
use crate::session::UseSession;
use crate::{Client, IdempotencyKey, UserId};

/// The header that carries the key of a write.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A raw request, for routes without a typed call.
///
/// It has the session, the retries and the timeouts of every other call. Invalid parts are reported when it is sent.
///
/// ```no_run
/// use std::time::Duration;
/// use ticketing_sdk::{Client, IdempotencyKey, Method, UserId};
///
/// # async fn example(client: Client, user: UserId) -> ticketing_sdk::Result<()> {
/// let document = client.request(Method::GET, "/api/openapi.json").without_session().send_checked().await?;
/// println!("{}", document.text());
/// let tickets = client.request(Method::GET, "/api/tickets").query("limit", 20).header("accept-language", "fr");
/// println!("{}", tickets.timeout(Duration::from_secs(2)).send().await?.status());
/// let order = client.request(Method::POST, "/api/orders").json(&serde_json::json!({"ticketId": "t-1"}));
/// order.idempotency_key(IdempotencyKey::generate()).for_user(&user).send_checked().await?;
/// client.request(Method::DELETE, "/api/tickets/t-1").if_match(3).send_checked().await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a request does nothing until it is sent"]
pub struct Request {
    pub(crate) client: Client,
    pub(crate) parts: RequestParts,
}

impl Client {
    /// Returns a raw request. See [`Request`]. `path` begins with a slash and may have a query; it cannot lead to another
    /// server.
    pub fn request(&self, method: Method, path: impl Into<String>) -> Request {
        Request { client: self.clone(), parts: RequestParts::new(method, path.into()) }
    }
}

impl Request {
    /// Creates a request to one resource of a collection, or to a route below it: `rest` follows its identifier. `field` is the
    /// name of the identifier in errors.
    pub(crate) fn with_route(
        client: &Client,
        method: Method,
        collection: &str,
        id: &str,
        rest: &str,
        field: &'static str,
    ) -> Self {
        let mut request = client.request(method, format!("{collection}/{}{rest}", escape(id)));
        request.parts.route = Some(format!("{collection}/{{id}}{rest}"));
        // A dot segment would name another path than the one it is written in.
        if matches!(id, "" | "." | "..") {
            request.refuse(field, format!("{id:?} names nothing"))
        } else {
            request
        }
    }

    fn refuse(mut self, field: &'static str, message: String) -> Self {
        self.parts.invalid.get_or_insert((field, message));
        self
    }

    /// Adds a parameter to the query.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts read better without a borrow")]
    pub fn query(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.parts.query.push((key.into(), value.to_string()));
        self
    }

    /// Sends a value as JSON.
    pub fn json(self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(json) => self.body("application/json", json),
            Err(error) => self.refuse("body", error.to_string()),
        }
    }

    /// Sends a body as it is.
    ///
    /// ```
    /// # ticketing_sdk::mock::run_example(async |client, mock| {
    /// # use ticketing_sdk::Method;
    /// let _ = client.request(Method::POST, "/api/orders").body("application/json", "{}").send().await?;
    /// assert_eq!(mock.requests()[0].header("content-type"), Some("application/json"));
    /// # Ok(()) });
    /// ```
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.parts.body = body.into();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sets a header, in place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.parts.headers.insert(name, value);
                self
            }
            (Err(_), _) => self.refuse("header", format!("{name:?} is not a header name")),
            (_, Err(_)) => {
                self.refuse("header", format!("the value of {name} holds characters that cannot be sent"))
            }
        }
    }

    /// Sets the idempotency key, with which repeated sends of a write take effect once.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        if let Ok(value) = HeaderValue::try_from(key.as_str()) {
            self.parts.headers.insert(IDEMPOTENCY_KEY, value);
        }
        self.parts.key = Some(key);
        self
    }

    /// Declares that an interrupted program may have sent this write, with this key, before.
    /// See [`Write::resumed`](crate::Write::resumed).
    pub fn resumed(mut self, resumed: bool) -> Self {
        self.parts.resumed = resumed;
        self
    }

    /// Sets the intended user of a write; the server refuses it with the code `other_user` if another user is signed
    /// in. The default is the user of the session when the write is first sent.
    pub fn for_user(self, user: &UserId) -> Self {
        self.header(INTENDED_USER.as_str(), user.as_str())
    }

    /// Makes the write conditional: if the resource has another version, the response is 412.
    pub fn if_match(self, version: i64) -> Self {
        self.header(IF_MATCH.as_str(), &format!("\"{version}\""))
    }

    /// Sets the timeout of the call, in place of that of the client.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.parts.timeout = Some(timeout);
        self
    }

    /// Sends the request without a session, which is not read either.
    pub fn without_session(mut self) -> Self {
        self.parts.session = UseSession::No;
        self
    }

    pub(crate) fn with_session(mut self) -> Self {
        self.parts.session = UseSession::Yes;
        self
    }

    pub(crate) fn replacing_session(mut self) -> Self {
        self.parts.session = UseSession::Replace;
        self
    }

    /// Declares the request idempotent.
    pub(crate) fn repeatable(mut self) -> Self {
        self.parts.safety = Some(RetrySafety::Safe);
        self
    }

    /// Names a resource of another service, of the list at this path: if it was created recently, "not found" may mean "not yet
    /// visible".
    pub(crate) fn references(mut self, list: &'static str, id: &str) -> Self {
        self.parts.references = Some((list, id.to_owned()));
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies hold passwords, headers may hold cookies.
        f.debug_struct("Request")
            .field("method", &self.parts.method)
            .field("path", &self.parts.path)
            .field("key", &self.parts.key)
            .field("headers", &self.parts.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.parts.body.len())
            .finish_non_exhaustive()
    }
}
