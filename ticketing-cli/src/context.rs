//! The context of a command. A command without a session gets a [`Context`], which has no access to one.

mod dry_run;
mod no_home;
mod reads;
mod unknown_outcome;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ticketing_sdk::{
    Client, ClientBuilder, Error, FileSessions, IdempotencyKey, Keyring, Request, Response, Timestamp,
    UserId, Write,
};
use ticketing_tui::Operation;

use self::no_home::NoHome;
use self::unknown_outcome::as_unknown_outcome;
use crate::client_dirs::ClientDirs;
use crate::clock;
use crate::environment::environment;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::io::Io;
use crate::journal::{BatchJournal, Journal, WriteEntry, WriteRecord};
use crate::output::{Format, Printer, Select, zone};
use crate::target::Target;

/// A command without a session.
pub(crate) trait LocalCommand {
    /// Runs the command.
    async fn run(self, context: &Context) -> CliResult;
}

/// A command that talks to a server.
pub(crate) trait ApiCommand {
    /// Runs the command.
    async fn run(self, api: &ApiContext) -> CliResult;
}

/// How the writes of a command are sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct WriteOptions {
    /// Whether the request is printed instead.
    pub(crate) dry_run: bool,
    /// The key of the user for the write, in place of a new one.
    pub(crate) key: Option<IdempotencyKey>,
    /// Whether the command ends when it has written, so that an interrupt is not its usual end.
    pub(crate) ends_by_itself: bool,
}

/// The settings of every command.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) server: String,
    /// The server that an option or a variable names.
    pub(crate) named_server: Option<String>,
    /// The profile whose session is used.
    pub(crate) profile: Option<String>,
    /// The config file, if the user has a home directory.
    pub(crate) config: Option<PathBuf>,
    pub(crate) format: Format,
    /// The selection of JSON.
    pub(crate) select: Select,
    pub(crate) writes: WriteOptions,
    /// The timeout of a call.
    pub(crate) timeout: Option<Duration>,
    pub(crate) dirs: ClientDirs,
}

/// The context of every command: streams and settings.
pub(crate) struct Context {
    pub(crate) io: Arc<Io>,
    pub(crate) settings: Settings,
}

/// The context of a command that calls a server: the same, with the client and the session.
pub(crate) struct ApiContext {
    pub(crate) context: Context,
    pub(crate) client: Client,
    /// The writes in progress.
    pub(crate) journal: Journal,
}

/// The variable that overrides the stored session: the value of the cookie, or `name=value`.
const SESSION_VARIABLE: &str = "TICKETING_SESSION";

impl Settings {
    /// Returns the settings of a command without options.
    pub(crate) fn new(target: Target, format: Format, dirs: ClientDirs) -> Self {
        Self {
            server: target.server,
            named_server: None,
            profile: target.profile,
            config: None,
            format,
            select: Select::default(),
            writes: WriteOptions::default(),
            timeout: None,
            dirs,
        }
    }

    /// Returns the path of the config file.
    ///
    /// # Errors
    /// If the user has no home directory.
    pub(crate) fn config_file(&self) -> CliResult<PathBuf> {
        self.config.clone().map_or_else(|| self.dirs.config(), Ok)
    }

    /// Returns a client of the server, with the given or the stored session.
    pub(crate) fn client(&self) -> CliResult<Client> {
        self.client_of(&self.server, self.profile.as_deref())
    }

    /// Returns a client of a server, with the session of a profile.
    pub(crate) fn client_of(&self, server: &str, profile: Option<&str>) -> CliResult<Client> {
        let mut builder =
            Client::builder(server).user_agent(concat!("ticketing/", env!("CARGO_PKG_VERSION")));
        if let Some(timeout) = self.timeout {
            builder =
                builder.timeout(timeout).response_timeout(timeout).connect_timeout(timeout.min(CONNECT));
        }
        let builder = match environment(SESSION_VARIABLE) {
            Some(session) => with_session(builder, &session),
            // All state is in the folder that the user named, so the keyring is not used.
            None => match self.dirs.sessions(profile) {
                Ok(file) if self.dirs.is_chosen => builder.session_store(FileSessions::new(file)),
                Ok(file) => builder.session_store(Keyring::new(profile.unwrap_or("default")).fallback(file)),
                Err(_) => builder.session_store(NoHome),
            },
        };
        builder.build().map_err(|error| match error {
            Error::InvalidInput { message, .. } => Failure::usage(format!("--server {server}: {message}")),
            other => Failure::from(other),
        })
    }
}

