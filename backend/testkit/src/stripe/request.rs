//! A request to the fake Stripe, and its response.

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};
use ticketing_payments::domain::PaymentStep;

/// A request with its body.
#[derive(Clone, Debug)]
pub(super) struct StripeRequest {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// The fields of the form, or of the query, in their order.
    pub(super) fields: Vec<(String, String)>,
}

impl StripeRequest {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Returns the step of a payment that this request makes, `None` for a lookup.
    pub(super) fn payment_step(&self) -> Option<PaymentStep> {
        if self.method != Method::POST {
            return None;
        }
        match self.path.rsplit('/').next() {
            Some("payment_intents") => Some(PaymentStep::Authorize),
            Some("capture") => Some(PaymentStep::Capture),
            Some("cancel") => Some(PaymentStep::Void),
            Some("refunds") => Some(PaymentStep::Refund),
            _ => None,
        }
    }
}

/// A response of the fake Stripe.
#[derive(Clone, Debug)]
pub(super) struct StripeResponse {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

impl StripeResponse {
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, body, headers: Vec::new() }
    }

    pub(super) fn error(status: u16, error: &Value) -> Self {
        Self { status, body: json!({ "error": error }), headers: Vec::new() }
    }

    /// Returns an invalid request error.
    pub(super) fn invalid(status: u16, code: &str, message: &str) -> Self {
        Self::error(status, &json!({ "type": "invalid_request_error", "code": code, "message": message }))
    }

    /// Returns an internal error of Stripe.
    pub(super) fn failure() -> Self {
        Self::error(500, &json!({ "type": "api_error", "message": "An unknown error occurred" }))
    }

    pub(super) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Converts it to HTTP, truncated if `cut`.
    pub(super) fn into_response(self, cut: bool) -> Response<Full<Bytes>> {
        let mut text = self.body.to_string();
        if cut {
            text.truncate(text.len() / 2);
        }
        let mut response = Response::new(Full::from(text));
        *response.status_mut() = StatusCode::from_u16(self.status).expect("a valid status code");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        for (name, value) in self.headers {
            headers.insert(name, header::HeaderValue::from_static(value));
        }
        response
    }
}
