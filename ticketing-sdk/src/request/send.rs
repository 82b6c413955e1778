//! A request that is complete: what it is, and sending it.

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::Request;
use crate::session::UseSession;
use crate::{Response, Result};

/// What a request is, and sending it.
///
/// ```
/// # ticketing_sdk::mock::run_example(async |client, _| {
/// # use ticketing_sdk::Method;
/// let request = client.request(Method::POST, "/api/orders").query("dry", true).body("text/csv", "t-1");
/// assert_eq!(request.method(), &Method::POST);
/// assert_eq!(request.url()?, "http://marketplace.test/api/orders?dry=true");
/// assert_eq!(request.headers()["content-type"], "text/csv");
/// assert_eq!(request.body_bytes(), b"t-1".as_slice());
/// assert!(request.has_session());
/// assert_eq!(request.clone().send().await?.status().as_u16(), 404);
/// assert!(request.send_checked().await.unwrap_err().is_not_found());
/// # Ok(()) });
/// ```
impl Request {
    /// Returns the method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// Returns the URL that the request is sent to, with its query.
    ///
    /// # Errors
    /// [`Error::InvalidInput`](crate::Error::InvalidInput) if a part of the request is invalid.
    pub fn url(&self) -> Result<String> {
        self.parts.check()?;
        Ok(self.client.transport().url(&self.parts)?.into())
    }

    /// Returns the headers that are set so far. The client adds the session when it sends the request.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns the body.
    #[must_use]
    pub fn body_bytes(&self) -> &Bytes {
        &self.parts.body
    }

    /// Returns whether the session is sent with the request.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.parts.session == UseSession::Yes
    }

    /// Sends the request. Any status is a response, not an error.
    ///
    /// # Errors
    /// When no response arrives, or one that redirects to another origin.
    pub async fn send(self) -> Result<Response> {
        self.client.transport().call(&self.parts).await
    }

    /// Sends the request as the typed calls do: any status but success is an error.
    ///
    /// # Errors
    /// As [`Self::send`], and [`Error::Api`](crate::Error::Api) or [`Error::Unexpected`](crate::Error::Unexpected) for any status but 2xx.
    pub async fn send_checked(self) -> Result<Response> {
        let response = self.client.transport().call(&self.parts).await?;
        self.client.transport().check(&self.parts, response).await
    }
}
