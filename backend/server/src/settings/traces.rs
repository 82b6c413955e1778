//! Where traces are sent, where a collector is named.

use axum::http::Uri;
use secrecy::{ExposeSecret, SecretString};
use ticketing_platform::settings::{Reader, Setting};
use ticketing_platform::telemetry::{Ratio, TraceSettings};

/// The collector.
const ENDPOINT: &str = "TICKETING_OTLP_ENDPOINT";
/// The share of the traces that begin here which are kept.
const SAMPLE: &str = "TICKETING_TRACE_SAMPLE";

/// Reads both settings. Without the first nothing is sent.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<TraceSettings> {
    let sample = reader.or(SAMPLE, Ratio::ALL);
    // Somebody may write a password into it, which is refused and must not be shown.
    let endpoint = reader.optional::<SecretString>(ENDPOINT)?;
    let Some(settings) = Uri::read(endpoint.expose_secret()).and_then(TraceSettings::new) else {
        reader.report_invalid(ENDPOINT, None, "a URL like http://127.0.0.1:4318, without a user and a query");
        return None;
    };
    Some(TraceSettings { sample, ..settings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ticketing_platform::settings::Source;

    fn read_from(settings: &[(&str, &str)]) -> Result<Option<TraceSettings>, String> {
        let source: Source = settings.iter().copied().collect();
        let mut reader = Reader::new(&source);
        let read = read(&mut reader);
        reader.finish(|| Some(read)).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_sent_unless_a_collector_is_named() {
        assert_eq!(read_from(&[]), Ok(None));
        assert_eq!(read_from(&[(SAMPLE, "0.5")]), Ok(None));
        let settings = read_from(&[(ENDPOINT, "http://127.0.0.1:4318"), (SAMPLE, "0.5")]).unwrap().unwrap();
        assert_eq!(settings.endpoint, "http://127.0.0.1:4318/");
        assert_eq!(Some(settings.sample), Ratio::read("0.5"));
    }

    #[test]
    fn what_cannot_be_used_is_named_and_no_password_shown() {
        for endpoint in ["127.0.0.1:4318", "ftp://a:hunter2@b", "http://", "collector", "http://a:hunter2@b"]
        {
            let said = read_from(&[(ENDPOINT, endpoint)]).unwrap_err();
            assert!(said.contains(ENDPOINT) && !said.contains("hunter2"), "{said}");
        }
        assert!(read_from(&[(SAMPLE, "2")]).unwrap_err().contains(SAMPLE));
    }
}
