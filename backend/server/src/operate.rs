//! What operators do to a marketplace by hand: rebuild a lost stream, look at what was set aside, deliver it again.

use ticketing_bus::{Bus, BusError, Core, DeadLetter, RebuildError, rebuild};
use ticketing_platform::db::OpenError;

use crate::databases::Databases;
use crate::open::jetstream;
use crate::{Service, StackSettings, StartError};

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperateError {
    /// What the settings name cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The stream could not be rebuilt.
    #[error("the stream could not be rebuilt; repeat it, nothing is lost: {0}")]
    Rebuild(#[from] RebuildError),
    /// The bus could not be read or written.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// No letter has these numbers.
    #[error("{0}: no such dead letter")]
    NoLetter(String),
}

/// Begins a lost stream anew and says everything again that the outboxes still hold; the relays of the services publish
/// it. Best while no service runs but what is said again: see [`rebuild`]. Answers how many events that are.
///
/// # Errors
/// When the engines cannot be used. Repeat it: nothing is lost.
pub async fn republish(settings: &StackSettings) -> Result<u64, OperateError> {
    let bus = bus(settings).await?;
    let url = settings.database.as_ref().ok_or(StartError::Missing("TICKETING_DATABASE_URL"))?;
    // It touches what is there, and makes nothing.
    let databases = Databases::prepare(&url.clone().migrated_elsewhere(), &Service::STATEFUL).await?;
    let mut cores = Vec::new();
    for service in Service::STATEFUL {
        cores.push(Core::open(databases.of(service)?, settings.clock.clone(), &service.tables())?);
    }
    Ok(rebuild(&bus, &cores).await?)
}

/// Every event that was set aside, each under the name by which [`replay`] knows it: `orders-service/17`.
///
/// # Errors
/// When the bus cannot be read.
pub async fn dead_letters(settings: &StackSettings) -> Result<Vec<(String, DeadLetter)>, OperateError> {
    let letters = bus(settings).await?.dead_letters().await?;
    Ok(letters.into_iter().map(|letter| (name(&letter), letter)).collect())
}

/// Delivers these letters again, to the consumers that could not handle them; all there are, where none is named. Answers
/// how many that are.
///
/// # Errors
/// When one of them is not there, before any is delivered; or when the bus cannot be written.
pub async fn replay(settings: &StackSettings, names: &[String]) -> Result<usize, OperateError> {
    let bus = bus(settings).await?;
    let letters = named(&bus, names).await?;
    for letter in &letters {
        bus.replay(&letter.durable, letter.seq).await?;
    }
    Ok(letters.len())
}

/// Throws these letters away, whose events are then never handled; all there are, where none is named. Answers how many that
/// are.
///
/// # Errors
/// When one of them is not there, before any is thrown away; or when the bus cannot be written.
pub async fn discard(settings: &StackSettings, names: &[String]) -> Result<usize, OperateError> {
    let bus = bus(settings).await?;
    let letters = named(&bus, names).await?;
    for letter in &letters {
        bus.discard(&letter.durable, letter.seq).await?;
    }
    Ok(letters.len())
}

/// The letters of these names; all there are, where none is given.
async fn named(bus: &Bus, names: &[String]) -> Result<Vec<DeadLetter>, OperateError> {
    let mut letters = bus.dead_letters().await?;
    let known: Vec<String> = letters.iter().map(name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(OperateError::NoLetter(unknown.clone()));
    }
    letters.retain(|letter| names.is_empty() || names.contains(&name(letter)));
    Ok(letters)
}

fn name(letter: &DeadLetter) -> String {
    format!("{}/{}", letter.durable, letter.seq)
}

async fn bus(settings: &StackSettings) -> Result<Bus, StartError> {
    let options = settings.nats.as_ref().ok_or(StartError::Missing("TICKETING_NATS_URL"))?;
    jetstream(options).await
}
