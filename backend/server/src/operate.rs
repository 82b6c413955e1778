//! The tasks of an operator: rebuild a lost stream, and list, replay or discard dead letters.

use ticketing_bus::{Bus, BusError, DeadLetter, OutboxError, ServiceCore, rebuild};
use ticketing_platform::db::OpenError;

use crate::databases::DatabaseLocation;
use crate::open::connect_jetstream;
use crate::{Service, StackSettings, StartError};

/// An error of a task of the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperateError {
    /// The settings, or the servers that they name, cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The stream could not be rebuilt.
    #[error("the stream could not be rebuilt; repeat it, nothing is lost: {0}")]
    Rebuild(#[from] OutboxError),
    /// The bus could not be read or written.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// No dead letter has this name.
    #[error("{0}: no such dead letter")]
    UnknownDeadLetter(String),
}

/// Recreates a lost stream, and marks the events retained in the outboxes as unpublished, so that the relays of the
/// services publish them again. Stop the services first: see [`rebuild`]. Returns the number of events.
///
/// # Errors
/// If PostgreSQL or NATS cannot be used. Repeat the call: no event is lost.
pub async fn republish(settings: &StackSettings) -> Result<u64, OperateError> {
    let bus = bus(settings).await?;
    let url = settings.database.as_ref().ok_or(StartError::Missing("TICKETING_DATABASE_URL"))?;
    // Checks the schemas, and creates none.
    let databases = DatabaseLocation::prepare(&url.clone().without_migrations(), &Service::STATEFUL).await?;
    let mut cores = Vec::new();
    for service in Service::STATEFUL {
        cores.push(ServiceCore::open(
            databases.for_service(service)?,
            settings.clock.clone(),
            &service.tables(),
        )?);
    }
    Ok(rebuild(&bus, &cores).await?)
}

/// Returns every dead letter with its name for [`replay`] and [`discard`], like `orders-service/17`.
///
/// # Errors
/// If the bus cannot be read.
pub async fn dead_letters(settings: &StackSettings) -> Result<Vec<(String, DeadLetter)>, OperateError> {
    let letters = bus(settings).await?.dead_letters().await?;
    Ok(letters.into_iter().map(|letter| (name(&letter), letter)).collect())
}

/// Delivers these dead letters again, to the consumers that could not handle them; all of them if `names` is empty.
/// Returns their number.
///
/// # Errors
/// If one of them does not exist, before any is delivered; or when the bus cannot be written.
pub async fn replay(settings: &StackSettings, names: &[String]) -> Result<usize, OperateError> {
    let bus = bus(settings).await?;
    let letters = find_dead_letters(&bus, names).await?;
    for letter in &letters {
        bus.replay(&letter.durable, letter.seq).await?;
    }
    Ok(letters.len())
}

/// Discards these dead letters, whose events are then never handled; all of them if `names` is empty. Returns their
/// number.
///
/// # Errors
/// If one of them does not exist, before any is discarded; or when the bus cannot be written.
pub async fn discard(settings: &StackSettings, names: &[String]) -> Result<usize, OperateError> {
    let bus = bus(settings).await?;
    let letters = find_dead_letters(&bus, names).await?;
    for letter in &letters {
        bus.discard(&letter.durable, letter.seq).await?;
    }
    Ok(letters.len())
}

/// Returns the dead letters of these names; all of them if `names` is empty.
async fn find_dead_letters(bus: &Bus, names: &[String]) -> Result<Vec<DeadLetter>, OperateError> {
    let mut letters = bus.dead_letters().await?;
    let known: Vec<String> = letters.iter().map(name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(OperateError::UnknownDeadLetter(unknown.clone()));
    }
    letters.retain(|letter| names.is_empty() || names.contains(&name(letter)));
    Ok(letters)
}

fn name(letter: &DeadLetter) -> String {
    format!("{}/{}", letter.durable, letter.seq)
}

async fn bus(settings: &StackSettings) -> Result<Bus, StartError> {
    let options = settings.nats.as_ref().ok_or(StartError::Missing("TICKETING_NATS_URL"))?;
    connect_jetstream(options).await
}
