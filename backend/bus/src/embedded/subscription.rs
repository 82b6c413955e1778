//! The durable subscription of one consumer to the embedded log.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ticketing_events::EventName;
use ticketing_platform::args;
use ticketing_platform::db::DbError;
use ticketing_platform::signal::Listener;
use ticketing_sdk::Timestamp;

use super::{Log, store};
use crate::{AckDecision, BusError, Delivery, rows};

/// The idle time after which a consumer stores its position behind the events of other consumers.
const IDLE: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Subscription {
    log: Arc<Log>,
    durable: &'static str,
    /// The names of the delivered events: those with a handler in this or another version.
    names: HashSet<String>,
    /// Whether no batch was settled yet: a crashed process may have handled a part of the first one.
    is_first: bool,
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
        let (position, names) = log
            .db
            .write(move |tx| store::open_consumer(tx, durable, &names, now))
            .await
            .map_err(|error: DbError| error)?;
        let published = log.published.listen();
        let next_due = log.next_due(durable).await?;
        Ok(Self {
            log,
            durable,
            names,
            is_first: true,
            position,
            written: position,
            scanned: position,
            published,
            next_due,
        })
    }

    pub(crate) fn may_be_redelivery(&self, delivery: &Delivery) -> bool {
        self.is_first || delivery.attempt > 1
    }

    /// Returns whether no redelivery before the delivery is pending: all earlier messages were read.
    pub(crate) async fn is_oldest_unsettled(&self, delivery: &Delivery) -> Result<bool, BusError> {
        let (durable, seq) = (self.durable, delivery.seq);
        let sql = "SELECT COUNT(*) AS n FROM redeliveries WHERE durable = $1 AND seq < $2";
        let before = self.log.db.read(move |tx| tx.query_one(sql, args![durable, seq], |row| row.int("n")));
        Ok(before.await.map_err(|error: DbError| error)? == 0)
    }

    pub(crate) async fn next(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        // Unsettled deliveries are redelivered.
        self.scanned = self.position;
        loop {
            let due = self.due(limit).await?;
            if !due.is_empty() {
                return Ok(due);
            }
            let fresh = self.fresh(limit).await?;
            if !fresh.is_empty() {
                return Ok(fresh);
            }
            self.wait().await?;
            // A replay may have scheduled a redelivery.
            self.next_due = self.log.next_due(self.durable).await?;
        }
    }

    /// Returns when something was published or a redelivery is due.
    async fn wait(&mut self) -> Result<(), BusError> {
        let clock = self.log.options.clock.clone();
        let next_due = self.next_due;
        let due = async {
            match next_due {
                Some(time) => clock.sleep_until(time).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.published.notified() => {}
            () = due => {}
            () = tokio::time::sleep(IDLE), if self.written < self.position => self.write_position().await?,
        }
        Ok(())
    }

    /// Returns the due redeliveries.
    async fn due(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        let now = self.log.options.clock.now();
        if self.next_due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let (durable, limit) = (self.durable, i64::try_from(limit).unwrap_or(i64::MAX));
        let due = self.log.db.read(move |tx| {
            tx.query(
                &format!(
                    "SELECT m.seq AS seq, attempts, {} FROM redeliveries r JOIN messages m ON m.seq = r.seq \
                     WHERE durable = $1 AND due_at <= $2 ORDER BY m.seq LIMIT $3",
                    rows::COLUMNS
                ),
                args![durable, now, limit],
                |row| {
                    let attempt = u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX).saturating_add(1);
                    Ok(Delivery { seq: row.int("seq")?, attempt, envelope: Arc::new(rows::envelope(row)?) })
                },
            )
        });
        due.await.map_err(|error: DbError| error.into())
    }

    /// Returns new messages.
    async fn fresh(&mut self, limit: usize) -> Result<Vec<Delivery>, BusError> {
        loop {
            let scanned = self.log.after(self.scanned).await?;
            let Some((last, _)) = scanned.last() else { return Ok(Vec::new()) };
            let last = *last;
            let wanted =
                scanned.into_iter().filter(|(_, envelope)| self.names.contains(envelope.name.as_str()));
            let fresh: Vec<Delivery> =
                wanted.take(limit).map(|(seq, envelope)| Delivery { seq, attempt: 1, envelope }).collect();
            self.scanned =
                if fresh.len() == limit { fresh.last().map_or(last, |last| last.seq) } else { last };
            if !fresh.is_empty() {
                return Ok(fresh);
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

    pub(crate) async fn settle(&mut self, decisions: Vec<(Delivery, AckDecision)>) -> Result<(), BusError> {
        let (durable, scanned, now) = (self.durable, self.scanned, self.log.options.clock.now());
        let again = decisions
            .iter()
            .any(|(delivery, decision)| delivery.attempt > 1 || !matches!(decision, AckDecision::Accepted));
        self.log
            .db
            .write(move |tx| {
                for (delivery, decision) in &decisions {
                    store::settle_one(tx, durable, delivery, decision, now)?;
                }
                store::advance_position(tx, durable, scanned)
            })
            .await?;
        (self.position, self.written, self.is_first) = (scanned, scanned, false);
        if again {
            self.next_due = self.log.next_due(self.durable).await?;
        }
        Ok(())
    }
}
