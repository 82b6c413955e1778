//! Implements a session store: one folder with a file for each server.
//!
//! `custom_session_store http://127.0.0.1:3000 ./sessions`

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Context as _;
use ticketing_sdk::{Client, FileSessions, SecretString, SessionError, SessionLocation, SessionStore};

/// A folder with a file for each server. `FileSessions` writes the files with private permissions.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn file(&self, server: &str) -> FileSessions {
        let name: String = server.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        FileSessions::new(self.path.join(name))
    }
}

impl SessionStore for Folder {
    fn load(&self, server: &str) -> Result<Option<SecretString>, SessionError> {
        self.file(server).load(server)
    }

    fn save(&self, server: &str, session: &SecretString) -> Result<(), SessionError> {
        self.file(server).save(server, session)
    }

    fn clear(&self, server: &str) -> Result<(), SessionError> {
        match fs::remove_file(self.file(server).path()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(SessionError::with_source("cannot delete the session", error))
            }
            _ => Ok(()),
        }
    }

    fn location(&self, server: &str) -> SessionLocation {
        SessionLocation::Other(format!("{} (one file per server)", self.file(server).path().display()))
    }
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example shows what it did")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let server = arguments.next().context("SERVER is missing, such as http://127.0.0.1:3000")?;
    let path = arguments.next().context("FOLDER is missing")?.into();

    let client = Client::builder(server).session_store(Folder { path }).build()?;
    let session = client.session().await?;
    println!("the session is in {}; present: {}", session.location, session.present);
    match client.auth().current_user().await? {
        Some(user) => println!("signed in as {}", user.email),
        None => println!("not signed in"),
    }
    Ok(())
}
