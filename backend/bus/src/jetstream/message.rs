//! The encoding of an envelope as a message of NATS: the body is the payload, the other fields are headers and the
//! subject.

use async_nats::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ticketing_events::{AnyEventName, Envelope, EventName};
use ticketing_sdk::Timestamp;

/// The stream of the events.
pub(super) const EVENT_STREAM: &str = "TICKETING";
/// The prefix of the subjects of all events.
pub(super) const EVENT_PREFIX: &str = "ticketing";
pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";
const NAME: &str = "Ticketing-Event";
const AGGREGATE: &str = "Ticketing-Aggregate";
const VERSION: &str = "Ticketing-Version";
const TIME: &str = "Ticketing-Time";
const TRACE: &str = "traceparent";
/// The sequence of the original event in the stream, in a replay.
const REPLAY_OF: &str = "Ticketing-Replay-Of";

/// The bytes that a token escapes: all but letters, digits and `-_:`.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b':');

/// Encodes a text as a token of a subject and as a header, with percent-encoding. An empty text is `%`.
pub(super) fn token(text: &str) -> String {
    if text.is_empty() { "%".to_owned() } else { utf8_percent_encode(text, ESCAPED).to_string() }
}

fn untoken(token: &str) -> String {
    if token == "%" { String::new() } else { percent_decode_str(token).decode_utf8_lossy().into_owned() }
}

/// Returns the subject of an event: `ticketing.ticket.created.<aggregate>`.
pub(super) fn subject(envelope: &Envelope) -> String {
    let aggregate = token(&envelope.aggregate);
    match envelope.name.to_known() {
        Some(name) => name.subject(&aggregate),
        // The subject of an unknown name has the same number of tokens.
        None => {
            let (word, rest) = envelope.name.as_str().split_once(':').unwrap_or((envelope.name.as_str(), ""));
            format!("{EVENT_PREFIX}.{}.{}.{aggregate}", token(word), token(rest))
        }
    }
}

/// Returns the name of the event in a subject.
fn event_name(subject: &str) -> Option<String> {
    let mut tokens = subject.split('.').skip(1);
    Some(format!("{}:{}", untoken(tokens.next()?), untoken(tokens.next()?)))
}

/// Returns the subjects of all events with this name.
pub(super) fn subjects_of(name: EventName) -> String {
    name.subject("*")
}

/// Returns the headers of an event, with its identifier for the duplicate window of the server. Its name and aggregate
/// are in the subject.
pub(super) fn headers(envelope: &Envelope) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(MESSAGE_ID, token(&envelope.id));
    headers.insert(VERSION, envelope.version.to_string());
    headers.insert(TIME, envelope.time.to_string());
    if event_name(&subject(envelope)).is_none_or(|name| name != envelope.name.as_str()) {
        headers.insert(NAME, token(envelope.name.as_str()));
    }
    // The trace may come from a client: an invalid header is dropped.
    if let Some(trace) =
        envelope.trace.as_deref().filter(|trace| trace.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        headers.insert(TRACE, trace);
    }
    headers
}

/// Returns the headers of a replay for one consumer.
pub(super) fn replay_headers(envelope: &Envelope, seq: i64, message_id: &str) -> HeaderMap {
    let mut headers = headers(envelope);
    headers.insert(MESSAGE_ID, message_id);
    headers.insert(EVENT_ID, token(&envelope.id));
    headers.insert(NAME, token(envelope.name.as_str()));
    headers.insert(AGGREGATE, token(&envelope.aggregate));
    headers.insert(REPLAY_OF, seq.to_string());
    headers
}

/// The identifier of the event, if the message has another one.
const EVENT_ID: &str = "Ticketing-Event-Id";

/// Decodes a message. A message without headers, which an operator has published, has a subject and a sequence; the
/// consumer rejects an invalid body or an unknown name.
pub(super) fn envelope(
    subject: &str,
    headers: &HeaderMap,
    payload: &[u8],
    seq: i64,
    stored_at: Timestamp,
) -> Envelope {
    let header = |name: &str| headers.get(name).map(|value| value.as_str());
    let name = header(NAME).map(untoken).or_else(|| event_name(subject));
    let id = header(EVENT_ID).or_else(|| header(MESSAGE_ID));
    let aggregate = header(AGGREGATE).or_else(|| subject.rsplit('.').next());
    Envelope {
        id: id.map_or_else(|| format!("{EVENT_PREFIX}/{seq}"), untoken),
        name: AnyEventName::from(name.as_deref().unwrap_or(subject)),
        aggregate: aggregate.map(untoken).unwrap_or_default(),
        version: header(VERSION).and_then(|version| version.parse().ok()).unwrap_or(0),
        time: header(TIME).and_then(|time| time.parse().ok()).unwrap_or(stored_at),
        trace: header(TRACE).map(str::to_owned),
        body: String::from_utf8_lossy(payload).into_owned(),
    }
}

