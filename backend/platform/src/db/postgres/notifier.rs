//! Forwards signals between the processes that share a database, by `LISTEN` and `NOTIFY`.
//!
//! A `NOTIFY` is sent after the commit, not in its transaction: PostgreSQL commits only one transaction with a `NOTIFY`
//! at a time. So a notification takes a few milliseconds, several become one, and one can be lost: listeners poll as
//! well.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::poll_fn;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_postgres::{AsyncMessage, Client};
use tokio_util::sync::CancellationToken;

use super::url::Target;
use crate::backoff::Backoff;
use crate::clock::Clock;
use crate::error_chain::error_chain;
use crate::signal::Signal;

/// The shortest time between two rounds of `NOTIFY`. Notifications in between go with the next round.
const MIN_INTERVAL: Duration = Duration::from_millis(5);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(5));
/// The time after which a connection counts as stable.
const STABLE_AFTER: Duration = Duration::from_secs(5);

/// Forwards the signals of one database between this process and the others.
#[derive(Debug)]
pub(in crate::db) struct Notifier {
    target: Target,
    /// Distinguishes the notifications of this process from those of others.
    process_id: String,
    shared: Mutex<Shared>,
    /// Notified when `Shared::pending` has a new name.
    has_pending: Notify,
    end: CancellationToken,
}

#[derive(Debug, Default)]
struct Shared {
    signals: BTreeMap<&'static str, Signal>,
    /// The names of the signals whose notification other processes have not got yet.
    pending: BTreeSet<&'static str>,
    is_started: bool,
}

impl Notifier {
    pub(in crate::db) fn new(target: Target) -> Self {
        let process_id = Clock::system().new_id();
        let (shared, has_pending, end) = (Mutex::default(), Notify::new(), CancellationToken::new());
        Self { target, process_id, shared, has_pending, end }
    }

    /// Forwards `signal` to the other processes, and the notifications of their signals of this name to it.
    pub(in crate::db) fn share_signal(this: &Arc<Self>, name: &'static str, signal: &Signal) {
        let mut shared = this.shared.lock();
        shared.signals.insert(name, signal.clone());
        if !std::mem::replace(&mut shared.is_started, true) {
            let notifier = this.clone();
            let thread = std::thread::Builder::new().name(format!("{}-notifier", this.target.schema()));
            if let Err(error) = thread.spawn(move || notifier.run()) {
                log_not_started(&error);
            }
        }
    }

    /// Forwards the signals that a commit has notified.
    pub(in crate::db) fn forward(&self, notified: &[Signal]) {
        if notified.is_empty() {
            return;
        }
        let mut shared = self.shared.lock();
        let Shared { signals, pending, .. } = &mut *shared;
        let before = pending.len();
        pending.extend(
            signals
                .iter()
                .filter(|(_, signal)| notified.iter().any(|notified| notified.is_same(signal)))
                .map(|(name, _)| name),
        );
        if pending.len() > before {
            self.has_pending.notify_one();
        }
    }

    /// Ends the thread.
    pub(in crate::db) fn end(&self) {
        self.end.cancel();
    }

    fn run(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(async {
                tokio::select! {
                    () = self.end.cancelled() => {}
                    () = self.reconnect_forever() => {}
                }
            }),
            Err(error) => log_not_started(&error),
        }
    }

    async fn reconnect_forever(&self) {
        let mut failures = 0_u32;
        loop {
            let began = Instant::now();
            if let Err(error) = self.connect_and_listen().await {
                tracing::warn!(
                    database = %self.target,
                    error = error_chain(&error),
                    "LISTEN connection lost; reconnecting"
                );
            }
            failures = if began.elapsed() > STABLE_AFTER { 1 } else { failures.saturating_add(1) };
            sleep(BACKOFF.delay(failures)).await;
        }
    }

    async fn connect_and_listen(&self) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = self.target.config().connect(self.target.tls()).await?;
        let (sender, mut received) = mpsc::unbounded_channel();
        let drive = async {
            loop {
                match poll_fn(|context| connection.poll_message(context)).await {
                    // The receiver lives as long as this future.
                    Some(Ok(AsyncMessage::Notification(notification))) => {
                        drop(sender.send(notification.payload().to_owned()))
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    None => return Ok(()),
                }
            }
        };
        let forward = async {
            client.batch_execute(&format!("LISTEN \"{}\"", self.channel())).await?;
            // Notifications may have been missed until now.
            self.shared.lock().signals.values().for_each(Signal::notify);
            let mut next = Instant::now();
            loop {
                let has_pending = !self.shared.lock().pending.is_empty();
                let due = async {
                    if !has_pending {
                        self.has_pending.notified().await;
                    }
                    sleep_until(next).await;
                };
                tokio::select! {
                    payload = received.recv() => match payload {
                        Some(payload) => self.notify(&payload),
                        None => return Ok(()),
                    },
                    () = due => {
                        next = Instant::now() + MIN_INTERVAL;
                        self.send_pending(&client).await?;
                    }
                }
            }
        };
        tokio::select! {
            ended = drive => ended,
            failed = forward => failed,
        }
    }

    async fn send_pending(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        let pending = std::mem::take(&mut self.shared.lock().pending);
        let channel = self.channel();
        let statements: Vec<String> = pending
            .iter()
            .map(|name| format!("NOTIFY \"{channel}\", '{} {name}'", self.process_id))
            .collect();
        client.batch_execute(&statements.join(";")).await
    }

    /// Notifies the signal that a payload names, unless this process sent it.
    fn notify(&self, payload: &str) {
        let Some((process_id, name)) = payload.split_once(' ') else { return };
        if process_id == self.process_id {
            return;
        }
        if let Some(signal) = self.shared.lock().signals.get(name) {
            signal.notify();
        }
    }

    fn channel(&self) -> String {
        format!("ticketing_{}", self.target.schema())
    }
}

fn log_not_started(error: &std::io::Error) {
    tracing::error!(%error, "notifier not started; changes by other processes are found by polling");
}
