//! Orderly ends: one signal for everything that runs, and a wait for what must finish.

use std::io;
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
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

/// The signals that ask the process to end: SIGTERM, SIGINT and SIGHUP, or Ctrl-C where there are no signals. From the moment
/// they are listened to, none of them kills the process.
#[derive(Debug)]
pub struct EndSignals {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    /// None where the process was started to outlive its terminal (`nohup`).
    #[cfg(unix)]
    hangup: Option<Signal>,
}

#[cfg(unix)]
impl EndSignals {
    /// Listens to them.
    ///
    /// # Errors
    /// When the handlers cannot be installed.
    pub fn listen() -> io::Result<Self> {
        let hangup = if is_hangup_ignored() { None } else { Some(signal(SignalKind::hangup())?) };
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, hangup })
    }

    /// Returns when one of them has come.
    ///
    /// # Errors
    /// When they cannot be listened to.
    pub async fn received(&mut self) -> io::Result<()> {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = hangup => {}
        }
        Ok(())
    }

    /// Returns when the end is demanded once more, by SIGTERM or SIGINT. SIGHUP does not demand: a terminal that closes
    /// sends it more than once.
    ///
    /// # Errors
    /// When they cannot be listened to.
    pub async fn demanded(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        Ok(())
    }
}

#[cfg(not(unix))]
impl EndSignals {
    /// Listens to them.
    ///
    /// # Errors
    /// Never.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Returns when one of them has come.
    ///
    /// # Errors
    /// When they cannot be listened to.
    pub async fn received(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }

    /// Returns when the end is demanded once more.
    ///
    /// # Errors
    /// When they cannot be listened to.
    pub async fn demanded(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

/// Whether SIGHUP is ignored, as `nohup` has it. Known on Linux alone; a handler would undo it.
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
