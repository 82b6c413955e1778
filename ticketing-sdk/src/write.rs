//! Writes: a request that can be looked at, keyed and then sent.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::{IdempotencyKey, Payment, Request, Response, Result, UserId};

/// A write that is ready to go. Await it to send it.
///
/// Writes that create something carry a generated [`IdempotencyKey`], so that a lost answer can be asked for again.
///
/// ```no_run
/// use ticketing_sdk::{Client, IdempotencyKey, TicketId};
///
/// # async fn example(client: Client, ticket: TicketId) -> ticketing_sdk::Result<()> {
/// let key = IdempotencyKey::generate();
/// // Note the key down here; after a crash, the same call with the same key finds out what became of it.
/// let order = client.orders().create(&ticket).idempotency_key(key).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a write does nothing until it is awaited"]
pub struct Write<T> {
    request: Request,
    decode: fn(&Response) -> Result<T>,
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

    /// Declares that an interrupted program may have sent this write, with this key, before. It is sent only to a server
    /// that keeps keys, and only an answer that tells what became of the first attempt counts: with any other the outcome
    /// stays unknown ([`Error::UnknownOutcome`](crate::Error::UnknownOutcome)).
    pub fn resumed(mut self, resumed: bool) -> Self {
        self.request.resumed = resumed;
        self
    }

    /// Names the user for whom the write is meant; the server refuses it with the code `other_user` where someone else is
    /// signed in. Without this, it is the user whose session the client has when the write is first sent.
    pub fn for_user(mut self, user: &UserId) -> Self {
        self.request = self.request.for_user(user);
        self
    }

    /// The key that the write carries, if it carries one.
    #[must_use]
    pub fn key(&self) -> Option<&IdempotencyKey> {
        self.request.key.as_ref()
    }

    /// Lets the write through only if the thing still has this version; otherwise it is refused with the code
    /// `version_mismatch`. For updates and deletions.
    pub fn if_match(mut self, version: i64) -> Self {
        self.request = self.request.if_match(version);
        self
    }

    /// How long the whole call may take, in place of the client's own limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request = self.request.timeout(timeout);
        self
    }
}

impl Write<Payment> {
    /// Sends it, and follows the payment until its outcome is known, for at most a minute.
    ///
    /// # Errors
    /// As sending it and as [`Payments::settled`](crate::Payments::settled).
    pub async fn settled(self) -> Result<Payment> {
        let payments = self.request.client.payments();
        let payment = self.await?;
        // A backend that sends no status answers only when the money is taken.
        if payment.status.is_none_or(crate::PaymentStatus::is_final) {
            return Ok(payment);
        }
        payments.settled(payment.id).await
    }
}

impl<T: 'static> IntoFuture for Write<T> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        async move { (self.decode)(&self.request.checked().await?) }.boxed()
    }
}

impl<T> fmt::Debug for Write<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Write").field(&self.request).finish()
    }
}
