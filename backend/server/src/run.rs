//! Runs a stack or a service until a signal ends the process.

use std::io;
use std::net::SocketAddr;
use std::thread;

use ticketing_platform::shutdown::EndSignals;
use tokio::sync::oneshot;

use crate::{Service, Stack, StackSettings, StartError, process};

/// An error of [`run`] or [`run_service`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The stack could not be started.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The handlers of signals cannot be installed.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
    /// The `ready` callback failed.
    #[error("cannot say where it listens: {0}")]
    Ready(io::Error),
}

/// Starts a stack, calls `ready` with its address once it serves requests, and stops it gracefully on SIGTERM, SIGINT
/// or SIGHUP. A blocked `ready`, which may wait for the reader of a pipe, does not delay the stop.
///
/// # Errors
/// If the stack cannot be started, or `ready` fails.
pub async fn run(settings: StackSettings, ready: impl Ready) -> Result<(), RunError> {
    let stack = Stack::start(settings).await?;
    let result = wait_for_signal(stack.addr(), ready).await;
    log_unclean_stop(stack.stop().await);
    result
}

/// Does the same as [`run`] for one service.
///
/// # Errors
/// If the service cannot be started, or `ready` fails.
pub async fn run_service(
    service: Service,
    settings: StackSettings,
    ready: impl Ready,
) -> Result<(), RunError> {
    let process = process::start(service, settings).await?;
    let result = wait_for_signal(process.address, ready).await;
    log_unclean_stop(process.stop().await);
    result
}

/// A callback that receives the address of a process once it serves requests.
pub trait Ready: FnOnce(SocketAddr) -> io::Result<()> + Send + 'static {}

impl<F: FnOnce(SocketAddr) -> io::Result<()> + Send + 'static> Ready for F {}

async fn wait_for_signal(address: SocketAddr, ready: impl Ready) -> Result<(), RunError> {
    let mut signals = EndSignals::listen().map_err(RunError::Signals)?;
    let (sender, ready_result) = oneshot::channel();
    // A thread, since `ready` blocks while nothing reads the pipe.
    let spawned = thread::Builder::new().name("ready".to_owned()).spawn(move || sender.send(ready(address)));
    spawned.map_err(RunError::Ready)?;
    let signal = signals.wait_for_signal();
    tokio::pin!(signal);
    let received = tokio::select! {
        received = &mut signal => received,
        result = ready_result => {
            if let Ok(Err(error)) = result {
                return Err(RunError::Ready(error));
            }
            signal.await
        }
    };
    received.map_err(RunError::Signals)?;
    tracing::info!("stopping");
    Ok(())
}

fn log_unclean_stop(is_clean: bool) {
    if !is_clean {
        tracing::warn!("shutdown timed out; requests or workers were cut off");
    }
}
