//! A stack, or a service, for the life of a process.

use std::io;
use std::net::SocketAddr;
use std::thread;

use ticketing_platform::shutdown::EndSignals;
use tokio::sync::oneshot;

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

/// Starts a stack, calls `ready` with its address once it answers, and stops it in an orderly way on SIGTERM, SIGINT or
/// SIGHUP. It is not held up by `ready`, which may have to wait for the reader of a pipe.
///
/// # Errors
/// When the stack cannot be started, or `ready` fails.
pub async fn run(settings: StackSettings, ready: impl Ready) -> Result<(), RunError> {
    let stack = Stack::start(settings).await?;
    let asked = until_asked(stack.addr(), ready).await;
    ended(stack.stop().await);
    asked
}

/// The same for one service.
///
/// # Errors
/// When the service cannot be started, or `ready` fails.
pub async fn run_service(
    service: Service,
    settings: StackSettings,
    ready: impl Ready,
) -> Result<(), RunError> {
    let process = Process::start(service, settings).await?;
    let asked = until_asked(process.addr(), ready).await;
    ended(process.stop().await);
    asked
}

/// What is done once a process answers, with its address.
pub trait Ready: FnOnce(SocketAddr) -> io::Result<()> + Send + 'static {}

impl<F: FnOnce(SocketAddr) -> io::Result<()> + Send + 'static> Ready for F {}

async fn until_asked(address: SocketAddr, ready: impl Ready) -> Result<(), RunError> {
    let mut signals = EndSignals::listen().map_err(RunError::Signals)?;
    let (told, telling) = oneshot::channel();
    // A thread, since it may wait for as long as nothing reads the pipe.
    let spawned = thread::Builder::new().name("ready".to_owned()).spawn(move || told.send(ready(address)));
    spawned.map_err(RunError::Ready)?;
    let asked = signals.received();
    tokio::pin!(asked);
    let asked = tokio::select! {
        asked = &mut asked => asked,
        told = telling => {
            if let Ok(Err(error)) = told {
                return Err(RunError::Ready(error));
            }
            asked.await
        }
    };
    asked.map_err(RunError::Signals)?;
    tracing::info!("stopping");
    Ok(())
}

fn ended(clean: bool) {
    if !clean {
        tracing::warn!("requests were cut when the time to finish them was over");
    }
}
