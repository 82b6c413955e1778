//! `ticketing serve`

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ticketing_platform::settings::{SettingsError, Source};
use ticketing_platform::shutdown::EndSignals;
use ticketing_platform::telemetry::{self, ExportError, Exporting, LogFormat, LogGuard};
use ticketing_server::{LogSettings, Otherwise, SETTINGS, Setting, Stack, StackSettings, StartError};

use crate::context::{Context, LocalCommand};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::io::Io;

/// How long the last notice may wait for stderr to take it.
const NOTICE_WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Where to listen, and where to keep the data.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
    The first line on stdout is `listening on http://HOST:PORT`; logs go to stderr. It ends when it is interrupted or \
    terminated, or its terminal closes, once the requests under way are answered. A log that nothing reads costs log lines \
    and no request.\n\
    TICKETING_JWT_KEY gives the key that signs sessions; without it one is made once, in the folder of the data. \
    TICKETING_LOG filters the log (like info or warn,ticketing_orders=debug), and TICKETING_LOG_FORMAT is text or json. \
    All other settings of the server are variables, too: docs/reference/settings.md.")]
pub(crate) struct Args {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", env = "TICKETING_LISTEN", hide_env_values = true)]
    #[arg(default_value = usual("TICKETING_LISTEN"))]
    listen: String,
    /// The folder of the databases; without it one in your data folder
    #[arg(long, value_name = "DIR", env = "TICKETING_DATA_DIR", hide_env_values = true)]
    data_dir: Option<PathBuf>,
    /// How long a reservation lasts
    #[arg(long, value_name = "DURATION", env = "TICKETING_ORDER_TTL", hide_env_values = true)]
    #[arg(default_value = usual("TICKETING_ORDER_TTL"))]
    order_ttl: String,
    /// Where to answer GET /metrics, if anywhere
    #[arg(long, value_name = "HOST:PORT", env = "TICKETING_METRICS_LISTEN", hide_env_values = true)]
    metrics_listen: Option<String>,
}

/// What a setting is where nobody gives it.
fn usual(name: &str) -> String {
    match SETTINGS.iter().find(|setting| setting.name == name).map(|setting| setting.otherwise) {
        Some(Otherwise::Value(value)) => value(),
        Some(Otherwise::Words(_)) | None => String::new(),
    }
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> Outcome {
        let settings = self.settings(context)?;
        let _logs = log(context)?;
        telemetry::log_panics();
        let exporting = match &settings.traces {
            None => None,
            Some(traces) => {
                Some(telemetry::export_traces(traces, "ticketing").map_err(|error| untraced(&error))?)
            }
        };
        if settings.metrics_listen.is_some() {
            telemetry::install_metrics();
        }
        let mut signals = EndSignals::listen().map_err(|error| unheard(&error))?;
        let stack = tokio::select! {
            // A signal during the start ends the program at once: there is nothing to drain.
            _ = signals.received() => return Ok(()),
            started = Box::pin(Stack::start(settings)) => started.map_err(|error| not_started(&error))?,
        };
        announce(&context.io, &stack);
        signals.received().await.map_err(|error| unheard(&error))?;
        tokio::select! {
            // Asked once more, it ends at once.
            _ = signals.demanded() => Err(Failure::interrupted()),
            clean = ended(stack, exporting) => {
                if !clean {
                    let io = Arc::clone(&context.io);
                    telemetry::write_within(NOTICE_WRITE_TIMEOUT, move || {
                        io.notice("some requests were cut off, because they took too long to end");
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
            io.remark(&format!("metrics on http://{metrics}/metrics"));
        }
    };
    // The log names the address as well, where no thread can be started.
    let _ = std::thread::Builder::new().name("announce".to_owned()).spawn(print);
}

fn unheard(error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot listen for signals: {error}"))
}

impl Args {
    fn settings(self, context: &Context) -> Outcome<StackSettings> {
        let mut source = Source::env("TICKETING_")
            .with("TICKETING_LISTEN", address(&self.listen))
            .with("TICKETING_ORDER_TTL", self.order_ttl);
        if let Some(metrics) = self.metrics_listen {
            source = source.with("TICKETING_METRICS_LISTEN", address(&metrics));
        }
        let data_dir = self.data_dir.map_or_else(|| context.settings.home.server_data(), Ok)?;
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let mut settings = StackSettings::read(&source, data_dir.clone()).map_err(|error| refused(&error))?;
        settings.data_dir = data_dir;
        Ok(settings)
    }
}

/// A name for this machine is common, and settings take addresses.
fn address(text: &str) -> String {
    text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"))
}

fn log(context: &Context) -> Outcome<LogGuard> {
    let quiet = context.io.terminal_info().quiet.then(|| "warn".to_owned());
    let usual =
        LogSettings { filter: quiet.unwrap_or(LogSettings::default().filter), format: LogFormat::Text };
    let logs = usual.over(&Source::env("TICKETING_")).map_err(|error| refused(&error))?;
    telemetry::init_logs(logs.format, &logs.filter)
        .map_err(|error| Failure::usage(format!("TICKETING_LOG: {error}")))
}

/// Stops the stack and sends what is left of its traces; whether nothing was cut.
async fn ended(stack: Stack, exporting: Option<Exporting>) -> bool {
    let clean = Box::pin(stack.stop()).await;
    if let Some(exporting) = exporting {
        exporting.flush().await;
    }
    clean
}

fn untraced(error: &ExportError) -> Failure {
    Failure::usage(format!("TICKETING_OTLP_ENDPOINT: {error}"))
}

/// Every setting that is wrong, by the flag that sets it.
pub(super) fn refused(error: &SettingsError) -> Failure {
    let mut failure = Failure::usage("these settings cannot be used");
    for invalid in &error.invalid {
        let has_flag = |setting: &&Setting| setting.flag_of_serve && setting.name == invalid.name;
        let flag = SETTINGS.iter().find(has_flag).map(|setting| format!("--{}, ", setting.flag()));
        failure = failure.detail(format!("{}{invalid}", flag.unwrap_or_default()));
    }
    failure
}

pub(super) fn not_started(error: &StartError) -> Failure {
    let exit = if error.is_of_settings() { Exit::Usage } else { Exit::Failed };
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

#[cfg(test)]
mod tests {
    use super::SETTINGS;
    use crate::cli::tree;

    #[test]
    fn the_flags_are_those_of_the_table() {
        let mut tree = tree();
        tree.build();
        let serve = tree.find_subcommand("serve").unwrap();
        let mut taken: Vec<(String, String)> = serve
            .get_arguments()
            .filter(|arg| !arg.is_global_set())
            .filter_map(|arg| {
                Some((arg.get_env()?.to_string_lossy().into_owned(), arg.get_long()?.to_owned()))
            })
            .collect();
        taken.sort();
        let named = SETTINGS.iter().filter(|setting| setting.flag_of_serve);
        let mut named: Vec<(String, String)> =
            named.map(|setting| (setting.name.to_owned(), setting.flag())).collect();
        named.sort();
        assert_eq!(taken, named);
    }
}
