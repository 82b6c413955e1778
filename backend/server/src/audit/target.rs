//! The audit of a marketplace that runs in another process or is stopped. It writes nothing.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ticketing_bus::Bus;
use ticketing_payments::{Provider, SimulatedProvider, StripeProvider};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbOptions, PostgresUrl, ReadOnly};

use super::files::{Access, LockedFolder};
use super::read::{Sources, add_bus};
use super::target_error::AuditTargetError;
use super::{AuditError, Auditor, Report, check};
use crate::data_dir::{MANIFEST, database};
use crate::databases::{BUS, PROVIDER, is_file, schema};
use crate::{Service, StackSettings, StartError};

/// The location of a marketplace that is audited without being run: a data directory, and the engines that have the
/// data that is not in it.
#[derive(Clone, Debug)]
pub struct AuditTarget {
    folder: PathBuf,
    database: Option<PostgresUrl>,
    bus: Option<Bus>,
    ledger: Option<Arc<dyn Provider>>,
}

impl AuditTarget {
    /// Creates a marketplace whose data directory has everything.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), database: None, bus: None, ledger: None }
    }

    /// Creates the marketplace of these settings.
    ///
    /// # Errors
    /// If the NATS server or Stripe cannot be used.
    pub async fn from_settings(settings: &StackSettings) -> Result<Self, StartError> {
        let mut target = Self::new(&settings.data_dir);
        target.database.clone_from(&settings.database);
        if let Some(options) = &settings.nats {
            let bus = Box::pin(Bus::jetstream_read_only(options.clone())).await;
            target.bus = Some(bus.map_err(StartError::nats)?);
        }
        if let Some(stripe) = &settings.stripe {
            let provider = StripeProvider::new(stripe, settings.clock.clone()).map_err(StartError::Stripe)?;
            target = target.with_ledger(Arc::new(provider));
        }
        Ok(target)
    }

    /// Reads the databases of the services from the schemas of this PostgreSQL database.
    #[must_use]
    pub fn with_database(mut self, url: PostgresUrl) -> Self {
        self.database = Some(url);
        self
    }

    /// Reads the events from this bus.
    #[must_use]
    pub fn with_bus(mut self, bus: &Bus) -> Self {
        self.bus = Some(bus.clone());
        self
    }

    /// Reads the ledger from this card provider, which is not the simulated one.
    #[must_use]
    pub fn with_ledger(mut self, ledger: Arc<dyn Provider>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Checks every invariant. No server can use the data directory meanwhile. What follows from unfinished work of a
    /// server is pending: the next server finishes it. Nothing is written in the folder, which may be read-only.
    ///
    /// # Errors
    /// If there is no marketplace, a server uses it, or it cannot be read.
    pub async fn audit(&self) -> Result<Report, AuditTargetError> {
        self.require_files()?;
        let mut access = Access::Exclusive(LockedFolder::lock(&self.folder)?);
        let auditor = self.open(&mut access)?;
        self.audit_with(&auditor).await
    }

    /// Checks every invariant beside a server that may use the data directory. The result is exact once no work is
    /// unfinished; until then a single audit may find changes that one service has applied and another has not.
    ///
    /// # Errors
    /// If there is no marketplace, or it cannot be read.
    pub async fn audit_beside_server(&self) -> Result<Report, AuditTargetError> {
        self.require_files()?;
        self.audit_with(&self.open(&mut Access::BesideServer)?).await
    }

    /// Audits the marketplace whether or not servers run it. The lock of a data directory shows whether one uses it.
    /// Beside a server, and where the data is on PostgreSQL, which has no such lock, the audit repeats up to `attempts`
    /// times, with `pause` in between.
    ///
    /// # Errors
    /// If there is no marketplace, or it cannot be read.
    pub async fn audit_confirmed(&self, attempts: u32, pause: Duration) -> Result<Report, AuditTargetError> {
        if self.database.is_none() {
            match self.audit().await {
                Err(AuditTargetError::DataDir(StartError::InUse { .. })) => {}
                result => return result,
            }
        }
        self.audit_beside_server_repeatedly(attempts, pause).await
    }

    /// Audits beside a server up to `attempts` times, with `pause` in between, until no violation is left that every
    /// audit has found in the same state. So changes in progress are not reported. A violation that stays is reported,
    /// as pending if unfinished work explains it.
    ///
    /// # Errors
    /// If there is no marketplace, or it cannot be read.
    pub async fn audit_beside_server_repeatedly(
        &self,
        attempts: u32,
        pause: Duration,
    ) -> Result<Report, AuditTargetError> {
        let mut report = self.audit_beside_server().await?;
        for _ in 1..attempts {
            if report.is_clean() {
                break;
            }
            tokio::time::sleep(pause).await;
            report = self.audit_beside_server().await?.retain_confirmed(&report);
        }
        Ok(report)
    }

    /// Fails unless the files exist. An audit of the wrong folder must not create a marketplace there.
    fn require_files(&self) -> Result<(), AuditTargetError> {
        let in_files = self.database.is_none();
        let services = Service::STATEFUL.map(Service::name).into_iter().filter(|_| in_files);
        let unreadable = |source| AuditTargetError::Folder { path: self.folder.clone(), source };
        let (mut first_missing, mut exists) =
            (None, self.folder.join(MANIFEST).try_exists().map_err(unreadable)?);
        for name in services.chain(self.bus.is_none().then_some(BUS)) {
            match is_file(&self.folder, name).map_err(unreadable)? {
                true => exists = true,
                false => first_missing = first_missing.or(Some(name)),
            }
        }
        if let Some(missing) = first_missing {
            return Err(match exists {
                true => AuditTargetError::Missing(database(&self.folder, missing)),
                false => AuditTargetError::NoMarketplace(self.folder.clone()),
            });
        }
        if in_files && self.ledger.is_none() && !is_file(&self.folder, PROVIDER).map_err(unreadable)? {
            return Err(AuditTargetError::LedgerElsewhere);
        }
        Ok(())
    }

    async fn audit_with(&self, auditor: &Auditor) -> Result<Report, AuditTargetError> {
        let Auditor { sources, bus, clock } = auditor;
        // Compared with the simulated ledger, every sale would be unpaid.
        if self.ledger.is_none() && sources.has_real_charges().await.map_err(AuditError::from)? {
            return Err(AuditTargetError::LedgerElsewhere);
        }
        let mut facts = sources.facts(clock.now()).await?;
        add_bus(&mut facts, bus).await?;
        let mut report = check(&facts);
        report.unsettled = auditor.count_unfinished().await?;
        Ok(report)
    }

    /// Opens the sources beside the servers of the marketplace.
    ///
    /// # Errors
    /// If there is no marketplace, or it cannot be read.
    pub fn auditor(&self) -> Result<Auditor, AuditTargetError> {
        self.require_files()?;
        self.open(&mut Access::BesideServer)
    }

    fn open(&self, access: &mut Access) -> Result<Auditor, AuditTargetError> {
        let mut open = |name: &str| match &self.database {
            Some(url) => {
                let options = DbOptions { readers: 1, ..DbOptions::default() };
                let schema = schema(&url.clone().without_migrations(), name)?;
                Ok(Db::open_read_only(schema, ReadOnly::BesideWriter, options)?)
            }
            None => access.open(&database(&self.folder, name)),
        };
        let ledger = match &self.ledger {
            Some(ledger) => ledger.clone(),
            None => Arc::new(SimulatedProvider::read_only(open(PROVIDER)?, Clock::system())),
        };
        let sources = Sources {
            auth: Some(open(Service::Auth.name())?),
            tickets: open(Service::Tickets.name())?,
            orders: open(Service::Orders.name())?,
            payments: open(Service::Payments.name())?,
            expiration: open(Service::Expiration.name())?,
            ledger,
        };
        let bus = match &self.bus {
            Some(bus) => bus.clone(),
            None => Bus::open_embedded_read_only(access.open(&database(&self.folder, BUS))?),
        };
        Ok(Auditor { sources, bus, clock: Clock::system() })
    }
}
