//! Stripe's webhook events: verifies the signature over the raw bytes, then parses the event.

use axum::http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use ticketing_sdk::webhook::{DEFAULT_TOLERANCE, SignatureError, verify_signature};
use ticketing_sdk::{PaymentId, Timestamp};

use super::wire::PAYMENT;
use crate::provider::{WebhookError, WebhookEvent};

/// The longest identifier that is accepted, in bytes. Stripe's have 255 at most.
const MAX_ID_BYTES: usize = 255;

const HEADER: &str = "stripe-signature";

/// Verifies and parses an event that is signed with one of the secrets; `None` if it concerns no payment.
pub(super) fn read(
    secrets: &[SecretString],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<Option<WebhookEvent>, WebhookError> {
    let mut fields = headers.get_all(HEADER).into_iter();
    // Two headers are ambiguous.
    let header = fields.next().filter(|_| fields.next().is_none()).and_then(|header| header.to_str().ok());
    let header = header.ok_or(SignatureError::Malformed)?;
    let verify = |secret: &SecretString| {
        verify_signature(secret.expose_secret().as_bytes(), header, body, now, DEFAULT_TOLERANCE)
    };
    let no_match = Err(SignatureError::NoMatch);
    secrets.iter().map(verify).find(|verified| *verified != no_match).unwrap_or(no_match)?;
    // A signed event of an unknown shape is accepted: Stripe would redeliver a rejected one for days.
    Ok(serde_json::from_slice(body).ok().as_ref().and_then(parse_event))
}

/// Parses the subject of an event: a PaymentIntent, or a charge or refund of one, by id or expanded. Returns `None` for
/// every other shape: other kinds, thin events, later versions.
fn parse_event(event: &Value) -> Option<WebhookEvent> {
    let subject = event.pointer("/data/object")?;
    let is_intent = subject.get("object").and_then(Value::as_str) == Some("payment_intent");
    let intent = if is_intent { subject.get("id")? } else { subject.get("payment_intent")? };
    let payment = subject.pointer("/metadata").and_then(|metadata| metadata.get(PAYMENT));
    Some(WebhookEvent {
        id: parse_id(event.get("id")?)?,
        stripe_id: parse_id(intent.get("id").unwrap_or(intent))?,
        payment_id: payment.and_then(parse_id).map(PaymentId::new),
    })
}

/// Parses an identifier that the databases can store.
fn parse_id(value: &Value) -> Option<String> {
    let name = value.as_str()?;
    let fits = (1..=MAX_ID_BYTES).contains(&name.len()) && !name.contains('\0');
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "whsec_a_secret_for_vectors";
    const BODY: &[u8] = br#"{"id":"evt_1","data":{"object":{"object":"payment_intent","id":"pi_1","metadata":{"payment_id":"p-1"}}}}"#;
    const AT: i64 = 1_700_000_000;

    fn now(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    /// Returns the signature without its time.
    fn sign(secret: &str, at: &str, body: &[u8]) -> String {
        let header = ticketing_sdk::webhook::sign(secret.as_bytes(), now(at.parse().unwrap()), body);
        header.split_once("v1=").unwrap().1.to_owned()
    }

    fn read_signed(
        secrets: &[&str],
        header: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Option<WebhookEvent>, WebhookError> {
        let secrets: Vec<SecretString> = secrets.iter().map(|&secret| secret.into()).collect();
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_str(header).unwrap());
        read(&secrets, &headers, body, now)
    }

    #[test]
    fn signatures_are_what_others_compute() {
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_a_secret_for_vectors
        let vector = "10f6f16e9250d3d48d92a4d3620f1eb66647be334f7de29cb188175d429a6470";
        assert_eq!(sign(SECRET, "1700000000", br#"{"id":"evt_1"}"#), vector);
        let header = format!("t=1700000000,v1={vector},v0=0000");
        assert_eq!(read_signed(&[SECRET], &header, br#"{"id":"evt_1"}"#, now(AT)), Ok(None));
    }

    #[test]
    fn a_signed_event_names_its_payment() {
        let header = format!("t={AT},v1={}", sign(SECRET, &AT.to_string(), BODY));
        let expected = WebhookEvent {
            id: "evt_1".into(),
            stripe_id: "pi_1".into(),
            payment_id: Some(PaymentId::new("p-1")),
        };
        assert_eq!(read_signed(&[SECRET], &header, BODY, now(AT)), Ok(Some(expected)));
    }

    #[test]
    fn any_of_several_secrets_and_signatures_will_do() {
        let at = AT.to_string();
        let (old, new) = (sign("whsec_old", &at, BODY), sign("whsec_new", &at, BODY));
        for header in [format!("t={at},v1={old}"), format!("v1={old}, v1={new}, t={at}")] {
            assert!(read_signed(&["whsec_new", "whsec_old"], &header, BODY, now(AT)).is_ok(), "{header}");
        }
        let header = format!("t={at},v1={old},v1={new}");
        assert!(read_signed(&["whsec_new"], &header, BODY, now(AT)).is_ok());
        assert!(read_signed(&["whsec_other"], &header, BODY, now(AT)).is_err());
        assert!(read_signed(&[], &header, BODY, now(AT)).is_err());
    }

    #[test]
    fn event_off_by_over_five_minutes_is_refused() {
        let header = format!("t={AT},v1={}", sign(SECRET, &AT.to_string(), BODY));
        for apart in [-300, 0, 300] {
            assert!(read_signed(&[SECRET], &header, BODY, now(AT + apart)).is_ok(), "{apart}");
        }
        for apart in [-301, 301, 86_400] {
            let expected = Err(WebhookError::Signature(SignatureError::OutsideTolerance));
            assert_eq!(
                read_signed(&[SECRET, "whsec_other"], &header, BODY, now(AT + apart)),
                expected,
                "{apart}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused_before_it_is_parsed() {
        let good = sign(SECRET, &AT.to_string(), BODY);
        for header in [
            String::new(),
            "t=".to_owned(),
            format!("t={AT}"),
            format!("v1={good}"),
            format!("t=x,v1={good}"),
            format!("t={},v1={good}", AT + 1),
            format!("t={AT},v0={good}"),
            format!("t={AT},v1={}", &good[..62]),
            format!("t={AT},v1={good}00"),
        ] {
            let verified = read_signed(&[SECRET], &header, BODY, now(AT));
            assert!(matches!(verified, Err(WebhookError::Signature(_))), "{header}");
        }
        assert!(read(&[SECRET.into()], &HeaderMap::new(), BODY, now(AT)).is_err());
        let mut twice = HeaderMap::new();
        for _ in 0..2 {
            twice.append(HEADER, HeaderValue::from_str(&format!("t={AT},v1={good}")).unwrap());
        }
        assert_eq!(
            read(&[SECRET.into()], &twice, BODY, now(AT)),
            Err(WebhookError::Signature(SignatureError::Malformed))
        );
    }

    /// Returns the event in a body with a valid signature.
    fn read_own(body: &[u8]) -> Option<WebhookEvent> {
        let header = format!("t={AT},v1={}", sign(SECRET, &AT.to_string(), body));
        read_signed(&[SECRET], &header, body, now(AT)).expect("the signature decides")
    }

    #[test]
    fn signed_events_that_say_nothing_here_are_ignored() {
        let long = format!(
            r#"{{"id":"evt_1","data":{{"object":{{"object":"payment_intent","id":"{}"}}}}}}"#,
            "x".repeat(256)
        );
        for body in [
            "nonsense",
            "",
            "null",
            "[]",
            "{}",
            r#"{"id":null,"data":{"object":{"object":"payment_intent","id":"pi_1"}}}"#,
            r#"{"id":"evt_1","data":null}"#,
            r#"{"id":"evt_1","data":{"object":null}}"#,
            r#"{"id":"evt_1","data":{"object":"pi_1"}}"#,
            r#"{"id":"evt_1","data":{"object":{"object":"customer","id":"cus_1"}}}"#,
            r#"{"id":"evt_1","data":{"object":{"object":"charge","payment_intent":null}}}"#,
            r#"{"id":"evt_1","data":{"object":{"object":7,"payment_intent":7}}}"#,
            r#"{"id":"evt_1","data":{"object":{"object":"payment_intent","id":"pi_\u0000"}}}"#,
            r#"{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.error_report_triggered","related_object":{"id":"mtr_1"}}"#,
            &long,
        ] {
            assert_eq!(read_own(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn payment_is_found_in_event_of_any_shape() {
        let of = |body: &str| read_own(body.as_bytes()).unwrap();
        let refund =
            r#"{"id":"evt_1","data":{"object":{"object":"refund","id":"re_1","payment_intent":"pi_7"}}}"#;
        assert_eq!(of(refund).stripe_id, "pi_7");
        let expanded = r#"{"id":"evt_1","data":{"object":{"object":"charge","payment_intent":{"id":"pi_7","object":"payment_intent"}}}}"#;
        assert_eq!(of(expanded).stripe_id, "pi_7");
        for metadata in [
            "null",
            "{}",
            "[]",
            "7",
            r#"{"payment_id":7}"#,
            r#"{"payment_id":null}"#,
            r#"{"payment_id":""}"#,
            r#"{"payment_id":"\u0000"}"#,
        ] {
            let body = format!(
                r#"{{"id":"evt_1","data":{{"object":{{"object":"payment_intent","id":"pi_7","metadata":{metadata}}}}}}}"#
            );
            assert_eq!((of(&body).stripe_id.as_str(), of(&body).payment_id), ("pi_7", None), "{metadata}");
        }
        let other = r#"{"id":"evt_1","data":{"object":{"object":"payment_intent","id":"pi_7","metadata":{"n":7,"payment_id":"p-1"}}}}"#;
        assert_eq!(of(other).payment_id, Some(PaymentId::new("p-1")));
    }

    proptest! {
        #[test]
        fn a_signed_body_of_any_kind_is_never_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
            read_own(&body);
        }
    }

    proptest! {
        #[test]
        fn any_change_of_the_body_breaks_the_signature(at in 0..BODY.len(), flip in 1_u8..) {
            let mut body = BODY.to_vec();
            body[at] ^= flip;
            let header = format!("t={AT},v1={}", sign(SECRET, &AT.to_string(), BODY));
            prop_assert!(read_signed(&[SECRET], &header, &body, now(AT)).is_err());
        }
    }
}
