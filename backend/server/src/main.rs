//! `ticketing-server`: the services as processes for deployments.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use ticketing_bus::{Bus, DeadLetter};
use ticketing_platform::db::OpenError;
use ticketing_platform::settings::{Reader, SettingsError, Source};
use ticketing_platform::telemetry::{self, ExportError, Exporting, LogFormat};
use ticketing_server::command::{Asked, Task, asked, command};
use ticketing_server::{
    Engine, OperateError, RunError, Service, StackSettings, StartError, dead_letters, migrate, replay,
    republish, run, run_service,
};

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
        Task::All => serve(None, &source).await,
        Task::One(service) => serve(Some(service), &source).await,
        Task::Migrate => bring_up_to_date(&source).await,
        Task::Republish => say_again(&source).await,
        Task::Letters => show_letters(&source).await,
        Task::Replay => deliver_again(&source, &letters).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to be told when stderr is gone.
            drop(writeln!(std::io::stderr(), "error: {failure}"));
            failure.exit_code()
        }
    }
}

async fn bring_up_to_date(source: &Source) -> Result<(), Failure> {
    let settings = StackSettings::read_engines(source, &[Engine::Database])?;
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
    let settings = StackSettings::read_engines(source, &[Engine::Database, Engine::Bus])?;
    let said = republish(&settings).await?;
    print(&format!("events that are said again once their services run: {said}"))
}

async fn show_letters(source: &Source) -> Result<(), Failure> {
    let settings = StackSettings::read_engines(source, &[Engine::Bus])?;
    for (name, letter) in dead_letters(&settings).await? {
        let DeadLetter { attempts, cause, envelope, .. } = letter;
        let (event, aggregate, version) = (envelope.name, envelope.aggregate, envelope.version);
        let cause = cause.replace(['\t', '\n'], " ");
        print(&format!("{name}\t{event}\t{aggregate}\t{version}\t{attempts}\t{cause}"))?;
    }
    Ok(())
}

async fn deliver_again(source: &Source, letters: &[String]) -> Result<(), Failure> {
    let settings = StackSettings::read_engines(source, &[Engine::Bus])?;
    let replayed = replay(&settings, letters).await?;
    print(&format!("events that are delivered again: {replayed}"))
}

fn print(line: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}").map_err(Failure::Output)
}

async fn serve(service: Option<Service>, source: &Source) -> Result<(), Failure> {
    let mut reader = Reader::new(source);
    let format = reader.or("TICKETING_LOG_FORMAT", LogFormat::Json);
    let filter = reader.or("TICKETING_LOG", "info".to_owned());
    // Both parts are read before either is reported, so that every fault is named at once.
    let settings = match service {
        Some(service) => StackSettings::read_for(service, source),
        None => {
            // A deployment says where its data lies: a default would follow the folder that it happens to start in.
            let data_dir = reader.required::<String>("TICKETING_DATA_DIR");
            StackSettings::read(source, data_dir.unwrap_or_default().into())
        }
    };
    let logs = reader.finish(|| Some(()));
    let settings = match (settings, logs) {
        (Ok(settings), Ok(())) => settings,
        (Err(mut all), Err(more)) => {
            all.faults.extend(more.faults);
            return Err(all.into());
        }
        (Err(error), Ok(())) | (Ok(_), Err(error)) => return Err(error.into()),
    };
    telemetry::init_logs(format, &filter)?;
    let exporting = export_traces(service, &settings)?;
    if settings.metrics_listen.is_some() {
        telemetry::install_metrics();
    }
    let tell = |address: SocketAddr| writeln!(std::io::stdout(), "listening on http://{address}");
    let ran = match service {
        Some(service) => Box::pin(run_service(service, settings, |process| tell(process.addr()))).await,
        None => Box::pin(run(settings, |stack| tell(stack.addr()))).await,
    };
    if let Some(exporting) = exporting {
        exporting.flush().await;
    }
    Ok(ran?)
}

/// Sends traces to a collector where the settings name one, as the whole marketplace or as one service of it.
fn export_traces(
    service: Option<Service>,
    settings: &StackSettings,
) -> Result<Option<Exporting>, ExportError> {
    let name = service.map_or("ticketing".to_owned(), |service| format!("ticketing-{}", service.name()));
    settings.traces.as_ref().map(|traces| telemetry::export_traces(traces, &name)).transpose()
}
