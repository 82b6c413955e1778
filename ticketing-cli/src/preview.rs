//! The request of `--dry-run`, without its secrets.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use ticketing_sdk::text::sanitize;
use ticketing_sdk::{Error, Request, SessionInfo};

/// The replacement of a secret.
const REDACTED: &str = "<redacted>";
/// The headers that hold secrets.
const SECRET_HEADERS: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];
/// The fields of a body that hold secrets.
const SECRET_FIELDS: [&str; 5] = ["password", "token", "code", "claimCode", "clientSecret"];

/// A request that is not sent.
#[derive(Debug, Serialize)]
pub(crate) struct RequestPreview {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    /// The JSON of the body, or its text.
    body: Value,
}

impl RequestPreview {
    /// Describes a request with the session that it would carry.
    ///
    /// # Errors
    /// If the request is not valid.
    pub(crate) fn from_request(request: &Request, session: Option<&SessionInfo>) -> Result<Self, Error> {
        let mut headers: BTreeMap<String, String> = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                let is_secret = SECRET_HEADERS.contains(&name.as_str());
                (name.to_string(), if is_secret { REDACTED.to_owned() } else { value })
            })
            .collect();
        if let Some(session) = session.filter(|session| session.present && request.has_session()) {
            let name = session.cookie.as_deref().unwrap_or("session");
            headers.insert("cookie".to_owned(), format!("{name}={REDACTED}"));
            if let Some(user) = &session.user {
                headers.insert("x-ticketing-user".to_owned(), user.to_string());
            }
        }
        let body = match serde_json::from_slice(request.body_bytes()) {
            Ok(body) => redact(body),
            Err(_) if request.body_bytes().is_empty() => Value::Null,
            Err(_) => Value::String(String::from_utf8_lossy(request.body_bytes()).into_owned()),
        };
        Ok(Self { method: request.method().to_string(), url: request.url()?, headers, body })
    }

    /// Returns the request as HTTP writes it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.url);
        for (name, value) in &self.headers {
            text += &format!("{name}: {}\n", sanitize(value));
        }
        match &self.body {
            Value::Null => {}
            Value::String(body) => text += &format!("\n{}\n", sanitize(body)),
            body => text += &format!("\n{}\n", crate::output::escape_json(&format!("{body:#}"))),
        }
        text
    }
}

/// Replaces the secrets in a body.
fn redact(body: Value) -> Value {
    match body {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let is_secret = SECRET_FIELDS.contains(&name.as_str());
                let value = if is_secret { Value::String(REDACTED.to_owned()) } else { redact(value) };
                (name, value)
            };
            Value::Object(fields.into_iter().map(field).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(redact).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{Client, Method};

    use super::*;

    #[test]
    fn preview_has_no_secrets() {
        let client = Client::new("http://127.0.0.1:3000").unwrap();
        let request = client
            .request(Method::POST, "/api/payments")
            .query("a", "b c")
            .header("Authorization", "Bearer s3cret")
            .json(&serde_json::json!({"orderId": "o1", "token": "s3cret", "more": [{"password": "s3cret"}]}));
        let preview = RequestPreview::from_request(&request, None).unwrap();
        let text = preview.text();
        assert!(
            text.starts_with("POST http://127.0.0.1:3000/api/payments?a=b+c\naccept: application/json\n"),
            "{text}"
        );
        assert!(text.contains("\"orderId\": \"o1\"") && text.contains("\"token\": \"<redacted>\""), "{text}");
        for shown in [text, serde_json::to_string(&preview).unwrap()] {
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}
