//! Where the events of a storm travel: in the server's own folder, or over a NATS server that dies too.

use std::path::Path;

use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_engines::NatsServer;
use ticketing_server::audit::{self, Report};

use super::Program;

/// What carries the events.
#[derive(Debug)]
pub(super) enum Events<'s> {
    Here,
    Nats(&'s mut NatsServer, Bus),
}

impl<'s> Events<'s> {
    pub(super) async fn over(server: &'s mut NatsServer) -> Self {
        let bus =
            Bus::jetstream(JetStreamOptions::new(server.url())).await.expect("the server carries events");
        Self::Nats(server, bus)
    }

    /// The program, told where the events travel.
    pub(super) fn tell(&self, program: &Program) -> Program {
        let mut program = program.clone();
        if let Self::Nats(server, _) = self {
            program.args.extend(["--nats-url".into(), server.url().into()]);
        }
        program
    }

    /// Kills what can be killed alone, and starts it again.
    pub(super) async fn die(&mut self) {
        if let Self::Nats(server, _) = self {
            server.restart().await;
        }
    }

    /// The audit beside a server that runs; `None` while the bus cannot be read.
    pub(super) async fn audit_beside_server(&self, data_dir: &Path) -> Option<Report> {
        let report = match self {
            Self::Here => audit::audit_beside_server(data_dir).await,
            Self::Nats(_, bus) => match audit::audit_beside_server_over(data_dir, bus).await {
                Err(audit::OfflineError::Audit(audit::AuditError::Bus(_))) => return None,
                report => report,
            },
        };
        Some(report.expect("the databases can be read beside the server"))
    }

    /// The audit of what is left.
    pub(super) async fn audit(&self, data_dir: &Path) -> Report {
        let report = match self {
            Self::Here => audit::audit_data_dir(data_dir).await,
            Self::Nats(_, bus) => audit::audit_data_dir_over(data_dir, bus).await,
        };
        report.expect("the data directory can be audited")
    }
}