/// Returns the sequence of an event: of the message, or of the original event of a replay.
pub(super) fn event_sequence(headers: &HeaderMap, own: i64) -> i64 {
    let replayed = headers.get(REPLAY_OF).and_then(|place| place.as_str().parse().ok());
    replayed.unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::{
        EVENT_PREFIX, Envelope, EventName, HeaderMap, Timestamp, envelope, headers, subject, token, untoken,
    };

    fn sample() -> Envelope {
        Envelope {
            id: "0193-a".to_owned(),
            name: EventName::TicketCreated.into(),
            aggregate: "a.b c>*%ü".to_owned(),
            version: 7,
            time: Timestamp::from_millis(1_700_000_000_123),
            trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            body: r#"{"id":"ü"}"#.to_owned(),
        }
    }

    #[test]
    fn envelope_survives_encoding_as_a_message() {
        let sent = sample();
        let subject = subject(&sent);
        assert_eq!(subject, "ticketing.ticket.created.a%2Eb%20c%3E%2A%25%C3%BC");
        let read = envelope(&subject, &headers(&sent), sent.body.as_bytes(), 3, Timestamp::from_millis(0));
        assert_eq!(read, sent);
    }

    #[test]
    fn envelope_of_another_version_comes_back_with_its_name() {
        for name in [
            "ticket:viewed",
            "ticket:viewed:twice",
            "viewed",
            "",
            ":",
            "a.b:c*>",
            "über:maß",
            "order:created ",
        ] {
            let sent = Envelope { name: name.into(), ..sample() };
            let subject = subject(&sent);
            assert_eq!(subject.split('.').count(), 4, "{subject}");
            let read =
                envelope(&subject, &headers(&sent), sent.body.as_bytes(), 3, Timestamp::from_millis(0));
            assert_eq!(read, sent);
            let again = super::replay_headers(&sent, 3, "replay-1");
            let read =
                envelope("ticketing-replay.s.3", &again, sent.body.as_bytes(), 3, Timestamp::from_millis(0));
            assert_eq!(read, sent);
        }
    }

    #[test]
    fn replay_message_decodes_to_its_original_event() {
        let sent = sample();
        let headers = super::replay_headers(&sent, 7, "replay-1");
        let subject = "ticketing-replay.orders.7";
        let read = envelope(subject, &headers, sent.body.as_bytes(), 9, Timestamp::from_millis(0));
        assert_eq!((read, super::event_sequence(&headers, 9)), (sent, 7));
    }

    #[test]
    fn invalid_trace_header_is_dropped() {
        let sent = Envelope { trace: Some("a\r\nNats-Msg-Id: b".to_owned()), ..sample() };
        assert!(headers(&sent).get("traceparent").is_none());
    }

    #[test]
    fn message_without_headers_is_decoded_by_its_subject() {
        let now = Timestamp::from_millis(5);
        let read = envelope("ticketing.order.created.o%2E1", &HeaderMap::new(), b"{}", 3, now);
        assert_eq!((read.id, read.name), (format!("{EVENT_PREFIX}/3"), EventName::OrderCreated.into()));
        assert_eq!((read.aggregate.as_str(), read.version, read.time), ("o.1", 0, now));
        let other = envelope("ticketing.order.unheard.o", &HeaderMap::new(), b"{}", 3, now);
        assert_eq!((other.name.as_str(), other.name.to_known()), ("order:unheard", None));
    }

    #[test]
    fn tokens_are_reversible() {
        for text in ["", "a", "%", "%%", "%4", "ü.", "0193f2b4-7d51-7c3a-8a9b-1f2e3d4c5b6a"] {
            assert_eq!(untoken(&token(text)), text);
        }
    }
}
