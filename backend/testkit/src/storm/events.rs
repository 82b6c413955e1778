//! Where the events of a storm travel: in the server's own folder, or over a NATS server that dies too.

use std::path::Path;

use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_engines::NatsServer;
use ticketing_server::audit::{AuditError, Offline, OfflineError, Report};

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
        match self.offline(data_dir).audit_beside_server().await {
            Err(OfflineError::Audit(AuditError::Bus(_))) => None,
            report => Some(report.expect("the databases can be read beside the server")),
        }
    }

    /// The audit of what is left.
    pub(super) async fn audit(&self, data_dir: &Path) -> Report {
        self.offline(data_dir).audit().await.expect("the data directory can be audited")
    }

    fn offline(&self, data_dir: &Path) -> Offline {
        match self {
            Self::Here => Offline::at(data_dir),
            Self::Nats(_, bus) => Offline::at(data_dir).over(bus),
        }
    }
}
