//! What a command has to work with. A command that needs no session is handed a [`Local`] and cannot touch one.

use std::sync::Arc;
use std::time::Duration;

use ticketing_sdk::{Client, ClientBuilder, ErrorCode, FileSessions, IdempotencyKey, Keyring};

use crate::clock;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::io::Io;
use crate::journal::Journal;
use crate::output::{Format, Printer};

/// A command that needs no session.
pub(crate) trait LocalCommand {
    /// Does it.
    async fn run(self, local: &Local) -> Outcome;
}

/// A command that talks to a server.
pub(crate) trait OnlineCommand {
    /// Does it.
    async fn run(self, online: &Online) -> Outcome;
}

/// The settings that hold for every command.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) server: String,
    pub(crate) format: Format,
    /// How long one call may take.
    pub(crate) timeout: Option<Duration>,
    pub(crate) home: Home,
}

/// The streams and the settings.
pub(crate) struct Local {
    pub(crate) io: Arc<Io>,
    pub(crate) settings: Settings,
}

/// All that, a server, and the session there.
pub(crate) struct Online {
    pub(crate) local: Local,
    pub(crate) client: Client,
    journal: Journal,
}

/// The variable that gives the session instead of the store: the value of the cookie, or `name=value`.
const SESSION_VARIABLE: &str = "TICKETING_SESSION";

/// A variable of the environment, where it is set to something.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Settings {
    /// A client of the server, with the session that was given or is kept for it.
    pub(crate) fn client(&self) -> Outcome<Client> {
        let mut builder =
            Client::builder(&self.server).user_agent(concat!("ticketing/", env!("CARGO_PKG_VERSION")));
        if let Some(timeout) = self.timeout {
            builder =
                builder.timeout(timeout).response_timeout(timeout).connect_timeout(timeout.min(CONNECT));
        }
        let builder = match environment(SESSION_VARIABLE) {
            Some(session) => given(builder, &session),
            // Whoever names the folder wants everything in it, so the keyring is left alone.
            None if self.home.is_chosen() => builder.session_store(FileSessions::new(self.home.sessions())),
            None => builder.session_store(Keyring::new("default").fallback(self.home.sessions())),
        };
        let unusable = |error| Failure::usage(format!("--server {}: {error}", self.server));
        builder.build().map_err(|error| unusable(error).hint("an address looks like http://127.0.0.1:3000"))
    }
}

const CONNECT: Duration = Duration::from_secs(5);

/// The value of the cookie, alone or after its name.
fn given(builder: ClientBuilder, session: &str) -> ClientBuilder {
    // Base64 may end in `=`, so only what is followed by a value is a name.
    match session.split_once('=').filter(|(_, value)| value.contains(|c| c != '=')) {
        Some((name, value)) => builder.session_cookie(name).session_value(value),
        None => builder.session_value(session),
    }
}

impl Local {
    /// Shows data in the format that was chosen.
    pub(crate) fn printer(&self) -> Printer<'_> {
        Printer { io: &self.io, format: self.settings.format, now: clock::now() }
    }

    /// Turns to the server.
    pub(crate) fn go_online(self) -> Outcome<Online> {
        let client = self.settings.client()?;
        let journal = Journal::in_folder(self.settings.home.journal());
        Ok(Online { local: self, client, journal })
    }

    /// Turns to the server, and tells about purchases that were interrupted.
    pub(crate) fn go_online_and_tell(self) -> Outcome<Online> {
        let online = self.go_online()?;
        for words in online.interrupted() {
            online.io().notice(&words);
        }
        Ok(online)
    }
}

impl Online {
    /// The writes that were interrupted, and were not told of yet.
    pub(crate) fn interrupted(&self) -> Vec<String> {
        let news = self.journal.take_news(clock::now()).into_iter();
        let told = news.map(|note| {
            format!(
                "`{}` at {} was interrupted and its outcome is unknown; the same command again settles it, and nothing \
                 happens twice",
                note.deed, note.server
            )
        });
        told.collect()
    }

    /// The keys of writes that are under way.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The streams.
    pub(crate) fn io(&self) -> &Io {
        &self.local.io
    }

    /// Shows data in the format that was chosen.
    pub(crate) fn printer(&self) -> Printer<'_> {
        self.local.printer()
    }

    /// Sends a write whose key is on disk before it leaves. The note goes once the outcome is known.
    ///
    /// `deed` names the write for people; `parts` are all that makes the request what it is.
    pub(crate) async fn write<T, W>(
        &self,
        deed: &str,
        parts: &[&str],
        send: impl FnOnce(IdempotencyKey) -> W,
    ) -> Outcome<Result<T, ticketing_sdk::Error>>
    where
        W: IntoFuture<Output = Result<T, ticketing_sdk::Error>>,
    {
        let entry = self.journal.begin(deed, self.client.server(), parts, clock::now()).map_err(|error| {
            Failure::failed(format!("the write cannot be noted down, so it was not sent: {error}"))
                .hint("set TICKETING_HOME to a folder that can be written to")
        })?;
        let answer = send(entry.key.clone()).await;
        let open = |error: &ticketing_sdk::Error| {
            error.is_unknown_outcome() || error.code() == Some(&ErrorCode::IdempotencyKeyInFlight)
        };
        if !answer.as_ref().is_err_and(open) {
            entry.settle();
        }
        Ok(answer)
    }
}
