//! What a command has to work with. A command that needs no session is given a [`Context`] and cannot touch one.

use std::sync::Arc;
use std::time::Duration;

use ticketing_sdk::{
    Client, ClientBuilder, Error, FileSessions, IdempotencyKey, Keyring, Request, Response, SecretString,
    SessionError, SessionLocation, SessionStore, Timestamp, UserId,
};

use crate::clock;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::io::Io;
use crate::journal::{BatchJournal, Entry, Journal};
use crate::output::{Format, Printer};

/// A command that needs no session.
pub(crate) trait LocalCommand {
    /// Does it.
    async fn run(self, context: &Context) -> Outcome;
}

/// A command that talks to a server.
pub(crate) trait ApiCommand {
    /// Does it.
    async fn run(self, api: &ApiContext) -> Outcome;
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
pub(crate) struct Context {
    pub(crate) io: Arc<Io>,
    pub(crate) settings: Settings,
}

/// All that, a server, and the session there.
pub(crate) struct ApiContext {
    pub(crate) context: Context,
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
            // Everything stays in the folder that the user named, so the keyring is left alone.
            None => match self.home.sessions() {
                Ok(file) if self.home.is_chosen() => builder.session_store(FileSessions::new(file)),
                Ok(file) => builder.session_store(Keyring::new("default").fallback(file)),
                Err(_) => builder.session_store(NoHome),
            },
        };
        builder.build().map_err(|error| match error {
            Error::InvalidInput { message, .. } => {
                Failure::usage(format!("--server {}: {message}", self.server))
            }
            other => Failure::from(other),
        })
    }
}

/// The store of a user without a home directory: there is no session, and none can be kept.
struct NoHome;

impl SessionStore for NoHome {
    fn load(&self, _server: &str) -> Result<Option<SecretString>, SessionError> {
        Ok(None)
    }

    fn save(&self, _server: &str, _session: &SecretString) -> Result<(), SessionError> {
        Err(SessionError::new("this user has no home directory to keep the session in; set TICKETING_HOME"))
    }

    fn clear(&self, _server: &str) -> Result<(), SessionError> {
        Ok(())
    }

    fn location(&self, _server: &str) -> SessionLocation {
        SessionLocation::Other("no place: this user has no home directory".to_owned())
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

impl Context {
    /// Shows data in the format that was chosen.
    pub(crate) fn printer(&self) -> Printer<'_> {
        Printer { io: &self.io, format: self.settings.format, now: clock::now() }
    }

    /// Turns to the server.
    pub(crate) fn connect(self) -> Outcome<ApiContext> {
        let client = self.settings.client()?;
        let journal = Journal::in_folder(self.settings.home.journal().ok());
        Ok(ApiContext { context: self, client, journal })
    }

    /// Turns to the server, and tells about purchases that were interrupted.
    pub(crate) fn connect_and_report(self) -> Outcome<ApiContext> {
        let api = self.connect()?;
        for words in api.interrupted() {
            api.io().notice(&words);
        }
        Ok(api)
    }
}

#[cfg(test)]
impl ApiContext {
    /// A user of a marketplace that answers from memory, whose files are in this folder.
    pub(crate) fn of_mock(
        mock: &ticketing_sdk::mock::Mock,
        io: Io,
        format: Format,
        folder: &std::path::Path,
    ) -> Self {
        let server = "http://marketplace.test".to_owned();
        let client = Client::builder(&server).mock(mock).session_value("session").build().unwrap();
        let home = Home::find(Some(folder.into()));
        let journal = Journal::in_folder(home.journal().ok());
        let settings = Settings { server, format, timeout: None, home };
        Self { context: Context { io: Arc::new(io), settings }, client, journal }
    }
}

impl ApiContext {
    /// The interrupted writes that no command has reported yet.
    pub(crate) fn interrupted(&self) -> Vec<String> {
        let notes = self.journal.take_unreported(clock::now()).into_iter();
        let remarks = notes.map(|note| {
            format!(
                "`{}` at {} was interrupted, and it is not known whether it was done; run the same command again to find \
                 out: it is sent only if the server can tell that it is the same",
                note.operation, note.server
            )
        });
        remarks.collect()
    }

