//! An answer, exactly as it came.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes.
    pub body: Bytes,
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Fails the test unless this is an answer with `status`; answers its JSON (`Null` without a body).
    ///
    /// # Panics
    /// When the status is another one.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// Fails the test unless this is an error of the one shape with `status` and, in its first entry, `code`. Answers
    /// the first entry's message.
    ///
    /// # Panics
    /// When it is anything else.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        let entries = self.faults(status);
        assert_eq!(entries[0]["code"], code, "{}", self.text());
        entries[0]["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Fails the test unless this is an error of the one shape with `status`; answers its entries.
    ///
    /// # Panics
    /// When it is anything else.
    #[track_caller]
    pub fn faults(&self, status: u16) -> Vec<Value> {
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
            let known = |key: &String| ["message", "code", "field", "price"].contains(&key.as_str());
            assert!(entry.as_object().expect("an object").keys().all(known), "{entry}");
        }
        entries
    }

    /// The fields at fault, in alphabetical order; fails the test unless this is a 400.
    ///
    /// # Panics
    /// When it is anything else.
    #[must_use]
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let entries = self.faults(400);
        let mut fields: Vec<String> =
            entries.iter().map(|entry| entry["field"].as_str().unwrap_or_default().to_owned()).collect();
        fields.sort_unstable();
        fields
    }

    /// The cookie that it sets, as a client sends it back: `name=value`.
    #[must_use]
    pub fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }

    /// Where the next page is, by its `Link`.
    #[must_use]
    pub fn next_page(&self) -> Option<String> {
        let link = self.header("link").strip_suffix(r#"; rel="next""#)?;
        Some(link.strip_prefix('<')?.strip_suffix('>')?.to_owned())
    }
}
