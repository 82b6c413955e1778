//! One service in a process of its own. There may be any number of processes of a service.

use std::time::Duration;

use ticketing_bus::{Bus, ServiceCore};
use ticketing_platform::db::DbError;
use ticketing_platform::health::Health;
use ticketing_platform::session::RevokedSessions;
use ticketing_platform::shutdown::Shutdown;

use crate::databases::DatabaseLocation;
use crate::http_server::{HttpServer, ShutdownPhases};
use crate::open::{OpenService, ServiceOpener, client_app, connect_jetstream};
use crate::provider::CardProvider;
use crate::{Service, StackSettings, StartError, openapi};

/// Opens the service, binds its port and serves requests. The service keeps its data in a PostgreSQL schema and sends its
/// events over NATS. The client has neither data nor events.
///
/// # Errors
/// If a setting is missing, a server that it names cannot be used, or the port cannot be bound. No task is left running.
pub(crate) async fn start(service: Service, settings: StackSettings) -> Result<HttpServer, StartError> {
    let (settings, shutdown) = (settings.within_open_files(), ShutdownPhases::default());
    let health = Health::new(shutdown.serving.clone());
    if service == Service::Client {
        // The pages are no part of the API, so this process does not serve its document.
        let routes = client_app(&settings).router().merge(health.router());
        return HttpServer::start(&settings, None, routes, shutdown).await;
    }
    let (opened, bus) = open(service, &settings, &shutdown.serving).await?;
    (opened.start)(&bus, &shutdown.workers);
    let health = with_database_check(health, service, &opened.core);
    let (routes, _) = opened.routes.split_for_parts();
    let routes = routes.merge(openapi::document_route(settings.cookie.name())).merge(health.router());
    HttpServer::start(&settings, Some(&bus), routes, shutdown).await
}

/// Opens a service with data.
async fn open(
    service: Service,
    settings: &StackSettings,
    serving: &Shutdown,
) -> Result<(OpenService, Bus), StartError> {
    let url = settings.database.as_ref().ok_or(StartError::Missing("TICKETING_DATABASE_URL"))?;
    let nats = settings.nats.as_ref().ok_or(StartError::Missing("TICKETING_NATS_URL"))?;
    if service.has_sessions() && settings.jwt_keys.is_empty() {
        return Err(StartError::Missing("TICKETING_JWT_KEY"));
    }
    if service == Service::Tickets && settings.pass_keys.is_empty() {
        return Err(StartError::Missing("TICKETING_PASS_KEY"));
    }
    let opener = ServiceOpener {
        settings,
        databases: DatabaseLocation::prepare(url, &[service]).await?,
        session_keys: settings.jwt_keys.clone(),
        pass_keys: settings.pass_keys.clone(),
        revoked: RevokedSessions::new(settings.clock.clone()),
        serving: serving.clone(),
    };
    let bus = connect_jetstream(nats).await?;
    let opened = match service {
        Service::Auth => opener.open_auth().await?,
        Service::Tickets => opener.open_tickets().await?,
        Service::Orders => opener.open_orders().await?,
        Service::Payments => opener.open_payments(&CardProvider::open(settings, &opener.databases)?).await?,
        Service::Expiration | Service::Client => opener.open_expiration()?,
    };
    Ok((opened, bus))
}

/// The shortest interval between two writes of a readiness check.
const WRITE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Adds a check that writes to the database of a service. The bus is not checked: while it is unreachable, events wait
/// in the outbox.
pub(crate) fn with_database_check(health: Health, service: Service, core: &ServiceCore) -> Health {
    with_write_check(health, service.name(), core, |core| async move { core.check_writable().await })
}

/// Adds a check that writes to the database of `target`.
pub(crate) fn with_write_check<T, R>(
    health: Health,
    name: &'static str,
    target: &T,
    check: impl Fn(T) -> R + Send + Sync + 'static,
) -> Health
where
    T: Clone + Send + Sync + 'static,
    R: Future<Output = Result<(), DbError>> + Send + 'static,
{
    let target = target.clone();
    health.check_at_most_every(name, WRITE_CHECK_INTERVAL, move || {
        let written = check(target.clone());
        async move { written.await.is_ok() }
    })
}