    /// The keys of writes that are under way.
    pub(crate) fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The streams.
    pub(crate) fn io(&self) -> &Io {
        &self.context.io
    }

    /// Shows data in the format that was chosen. Times are as seen by the server's clock, which set them.
    pub(crate) fn printer(&self) -> Printer<'_> {
        Printer { now: self.now(), ..self.context.printer() }
    }

    /// The time by the server's clock: deadlines are the server's.
    pub(crate) fn now(&self) -> Timestamp {
        self.client.server_time(clock::now())
    }

    /// Sends a write whose key is on disk before it leaves, and removes the note once the outcome is known.
    ///
    /// `operation` names the write for people; `parts` are all that makes the request what it is. `send` gets the key, and
    /// whether an interrupted command may have sent it already.
    pub(crate) async fn write<T, W>(
        &self,
        operation: &str,
        parts: &[&str],
        send: impl FnOnce(IdempotencyKey, bool) -> W,
    ) -> Outcome<Result<T, Error>>
    where
        W: IntoFuture<Output = Result<T, Error>>,
    {
        let entry = self.note_down(operation, parts).await?;
        let answer = send(entry.key.clone(), entry.resumed).await;
        if !answer.as_ref().is_err_and(Error::must_keep_key) {
            entry.settle();
        }
        Ok(answer)
    }

    /// The same for a request of the caller's own making, where every status is an answer.
    pub(crate) async fn write_raw(
        &self,
        operation: &str,
        parts: &[&str],
        request: Request,
    ) -> Outcome<Result<Response, Error>> {
        let entry = self.note_down(operation, parts).await?;
        let answer = request.idempotency_key(entry.key.clone()).resumed(entry.resumed).send().await;
        let is_open = match &answer {
            Ok(response) => response.leaves_outcome_unknown(),
            Err(error) => error.must_keep_key(),
        };
        if !is_open {
            entry.settle();
        }
        Ok(answer)
    }

    /// Removes the note of an interrupted write whose outcome has become known. Tells whether there was one.
    pub(crate) async fn settle_interrupted(&self, operation: &str, parts: &[&str]) -> Outcome<bool> {
        let entry = self.note_down(operation, parts).await?;
        let was_interrupted = entry.resumed;
        entry.settle();
        Ok(was_interrupted)
    }

    /// Opens the record of a batch of writes of the user who is signed in, or starts it.
    pub(crate) async fn open_batch(&self, operation: &str, parts: &[&str]) -> Outcome<BatchJournal> {
        let user = self.client.session().await.ok().and_then(|session| session.user);
        let parts: Vec<&str> = parts.iter().copied().chain(user.as_ref().map(UserId::as_str)).collect();
        self.journal.batch(operation, self.client.server(), &parts, clock::now()).map_err(|error| {
            if error.kind() == std::io::ErrorKind::WouldBlock {
                return Failure::new(Exit::Conflict, "another command is working on the same tickets")
                    .hint("wait until it has ended, and run this command again");
            }
            Failure::failed(format!("the tickets cannot be noted down, so nothing was sent: {error}"))
                .hint("set TICKETING_HOME to a folder that can be written to")
        })
    }

    /// Notes a write of the user who is signed in. A server keeps the keys of each user apart, so another user's command is
    /// another write.
    async fn note_down(&self, operation: &str, parts: &[&str]) -> Outcome<Entry> {
        let user = self.client.session().await.ok().and_then(|session| session.user);
        let parts: Vec<&str> = parts.iter().copied().chain(user.as_ref().map(UserId::as_str)).collect();
        self.journal.begin(operation, self.client.server(), &parts, clock::now()).map_err(|error| {
            Failure::failed(format!("the write cannot be noted down, so it was not sent: {error}"))
                .hint("set TICKETING_HOME to a folder that can be written to")
        })
    }
}
