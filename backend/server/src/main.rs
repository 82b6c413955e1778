//! `ticketing-server`: the services as processes for deployments.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use ticketing_bus::{Bus, DeadLetter};
use ticketing_platform::db::OpenError;
use ticketing_platform::settings::{SettingsError, Source};
use ticketing_platform::telemetry::{self, ExportError, Exporting};
use ticketing_server::command::{Asked, Task, asked, command};
use ticketing_server::{
    LogSettings, OperateError, RunError, StackSettings, StartError, dead_letters, discard, migrate, replay,
    republish, run, run_service,
};

/// How long the last line may wait for stderr to take it.
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
    /// 2 for what is wrong with the settings or with what they name, found before any port was bound; 1 for everything
    /// else.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) | Self::Filter(_) | Self::Traces(_) | Self::Migrate(_) => ExitCode::from(2),
            Self::Run(RunError::Start(error)) if error.is_of_settings() => ExitCode::from(2),
            Self::Operate(OperateError::Start(error)) if error.is_of_settings() => ExitCode::from(2),
            Self::Run(_) | Self::Operate(_) | Self::Output(_) => ExitCode::FAILURE,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some(Asked { task, source, letters }) = asked(&command().get_matches()) else {
        return ExitCode::from(2);
    };
    let done = match task {
        Task::All | Task::One(_) => serve(task, &source).await,
        Task::Migrate => bring_up_to_date(&source).await,
        Task::Republish => say_again(&source).await,
        Task::Letters => show_letters(&source).await,
        Task::Replay => deliver_again(&source, &letters).await,
        Task::Discard => throw_away(&source, &letters).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let exit_code = failure.exit_code();
            // A stderr that is gone, or that nothing reads, does not change how the process ends.
            telemetry::write_within(ERROR_WRITE_TIMEOUT, move || {
                drop(writeln!(std::io::stderr(), "error: {failure}"));
            });
            exit_code
        }
    }
}

async fn bring_up_to_date(source: &Source) -> Result<(), Failure> {
    let settings = StackSettings::read_for(Task::Migrate, source)?;
    if let Some(options) = settings.nats {
        let made = Bus::jetstream(options).await.map(drop);
        made.map_err(|source| RunError::Start(StartError::nats(source)))?;
    }
    let Some(url) = settings.database else { return Ok(()) };
    let migrated = tokio::task::spawn_blocking(move || migrate(&url)).await;
    migrated.map_err(|error| RunError::Ready(std::io::Error::other(error)))??;
    Ok(())
}

async fn say_again(source: &Source) -> Result<(), Failure> {
    let settings = StackSettings::read_for(Task::Republish, source)?;
    let said = republish(&settings).await?;
    print(&format!("events that are said again once their services run: {said}"))
}

async fn show_letters(source: &Source) -> Result<(), Failure> {
    let settings = StackSettings::read_for(Task::Letters, source)?;
    for (name, letter) in dead_letters(&settings).await? {
        let DeadLetter { attempts, cause, envelope, .. } = letter;
        let (event, aggregate, version) = (envelope.name, envelope.aggregate, envelope.version);
        let cause = cause.replace(['\t', '\n'], " ");
        print(&format!("{name}\t{event}\t{aggregate}\t{version}\t{attempts}\t{cause}"))?;
    }
    Ok(())
}

async fn deliver_again(source: &Source, letters: &[String]) -> Result<(), Failure> {
    let settings = StackSettings::read_for(Task::Replay, source)?;
    let replayed = replay(&settings, letters).await?;
    print(&format!("events that are delivered again: {replayed}"))
}

async fn throw_away(source: &Source, letters: &[String]) -> Result<(), Failure> {
    let settings = StackSettings::read_for(Task::Discard, source)?;
    let discarded = discard(&settings, letters).await?;
    print(&format!("events that are never handled: {discarded}"))
}

fn print(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}").map_err(Failure::Output)
}

async fn serve(task: Task, source: &Source) -> Result<(), Failure> {
    // Both are read before either is reported, so that every fault is named at once.
    let (settings, logs) = match (StackSettings::read_for(task, source), LogSettings::default().over(source))
    {
        (Ok(settings), Ok(logs)) => (settings, logs),
        (Err(mut all), Err(more)) => {
            all.invalid.extend(more.invalid);
            return Err(all.into());
        }
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => return Err(error.into()),
    };
    let _logs = telemetry::init_logs(logs.format, &logs.filter)?;
    telemetry::log_panics();
    let exporting = export_traces(task, &settings)?;
    if settings.metrics_listen.is_some() {
        telemetry::install_metrics();
    }
    let tell = |address: SocketAddr| writeln!(std::io::stdout(), "listening on http://{address}");
    let ran = match task {
        Task::One(service) => Box::pin(run_service(service, settings, tell)).await,
        _ => Box::pin(run(settings, tell)).await,
    };
    if let Some(exporting) = exporting {
        exporting.flush().await;
    }
    Ok(ran?)
}

/// Sends traces to a collector where the settings name one, as the whole marketplace or as one service of it.
fn export_traces(task: Task, settings: &StackSettings) -> Result<Option<Exporting>, ExportError> {
    let name = match task {
        Task::One(service) => format!("ticketing-{}", service.name()),
        _ => "ticketing".to_owned(),
    };
    settings.traces.as_ref().map(|traces| telemetry::export_traces(traces, &name)).transpose()
}
