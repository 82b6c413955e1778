//! An HTTP response as the server sent it.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// A response.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The bytes of the body.
    pub body: Bytes,
}

impl Reply {
    /// Returns the body as JSON.
    ///
    /// # Panics
    /// Panics if the body is no JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns a header; empty if the response has none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the JSON of a response with `status` (`Null` without a body).
    ///
    /// # Panics
    /// Panics if the status is another one.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Returns the message of the first entry of an error response with `status` and `code`.
    ///
    /// # Panics
    /// Panics if the response is anything else.
    #[track_caller]
    pub fn assert_refused(&self, status: u16, code: &str) -> String {
        let entries = self.errors(status);
        assert_eq!(entries[0]["code"], code, "{}", self.text());
        entries[0]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Returns the entries of an error response with `status`.
    ///
    /// # Panics
    /// Panics if the response is anything else, or its body is not of the shape of all errors.
    #[track_caller]
    pub fn errors(&self, status: u16) -> Vec<Value> {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        assert!(!self.header("x-request-id").is_empty(), "an error carries its request id");
        let body = self.json();
        let top: Vec<&String> = body.as_object().expect("an object").keys().collect();
        assert_eq!(top, ["errors"]);
        let entries = body["errors"].as_array().expect("a list of errors").clone();
        assert!(!entries.is_empty());
        for entry in &entries {
            assert!(entry["message"].as_str().is_some_and(|text| !text.is_empty()), "{entry}");
            assert!(entry["code"].as_str().is_some_and(|code| !code.is_empty()), "{entry}");
            let known = [
                "message",
                "code",
                "field",
                "price",
                "admittedAt",
                "device",
                "title",
                "startsAt",
                "offerWithdrawn",
            ];
            assert!(
                entry.as_object().expect("an object").keys().all(|key| known.contains(&&**key)),
                "{entry}"
            );
        }
        entries
    }

    /// Returns the invalid fields of a 400 response in alphabetical order.
    ///
    /// # Panics
    /// Panics if the response is anything else.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let entries = self.errors(400);
        let mut fields: Vec<String> =
            entries.iter().map(|entry| entry["field"].as_str().unwrap_or_default().to_owned()).collect();
        fields.sort_unstable();
        fields
    }

    /// Returns the cookie of the response as a client sends it back: `name=value`.
    pub fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }

    /// Returns the target of the `Link` to the next page.
    pub fn next_page(&self) -> Option<String> {
        let link = self.header("link").strip_suffix(r#"; rel="next""#)?;
        Some(link.strip_prefix('<')?.strip_suffix('>')?.to_owned())
    }
}
