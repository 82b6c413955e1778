//! The subscription of one replica to a durable consumer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::AckKind;
use async_nats::{HeaderMap, Subject};
use bytes::Bytes;
use futures_util::future::{OptionFuture, join_all};
use ticketing_events::EventName;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::connection::Connection;
use super::message::EVENT_STREAM;
use super::pull::{Pull, PulledMessage};
use super::topology::ensure_streams;
use super::{JetStreamError, advisories, consumer, dead_letters, gauges, message, scan};
use crate::{AckDecision, BusError, Delivery};

/// A delivery without an ack.
#[derive(Clone, Debug)]
struct PendingAck {
    delivery: Delivery,
    reply_subject: Subject,
    /// The sequence of the message; a replay's differs from the event's.
    stream_sequence: u64,
    /// When a postponed delivery is due. It is held here, because the server counts redeliveries.
    held_until: Option<Instant>,
}

impl PendingAck {
    fn is_due(&self) -> bool {
        self.held_until.is_none_or(|due| due <= Instant::now())
    }
}

#[derive(Debug)]
pub(crate) struct Subscription {
    connection: Connection,
    durable: &'static str,
    pull: Pull,
    /// The unsettled deliveries, with those that are held here, by sequence.
    unsettled: BTreeMap<i64, PendingAck>,
    /// The time of the next progress acks.
    next_progress_ack: Instant,
    /// Finishes when the consumer's filter no longer covers this replica's subjects.
    filter_watch: JoinHandle<()>,
    /// The background tasks: the advisory consumer, and the gauges.
    background_tasks: [JoinHandle<()>; 2],
}

impl Subscription {
    pub(crate) async fn open(
        connection: &Connection,
        durable: &'static str,
        names: &[EventName],
    ) -> Result<Self, JetStreamError> {
        ensure_streams(connection).await?;
        let needed = consumer::subjects(durable, names);
        consumer::ensure(connection, durable, &needed).await?;
        let pull = Pull::open(connection, EVENT_STREAM, durable).await?;
        Ok(Self {
            connection: connection.clone(),
            durable,
            pull,
            unsettled: BTreeMap::new(),
            next_progress_ack: Instant::now(),
            filter_watch: tokio::spawn(consumer::wait_until_filter_narrowed(
                connection.clone(),
                durable,
                needed,
            )),
            background_tasks: [
                tokio::spawn(advisories::run(connection.clone(), durable)),
                tokio::spawn(gauges::run(connection.clone(), durable)),
            ],
        })
    }

