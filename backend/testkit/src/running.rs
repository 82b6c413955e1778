//! What a marketplace runs in: this process, or processes of its own.

use ticketing_engines::Shape;
use ticketing_server::audit::{AuditError, Ledger, Report};
use ticketing_server::{Service, Stack};

use crate::cluster::{Cluster, Ground};

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
    pub(crate) async fn start(shape: Shape, ground: Ground<'_>) -> Self {
        if shape == Shape::Processes {
            return Self::Cluster(Box::pin(Cluster::start(ground)).await);
        }
        Self::Here(Stack::start(ground.settings.clone()).await.expect("the stack starts"))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Here(stack) => stack.url(),
            Self::Cluster(cluster) => cluster.url(),
        }
    }

    pub(crate) fn urls(&self, service: Service) -> Vec<String> {
        match self {
            Self::Here(stack) => vec![stack.url()],
            Self::Cluster(cluster) => {
                let urls =
                    cluster.of(service).into_iter().map(|number| format!("http://{}", cluster.addr(number)));
                urls.collect()
            }
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
            Self::Here(stack) => stack.ledger().await,
            Self::Cluster(cluster) => cluster.watch().ledger().await,
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
