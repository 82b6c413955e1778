//! `ticketing serve`

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args as _;
use ticketing_platform::shutdown::EndSignals;
use ticketing_platform::telemetry::{self, LogFormat, TraceExport};
use ticketing_server::command::{ParseError, parse};
use ticketing_server::{LogSettings, SettingsError, Stack, StackGroups, StackSettings, StartError};

use crate::context::{Context, LocalCommand};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::io::Io;
use crate::span;

/// How long the last notice may wait for stderr to take it.
const NOTICE_WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// The arguments of `ticketing serve`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing serve",
        "ticketing serve --listen 127.0.0.1:0 --order-ttl 1m",
        "ticketing serve --data-dir /var/lib/ticketing",
    ],
    "The first line on stdout is `listening on http://HOST:PORT`; logs go to stderr. An interrupt, a termination or a closed \
     terminal ends the server after the requests in progress are answered. If the reader of the log blocks, log lines are dropped; requests are not affected. Each \
     setting is a TICKETING_… variable as well.",
))]
pub(crate) struct Args {
    /// Keep the data in this folder [default: `server` in the data folder]
    #[arg(long, help_heading = help::SERVER, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
    /// Let `ticketing clock` move the clock, for tests; on a loopback address only
    #[arg(long, help_heading = help::SERVER)]
    allow_clock: bool,
    /// Start with a clock that is ahead, like +16m
    #[arg(long, help_heading = help::SERVER, value_name = "SPAN", value_parser = span::parse_forward, hide_short_help = true, requires = "allow_clock")]
    clock: Option<Duration>,
    #[command(flatten)]
    server: Box<StackGroups>,
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> CliResult {
        let settings = self.settings(context)?;
        let _logs = telemetry::init_logs(settings.logs.format, &settings.logs.filter)
            .map_err(|error| Failure::usage(format!("TICKETING_LOG: {error}")))?;
        telemetry::log_panics();
        let trace_export = match &settings.traces {
            None => None,
            Some(traces) => Some(
                telemetry::export_traces(traces, "ticketing")
                    .map_err(|error| Failure::usage(format!("TICKETING_OTLP_ENDPOINT: {error}")))?,
            ),
        };
        if settings.metrics_listen.is_some() {
            telemetry::install_metrics();
        }
        let mut signals = EndSignals::listen().map_err(|error| signal_failure(&error))?;
        let stack = tokio::select! {
            // A signal during the start ends the program at once: there is nothing to drain.
            _ = signals.wait_for_signal() => return Ok(()),
            started = Box::pin(Stack::start(settings)) => started.map_err(|error| not_started(&error))?,
        };
        announce(&context.io, &stack);
        signals.wait_for_signal().await.map_err(|error| signal_failure(&error))?;
        tokio::select! {
            // A second signal ends the process at once.
            _ = signals.wait_for_second_signal() => Err(Failure::interrupted()),
            clean = stop(stack, trace_export) => {
                if !clean {
                    let io = Arc::clone(&context.io);
                    telemetry::write_within(NOTICE_WRITE_TIMEOUT, move || {
                        io.warn("shutdown timed out; some requests were aborted");
                    });
                }
                Ok(())
            }
        }
    }
}

/// Prints where the stack answers, from a thread: the server needs no reader of these lines, and does not wait for one.
fn announce(io: &Arc<Io>, stack: &Stack) {
    let (io, address, metrics) = (Arc::clone(io), stack.addr(), stack.metrics_addr());
    let print = move || {
        let _ = io.line(&format!("listening on http://{address}"));
        if let Some(metrics) = metrics {
            io.info(&format!("metrics on http://{metrics}/metrics"));
        }
    };
    // The log names the address as well, where no thread can be started.
    let _ = std::thread::Builder::new().name("announce".to_owned()).spawn(print);
}

fn signal_failure(error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot listen for signals: {error}"))
}

impl Args {
    fn settings(self, context: &Context) -> CliResult<StackSettings> {
        let data_dir = self.data_dir.map_or_else(|| context.settings.dirs.server_data(), Ok)?;
        let mut settings = StackSettings::new(std::path::absolute(&data_dir).unwrap_or(data_dir));
        settings.movable_clock = self.allow_clock;
        if let Some(ahead) = self.clock {
            settings.clock.advance(ahead);
        }
        let filter = if context.io.terminal_info().quiet { "warn" } else { "info" };
        settings.logs = LogSettings { filter: filter.to_owned(), format: LogFormat::Text };
        settings.apply(*self.server).map_err(|error| invalid(&error))
    }
}

/// Stops the stack and sends what is left of its traces; whether nothing was cut.
async fn stop(stack: Stack, trace_export: Option<TraceExport>) -> bool {
    let clean = Box::pin(stack.stop()).await;
    if let Some(trace_export) = trace_export {
        trace_export.flush().await;
    }
    clean
}

/// The settings of the server with its data in `data_dir`, from the environment.
pub(super) fn settings_of_server(data_dir: PathBuf) -> CliResult<StackSettings> {
    let no_flags: [&str; 0] = [];
    StackSettings::from_flags(data_dir, no_flags).map_err(|error| match error {
        ParseError::Settings(error) => invalid(&error),
        ParseError::Usage(error) => Failure::usage(error.to_string()),
    })
}

/// The failure of a command line of `ticketing serve` with settings of the server that cannot be read: all of them
/// together.
pub(crate) fn invalid_settings(tree: clap::Command, args: &[OsString]) -> Option<Failure> {
    let error = match parse(tree, args) {
        Ok((_, error)) | Err(ParseError::Settings(error)) => error,
        Err(ParseError::Usage(_)) => return None,
    };
    let server = StackGroups::augment_args(clap::Command::new("server"));
    let is_of_server =
        |name: &str| server.get_arguments().any(|arg| arg.get_env().is_some_and(|env| env == name));
    let are_all = !error.invalid.is_empty() && error.invalid.iter().all(|one| is_of_server(&one.name));
    are_all.then(|| invalid(&error))
}

fn invalid(error: &SettingsError) -> Failure {
    let failure = Failure::usage("these settings are invalid");
    error.invalid.iter().fold(failure, |failure, one| failure.detail(one.to_string()))
}

pub(super) fn not_started(error: &StartError) -> Failure {
    let exit = if error.is_settings_error() { Exit::Usage } else { Exit::Failed };
    let hint = match error {
        StartError::InUse { .. } => Some("stop it, or name another folder with --data-dir"),
        StartError::MissingDatabase { .. } => {
            Some("`ticketing backup` makes such copies; start on one with --data-dir")
        }
        StartError::Listen { .. } => Some("--listen names another address; port 0 takes a free one"),
        _ => None,
    };
    let failure = Failure::new(exit, error.to_string());
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
