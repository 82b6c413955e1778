//! `ticketing-server`: the services as processes for deployments.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

use ticketing_bus::Bus;
use ticketing_platform::db::OpenError;
use ticketing_platform::settings::{Reader, SettingsError, Source};
use ticketing_platform::telemetry::{self, LogFormat};
use ticketing_server::command::{Task, asked, command};
use ticketing_server::{RunError, StackSettings, StartError, migrate, run, run_service};

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Filter(#[from] telemetry::FilterError),
    #[error("{0}")]
    Run(#[from] RunError),
    #[error("TICKETING_DATABASE_URL: {0}")]
    Migrate(#[from] OpenError),
}

impl Failure {
    /// 2 for what is wrong with the settings or with what they name, found before any port was bound; 1 for everything
    /// else.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) | Self::Filter(_) | Self::Migrate(_) => ExitCode::from(2),
            Self::Run(RunError::Start(error)) if error.is_of_settings() => ExitCode::from(2),
            Self::Run(_) => ExitCode::FAILURE,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Some((task, source)) = asked(&command().get_matches()) else {
        return ExitCode::from(2);
    };
    let done = match task {
        Task::Migrate => bring_up_to_date(&source).await,
        task => serve(task, &source).await,
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
    let settings = StackSettings::read_for_migrate(source)?;
    if let Some(options) = settings.nats {
        let made = Bus::jetstream(options).await.map(drop);
        made.map_err(|source| RunError::Start(StartError::nats(source)))?;
    }
    let Some(url) = settings.database else { return Ok(()) };
    let migrated = tokio::task::spawn_blocking(move || migrate(&url)).await;
    migrated.map_err(|error| RunError::Ready(std::io::Error::other(error)))??;
    Ok(())
}

async fn serve(task: Task, source: &Source) -> Result<(), Failure> {
    let mut reader = Reader::new(source);
    let format = reader.or("TICKETING_LOG_FORMAT", LogFormat::Json);
    let filter = reader.or("TICKETING_LOG", "info".to_owned());
    // Both parts are read before either is reported, so that every fault is named at once.
    let settings = match task {
        Task::One(service) => StackSettings::read_for(service, source),
        _ => {
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
    if settings.metrics_listen.is_some() {
        telemetry::install_metrics();
    }
    let tell = |address: SocketAddr| writeln!(std::io::stdout(), "listening on http://{address}");
    match task {
        Task::One(service) => {
            Box::pin(run_service(service, settings, |process| tell(process.addr()))).await?
        }
        _ => Box::pin(run(settings, |stack| tell(stack.addr()))).await?,
    }
    Ok(())
}
