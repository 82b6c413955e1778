//! The durable subscription of one consumer to the embedded log.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::signal::Listener;
use ticketing_sdk::Timestamp;

use super::{Log, store};
use crate::{AckDecision, BusError, Delivery, rows};

/// How long an idle consumer waits before it stores its position behind the events of other consumers.
const POSITION_WRITE_DELAY: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Subscription {
    log: Arc<Log>,
    durable: &'static str,
    /// The names of the delivered events: those with a handler in this or another version.
    names: HashSet<String>,
    /// Whether no batch was settled yet: a crashed process may have handled a part of the first one.
    is_first_batch: bool,
    /// The position up to which all messages are settled.
    position: i64,
    /// The stored position.
    written: i64,
    /// The position up to which messages were read.
    scanned: i64,
    published: Listener,
    next_due: Option<Timestamp>,
}

impl Subscription {
    /// Continues at the position of the consumer `durable`; a new one starts with the oldest message.
    pub(crate) async fn open(
        log: Arc<Log>,
        durable: &'static str,
        names: Vec<EventName>,
    ) -> Result<Self, BusError> {
        let now = log.options.clock.now();
        let opened = log.db.write(move |tx| store::open_consumer(tx, durable, &names, now));
        let (position, names) = opened.await?;
        let published = log.published.listen();
        let next_due = log.next_due(durable).await?;
        Ok(Self {
            log,
            durable,
            names,
            is_first_batch: true,
            position,
            written: position,
            scanned: position,
            published,
            next_due,
        })
    }

    pub(crate) fn may_be_redelivery(&self, delivery: &Delivery) -> bool {
        self.is_first_batch || delivery.delivery_count > 1
    }

    /// Returns whether no redelivery before the delivery is pending: all earlier messages were read.
    pub(crate) async fn is_oldest_unsettled(&self, delivery: &Delivery) -> Result<bool, BusError> {
        let (durable, seq) = (self.durable, delivery.seq);
        let sql = "SELECT COUNT(*) AS n FROM redeliveries WHERE durable = $1 AND seq < $2";
        let before = self.log.db.read(move |tx| tx.query_one(sql, args![durable, seq], |row| row.int("n")));
        Ok(before.await? == 0)
    }

    pub(crate) async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        // Unsettled deliveries are redelivered.
        self.scanned = self.position;
        loop {
            let due = self.read_due_redeliveries(limit).await?;
            if !due.is_empty() {
                return Ok(due);
            }
            let new = self.read_new(limit).await?;
            if !new.is_empty() {
                return Ok(new);
            }
            self.wait().await?;
            // A replay may have scheduled a redelivery.
            self.next_due = self.log.next_due(self.durable).await?;
        }
    }

    /// Returns when something was published or a redelivery is due.
    async fn wait(&mut self) -> Result<(), BusError> {
        let clock = self.log.options.clock.clone();
        let due = OptionFuture::from(self.next_due.map(|time| clock.sleep_until(time)));
        tokio::select! {
            () = self.published.notified() => {}
            Some(()) = due => {}
            () = tokio::time::sleep(POSITION_WRITE_DELAY), if self.written < self.position => self.write_position().await?,
        }
        Ok(())
    }

    /// Reads the redeliveries that are due, up to `limit`.
    async fn read_due_redeliveries(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        let now = self.log.options.clock.now();
        if self.next_due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let (durable, limit) = (self.durable, i64::try_from(limit).unwrap_or(i64::MAX));
        let due = self.log.db.read(move |tx| {
            tx.query(
                &format!(
                    "SELECT m.seq AS seq, delivery_count, {} FROM redeliveries r JOIN messages m ON m.seq = r.seq \
                     WHERE durable = $1 AND due_at <= $2 ORDER BY m.seq LIMIT $3",
                    rows::ENVELOPE_COLUMNS
                ),
                args![durable, now, limit],
                |row| {
                    let earlier = u32::try_from(row.int("delivery_count")?).unwrap_or(u32::MAX);
                    Ok(Delivery {
                        seq: row.int("seq")?,
                        delivery_count: earlier.saturating_add(1),
                        envelope: Arc::new(rows::read_envelope(row)?),
                    })
                },
            )
        });
        Ok(due.await?)
    }

    /// Reads the new messages, up to `limit`.
    async fn read_new(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        loop {
            let scanned = self.log.read_after(self.scanned).await?;
            let Some((last, _)) = scanned.last() else { return Ok(Vec::new()) };
            let last = *last;
            let subscribed =
                scanned.into_iter().filter(|(_, envelope)| self.names.contains(envelope.name.as_str()));
            let new: Vec<Delivery> = subscribed
                .take(limit)
                .map(|(seq, envelope)| Delivery { seq, delivery_count: 1, envelope })
                .collect();
            self.scanned = if new.len() == limit { new.last().map_or(last, |last| last.seq) } else { last };
            if !new.is_empty() {
                return Ok(new);
            }
            // Events of other consumers need no ack; the position is stored when the consumer is idle.
            self.position = self.scanned;
        }
    }

    async fn write_position(&mut self) -> Result<(), BusError> {
        let (durable, position) = (self.durable, self.position);
        self.log.db.write(move |tx| store::advance_position(tx, durable, position)).await?;
        self.written = position;
        Ok(())
    }

    /// Acknowledges the deliveries of a batch, or schedules their redelivery.
    pub(crate) async fn acknowledge(
        &mut self,
        decisions: Vec<(Delivery, AckDecision)>,
    ) -> Result<(), BusError> {
        let (durable, scanned, now) = (self.durable, self.scanned, self.log.options.clock.now());
        let has_redeliveries = decisions
            .iter()
            .any(|(delivery, decision)| delivery.delivery_count > 1 || !matches!(decision, AckDecision::Ack));
        self.log
            .db
            .write(move |tx| {
                for (delivery, decision) in &decisions {
                    store::acknowledge_one(tx, durable, delivery, decision, now)?;
                }
                store::advance_position(tx, durable, scanned)
            })
            .await?;
        (self.position, self.written, self.is_first_batch) = (scanned, scanned, false);
        if has_redeliveries {
            self.next_due = self.log.next_due(self.durable).await?;
        }
        Ok(())
    }
}
