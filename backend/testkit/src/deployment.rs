//! The processes of a marketplace: this one, or several of its own.

use ticketing_engines::Shape;
use ticketing_server::audit::Auditor;
use ticketing_server::{Service, Stack};

use crate::builder::TestStackBuilder;
use crate::cluster::Cluster;

/// The processes of a marketplace.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one in a test")]
pub(crate) enum Deployment {
    /// This process.
    InProcess(Stack),
    /// Processes of its own.
    Cluster(Cluster),
}

impl Deployment {
    pub(crate) async fn start(builder: &TestStackBuilder) -> Self {
        if builder.shape == Shape::Processes {
            return Self::Cluster(Box::pin(Cluster::start(builder)).await);
        }
        Self::InProcess(Stack::start(builder.settings.clone()).await.expect("the stack starts"))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::InProcess(stack) => stack.url(),
            Self::Cluster(cluster) => cluster.url(),
        }
    }

    pub(crate) fn urls(&self, service: Service) -> Vec<String> {
        match self {
            Self::InProcess(stack) => vec![stack.url()],
            Self::Cluster(cluster) => {
                let urls = cluster
                    .processes_of(service)
                    .into_iter()
                    .map(|number| format!("http://{}", cluster.addr(number)));
                urls.collect()
            }
        }
    }

    pub(crate) async fn stop(self) -> bool {
        match self {
            Self::InProcess(stack) => stack.stop().await,
            Self::Cluster(mut cluster) => cluster.stop().await,
        }
    }

    pub(crate) fn auditor(&self) -> &Auditor {
        match self {
            Self::InProcess(stack) => stack.auditor(),
            Self::Cluster(cluster) => cluster.auditor(),
        }
    }
}