    pub(crate) async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        loop {
            // Unsettled deliveries are returned again.
            let due = self.unsettled.values().filter(|open| open.is_due()).take(limit);
            let due: Vec<Delivery> = due.map(|open| open.delivery.clone()).collect();
            if !due.is_empty() {
                return Ok(due);
            }
            if self.filter_watch.is_finished() {
                return Err(JetStreamError::FilterNarrowed(self.durable.to_owned()).into());
            }
            let next_due = self.unsettled.values().filter_map(|open| open.held_until).min();
            let wake = next_due.map(|due| tokio::time::sleep_until(due.min(self.next_progress_ack)));
            let pulled = tokio::select! {
                pulled = self.pull.next(limit) => pulled?,
                _ = &mut self.filter_watch, if !self.filter_watch.is_finished() => Vec::new(),
                Some(()) = OptionFuture::from(wake) => Vec::new(),
            };
            self.take(pulled);
            self.send_progress_acks().await;
        }
    }

    /// Turns messages into deliveries. A redelivery of a held event only replaces its reply subject.
    fn take(&mut self, pulled: Vec<PulledMessage>) {
        if self.unsettled.is_empty() {
            self.next_progress_ack = Instant::now() + self.progress_interval();
        }
        for PulledMessage { message, sequence, delivered, .. } in pulled {
            let Some(reply_subject) = message.reply else { continue };
            if delivered > 1 {
                metrics::counter!("bus_redeliveries_total", "consumer" => self.durable).increment(1);
            }
            let headers = message.headers.unwrap_or_default();
            let seq = message::event_sequence(&headers, sequence);
            let stream_sequence = u64::try_from(sequence).unwrap_or(0);
            let held = self.unsettled.get_mut(&seq).filter(|open| open.held_until.is_some());
            if let Some(held) = held {
                (held.reply_subject, held.stream_sequence) = (reply_subject, stream_sequence);
                continue;
            }
            let now = self.connection.options.clock.now();
            let envelope = message::envelope(&message.subject, &headers, &message.payload, seq, now);
            let delivery = Delivery { seq, delivery_count: delivered, envelope: Arc::new(envelope) };
            let pending = PendingAck { delivery, reply_subject, stream_sequence, held_until: None };
            self.unsettled.insert(seq, pending);
        }
    }

    /// Waits for `work`, and sends progress acks for the deliveries.
    pub(crate) async fn keep_alive_while<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep_until(self.next_progress_ack) => self.send_progress_acks().await,
            }
        }
    }

    /// Naks all deliveries, and drops the pull request: nothing is delivered until the next call of
    /// [`next`](Self::next).
    pub(crate) async fn release_unsettled(&mut self) -> Result<(), JetStreamError> {
        let pull = Pull::open(&self.connection, EVENT_STREAM, self.durable).await?;
        let back = self.drain_pending();
        self.pull = pull;
        for reply_subject in back {
            self.send_ack(reply_subject, AckKind::Nak(None)).await;
        }
        Ok(())
    }

    /// Removes all unsettled deliveries. Returns their reply subjects.
    fn drain_pending(&mut self) -> Vec<Subject> {
        let drain_unreturned = self.pull.drain_unreturned().into_iter().filter_map(|message| message.reply);
        let unsettled = std::mem::take(&mut self.unsettled).into_values().map(|open| open.reply_subject);
        unsettled.chain(drain_unreturned).collect()
    }

    /// Returns whether no message before this delivery is unsettled. The ack floor of the server stops before the first
    /// unsettled or undelivered message, so no message of this consumer may be between the floor and the delivery.
    pub(crate) async fn is_oldest_unsettled(&self, delivery: &Delivery) -> Result<bool, JetStreamError> {
        let Some(open) = self.unsettled.get(&delivery.seq) else { return Ok(false) };
        let info = consumer::info(&self.connection, EVENT_STREAM, self.durable).await?;
        let floor = info.ack_floor.stream_sequence;
        if info.num_ack_pending <= 1 || floor + 1 >= open.stream_sequence {
            return Ok(true);
        }
        // The current filters: a newer replica may have extended the consumer.
        for subject in &info.config.filter_subjects {
            let next = scan::first_sequence(&self.connection, EVENT_STREAM, subject, floor + 1).await?;
            if next.is_some_and(|next| next < open.stream_sequence) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Sends progress acks for all unsettled deliveries.
    async fn send_progress_acks(&mut self) {
        if self.next_progress_ack > Instant::now() {
            return;
        }
        self.next_progress_ack = Instant::now() + self.progress_interval();
        let reply_subjects: Vec<Subject> =
            self.unsettled.values().map(|open| open.reply_subject.clone()).collect();
        for reply_subject in reply_subjects {
            self.send_ack(reply_subject, AckKind::Progress).await;
        }
    }

    fn progress_interval(&self) -> Duration {
        self.connection.options.ack_wait / 3
    }

    /// Sends an ack without confirmation: if it is lost, the message is redelivered.
    async fn send_ack(&self, reply_subject: Subject, kind: AckKind) {
        if self.connection.ensure_connected().is_err() {
            return;
        }
        if let Err(error) = self.connection.client.publish(reply_subject, kind.into()).await {
            tracing::debug!(%error, "sending an ack failed; the event is redelivered");
        }
    }

    pub(crate) async fn acknowledge(
        &mut self,
        decisions: Vec<(Delivery, AckDecision)>,
    ) -> Result<(), BusError> {
        let mut answers = Vec::with_capacity(decisions.len());
        for (delivery, decision) in decisions {
            let Some(open) = self.unsettled.get_mut(&delivery.seq) else { continue };
            if let AckDecision::Postpone { after } = decision {
                let after = after.min(self.connection.options.longest_retry);
                open.held_until = Some(Instant::now() + after);
                continue;
            }
            answers.push(send_decision(&self.connection, self.durable, open.clone(), decision));
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

/// Acks a delivery by its decision, and waits for the confirmation of the server.
async fn send_decision(
    connection: &Connection,
    durable: &str,
    open: PendingAck,
    decision: AckDecision,
) -> (i64, Result<(), JetStreamError>) {
    let PendingAck { delivery, reply_subject, .. } = open;
    let answered = async {
        let kind = match decision {
            AckDecision::Ack => AckKind::Ack,
            AckDecision::Nak { after, .. } => AckKind::Nak(Some(after.min(connection.options.longest_retry))),
            AckDecision::Postpone { after } => AckKind::Nak(Some(after)),
            AckDecision::DeadLetter { attempts, cause } => {
                // The dead letter is stored first. A terminated event would raise an advisory, too.
                let (seq, envelope) = (delivery.seq, delivery.envelope.as_ref().clone());
                dead_letters::store(connection, durable, seq, attempts, cause, envelope).await?;
                AckKind::Ack
            }
        };
        let payload: Bytes = kind.into();
        connection.request(&reply_subject, HeaderMap::new(), payload.to_vec()).await.map(drop)
    };
    (delivery.seq, answered.await)
}

impl Drop for Subscription {
    /// Naks the unsettled deliveries, so that another replica receives them at once.
    fn drop(&mut self) {
        self.background_tasks.iter().chain([&self.filter_watch]).for_each(JoinHandle::abort);
        let back = self.drain_pending();
        let client = self.connection.client.clone();
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if back.is_empty() || self.connection.ensure_connected().is_err() {
            return;
        }
        runtime.spawn(async move {
            for reply_subject in back {
                // A delivery without a nak is redelivered after the ack wait.
                drop(client.publish(reply_subject, AckKind::Nak(None).into()).await);
            }
            drop(client.flush().await);
        });
    }
}
