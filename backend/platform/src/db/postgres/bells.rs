//! Bells that ring in every process that shares a database.
//!
//! A notice is sent after the commit, not with it: the server lets only one transaction with a notice commit at a
//! time. So a ring takes a few milliseconds, many rings become one, and one can be lost: listeners look now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::poll_fn;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::tls::{Tls, connector};
use super::url::Target;
use crate::db::chain;
use crate::signal::Signal;

/// The shortest time between two notices: what rings meanwhile goes with the next.
const GATHER: Duration = Duration::from_millis(5);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The bells of one database in this process.
pub(super) struct Bells {
    target: Target,
    /// Tells our own notices from others'.
    own: String,
    shared: Mutex<Shared>,
    waiting: Notify,
    end: CancellationToken,
}

#[derive(Default)]
struct Shared {
    signals: BTreeMap<&'static str, Signal>,
    rung: BTreeSet<&'static str>,
    begun: bool,
}

impl Bells {
    pub(super) fn new(target: Target) -> Self {
        let mut bytes = [0_u8; 16];
        // Without randomness we hear our own notices too, which only costs a look.
        let _no_harm = getrandom::fill(&mut bytes);
        let own = Uuid::from_bytes(bytes).simple().to_string();
        Self { target, own, shared: Mutex::default(), waiting: Notify::new(), end: CancellationToken::new() }
    }

    /// Lets others' rings of this name ring `signal`, and its rings ring theirs.
    pub(super) fn share(this: &Arc<Self>, name: &'static str, signal: &Signal) {
        let mut shared = this.shared();
        shared.signals.insert(name, signal.clone());
        if !std::mem::replace(&mut shared.begun, true) {
            let bells = this.clone();
            let thread = std::thread::Builder::new().name(format!("{}-bells", this.target.schema()));
            if let Err(error) = thread.spawn(move || bells.listen()) {
                tracing::error!(%error, "the bells of other processes will not be heard");
            }
        }
    }

    /// Tells the others of what was rung by a commit.
    pub(super) fn rung(&self, signals: &[Signal]) {
        if signals.is_empty() {
            return;
        }
        let mut shared = self.shared();
        let Shared { signals: known, rung, .. } = &mut *shared;
        let before = rung.len();
        rung.extend(
            known
                .iter()
                .filter(|(_, bell)| signals.iter().any(|rung| rung.is_same(bell)))
                .map(|(name, _)| name),
        );
        if rung.len() > before {
            self.waiting.notify_one();
        }
    }

    /// Ends the thread.
    pub(super) fn end(&self) {
        self.end.cancel();
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(async {
                tokio::select! {
                    () = self.end.cancelled() => {}
                    () = self.listen_for_ever() => {}
                }
            }),
            Err(error) => tracing::error!(%error, "the bells of other processes will not be heard"),
        }
    }

    async fn listen_for_ever(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            let failed = self.listen_once().await;
            if let Err(error) = failed {
                tracing::warn!(database = %self.target, error = chain(&error), "the bells are not heard; connecting again");
            }
            pause =
                if began.elapsed() > LONGEST_PAUSE { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
            sleep(pause).await;
        }
    }

    async fn listen_once(&self) -> Result<(), tokio_postgres::Error> {
        let config = self.target.config();
        match self.target.tls() {
            Tls::None => {
                let (client, connection) = config.connect(NoTls).await?;
                self.hear(&client, connection).await
            }
            Tls::Checked(tls) => {
                let (client, connection) = config.connect(connector(tls)).await?;
                self.hear(&client, connection).await
            }
        }
    }

    async fn hear<S, T>(
        &self,
        client: &Client,
        mut connection: Connection<S, T>,
    ) -> Result<(), tokio_postgres::Error>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let (heard, mut notices) = mpsc::unbounded_channel();
        let driven = async {
            loop {
                match poll_fn(|context| connection.poll_message(context)).await {
                    // The receiver lives as long as this.
                    Some(Ok(AsyncMessage::Notification(notice))) => {
                        drop(heard.send(notice.payload().to_owned()))
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    None => return Ok(()),
                }
            }
        };
        let ringing = async {
            client.batch_execute(&format!("LISTEN \"{}\"", self.channel())).await?;
            // What was missed until now.
            self.shared().signals.values().for_each(Signal::notify);
            let mut next = Instant::now();
            loop {
                let waits = !self.shared().rung.is_empty();
                let due = async {
                    if !waits {
                        self.waiting.notified().await;
                    }
                    sleep_until(next).await;
                };
                tokio::select! {
                    notice = notices.recv() => match notice {
                        Some(notice) => self.ring(&notice),
                        None => return Ok(()),
                    },
                    () = due => {
                        next = Instant::now() + GATHER;
                        self.send(client).await?;
                    }
                }
            }
        };
        tokio::select! {
            ended = driven => ended,
            failed = ringing => failed,
        }
    }

    async fn send(&self, client: &Client) -> Result<(), tokio_postgres::Error> {
        let rung = std::mem::take(&mut self.shared().rung);
        let channel = self.channel();
        let notices: Vec<String> =
            rung.iter().map(|name| format!("NOTIFY \"{channel}\", '{} {name}'", self.own)).collect();
        client.batch_execute(&notices.join(";")).await
    }

    fn ring(&self, notice: &str) {
        let Some((own, name)) = notice.split_once(' ') else { return };
        if own == self.own {
            return;
        }
        if let Some(signal) = self.shared().signals.get(name) {
            signal.notify();
        }
    }

    fn channel(&self) -> String {
        format!("ticketing_{}", self.target.schema())
    }
}