const CONNECT: Duration = Duration::from_secs(5);

/// Sets the session of a variable, which is the value of the cookie, or its name and its value.
fn with_session(builder: ClientBuilder, session: &str) -> ClientBuilder {
    // Base64 may end in `=`, so a name must be followed by a value.
    match session.split_once('=').filter(|(_, value)| value.contains(|c| c != '=')) {
        Some((name, value)) => builder.session_cookie(name).session_value(value),
        None => builder.session_value(session),
    }
}

impl Context {
    /// Shows data in the format that was chosen.
    pub(crate) fn printer(&self) -> Printer<'_> {
        let select = Some(&self.settings.select);
        Printer { select, zone: zone(), ..Printer::new(&self.io, self.settings.format, clock::now()) }
    }

    /// Connects to the server.
    pub(crate) fn connect(self) -> CliResult<ApiContext> {
        let client = self.settings.client()?;
        let journal = Journal::in_folder(self.settings.dirs.journal().ok());
        Ok(ApiContext { context: self, client, journal })
    }

    /// Connects to the server, and reports interrupted purchases.
    pub(crate) fn connect_and_report(self) -> CliResult<ApiContext> {
        let api = self.connect()?;
        for words in api.describe_interrupted() {
            api.io().warn(&words);
        }
        Ok(api)
    }
}

/// Leaves out the requests of an interrupted purchase, which is reported as one.
pub(crate) fn without_parts(records: Vec<WriteRecord>) -> Vec<WriteRecord> {
    let purchases: Vec<WriteRecord> =
        records.iter().filter(|record| matches!(record.operation, Operation::Buy { .. })).cloned().collect();
    let is_part = |record: &WriteRecord| {
        matches!(record.operation, Operation::CreateOrder { .. } | Operation::CreatePayment { .. })
            && purchases
                .iter()
                .any(|purchase| purchase.server == record.server && purchase.started_at <= record.started_at)
    };
    records.into_iter().filter(|record| !is_part(record)).collect()
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
        let dirs = ClientDirs::find(Some(folder.into()));
        let journal = Journal::in_folder(dirs.journal().ok());
        let target = Target { server, profile: None };
        let settings = Settings::new(target, format, dirs);
        Self { context: Context { io: Arc::new(io), settings }, client, journal }
    }
}

impl ApiContext {
    /// Returns the interrupted writes that no command has reported yet.
    pub(crate) fn describe_interrupted(&self) -> Vec<String> {
        let records = without_parts(self.journal.take_unreported(clock::now())).into_iter();
        records.map(|record| record.describe()).collect()
    }

    /// The streams.
    pub(crate) fn io(&self) -> &Io {
        &self.context.io
    }

