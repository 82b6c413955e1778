//! The outcome of a write, from its response: whether it took effect, and whether a retry is safe.
//!
//! This is the one place for these rules. Every client reads them from [`Error`](crate::Error); the pages follow the same
//! table of cases, `tests/cases/outcomes.json`.

use std::sync::atomic::{AtomicU8, Ordering};

use http::{HeaderMap, StatusCode};

use crate::{ErrorCode, Response, SafeToRepeat};

/// The header by which a server announces that it keeps idempotency keys. Its value says for how long: `max-age=86400`.
pub(crate) const IDEMPOTENCY_KEYS: &str = "idempotency-keys";

/// Whether a server keeps idempotency keys, as far as its answers have shown.
#[derive(Debug, Default)]
pub(crate) struct IdempotencySupport(AtomicU8);

const UNKNOWN: u8 = 0;
/// The marketplace has answered, and announced nothing.
const ABSENT: u8 = 1;
const ANNOUNCED: u8 = 2;

impl IdempotencySupport {
    /// Updates the state from the head of a response. The response of a gateway itself changes nothing.
    pub(crate) fn observe(&self, status: StatusCode, headers: &HeaderMap) {
        if headers.contains_key(IDEMPOTENCY_KEYS) {
            self.0.store(ANNOUNCED, Ordering::Relaxed);
        } else if status.is_success() {
            // An announcement outweighs an answer that a cache on the way gave.
            self.0.fetch_max(ABSENT, Ordering::Relaxed);
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.0.load(Ordering::Relaxed) == UNKNOWN
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.0.load(Ordering::Relaxed) == ANNOUNCED
    }

    /// Returns whether a keyed write may be sent again.
    pub(crate) fn safe_to_repeat(&self) -> SafeToRepeat {
        match self.0.load(Ordering::Relaxed) {
            ANNOUNCED => SafeToRepeat::Always,
            UNKNOWN => SafeToRepeat::IfServerKeepsKeys,
            _ => SafeToRepeat::Never,
        }
    }
}

impl Response {
    /// Returns whether a write with this response may still have taken effect: the server failed, or a proxy lost the
    /// response. The typed calls make [`Error::UnknownOutcome`](crate::Error::UnknownOutcome) of such an answer.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::Method;
    ///
    /// let response = client.request(Method::POST, "/api/users/signout").send().await?;
    /// if response.leaves_outcome_unknown() {
    ///     println!("the write may have taken effect");
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn leaves_outcome_unknown(&self) -> bool {
        // A gateway may have lost the server in the middle of the write, and a server that fails may do so after its commit. The
        // marketplace answers 503 only before it has done anything, except with the code `outcome_unknown`. The original answers
        // 400 to any uncaught exception, also to one that was thrown after the card was charged.
        if !self.status.is_server_error() {
            return self.is_uncaught_exception();
        }
        !self.is_problem()
            || self.status != StatusCode::SERVICE_UNAVAILABLE
            || self.code() == Some(ErrorCode::OutcomeUnknown)
    }
}

/// Returns whether the response to a write settles the outcome of an earlier attempt with the same key.
///
/// Only a success does, and a refusal of the marketplace itself that no further attempt would change. A refusal that is
/// given before the key is looked up (an ended session, a limit, a proxy) does not settle the first attempt.
pub(crate) fn settles_earlier_attempt(response: &Response) -> bool {
    // Given after the key is looked up, so no attempt with it has taken effect. An admission is never undone: once another one
    // has admitted a pass, an attempt that is still on its way is refused, too.
    let is_final = matches!(
        response.code(),
        Some(ErrorCode::NotOwner | ErrorCode::PriceChanged | ErrorCode::AlreadyAdmitted)
    );
    if response.status.is_success() || is_final {
        return true;
    }
    let is_momentary = matches!(response.status.as_u16(), 401 | 403 | 408 | 409 | 425 | 429);
    let is_refusal = response.status.is_client_error() && !response.is_uncaught_exception();
    is_refusal && !is_momentary && response.is_problem()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    /// A case of the table that the pages share.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Case {
        status: u16,
        /// The body's error code; without one, the answer is not the marketplace's.
        code: Option<String>,
        may_have_been_done: bool,
        settles_earlier_attempt: bool,
    }

    #[test]
    fn answers_tell_what_the_table_says() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../tests/cases/outcomes.json")).unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            let body = match &case.code {
                Some(code) => serde_json::json!({"errors": [{"message": "no", "code": code}]}).to_string(),
                None => "<html>".to_owned(),
            };
            let response = Response {
                status: StatusCode::from_u16(case.status).unwrap(),
                headers: HeaderMap::new(),
                body: body.into(),
                path: String::new(),
            };
            let actual = (response.leaves_outcome_unknown(), settles_earlier_attempt(&response));
            let expected = (case.may_have_been_done, case.settles_earlier_attempt);
            assert_eq!(actual, expected, "{} {:?}", case.status, case.code);
        }
    }

    #[test]
    fn exception_of_the_original_settles_nothing() {
        let answer = |body: &'static str| Response {
            status: StatusCode::BAD_REQUEST,
            headers: HeaderMap::new(),
            body: body.into(),
            path: String::new(),
        };
        let exception = answer(r#"{"errors":[{"message":"Something went wrong"}]}"#);
        assert!(exception.leaves_outcome_unknown() && !settles_earlier_attempt(&exception));
        let refusal = answer(r#"{"errors":[{"message":"Ticket is already reserved"}]}"#);
        assert!(!refusal.leaves_outcome_unknown() && settles_earlier_attempt(&refusal));
    }

    #[test]
    fn request_id_of_a_gateway_announces_nothing() {
        let support = IdempotencySupport::default();
        let gateway =
            HeaderMap::from_iter([(http::HeaderName::from_static("x-request-id"), "1".parse().unwrap())]);
        support.observe(StatusCode::BAD_GATEWAY, &gateway);
        assert!(support.is_unknown());
        support.observe(StatusCode::OK, &gateway);
        assert_eq!(support.safe_to_repeat(), SafeToRepeat::Never);
        let name = http::HeaderName::from_static(IDEMPOTENCY_KEYS);
        support.observe(StatusCode::OK, &HeaderMap::from_iter([(name, "max-age=86400".parse().unwrap())]));
        support.observe(StatusCode::OK, &gateway);
        assert_eq!(support.safe_to_repeat(), SafeToRepeat::Always);
    }
}
