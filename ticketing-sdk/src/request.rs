//! Raw requests, on which every typed call is built.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, IF_MATCH};
use http::{HeaderMap, Method};
use serde::Serialize;

use crate::call::{Call, INTENDED_USER, escape};
use crate::retry::RetrySafety;
use crate::session::UseSession;
use crate::{Client, IdempotencyKey, Response, Result, UserId};

/// The header that carries the key of a write.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A raw request, for routes without a typed call.
///
/// It has the session, the retries and the timeouts of every other call. Invalid parts are reported when it is sent.
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
    pub(crate) call: Call,
}

impl Client {
    /// Returns a raw request. `path` begins with a slash and may have a query; it cannot lead to another server.
    pub fn request(&self, method: Method, path: impl Into<String>) -> Request {
        Request { client: self.clone(), call: Call::new(method, path.into()) }
    }
}

impl Request {
    /// Creates a request to a path of segments, each escaped. `field` is the name of an invalid segment in errors.
    pub(crate) fn to(
        client: &Client,
        method: Method,
        collection: &str,
        id: &str,
        field: &'static str,
    ) -> Self {
        Self::below(client, method, collection, id, "", field)
    }

    /// Creates a request to a route below one resource of a collection: `rest` follows its identifier.
    pub(crate) fn below(
        client: &Client,
        method: Method,
        collection: &str,
        id: &str,
        rest: &str,
        field: &'static str,
    ) -> Self {
        let mut request = client.request(method, format!("{collection}/{}{rest}", escape(id)));
        request.call.route = Some(format!("{collection}/{{id}}{rest}"));
        // A dot segment would name another path than the one it is written in.
        if matches!(id, "" | "." | "..") {
            request.faulty(field, format!("{id:?} names nothing"))
        } else {
            request
        }
    }

    fn faulty(mut self, field: &'static str, message: String) -> Self {
        self.call.fault.get_or_insert((field, message));
        self
    }

    /// Adds a parameter to the query.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts read better without a borrow")]
    pub fn query(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.call.query.push((key.into(), value.to_string()));
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
        self.call.body = body.into();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sets a header, in place of an earlier one of that name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                self.call.headers.insert(name, value);
                self
            }
            (Err(_), _) => self.faulty("header", format!("{name:?} is not a header name")),
            (_, Err(_)) => {
                self.faulty("header", format!("the value of {name} holds characters that cannot be sent"))
            }
        }
    }

    /// Sets the idempotency key, with which repeated sends of a write take effect once.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        if let Ok(value) = HeaderValue::try_from(key.as_str()) {
            self.call.headers.insert(IDEMPOTENCY_KEY, value);
        }
        self.call.key = Some(key);
        self
    }

    /// Declares that an interrupted program may have sent this write, with this key, before. It is sent only to a
    /// server with idempotency keys, and only a response that shows the outcome of the first attempt counts: with any
    /// other the outcome is unknown ([`Error::UnknownOutcome`](crate::Error::UnknownOutcome)).
    pub fn resumed(mut self, resumed: bool) -> Self {
        self.call.resumed = resumed;
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
        self.call.timeout = Some(timeout);
        self
    }

    /// Sends the request without a session, which is not read either.
    pub fn without_session(mut self) -> Self {
        self.call.session = UseSession::No;
        self
    }

    pub(crate) fn with_session(mut self) -> Self {
        self.call.session = UseSession::Yes;
        self
    }

    pub(crate) fn replacing_session(mut self) -> Self {
        self.call.session = UseSession::Replace;
        self
    }

    /// Declares the request idempotent.
    pub(crate) fn repeatable(mut self) -> Self {
        self.call.safety = Some(RetrySafety::Safe);
        self
    }

    /// Names a resource of another service: if it was created recently, "not found" may mean "not yet visible".
    pub(crate) fn references(mut self, id: &str) -> Self {
        self.call.references = Some(id.to_owned());
        self
    }

    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.call.method
    }

    /// Returns the URL that the request is sent to, with its query.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if a part of the request is invalid.
    pub fn url(&self) -> Result<String> {
        self.call.check()?;
        Ok(self.client.transport().url(&self.call)?.into())
    }

    /// Returns the headers that are set so far. The client adds the session when it sends the request.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.call.headers
    }

    /// Returns the body.
    #[must_use]
    pub fn body_bytes(&self) -> &Bytes {
        &self.call.body
    }

    /// Returns whether the session is sent with the request.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.call.session == UseSession::Yes
    }

    /// Sends the request. Any status is a response, not an error.
    ///
    /// # Errors
    /// When no response arrives, or one that redirects to another origin.
    pub async fn send(self) -> Result<Response> {
        self.client.transport().call(&self.call).await
    }

    /// Sends the request as the typed calls do: any status but success is an error.
    ///
    /// # Errors
    /// As [`Self::send`], and [`Error::Api`](crate::Error::Api) or [`Error::Unexpected`](crate::Error::Unexpected) for any status but 2xx.
    pub async fn checked(self) -> Result<Response> {
        let response = self.client.transport().call(&self.call).await?;
        self.client.transport().check(&self.call, response).await
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies hold passwords, headers may hold cookies.
        f.debug_struct("Request")
            .field("method", &self.call.method)
            .field("path", &self.call.path)
            .field("key", &self.call.key)
            .field("headers", &self.call.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.call.body.len())
            .finish_non_exhaustive()
    }
}
