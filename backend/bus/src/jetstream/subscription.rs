//! One durable consumer, as one of its replicas uses it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::{HeaderMap, Subject};
use bytes::Bytes;
use futures_util::future::join_all;
use ticketing_events::EventName;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::link::Link;
use super::pull::{Pull, Pulled};
use super::topology::{STREAM, ensure_consumer, ensure_streams};
use super::{JetStreamError, gauges, letters, message, undertaker};
use crate::{BusError, DeadLetter, Delivery, Verdict};

/// A delivery that the server waits to hear of.
#[derive(Clone, Debug)]
struct Open {
    delivery: Delivery,
    answer_to: Subject,
}

#[derive(Debug)]
pub(crate) struct Subscription {
    link: Link,
    durable: &'static str,
    pull: Pull,
    /// Delivered and not settled, by place.
    unsettled: BTreeMap<i64, Open>,
    /// Put off without being counted, until when: kept here, for the server counts whatever it delivers again.
    held: BTreeMap<i64, (Instant, Open)>,
    /// When the server has to hear next that what is held is not forgotten.
    sign_of_life: Instant,
    /// What goes on beside it: the undertaker, and the gauges.
    beside: [JoinHandle<()>; 2],
}

impl Subscription {
    pub(crate) async fn open(
        link: &Link,
        durable: &'static str,
        names: &[EventName],
    ) -> Result<Self, JetStreamError> {
        ensure_streams(link).await?;
        ensure_consumer(link, durable, names).await?;
        let pull = Pull::open(link, STREAM, durable).await?;
        Ok(Self {
            link: link.clone(),
            durable,
            pull,
            unsettled: BTreeMap::new(),
            held: BTreeMap::new(),
            sign_of_life: Instant::now(),
            beside: [
                tokio::spawn(undertaker::run(link.clone(), durable)),
                tokio::spawn(gauges::run(link.clone(), durable)),
            ],
        })
    }

    pub(crate) async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        loop {
            self.take_due();
            // What was delivered and not settled comes again.
            if !self.unsettled.is_empty() {
                return Ok(self.unsettled.values().take(limit).map(|open| open.delivery.clone()).collect());
            }
            let wake = self.next_wake();
            let pulled = tokio::select! {
                pulled = self.pull.next(limit) => pulled?,
                () = sleep_until(wake) => Vec::new(),
            };
            self.take(pulled).await;
            self.show_signs_of_life().await;
        }
    }

    /// Takes back what was put off and whose time has come.
    fn take_due(&mut self) {
        let now = Instant::now();
        let due = self.held.extract_if(.., |_, (due, _)| *due <= now);
        self.unsettled.extend(due.map(|(seq, (_, open))| (seq, open)));
    }

    fn next_wake(&self) -> Option<Instant> {
        let due = self.held.values().map(|(due, _)| *due).min()?;
        Some(due.min(self.sign_of_life))
    }

    /// Makes deliveries of messages. Where the server has sent something again that is held here, only the place of
    /// its answer is new.
    async fn take(&mut self, pulled: Vec<Pulled>) {
        for Pulled { message, place, delivered, .. } in pulled {
            let Some(answer_to) = message.reply else { continue };
            if delivered > 1 {
                metrics::counter!("bus_redeliveries_total", "consumer" => self.durable).increment(1);
            }
            let headers = message.headers.unwrap_or_default();
            let seq = message::place(&headers, place);
            if let Some((_, held)) = self.held.get_mut(&seq) {
                held.answer_to = answer_to;
                continue;
            }
            let now = self.link.options.clock.now();
            match message::envelope(&message.subject, &headers, &message.payload, seq, now) {
                Some(envelope) => {
                    let delivery = Delivery { seq, attempt: delivered, envelope: Arc::new(envelope) };
                    self.unsettled.insert(seq, Open { delivery, answer_to });
                }
                None => {
                    tracing::error!(subject = %message.subject, seq, "there is no such event; it is given up");
                    self.say(answer_to, AckKind::Term).await;
                }
            }
        }
    }

    /// Tells the server that what is held is not forgotten.
    async fn show_signs_of_life(&mut self) {
        if self.held.is_empty() || self.sign_of_life > Instant::now() {
            return;
        }
        self.sign_of_life = Instant::now() + self.life_within();
        let held: Vec<Subject> = self.held.values().map(|(_, open)| open.answer_to.clone()).collect();
        for answer_to in held {
            self.say(answer_to, AckKind::Progress).await;
        }
    }

    fn life_within(&self) -> Duration {
        self.link.options.ack_wait / 3
    }

    /// Says something that need not arrive: if it does not, the message comes again.
    async fn say(&self, answer_to: Subject, kind: AckKind) {
        if let Err(error) = self.link.client.publish(answer_to, kind.into()).await {
            tracing::debug!(%error, "an answer could not be sent");
        }
    }

    pub(crate) async fn settle(&mut self, verdicts: Vec<(Delivery, Verdict)>) -> Result<(), BusError> {
        let mut answers = Vec::with_capacity(verdicts.len());
        for (delivery, verdict) in verdicts {
            let Some(open) = self.unsettled.get(&delivery.seq).cloned() else { continue };
            if let Verdict::Postponed { after } = verdict {
                self.unsettled.remove(&delivery.seq);
                if self.held.is_empty() {
                    self.sign_of_life = Instant::now() + self.life_within();
                }
                let after = after.min(self.link.options.longest_retry);
                self.held.insert(delivery.seq, (Instant::now() + after, open));
                continue;
            }
            answers.push(answer(&self.link, self.durable, open, verdict));
        }
        let mut outcome = Ok(());
        for (seq, answered) in join_all(answers).await {
            match answered {
                Ok(()) => drop(self.unsettled.remove(&seq)),
                Err(error) => outcome = Err(error.into()),
            }
        }
        outcome
    }
}

