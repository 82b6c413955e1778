//! Graceful shutdown: one signal for all tasks, and a wait for those that must finish.

use std::io;
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// The shutdown of a process, or of a stack in a test. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Creates a shutdown that is not triggered and has no tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Spawns a task that [`wait`](Self::wait) waits for. The task should end soon after
    /// [`triggered`](Self::triggered).
    pub fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(task)
    }

    /// Triggers the shutdown.
    pub fn trigger(&self) {
        self.token.cancel();
    }

    /// Returns whether the shutdown is triggered.
    pub fn is_triggered(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Waits until the shutdown is triggered.
    pub async fn triggered(&self) {
        self.token.cancelled().await;
    }

    /// Waits for `future`, or returns `None` if the shutdown is triggered first.
    pub async fn run_until_triggered<F: Future>(&self, future: F) -> Option<F::Output> {
        self.token.run_until_cancelled(future).await
    }

    /// Returns [`triggered`](Self::triggered) as a future that borrows nothing, to end a stream
    /// (`stream.take_until(…)`).
    pub fn triggered_owned(&self) -> WaitForCancellationFutureOwned {
        self.token.clone().cancelled_owned()
    }

    /// Waits for all spawned tasks, at most for `grace`. Returns whether all have ended.
    pub async fn wait(&self, grace: Duration) -> bool {
        self.tasks.close();
        tokio::time::timeout(grace, self.tasks.wait()).await.is_ok()
    }
}

/// The signals that terminate the process: SIGTERM, SIGINT and SIGHUP, or Ctrl-C on systems without signals. While a
/// value exists, they do not kill the process.
#[derive(Debug)]
pub struct EndSignals {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    /// `None` if the process was started with `nohup`.
    #[cfg(unix)]
    hangup: Option<Signal>,
}

impl EndSignals {
    /// Installs the handlers.
    ///
    /// # Errors
    /// If the handlers cannot be installed.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            hangup: if is_hangup_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// Waits for one of the signals.
    ///
    /// # Errors
    /// If the signals cannot be received.
    pub async fn wait_for_signal(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        if let Some(hangup) = &mut self.hangup {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
                _ = hangup.recv() => {}
            }
            return Ok(());
        }
        self.wait_for_second_signal().await
    }

    /// Waits for a further SIGTERM, SIGINT or Ctrl-C, which demands an immediate end. SIGHUP does not: a terminal that
    /// closes sends it more than once.
    ///
    /// # Errors
    /// If the signals cannot be received.
    pub async fn wait_for_second_signal(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        tokio::signal::ctrl_c().await?;
        Ok(())
    }
}

/// Returns whether SIGHUP is ignored, as with `nohup`, which a handler would undo. Always `false` except on Linux.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // SIGHUP is signal 1, the lowest bit.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn wait_ends_with_the_tasks_or_after_the_grace_period() {
        let shutdown = Shutdown::new();
        let listening = shutdown.clone();
        let task = shutdown.spawn(async move { listening.triggered().await });
        assert!(!shutdown.wait(Duration::from_millis(10)).await);
        assert!(!shutdown.is_triggered());
        shutdown.trigger();
        assert!(shutdown.wait(Duration::from_secs(10)).await);
        task.await.unwrap();
        // Later waits return at once.
        shutdown.triggered().await;
        shutdown.triggered_owned().await;
    }
}
