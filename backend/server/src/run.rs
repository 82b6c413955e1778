//! A stack, or a service, for the life of a process.

use std::io;

use ticketing_platform::shutdown;

use crate::{Process, Service, Stack, StackSettings, StartError};

/// Why a process could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The stack could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The signals of the process cannot be heard.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
    /// Whoever waited for the address could not be told.
    #[error("cannot say where it listens: {0}")]
    Ready(io::Error),
}

/// Starts a stack, calls `ready` once it answers, and stops it in an orderly way on SIGTERM or SIGINT.
///
/// # Errors
/// When the stack cannot be started.
pub async fn run(
    settings: StackSettings,
    ready: impl FnOnce(&Stack) -> io::Result<()>,
) -> Result<(), RunError> {
    let stack = Stack::start(settings).await?;
    let heard = until_asked(ready(&stack)).await;
    ended(stack.stop().await);
    heard
}

/// The same for one service.
///
/// # Errors
/// When the service cannot be started.
pub async fn run_service(
    service: Service,
    settings: StackSettings,
    ready: impl FnOnce(&Process) -> io::Result<()>,
) -> Result<(), RunError> {
    let process = Process::start(service, settings).await?;
    let heard = until_asked(ready(&process)).await;
    ended(process.stop().await);
    heard
}

async fn until_asked(told: io::Result<()>) -> Result<(), RunError> {
    told.map_err(RunError::Ready)?;
    shutdown::signals().await.map_err(RunError::Signals)?;
    tracing::info!("stopping");
    Ok(())
}

fn ended(clean: bool) {
    if !clean {
        tracing::warn!("requests were cut when the time to finish them was over");
    }
}
