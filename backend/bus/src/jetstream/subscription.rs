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
use super::topology::{STREAM, ensure_streams};
use super::{JetStreamError, consumer, gauges, letters, message, scan, undertaker};
use crate::{BusError, DeadLetter, Delivery, Verdict};

/// A delivery that the server waits to hear of.
#[derive(Clone, Debug)]
struct Open {
    delivery: Delivery,
    answer_to: Subject,
    /// Its own place in the stream; that of a replay is not the event's.
    own: u64,
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
    /// Ends when the consumer has lost subjects that this replica handles.
    narrowed: JoinHandle<()>,
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
        let needed = consumer::subjects(durable, names);
        consumer::ensure(link, durable, &needed).await?;
        let pull = Pull::open(link, STREAM, durable).await?;
        Ok(Self {
            link: link.clone(),
            durable,
            pull,
            unsettled: BTreeMap::new(),
            held: BTreeMap::new(),
            sign_of_life: Instant::now(),
            narrowed: tokio::spawn(consumer::wait_until_narrowed(link.clone(), durable, needed)),
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
            if self.narrowed.is_finished() {
                return Err(JetStreamError::Narrowed(self.durable.to_owned()).into());
            }
            let wake = self.next_wake();
            let pulled = tokio::select! {
                pulled = self.pull.next(limit) => pulled?,
                _ = &mut self.narrowed, if !self.narrowed.is_finished() => Vec::new(),
                () = sleep_until(wake) => Vec::new(),
            };
            self.take(pulled);
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
    fn take(&mut self, pulled: Vec<Pulled>) {
        if self.unsettled.is_empty() && self.held.is_empty() {
            self.sign_of_life = Instant::now() + self.life_within();
        }
        for Pulled { message, place, delivered, .. } in pulled {
            let Some(answer_to) = message.reply else { continue };
            if delivered > 1 {
                metrics::counter!("bus_redeliveries_total", "consumer" => self.durable).increment(1);
            }
            let headers = message.headers.unwrap_or_default();
            let seq = message::place(&headers, place);
            let own = u64::try_from(place).unwrap_or(0);
            if let Some((_, held)) = self.held.get_mut(&seq) {
                (held.answer_to, held.own) = (answer_to, own);
                continue;
            }
            let now = self.link.options.clock.now();
            let envelope = message::envelope(&message.subject, &headers, &message.payload, seq, now);
            let delivery = Delivery { seq, attempt: delivered, envelope: Arc::new(envelope) };
            self.unsettled.insert(seq, Open { delivery, answer_to, own });
        }
    }

    /// Waits for `work`, and tells the server meanwhile that what was delivered is not forgotten.
    pub(crate) async fn hold_while<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep_until(self.sign_of_life) => self.show_signs_of_life().await,
            }
        }
    }

    /// Gives back what was delivered, and takes back what was asked for: nothing more comes until the next call of
    /// [`next`](Self::next).
    pub(crate) async fn hand_back(&mut self) -> Result<(), JetStreamError> {
        let pull = Pull::open(&self.link, STREAM, self.durable).await?;
        let back = self.take_everything();
        self.pull = pull;
        for answer_to in back {
            self.say(answer_to, AckKind::Nak(None)).await;
        }
        Ok(())
    }

    /// Forgets what was delivered and not settled; answers where each is to be answered.
    fn take_everything(&mut self) -> Vec<Subject> {
        let leftovers = self.pull.leftovers().into_iter().filter_map(|message| message.reply);
        let held = std::mem::take(&mut self.held).into_values().map(|(_, open)| open.answer_to);
        let unsettled = std::mem::take(&mut self.unsettled).into_values().map(|open| open.answer_to);
        unsettled.chain(held).chain(leftovers).collect()
    }

    /// Whether no message before this one is unsettled. The server's floor rises with the settled messages, and stops where
    /// the next one has not been delivered yet: so nothing that this consumer gets may lie between the two.
    pub(crate) async fn is_oldest_unsettled(&self, delivery: &Delivery) -> Result<bool, JetStreamError> {
        let Some(open) = self.unsettled.get(&delivery.seq) else { return Ok(false) };
        let info = consumer::info(&self.link, STREAM, self.durable).await?;
        let floor = info.ack_floor.stream_sequence;
        if info.num_ack_pending <= 1 || floor + 1 >= open.own {
            return Ok(true);
        }
        // The filters as they are now: a newer replica may have extended the consumer since this one subscribed.
        for subject in &info.config.filter_subjects {
            let next = scan::first_from(&self.link, STREAM, subject, floor + 1).await?;
            if next.is_some_and(|next| next < open.own) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tells the server that what was delivered is not forgotten.
    async fn show_signs_of_life(&mut self) {
        if self.sign_of_life > Instant::now() {
            return;
        }
        self.sign_of_life = Instant::now() + self.life_within();
        let held = self.held.values().map(|(_, open)| open.answer_to.clone());
        let open = self.unsettled.values().map(|open| open.answer_to.clone());
        for answer_to in open.chain(held).collect::<Vec<_>>() {
            self.say(answer_to, AckKind::Progress).await;
        }
    }

    fn life_within(&self) -> Duration {
        self.link.options.ack_wait / 3
    }

    /// Says something that need not arrive: if it does not, the message comes again.
    async fn say(&self, answer_to: Subject, kind: AckKind) {
        if self.link.must_be_connected().is_err() {
            return;
        }
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
    let Open { delivery, answer_to, .. } = open;
    let answered = async {
        let kind = match verdict {
            Verdict::Accepted => AckKind::Ack,
            Verdict::Retry { after, .. } => AckKind::Nak(Some(after.min(link.options.longest_retry))),
            Verdict::Postponed { after } => AckKind::Nak(Some(after)),
            Verdict::Dead { attempts, cause } => {
                let letter = DeadLetter {
                    durable: durable.to_owned(),
                    seq: delivery.seq,
                    attempts,
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
        self.beside.iter().chain([&self.narrowed]).for_each(JoinHandle::abort);
        let back = self.take_everything();
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
