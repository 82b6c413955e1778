//! `ticketing-server`: the services as processes for deployments.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use secrecy::SecretString;
use ticketing_platform::db::OpenError;
use ticketing_platform::settings::{SettingsError, Source};
use ticketing_platform::telemetry::{self, LogFormat};
use ticketing_server::{RunError, StackSettings, StartError, run};

/// The services of the ticket marketplace.
///
/// Every setting is a flag or a `TICKETING_…` variable; the flag wins.
#[derive(Debug, Parser)]
#[command(name = "ticketing-server", version)]
struct Cli {
    #[command(subcommand)]
    service: Service,
}

#[derive(Debug, Subcommand)]
enum Service {
    /// Every service in this process, on embedded parts or on PostgreSQL.
    All(All),
    /// Brings the tables of every service up to date on PostgreSQL, and ends.
    Migrate(Migrate),
}

#[derive(Debug, Args)]
struct Migrate {
    /// The PostgreSQL database; better given as a variable, since others see arguments [TICKETING_DATABASE_URL].
    #[arg(long, value_name = "URL", hide_default_value = true)]
    database_url: Option<String>,
}

#[derive(Debug, Args)]
struct All {
    /// Where to listen [TICKETING_LISTEN, default 127.0.0.1:3000].
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// The folder of the databases; must be given [TICKETING_DATA_DIR].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<String>,
    /// A PostgreSQL database instead of files; better given as a variable, since others see arguments
    /// [TICKETING_DATABASE_URL].
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// How long a reservation lasts [TICKETING_ORDER_TTL, default 15m].
    #[arg(long, value_name = "DURATION")]
    order_ttl: Option<String>,
    /// Where to answer GET /metrics [TICKETING_METRICS_LISTEN].
    #[arg(long, value_name = "HOST:PORT")]
    metrics_listen: Option<String>,
    /// How log lines are written: text or json [TICKETING_LOG_FORMAT, default json].
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Which log lines are written [TICKETING_LOG, default info].
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

impl All {
    /// The environment, with the flags over it.
    fn source(self) -> Source {
        let flags = [
            ("TICKETING_LISTEN", self.listen),
            ("TICKETING_DATA_DIR", self.data_dir),
            ("TICKETING_DATABASE_URL", self.database_url),
            ("TICKETING_ORDER_TTL", self.order_ttl),
            ("TICKETING_METRICS_LISTEN", self.metrics_listen),
            ("TICKETING_LOG_FORMAT", self.log_format),
            ("TICKETING_LOG", self.log),
        ];
        let given = flags.into_iter().filter_map(|(name, value)| Some((name, value?)));
        given.fold(Source::env("TICKETING_"), |source, (name, value)| source.with(name, value))
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Filter(#[from] telemetry::FilterError),
    #[error("{0}")]
    Run(#[from] ticketing_server::RunError),
    #[error("TICKETING_DATABASE_URL: {0}")]
    Migrate(#[from] OpenError),
}

impl Failure {
    /// 2 for what is wrong with the settings or with what they name, found before any port was bound; 1 for everything
    /// else.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) | Self::Filter(_) | Self::Migrate(_) => ExitCode::from(2),
            Self::Run(RunError::Start(
                StartError::Database(_) | StartError::NotMigrated(_) | StartError::Stripe(_),
            )) => ExitCode::from(2),
            Self::Run(_) => ExitCode::FAILURE,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().service {
        Service::All(all) => serve(&all.source()).await,
        Service::Migrate(migrate) => bring_up_to_date(migrate).await,
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

async fn bring_up_to_date(given: Migrate) -> Result<(), Failure> {
    let source = Source::env("TICKETING_");
    let source = match given.database_url {
        Some(url) => source.with("TICKETING_DATABASE_URL", url),
        None => source,
    };
    let mut reader = ticketing_platform::settings::Reader::new(&source);
    let url = ticketing_server::read_database(&mut reader);
    if url.is_none() {
        reader.required::<SecretString>("TICKETING_DATABASE_URL");
    }
    let url = reader.finish(|| url)?;
    let migrated = tokio::task::spawn_blocking(move || ticketing_server::migrate(&url)).await;
    migrated.map_err(|error| RunError::Ready(std::io::Error::other(error)))??;
    Ok(())
}

async fn serve(source: &Source) -> Result<(), Failure> {
    let mut reader = ticketing_platform::settings::Reader::new(source);
    let format = reader.or("TICKETING_LOG_FORMAT", LogFormat::Json);
    let filter = reader.or("TICKETING_LOG", "info".to_owned());
    // Both parts are read before either is reported, so that every fault is named at once.
    // A deployment says where its data lies: a default would follow the folder that it happens to start in.
    let data_dir = reader.required::<String>("TICKETING_DATA_DIR");
    let settings = StackSettings::read(source, data_dir.unwrap_or_default().into());
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
    run(settings, |stack| writeln!(std::io::stdout(), "listening on {}", stack.url())).await?;
    Ok(())
}
