//! The wire to Stripe: forms out, JSON in, one secret key.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder};
use secrecy::ExposeSecret;

use super::outcome::Answer;
use super::settings::{StripeFault, StripeSettings, StripeTimeouts};
use crate::provider::ProviderError;

/// The version of the API that this module was written for.
pub(super) const VERSION: &str = "2025-12-15.clover";

/// The longest answer that is read, in bytes. A page of a list is the longest.
const LONGEST: usize = 8 * 1024 * 1024;

/// Why Stripe cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StripeUnusable {
    /// A setting is wrong.
    #[error("expected {0}")]
    Setting(StripeFault),
    /// There is no way to speak to it.
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// The way to Stripe.
#[derive(Clone)]
pub(super) struct Api {
    http: Client,
    base: String,
    authorization: HeaderValue,
    timeouts: StripeTimeouts,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Api {
    pub(super) fn new(settings: &StripeSettings) -> Result<Self, StripeUnusable> {
        if let Some(fault) = settings.faults().first() {
            return Err(StripeUnusable::Setting(*fault));
        }
        let bearer = format!("Bearer {}", settings.key.expose_secret());
        let mut authorization =
            HeaderValue::from_str(&bearer).map_err(|_| StripeUnusable::Setting(StripeFault::Key))?;
        authorization.set_sensitive(true);
        // The one TLS provider of the program. If it is chosen already, that choice stands.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.timeouts.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true);
        if settings.api_base.scheme_str() == Some("http") {
            // A stand-in on this machine: no certificate will be looked at, and no proxy is on the way.
            builder = builder.tls_certs_only(std::iter::empty()).no_proxy();
        }
        let base = settings.api_base.to_string().trim_end_matches('/').to_owned();
        Ok(Self { http: builder.build()?, base, authorization, timeouts: settings.timeouts })
    }

    /// How long one exchange may take.
    pub(super) fn longest_call(&self) -> Duration {
        self.timeouts.longest_call()
    }

    /// Asks for something to be done, once under this key.
    pub(super) async fn post(&self, path: &str, key: &str, form: String) -> Result<Answer, ProviderError> {
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("idempotency-key", key)
            .body(form);
        self.send(request, self.timeouts.answer).await
    }

    /// Looks something up.
    pub(super) async fn get(&self, path: &str, query: &str) -> Result<Answer, ProviderError> {
        self.send(self.http.get(format!("{}{path}?{query}", self.base)), self.timeouts.look_up).await
    }

    async fn send(&self, request: RequestBuilder, within: Duration) -> Result<Answer, ProviderError> {
        let request = request
            .header(AUTHORIZATION, self.authorization.clone())
            .header("stripe-version", VERSION)
            .timeout(self.timeouts.connect + within);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let header = |name: &str| text(response.headers(), name);
        let replayed = header("idempotent-replayed") == Some("true");
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok());
        let retry_after = retry_after.map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LONGEST {
                return Err(ProviderError::Unknown("an answer without end".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, replayed, retry_after, body })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Before there is a connection nothing can have happened; after that, anything.
fn failed(error: reqwest::Error) -> ProviderError {
    let error = error.without_url();
    let mut reason = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        reason = format!("{reason}: {error}");
        cause = error.source();
    }
    if error.is_connect() { ProviderError::Unavailable(reason) } else { ProviderError::Unknown(reason) }
}
