//! Writes: requests that can be keyed and configured before they are sent.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::de::DeserializeOwned;

use crate::{IdempotencyKey, Request, Response, Result, UserId};

/// A prepared write. Await it to send it.
///
/// Writes that create a resource have a generated [`IdempotencyKey`], so that a retry replays a lost response.
///
/// ```no_run
/// use std::time::Duration;
/// use ticketing_sdk::{Client, IdempotencyKey, TicketId};
///
/// # async fn example(client: Client, ticket: TicketId) -> ticketing_sdk::Result<()> {
/// let key = IdempotencyKey::generate();
/// // Note the key down here; after a crash, the same call with the same key finds out the outcome.
/// let order = client.orders().create(&ticket).idempotency_key(key).await?;
///
/// let other = client.orders().create(&ticket).for_user(&"ada".into()).timeout(Duration::from_secs(5));
/// println!("{} {} with the key {:?}", other.request().method(), other.request().url()?, other.key());
/// client.tickets().delete(&ticket).if_match(3).await?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a write does nothing until it is awaited"]
pub struct Write<T> {
    pub(crate) request: Request,
    decode: fn(&Response) -> Result<T>,
}

impl<T: DeserializeOwned> Write<T> {
    /// A write that creates something, with a key of its own.
    pub(crate) fn with_generated_key(request: Request) -> Self {
        Self::new(request.idempotency_key(IdempotencyKey::generate()), Response::json)
    }
}

impl<T> Write<T> {
    pub(crate) fn new(request: Request, decode: fn(&Response) -> Result<T>) -> Self {
        Self { request, decode }
    }

    /// Uses this key in place of the generated one.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.request = self.request.idempotency_key(key);
        self
    }

    /// Declares that an interrupted program may have sent this write, with this key, before. It is sent only to a
    /// server with idempotency keys, and only a response that shows the outcome of the first attempt counts: with any
    /// other the outcome is unknown ([`Error::UnknownOutcome`](crate::Error::UnknownOutcome)).
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::IdempotencyKey;
    ///
    /// let key = IdempotencyKey::new(std::fs::read_to_string("unsettled")?)?;
    /// let order = client.orders().create("t-1").idempotency_key(key).resumed(true).await?;
    /// # Ok(()) }
    /// ```
    pub fn resumed(mut self, resumed: bool) -> Self {
        self.request.parts.resumed = resumed;
        self
    }

    /// Sets the intended user of the write; the server refuses it with the code `other_user` if another user is signed
    /// in. The default is the user of the session when the write is first sent.
    pub fn for_user(mut self, user: &UserId) -> Self {
        self.request = self.request.for_user(user);
        self
    }

    /// Returns the idempotency key, if there is one.
    #[must_use]
    pub fn key(&self) -> Option<&IdempotencyKey> {
        self.request.parts.key.as_ref()
    }

    /// Returns the request, for a program that shows it before it is sent.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Makes an update or a deletion conditional: if the resource has another version, it is refused with the code
    /// `version_mismatch`.
    pub fn if_match(mut self, version: i64) -> Self {
        self.request = self.request.if_match(version);
        self
    }

    /// Sets the timeout of the call, in place of that of the client.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request = self.request.timeout(timeout);
        self
    }
}

impl<T: 'static> IntoFuture for Write<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        async move { (self.decode)(&self.request.send_checked().await?) }.boxed()
    }
}

impl<T> fmt::Debug for Write<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Write").field(&self.request).finish()
    }
}
