//! An HTTP answer, read to its end.

use axum::http::HeaderMap;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;
use ticketing_sdk::{Payment, PaymentStatus};

/// An HTTP answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Self { status: parts.status.as_u16(), headers: parts.headers, text }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The payment in an answer of this status.
    #[track_caller]
    pub(crate) fn payment(&self, status: u16) -> Payment {
        assert_eq!(self.status, status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    /// The money was taken.
    #[track_caller]
    pub(crate) fn paid(&self) -> Payment {
        let payment = self.payment(201);
        assert_eq!(payment.status, Some(PaymentStatus::Succeeded), "{}", self.text);
        payment
    }

    /// A refusal with this status and code; answers its message.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let errors = self.json()["errors"].as_array().unwrap().clone();
        assert_eq!(errors.len(), 1, "{}", self.text);
        assert_eq!(errors[0]["code"], code, "{}", self.text);
        errors[0]["message"].as_str().unwrap().to_owned()
    }

    /// The fields at fault in a 400.
    #[track_caller]
    pub(crate) fn faults(&self) -> Vec<String> {
        assert_eq!(self.status, 400, "{}", self.text);
        let errors = self.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|error| error["field"].as_str().unwrap_or("").to_owned()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}
