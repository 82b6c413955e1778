//! `ticketing-server`: the services as processes for deployments.

use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use ticketing_bus::{Bus, DeadLetter};
use ticketing_platform::db::OpenError;
use ticketing_platform::telemetry::{self, ExportError, TraceExport};
use ticketing_server::command::{DeadLetterTask, ParseError, Task, parse_task};
use ticketing_server::{
    OperateError, RunError, Service, SettingsError, StackSettings, StartError, dead_letters, discard,
    migrate, replay, republish, run, run_service,
};

/// How long the last line may wait for a blocked stderr.
const ERROR_WRITE_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Filter(#[from] telemetry::FilterError),
    #[error("TICKETING_OTLP_ENDPOINT: {0}")]
    Traces(#[from] ExportError),
    #[error("{0}")]
    Run(#[from] RunError),
    #[error("TICKETING_DATABASE_URL: {0}")]
    Migrate(#[from] OpenError),
    #[error("{0}")]
    Operate(#[from] OperateError),
    #[error("cannot write to stdout: {0}")]
    Output(std::io::Error),
}

impl Failure {
    /// Returns 2 for an error of the settings or of the resources that they name, found before a port is bound; 1
    /// otherwise.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) | Self::Filter(_) | Self::Traces(_) | Self::Migrate(_) => ExitCode::from(2),
            Self::Run(RunError::Start(error)) if error.is_settings_error() => ExitCode::from(2),
            Self::Operate(OperateError::Start(error)) if error.is_settings_error() => ExitCode::from(2),
            Self::Run(_) | Self::Operate(_) | Self::Output(_) => ExitCode::FAILURE,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let done = match parse_task(&words) {
        Ok((task, settings)) => Box::pin(execute(task, settings)).await,
        Err(ParseError::Usage(error)) => error.exit(),
        Err(ParseError::Settings(error)) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let exit_code = failure.exit_code();
            // A closed or blocked stderr does not change the exit code.
            telemetry::write_within(ERROR_WRITE_TIMEOUT, move || {
                drop(writeln!(std::io::stderr(), "error: {failure}"));
            });
            exit_code
        }
    }
}

async fn execute(task: Task, settings: StackSettings) -> Result<(), Failure> {
    let service = task.service();
    match task {
        Task::Migrate(_) => migrate_all(settings).await,
        Task::Republish(_) => print(&format!("events to publish again: {}", republish(&settings).await?)),
        Task::DeadLetters(DeadLetterTask::List(_)) => list_dead_letters(&settings).await,
        Task::DeadLetters(DeadLetterTask::Replay { names, .. }) => {
            print(&format!("events delivered again: {}", replay(&settings, &names).await?))
        }
        Task::DeadLetters(DeadLetterTask::Discard { names, .. }) => {
            print(&format!("events discarded: {}", discard(&settings, &names).await?))
        }
        _ => serve(service, settings).await,
    }
}

async fn migrate_all(settings: StackSettings) -> Result<(), Failure> {
    if let Some(options) = settings.nats {
        let made = Bus::jetstream(options).await.map(drop);
        made.map_err(|source| RunError::Start(StartError::nats(source)))?;
    }
    let Some(url) = settings.database else { return Ok(()) };
    let migrated = tokio::task::spawn_blocking(move || migrate(&url)).await;
    migrated.map_err(|error| RunError::Ready(std::io::Error::other(error)))??;
    Ok(())
}

async fn list_dead_letters(settings: &StackSettings) -> Result<(), Failure> {
    for (name, letter) in dead_letters(settings).await? {
        let DeadLetter { attempts, cause, envelope, .. } = letter;
        let (event, aggregate, version) = (envelope.name, envelope.aggregate, envelope.version);
        let cause = cause.replace(['\t', '\n'], " ");
        print(&format!("{name}\t{event}\t{aggregate}\t{version}\t{attempts}\t{cause}"))?;
    }
    Ok(())
}

fn print(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}").map_err(Failure::Output)
}

/// Runs one service, or all of them, until a signal ends the process.
async fn serve(service: Option<Service>, settings: StackSettings) -> Result<(), Failure> {
    let _logs = telemetry::init_logs(settings.logs.format, &settings.logs.filter)?;
    telemetry::log_panics();
    let trace_export = export_traces(service, &settings)?;
    if settings.metrics_listen.is_some() {
        telemetry::install_metrics();
    }
    let announce = |address: SocketAddr| writeln!(std::io::stdout(), "listening on http://{address}");
    let ran = match service {
        Some(service) => Box::pin(run_service(service, settings, announce)).await,
        None => Box::pin(run(settings, announce)).await,
    };
    if let Some(trace_export) = trace_export {
        trace_export.flush().await;
    }
    Ok(ran?)
}

/// Exports traces to the collector of the settings, if any, under the name of the marketplace or of the service.
fn export_traces(
    service: Option<Service>,
    settings: &StackSettings,
) -> Result<Option<TraceExport>, ExportError> {
    let name =
        service.map_or_else(|| "ticketing".to_owned(), |service| format!("ticketing-{}", service.name()));
    settings.traces.as_ref().map(|traces| telemetry::export_traces(traces, &name)).transpose()
}
