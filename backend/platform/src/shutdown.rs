//! Orderly ends: one signal for everything that runs, and a wait for what must finish.

use std::io;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// The end of a process, or of a stack in a test. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Nothing runs yet, nothing has ended.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs a task that [`wait`](Self::wait) waits for; it should end soon after [`triggered`](Self::triggered).
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(task)
    }

    /// Asks everything to end.
    pub fn trigger(&self) {
        self.token.cancel();
    }

    /// Whether the end has been asked for.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Returns once the end has been asked for.
    pub async fn triggered(&self) {
        self.token.cancelled().await;
    }

    /// The same as a future that borrows nothing: ends a stream (`stream.take_until(…)`).
    pub fn triggered_owned(&self) -> WaitForCancellationFutureOwned {
        self.token.clone().cancelled_owned()
    }

    /// Waits until every spawned task has ended, `grace` at most; whether all did.
    pub async fn wait(&self, grace: Duration) -> bool {
        self.tasks.close();
        tokio::time::timeout(grace, self.tasks.wait()).await.is_ok()
    }
}

/// Returns when the process is asked to end: SIGTERM or SIGINT, or Ctrl-C where there are no signals.
///
/// # Errors
/// When the handlers cannot be installed.
pub async fn signals() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_ends_with_the_tasks_or_with_the_grace() {
        let shutdown = Shutdown::new();
        let listening = shutdown.clone();
        let task = shutdown.spawn(async move { listening.triggered().await });
        assert!(!shutdown.wait(Duration::from_millis(10)).await);
        assert!(!shutdown.is_triggered());
        shutdown.trigger();
        assert!(shutdown.wait(Duration::from_secs(10)).await);
        task.await.unwrap();
        // Late listeners hear it too.
        shutdown.triggered().await;
        shutdown.triggered_owned().await;
    }
}
