//! Where the events travel: over a NATS server, where one is named.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use ticketing_bus::{Credentials, JetStreamOptions};
use ticketing_platform::settings::Reader;

/// Where the servers are.
pub(crate) const URL: &str = "TICKETING_NATS_URL";
/// The file that says who we are to them.
pub(crate) const CREDS: &str = "TICKETING_NATS_CREDS";

/// Reads both settings. The file is read here, so that what is wrong with it is said with everything else.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<JetStreamOptions> {
    // It may hold a password.
    let url = reader.optional::<SecretString>(URL);
    let file = reader.optional::<PathBuf>(CREDS);
    let Some(url) = url else {
        if let Some(file) = file {
            reader.report_invalid(CREDS, Some(file.display().to_string()), format!("{URL} beside it"));
        }
        return None;
    };
    let mut options = match JetStreamOptions::parse(url.expose_secret()) {
        Ok(options) => options,
        Err(error) => {
            reader.report_invalid(URL, None, error.to_string().trim_start_matches("expected "));
            return None;
        }
    };
    if let Some(file) = file {
        match credentials(&file) {
            Ok(credentials) => {
                // A user may hear the inboxes that bear its name, and no others.
                options.name = credentials.name().unwrap_or(&options.name).to_owned();
                options.credentials = Some(credentials);
            }
            Err(expected) => reader.report_invalid(CREDS, Some(file.display().to_string()), expected),
        }
    }
    Some(options)
}

fn credentials(file: &std::path::Path) -> Result<Credentials, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("a file that can be read ({error})"))?;
    Credentials::parse(&text).map_err(|_| {
        "a file that holds one line user:password, or credentials as NATS writes them".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::{CREDS, JetStreamOptions, Reader, URL, read};
    use ticketing_platform::settings::{SettingsError, Source};

    fn read_from(settings: &[(&str, &str)]) -> Result<Option<JetStreamOptions>, SettingsError> {
        let source =
            settings.iter().fold(Source::default(), |source, (name, value)| source.with(*name, *value));
        let mut reader = Reader::new(&source);
        let options = read(&mut reader);
        reader.finish(|| Some(options))
    }

    #[test]
    fn without_a_server_the_events_stay_here() {
        assert!(read_from(&[]).unwrap().is_none());
    }

    #[test]
    fn a_fault_names_its_setting_and_shows_no_password() {
        let folder = tempfile::tempdir().unwrap();
        let (absent, wrong) = (folder.path().join("absent"), folder.path().join("wrong"));
        std::fs::write(&wrong, "nonsense").unwrap();
        let (absent, wrong) = (absent.to_str().unwrap(), wrong.to_str().unwrap());
        let good = "nats://127.0.0.1:4222";
        for (settings, name) in [
            (vec![(URL, "http://u:secret@a")], URL),
            (vec![(CREDS, wrong)], CREDS),
            (vec![(URL, good), (CREDS, absent)], CREDS),
            (vec![(URL, good), (CREDS, wrong)], CREDS),
        ] {
            let error = read_from(&settings).unwrap_err();
            assert_eq!(error.invalid.len(), 1);
            assert_eq!(error.invalid[0].name, name);
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn credentials_name_the_connection() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("orders.creds");
        std::fs::write(&file, "orders:secret\n").unwrap();
        let file = file.to_str().unwrap();
        let options = read_from(&[(URL, "nats://127.0.0.1:4222"), (CREDS, file)]).unwrap().unwrap();
        assert_eq!(options.name, "orders");
        assert!(!format!("{options:?}").contains("secret"));
    }
}
