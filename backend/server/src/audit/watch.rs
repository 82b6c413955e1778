//! A look at a marketplace from outside of its services: whether it is quiet, and whether everything is as it must be.

use ticketing_bus::Bus;
use ticketing_payments::provider::Ledger;
use ticketing_platform::clock::Clock;

use super::read::{Sources, add_bus};
use super::{AuditError, Report, check, pending};

/// What is looked at. Clones look at the same.
#[derive(Clone, Debug)]
pub struct Watch {
    pub(crate) sources: Sources,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
}

impl Watch {
    /// Checks everything that can be read. It is exact once nothing waits.
    ///
    /// # Errors
    /// When a database, the bus or the provider's book cannot be read.
    pub async fn audit(&self) -> Result<Report, AuditError> {
        let mut facts = self.sources.facts(self.clock.now()).await?;
        add_bus(&mut facts, &self.bus).await?;
        facts.backlog = self.bus.backlog().await?;
        Ok(check(&facts))
    }

    /// Whether nothing waits: no event to be published or heard, no step that is owed to the provider, no deadline that
    /// has passed.
    ///
    /// # Errors
    /// When a database or the bus cannot be read.
    pub async fn is_settled(&self) -> Result<bool, AuditError> {
        // The places are looked at one after another. What moves meanwhile might be missed in each of them, but leaves a
        // trace behind.
        let before = self.said_and_heard().await?;
        Ok(self.under_way().await? == 0 && self.said_and_heard().await? == before)
    }

    /// How many things wait: events to be published or heard, steps that are owed to the provider, deadlines that have
    /// passed.
    pub(super) async fn under_way(&self) -> Result<u64, AuditError> {
        let mut waiting = pending::steps_owed(&self.sources.payments).await?;
        let due = pending::deadlines_due(&self.sources.expiration, self.clock.now()).await?;
        waiting += i64::try_from(due.len()).unwrap_or(i64::MAX);
        for (_, db) in self.sources.databases() {
            waiting += pending::unpublished(db).await?;
        }
        Ok(u64::try_from(waiting).unwrap_or_default() + self.bus.backlog().await?)
    }

    /// The databases of the services, and the provider's book.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// What the provider's book says.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, AuditError> {
        Ok(self.sources.books.ledger().await?)
    }

    /// How many events each service has published and consumed.
    async fn said_and_heard(&self) -> Result<Vec<i64>, AuditError> {
        let mut counts = Vec::new();
        for (_, db) in self.sources.databases() {
            counts.push(pending::said_and_heard(db).await?);
        }
        Ok(counts)
    }
}