/// Says what became of a delivery, and waits until the server has heard it.
async fn answer(
    link: &Link,
    durable: &str,
    open: Open,
    verdict: Verdict,
) -> (i64, Result<(), JetStreamError>) {
    let Open { delivery, answer_to } = open;
    let answered = async {
        let kind = match verdict {
            Verdict::Accepted => AckKind::Ack,
            Verdict::Retry { after, .. } => AckKind::Nak(Some(after.min(link.options.longest_retry))),
            Verdict::Postponed { after } => AckKind::Nak(Some(after)),
            Verdict::Dead { cause } => {
                let letter = DeadLetter {
                    durable: durable.to_owned(),
                    seq: delivery.seq,
                    attempts: delivery.attempt,
                    cause,
                    died_at: link.options.clock.now(),
                    envelope: delivery.envelope.as_ref().clone(),
                };
                // The letter is kept first. Were the event terminated, the server would tell of it once more.
                letters::bury(link, &letter).await?;
                AckKind::Ack
            }
        };
        let payload: Bytes = kind.into();
        link.ask(&answer_to, HeaderMap::new(), payload.to_vec()).await.map(drop)
    };
    (delivery.seq, answered.await)
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

impl Drop for Subscription {
    /// Hands back what was not settled, so that another replica need not wait for it.
    fn drop(&mut self) {
        self.beside.iter().for_each(JoinHandle::abort);
        let leftovers = self.pull.leftovers().into_iter().filter_map(|message| message.reply);
        let held = self.held.values().map(|(_, open)| open.answer_to.clone());
        let unsettled = self.unsettled.values().map(|open| open.answer_to.clone());
        let back: Vec<Subject> = unsettled.chain(held).chain(leftovers).collect();
        let client = self.link.client.clone();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if back.is_empty() || self.link.must_be_connected().is_err() {
            return;
        }
        runtime.spawn(async move {
            for answer_to in back {
                // What does not arrive comes again a little later.
                drop(client.publish(answer_to, AckKind::Nak(None).into()).await);
            }
            drop(client.flush().await);
        });
    }
}
