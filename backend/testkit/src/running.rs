//! What a marketplace runs in: this process, or processes of its own.

use ticketing_engines::{NatsServer, OwnDatabase, Shape};
use ticketing_server::audit::{AuditError, Ledger, Report};
use ticketing_server::{Stack, StackSettings};

use crate::cluster::Cluster;

/// What a marketplace runs in.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a test")]
pub(crate) enum Running {
    /// This process.
    Here(Stack),
    /// Processes of their own.
    Cluster(Cluster),
}

impl Running {
    pub(crate) async fn start(
        settings: &StackSettings,
        shape: Shape,
        database: Option<&OwnDatabase>,
        nats: Option<&NatsServer>,
    ) -> Self {
        match (shape, database, nats) {
            (Shape::Processes, Some(database), Some(nats)) => {
                Self::Cluster(Box::pin(Cluster::start(settings, database.url(), &nats.url())).await)
            }
            _ => Self::Here(Stack::start(settings.clone()).await.expect("the stack starts")),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Here(stack) => stack.url(),
            Self::Cluster(cluster) => cluster.url(),
        }
    }

    pub(crate) async fn stop(self) -> bool {
        match self {
            Self::Here(stack) => stack.stop().await,
            Self::Cluster(mut cluster) => cluster.stop().await,
        }
    }

    pub(crate) async fn ledger(&self) -> Ledger {
        let ledger = match self {
            Self::Here(stack) => stack.provider().ledger().await,
            Self::Cluster(cluster) => cluster.watch().provider().ledger().await,
        };
        ledger.expect("the book can be read")
    }

    pub(crate) async fn is_settled(&self) -> Result<bool, AuditError> {
        match self {
            Self::Here(stack) => stack.is_settled().await,
            Self::Cluster(cluster) => cluster.watch().is_settled().await,
        }
    }

    pub(crate) async fn audit(&self) -> Result<Report, AuditError> {
        match self {
            Self::Here(stack) => stack.audit().await,
            Self::Cluster(cluster) => cluster.watch().audit().await,
        }
    }
}
