//! The audit of a marketplace that is not run by this process. It changes nothing of what it looks at.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ticketing_bus::Bus;
use ticketing_payments::provider::LedgerSource;
use ticketing_payments::{SimulatedProvider, StripeProvider};
use ticketing_platform::clock::Clock;
use ticketing_platform::db::{Db, DbOptions, OpenError, PostgresUrl, ReadOnly};

use super::files::{Access, Alone};
use super::read::{Sources, add_bus, charged_elsewhere};
use super::{AuditError, Report, Watch, check};
use crate::data_dir::{MANIFEST, database};
use crate::databases::{BUS, PROVIDER, are_files, schema};
use crate::{Service, StackSettings, StartError};

/// Why a data directory could not be audited.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// No marketplace was ever kept there.
    #[error("no marketplace is kept in {}", path.display())]
    NoMarketplace {
        /// The folder.
        path: PathBuf,
    },
    /// One of its databases is not there.
    #[error("{} is missing: the marketplace is not whole, and nothing was audited", path.display())]
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// Its cards are not simulated, so its money is in a book elsewhere, which cannot be read.
    #[error("its cards were charged by Stripe, whose book cannot be read without TICKETING_STRIPE_KEY")]
    BooksElsewhere,
    /// A server uses it, or it cannot be used.
    #[error(transparent)]
    DataDir(#[from] StartError),
    /// A database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file with a write-ahead log could not be copied to be read.
    #[error("{} could not be copied to a temporary folder: {source}", path.display())]
    Copy {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It could not be read.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// Where a marketplace is kept that is looked at without being run: a data directory, and the engines that hold what is
/// not in it.
#[derive(Clone, Debug)]
pub struct Offline {
    folder: PathBuf,
    database: Option<PostgresUrl>,
    bus: Option<Bus>,
    books: Option<Arc<dyn LedgerSource>>,
}

impl Offline {
    /// A marketplace whose data directory holds everything.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), database: None, bus: None, books: None }
    }

    /// The one that these settings describe.
    ///
    /// # Errors
    /// When the NATS server that they name, or Stripe, cannot be used.
    pub async fn of(settings: &StackSettings) -> Result<Self, StartError> {
        let mut offline = Self::at(&settings.data_dir);
        offline.database.clone_from(&settings.database);
        if let Some(options) = &settings.nats {
            let bus = Box::pin(Bus::jetstream_read_only(options.clone())).await;
            offline.bus = Some(bus.map_err(StartError::nats)?);
        }
        if let Some(stripe) = &settings.stripe {
            let provider = StripeProvider::new(stripe, settings.clock.clone()).map_err(StartError::Stripe)?;
            offline = offline.against(Arc::new(provider));
        }
        Ok(offline)
    }

    /// The services keep what they know in the schemas of this PostgreSQL database.
    #[must_use]
    pub fn on(mut self, url: PostgresUrl) -> Self {
        self.database = Some(url);
        self
    }

    /// This bus carries their events.
    #[must_use]
    pub fn over(mut self, bus: &Bus) -> Self {
        self.bus = Some(bus.clone());
        self
    }

    /// Its money is in this book of a card provider that is not simulated.
    #[must_use]
    pub fn against(mut self, books: Arc<dyn LedgerSource>) -> Self {
        self.books = Some(books);
        self
    }

    /// Checks every invariant that can be read. No server may use the data directory meanwhile. What follows from work that
    /// a server has left is pending: the next server finishes it. Nothing is written in the folder, which may be read-only.
    ///
    /// # Errors
    /// When there is no marketplace, a server uses it, or it cannot be read.
    pub async fn audit(&self) -> Result<Report, OfflineError> {
        self.must_exist()?;
        let mut access = Access::Alone(Alone::lock(&self.folder)?);
        let watch = self.open(&mut access)?;
        self.look(&watch).await
    }

    /// The same beside a server that may use it. It is exact once the server has nothing left to do; until then a single
    /// look may find changes that are between two services.
    ///
    /// # Errors
    /// When there is no marketplace, or it cannot be read.
    pub async fn audit_beside_server(&self) -> Result<Report, OfflineError> {
        self.must_exist()?;
        self.look(&self.open(&mut Access::BesideServer)?).await
    }

    /// Audits the marketplace whether or not servers run it. A data directory says whether one uses it; beside a server, and
    /// where the data is on a PostgreSQL server, which cannot say, `looks` looks are taken, `pause` apart.
    ///
    /// # Errors
    /// When there is no marketplace, or it cannot be read.
    pub async fn audit_confirmed(&self, looks: u32, pause: Duration) -> Result<Report, OfflineError> {
        if self.database.is_none() {
            match self.audit().await {
                Err(OfflineError::DataDir(StartError::InUse { .. })) => {}
                alone => return alone,
            }
        }
        self.audit_beside_server_repeatedly(looks, pause).await
    }

    /// Looks beside a server up to `looks` times, `pause` apart, until nothing is left that every look has found in the same
    /// state. So what is under way is not reported, and what stands still is: as a violation, or as pending where
    /// unfinished work explains it.
    ///
    /// # Errors
    /// When there is no marketplace, or it cannot be read.
    pub async fn audit_beside_server_repeatedly(
        &self,
        looks: u32,
        pause: Duration,
    ) -> Result<Report, OfflineError> {
        let mut report = self.audit_beside_server().await?;
        for _ in 1..looks {
            if report.is_clean() {
                break;
            }
            tokio::time::sleep(pause).await;
            report = self.audit_beside_server().await?.confirmed_by(&report);
        }
        Ok(report)
    }

    /// Nothing is made by looking: an audit of the wrong folder must not leave a marketplace behind.
    fn must_exist(&self) -> Result<(), OfflineError> {
        let in_files = self.database.is_none();
        let services = Service::STATEFUL.map(Service::name).into_iter().filter(|_| in_files);
        let needed: Vec<&str> = services.chain(self.bus.is_none().then_some(BUS)).collect();
        if let Some(missing) = needed.iter().find(|name| !are_files(&self.folder, [**name])) {
            let is_there = self.folder.join(MANIFEST).exists()
                || needed.iter().any(|name| are_files(&self.folder, [*name]));
            return Err(match is_there {
                true => OfflineError::Missing { path: self.file(missing) },
                false => OfflineError::NoMarketplace { path: self.folder.clone() },
            });
        }
        if in_files && self.books.is_none() && !are_files(&self.folder, [PROVIDER]) {
            return Err(OfflineError::BooksElsewhere);
        }
        Ok(())
    }

    fn file(&self, part: &str) -> PathBuf {
        database(&self.folder, part)
    }

    async fn look(&self, watch: &Watch) -> Result<Report, OfflineError> {
        let Watch { sources, bus, clock } = watch;
        // Held against the simulated book, every sale would be one that nobody paid for.
        if self.books.is_none() && charged_elsewhere(&sources.payments).await.map_err(AuditError::from)? {
            return Err(OfflineError::BooksElsewhere);
        }
        let mut facts = sources.facts(clock.now()).await?;
        add_bus(&mut facts, bus).await?;
        let mut report = check(&facts);
        report.unsettled = watch.under_way().await?;
        Ok(report)
    }

    /// Keeps an eye on the marketplace beside its servers.
    ///
    /// # Errors
    /// When there is no marketplace, or it cannot be read.
    pub fn watch(&self) -> Result<Watch, OfflineError> {
        self.must_exist()?;
        self.open(&mut Access::BesideServer)
    }

    fn open(&self, access: &mut Access) -> Result<Watch, OfflineError> {
        let mut open = |name: &str| match &self.database {
            Some(url) => {
                let options = DbOptions { readers: 1, ..DbOptions::default() };
                let schema = schema(&url.clone().migrated_elsewhere(), name)?;
                Ok(Db::open_read_only(schema, ReadOnly::BesideWriter, options)?)
            }
            None => access.open(&self.file(name)),
        };
        let books = match &self.books {
            Some(books) => books.clone(),
            None => Arc::new(SimulatedProvider::read_only(open(PROVIDER)?, Clock::system())),
        };
        let sources = Sources {
            auth: Some(open(Service::Auth.name())?),
            tickets: open(Service::Tickets.name())?,
            orders: open(Service::Orders.name())?,
            payments: open(Service::Payments.name())?,
            expiration: open(Service::Expiration.name())?,
            books,
        };
        let bus = match &self.bus {
            Some(bus) => bus.clone(),
            None => Bus::embedded_read_only(access.open(&self.file(BUS))?),
        };
        Ok(Watch { sources, bus, clock: Clock::system() })
    }
}