    /// Shows data in the chosen format. Times are relative to the server's clock, which set them.
    pub(crate) fn printer(&self) -> Printer<'_> {
        Printer { now: self.now(), ..self.context.printer() }
    }

    /// Returns the time of the server's clock, which sets deadlines.
    pub(crate) fn now(&self) -> Timestamp {
        self.client.server_time(clock::now())
    }

    /// Records a write with its key in the journal, sends it, and removes the record once the outcome is known.
    ///
    /// # Errors
    /// If the write cannot be recorded. With `--dry-run`, the end of the command, after the request is printed.
    pub(crate) async fn write<T: 'static>(
        &self,
        operation: &Operation,
        write: Write<T>,
    ) -> CliResult<Result<T, Error>> {
        Ok(self.write_or_resume(operation, write).await?.0)
    }

    /// As [`write`](Self::write). Returns also whether the answer may be that to an interrupted command, which states what was
    /// true then.
    pub(crate) async fn write_or_resume<T: 'static>(
        &self,
        operation: &Operation,
        write: Write<T>,
    ) -> CliResult<(Result<T, Error>, bool)> {
        if self.is_dry_run() {
            return Err(self.preview(write.idempotency_key(self.preview_key()).request()).await);
        }
        let write = self.of_user(write).await;
        let url = write.request().url().map_err(Failure::from)?;
        let path = url.strip_prefix(self.client.server()).unwrap_or(&url).to_owned();
        let call = (write.request().method().clone(), path);
        let entry = self.record_write(operation, write.request())?;
        let resumed = entry.resumed;
        let answer = write.idempotency_key(entry.key.clone()).resumed(resumed).await;
        let answer = answer.map_err(|error| as_unknown_outcome(error, &call, &entry.key));
        if !answer.as_ref().is_err_and(Error::must_keep_key) {
            entry.settle();
        }
        if answer.is_ok() {
            self.io().record_effect();
        }
        Ok((answer, resumed))
    }

    /// Sends a write without a key.
    ///
    /// # Errors
    /// With `--dry-run`, the end of the command, after the request is printed.
    pub(crate) async fn send<T: 'static>(&self, write: Write<T>) -> CliResult<Result<T, Error>> {
        if self.is_dry_run() {
            return Err(self.preview(write.request()).await);
        }
        let answer = write.await;
        if answer.is_ok() {
            self.io().record_effect();
        }
        Ok(answer)
    }

    /// Does the same as [`write`](Self::write) for a raw request, for which every status is a response.
    pub(crate) async fn write_raw(
        &self,
        operation: &Operation,
        request: Request,
    ) -> CliResult<Result<Response, Error>> {
        if self.is_dry_run() {
            return Err(self.preview(&request.idempotency_key(self.preview_key())).await);
        }
        let request = match self.user().await {
            Some(user) if !request.headers().contains_key("x-ticketing-user") => request.for_user(&user),
            _ => request,
        };
        let entry = self.record_write(operation, &request)?;
        let answer = request.idempotency_key(entry.key.clone()).resumed(entry.resumed).send().await;
        let is_open = match &answer {
            Ok(response) => response.leaves_outcome_unknown(),
            Err(error) => error.must_keep_key(),
        };
        if !is_open {
            entry.settle();
        }
        if answer.as_ref().is_ok_and(|response| response.status().is_success()) {
            self.io().record_effect();
        }
        Ok(answer)
    }

    /// Removes the record of an interrupted write whose outcome is known. Returns whether there was one.
    pub(crate) async fn settle_interrupted<T>(
        &self,
        operation: &Operation,
        write: Write<T>,
    ) -> CliResult<bool> {
        let entry = self.record_write(operation, self.of_user(write).await.request())?;
        let was_interrupted = entry.resumed;
        entry.settle();
        Ok(was_interrupted)
    }

    /// Returns the account that is signed in.
    pub(crate) async fn user(&self) -> Option<UserId> {
        self.client.session().await.ok().and_then(|session| session.user)
    }

    /// Returns the write for the account that is signed in. Keys are scoped to an account, so the same command of another
    /// account is another write.
    async fn of_user<T>(&self, write: Write<T>) -> Write<T> {
        match self.user().await {
            Some(user) => write.for_user(&user),
            None => write,
        }
    }

    /// Opens or creates the record of listings of the current user.
    pub(crate) async fn open_batch(&self, parts: &[&str]) -> CliResult<BatchJournal> {
        let user = self.user().await;
        let parts: Vec<&str> = [self.client.server()]
            .into_iter()
            .chain(user.as_ref().map(UserId::as_str))
            .chain(parts.iter().copied())
            .collect();
        self.journal.batch(&parts).map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => {
                Failure::new(Exit::Conflict, "another command is working on the same tickets")
                    .hint("wait until it has ended, and run this command again")
            }
            ErrorKind::InvalidData => journal_failure(&error).hint(
                "`ticketing tickets list --mine` shows what is listed; without the file, every row is listed again",
            ),
            _ => journal_failure(&error),
        })
    }

    fn record_write(&self, operation: &Operation, request: &Request) -> CliResult<WriteEntry> {
        let key = self.context.settings.writes.key.clone();
        let entry = self.journal.begin(operation, self.client.server(), request, key, clock::now());
        entry.map_err(|error| journal_failure(&error))
    }

    /// Records a command of several writes, like a purchase. The writes have records of their own.
    pub(crate) async fn begin_command(&self, operation: &Operation) -> CliResult<WriteEntry> {
        let user = self.user().await;
        let entry = self.journal.begin_command(operation, self.client.server(), user, clock::now());
        entry.map_err(|error| journal_failure(&error))
    }
}

fn journal_failure(error: &std::io::Error) -> Failure {
    Failure::failed(format!("the journal cannot be written, so nothing was sent: {error}"))
        .hint("set TICKETING_HOME to a folder that can be written to")
}
