//! The options of NATS.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use ticketing_bus::{Credentials, JetStreamOptions};
use ticketing_platform::files::read_text;

use super::SettingsError;

/// The setting of the servers.
pub(crate) const URL: &str = "TICKETING_NATS_URL";
/// The setting of the credentials.
pub(crate) const CREDS: &str = "TICKETING_NATS_CREDS";

/// Parses both settings. Reads the file now, so that its errors are reported with the others.
pub(super) fn options(
    url: Option<SecretString>,
    file: Option<&Path>,
    errors: &mut SettingsError,
) -> Option<JetStreamOptions> {
    let shown = |file: &Path| Some(file.display().to_string());
    let Some(url) = url else {
        if let Some(file) = file {
            errors.add(CREDS, shown(file), format!("{URL} to be set as well"));
        }
        return None;
    };
    let mut options = match JetStreamOptions::parse(url.expose_secret()) {
        Ok(options) => options,
        Err(error) => {
            errors.add(URL, None, error.to_string().trim_start_matches("expected "));
            return None;
        }
    };
    if let Some(file) = file {
        match credentials(file) {
            Ok(credentials) => {
                // The server lets a user subscribe only to inboxes with its name.
                options.name = credentials.name().unwrap_or(&options.name).to_owned();
                options.credentials = Some(credentials);
            }
            Err(expected) => errors.add(CREDS, shown(file), expected),
        }
    }
    Some(options)
}

fn credentials(file: &Path) -> Result<Credentials, String> {
    let text = read_text(file).map_err(|error| format!("a file that can be read ({error})"))?;
    Credentials::parse(&text).map_err(|_| {
        "a file that holds one line user:password, or credentials as NATS writes them".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::{CREDS, URL};
    use crate::StackSettings;
    use crate::command::ParseError;

    const SERVER: &str = "--nats-url=nats://127.0.0.1:4222";

    #[test]
    fn nats_is_unset_without_a_server() {
        assert!(StackSettings::from_flags("data", [""; 0]).unwrap().nats.is_none());
    }

    #[test]
    fn error_names_its_setting_and_hides_the_password() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("wrong");
        std::fs::write(&file, "nonsense").unwrap();
        let wrong = format!("--nats-creds={}", file.display());
        let absent = format!("--nats-creds={}", folder.path().join("absent").display());
        for (flags, name) in [
            (vec!["--nats-url=http://u:secret@a"], URL),
            (vec![&*wrong], CREDS),
            (vec![SERVER, &absent], CREDS),
            (vec![SERVER, &wrong], CREDS),
        ] {
            let ParseError::Settings(error) = StackSettings::from_flags("data", flags).unwrap_err() else {
                panic!("a setting is invalid");
            };
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
        let credentials = format!("--nats-creds={}", file.display());
        let options = StackSettings::from_flags("data", [SERVER, &credentials]).unwrap().nats.unwrap();
        assert_eq!(options.name, "orders");
        assert!(!format!("{options:?}").contains("secret"));
    }
}
