//! A stack for the life of a process.

use std::io;

use ticketing_platform::shutdown;

use crate::{Stack, StackSettings, StartError};

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
    let told = ready(&stack);
    let heard = match told {
        Ok(()) => shutdown::signals().await.map_err(RunError::Signals),
        Err(error) => Err(RunError::Ready(error)),
    };
    tracing::info!("stopping");
    if !stack.stop().await {
        tracing::warn!("requests were cut when the time to finish them was over");
    }
    heard
}
