//! The HTTP client of Stripe: sends forms, receives JSON, authenticates with one secret key.

use std::fmt;
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder};
use secrecy::ExposeSecret;
use ticketing_platform::error_chain;

use super::outcome::ApiResponse;
use super::settings::{StripeSettings, StripeSettingsError, StripeTimeouts};
use crate::provider::{ProviderError, request_ids};

/// The version of the API that this module uses.
pub(super) const VERSION: &str = "2025-12-15.clover";

/// The largest response that is read, in bytes. A page of a list is the largest.
const MAX_RESPONSE_BYTES: usize = 8 * 1024 * 1024;

/// Why the Stripe provider cannot be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StripeUnusable {
    /// A setting is invalid.
    #[error("expected {0}")]
    Setting(StripeSettingsError),
    /// The HTTP client cannot be created.
    #[error("the HTTP client cannot be created: {0}")]
    Client(#[from] reqwest::Error),
}

/// The client of the Stripe API.
#[derive(Clone)]
pub(super) struct Api {
    http: Client,
    base: String,
    authorization: HeaderValue,
    pub(super) timeouts: StripeTimeouts,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Api {
    pub(super) fn new(settings: &StripeSettings) -> Result<Self, StripeUnusable> {
        if let Some(error) = settings.errors().first() {
            return Err(StripeUnusable::Setting(*error));
        }
        let bearer = format!("Bearer {}", settings.key.expose_secret());
        let mut authorization =
            HeaderValue::from_str(&bearer).map_err(|_| StripeUnusable::Setting(StripeSettingsError::Key))?;
        authorization.set_sensitive(true);
        // The one TLS provider of the program. An earlier installation stays.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(settings.timeouts.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true);
        if settings.api_base.scheme_str() == Some("http") {
            // A fake Stripe on this machine: no certificate is verified, and no proxy is used.
            builder = builder.tls_certs_only(std::iter::empty()).no_proxy();
        }
        let base = settings.api_base.to_string().trim_end_matches('/').to_owned();
        Ok(Self { http: builder.build()?, base, authorization, timeouts: settings.timeouts })
    }

    /// Sends a POST request with this idempotency key.
    pub(super) async fn post(
        &self,
        path: &str,
        key: &str,
        form: String,
    ) -> Result<ApiResponse, ProviderError> {
        let request = self
            .http
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("idempotency-key", key)
            .body(form);
        self.send(request, self.timeouts.answer).await
    }

    /// Sends a GET request.
    pub(super) async fn get(&self, path: &str, query: &str) -> Result<ApiResponse, ProviderError> {
        self.send(self.http.get(format!("{}{path}?{query}", self.base)), self.timeouts.look_up).await
    }

    async fn send(&self, request: RequestBuilder, within: Duration) -> Result<ApiResponse, ProviderError> {
        let request = request
            .header(AUTHORIZATION, self.authorization.clone())
            .header("stripe-version", VERSION)
            .timeout(self.timeouts.connect + within);
        let mut response = request.send().await.map_err(transport_error)?;
        let status = response.status().as_u16();
        let header = |name: &str| text(response.headers(), name);
        request_ids::record(header("request-id").unwrap_or_default());
        let replayed = header("idempotent-replayed") == Some("true");
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|seconds| seconds.parse().ok());
        let retry_after = retry_after.map(Duration::from_secs);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(transport_error)? {
            if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(ProviderError::Unknown("the response is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(ApiResponse { status, replayed, retry_after, body })
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Maps a transport error: without a connection the call had no effect, later the outcome is unknown.
fn transport_error(error: reqwest::Error) -> ProviderError {
    let error = error.without_url();
    let reason = error_chain(&error);
    if error.is_connect() { ProviderError::Unavailable(reason) } else { ProviderError::Unknown(reason) }
}
