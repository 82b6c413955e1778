//! The request of a write in its record, so that another command can repeat it with its key.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ticketing_sdk::{Client, IdempotencyKey, Method, Request, UserId};

/// The largest body that is stored, in bytes: below the largest record.
const MAX_BODY: usize = 32 * 1024;
/// The fields that are never on disk.
const SECRET_FIELDS: [&str; 3] = ["password", "token", "clientSecret"];
/// The header that names the account of a write.
const USER: &str = "x-ticketing-user";
/// The headers that the client sets. A request with another one cannot be made again from its path and its body.
const KNOWN_HEADERS: [&str; 4] = ["accept", "content-type", "idempotency-key", USER];
const JSON: &str = "application/json";

/// A `POST` with a body of JSON, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredRequest {
    /// With its query.
    path: String,
    body: String,
}

impl StoredRequest {
    /// Returns what is stored of a request; `None` if it has a secret, or could not be made again.
    pub(super) fn from_request(request: &Request, url: &str, server: &str) -> Option<Self> {
        let path = url.strip_prefix(server)?;
        let headers = request.headers();
        let is_known = headers.keys().all(|name| KNOWN_HEADERS.contains(&name.as_str()));
        let is_json = headers.get("content-type").is_none_or(|kind| kind == JSON);
        if *request.method() != Method::POST || !is_known || !is_json {
            return None;
        }
        let body = std::str::from_utf8(request.body_bytes()).ok().filter(|body| body.len() <= MAX_BODY)?;
        if !body.is_empty() && has_secret(&serde_json::from_str(body).ok()?) {
            return None;
        }
        Some(Self { path: path.to_owned(), body: body.to_owned() })
    }

    /// Rebuilds the request with its key.
    pub(crate) fn repeat(&self, client: &Client, key: IdempotencyKey, user: Option<&UserId>) -> Request {
        let request = client.request(Method::POST, &self.path).idempotency_key(key).resumed(true);
        let request = if self.body.is_empty() { request } else { request.body(JSON, self.body.clone()) };
        match user {
            Some(user) => request.for_user(user),
            None => request,
        }
    }
}

/// Returns the account that a write is meant for.
pub(super) fn user_of(request: &Request) -> Option<UserId> {
    request.headers().get(USER)?.to_str().ok().map(UserId::new)
}

fn has_secret(body: &Value) -> bool {
    match body {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| SECRET_FIELDS.contains(&name.as_str()) || has_secret(value))
        }
        Value::Array(items) => items.iter().any(has_secret),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: &str = "http://s:1";

    fn store(request: &Request) -> Option<StoredRequest> {
        StoredRequest::from_request(request, &request.url().unwrap(), SERVER)
    }

    #[test]
    fn request_is_made_again_from_what_is_stored() {
        let client = Client::new(SERVER).unwrap();
        let body = serde_json::json!({"title": "Opera", "price": "20.00"});
        let request = client.request(Method::POST, "/api/tickets").query("a", "b c").json(&body);
        let key = IdempotencyKey::generate();
        let again = store(&request).unwrap().repeat(&client, key.clone(), Some(&"ada".into()));
        assert_eq!(again.url().unwrap(), request.url().unwrap());
        assert_eq!(again.body_bytes(), request.body_bytes());
        assert_eq!(
            (again.headers()["idempotency-key"].to_str().unwrap(), user_of(&again)),
            (key.as_str(), Some("ada".into()))
        );
    }

    #[test]
    fn request_with_a_secret_or_an_unknown_header_is_not_stored() {
        let client = Client::new(SERVER).unwrap();
        let post = || client.request(Method::POST, "/api/x");
        for body in [r#"{"orderId":"o","token":"t"}"#, r#"{"a":[{"password":"p"}]}"#, "text", "{"] {
            assert_eq!(store(&post().body(JSON, body)), None, "{body}");
        }
        assert_eq!(store(&post().header("authorization", "Bearer b")), None);
        assert_eq!(store(&post().body("text/plain", "{}")), None);
        assert_eq!(store(&client.request(Method::PUT, "/api/x").body(JSON, "{}")), None);
        assert_eq!(store(&post().body(JSON, vec![b' '; MAX_BODY + 1])), None);
        assert!(store(&post().body(JSON, "{}")).is_some() && store(&post()).is_some());
    }
}
