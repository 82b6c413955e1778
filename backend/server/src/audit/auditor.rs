//! Audits a marketplace from outside of its services, and reports when it is settled.

use ticketing_bus::Bus;
use ticketing_payments::provider::Ledger;
use ticketing_platform::clock::Clock;

use super::read::{Sources, add_bus};
use super::{AuditError, Report, check};

/// Audits a marketplace from its databases, its bus and its ledger. Clones share them.
#[derive(Clone, Debug)]
pub struct Auditor {
    pub(crate) sources: Sources,
    pub(crate) bus: Bus,
    pub(crate) clock: Clock,
}

impl Auditor {
    /// Checks every invariant. The result is exact once the marketplace is settled.
    ///
    /// # Errors
    /// If a database, the bus or the ledger cannot be read.
    pub async fn audit(&self) -> Result<Report, AuditError> {
        let mut facts = self.sources.facts(self.clock.now()).await?;
        add_bus(&mut facts, &self.bus).await?;
        facts.backlog = self.bus.backlog().await?;
        Ok(check(&facts))
    }

    /// Returns whether no work is unfinished: no event is to be published or consumed, no step is due at the card
    /// provider, and no deadline has passed.
    ///
    /// # Errors
    /// If a database or the bus cannot be read.
    pub async fn is_settled(&self) -> Result<bool, AuditError> {
        // The sources are read one after another. Work that moves between them meanwhile can be missed in each of them,
        // but it changes the number of events.
        let before = self.sources.count_events().await?;
        Ok(self.count_unfinished().await? == 0 && self.sources.count_events().await? == before)
    }

    /// Returns the number of unfinished items: events to be published or consumed, steps that are due at the card
    /// provider, and deadlines that have passed.
    pub(super) async fn count_unfinished(&self) -> Result<u64, AuditError> {
        let in_databases = self.sources.count_unfinished(self.clock.now()).await?;
        Ok(in_databases + self.bus.backlog().await?)
    }

    /// Returns the databases of the services, and the ledger.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Reads the ledger of the card provider.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn ledger(&self) -> Result<Ledger, AuditError> {
        Ok(self.sources.ledger.ledger().await?)
    }
}
