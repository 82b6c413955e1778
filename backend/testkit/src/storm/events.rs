//! The bus of a storm: embedded, or a NATS server that is killed, too.

use std::path::Path;

use ticketing_bus::{Bus, JetStreamOptions};
use ticketing_engines::NatsServer;
use ticketing_server::audit::{AuditError, AuditTarget, AuditTargetError, Report};

use super::Program;

/// The bus.
#[derive(Debug)]
pub(super) enum Events<'s> {
    Embedded,
    Nats(&'s mut NatsServer, Bus),
}

impl<'s> Events<'s> {
    pub(super) async fn nats(server: &'s mut NatsServer) -> Self {
        let bus =
            Bus::jetstream(JetStreamOptions::new(server.url())).await.expect("NATS accepts a connection");
        Self::Nats(server, bus)
    }

    /// Returns the program with the arguments for the bus.
    pub(super) fn configure(&self, program: &Program) -> Program {
        let mut program = program.clone();
        if let Self::Nats(server, _) = self {
            program.args.extend(["--nats-url".into(), server.url().into()]);
        }
        program
    }

    /// Kills the NATS server, if there is one, and starts it again.
    pub(super) async fn restart_nats(&mut self) {
        if let Self::Nats(server, _) = self {
            server.restart().await;
        }
    }

    /// Audits the marketplace of a running server; `None` while the bus cannot be read.
    pub(super) async fn audit_beside_server(&self, data_dir: &Path) -> Option<Report> {
        match self.audit_target(data_dir).audit_beside_server().await {
            Err(AuditTargetError::Audit(AuditError::Bus(_))) => None,
            report => Some(report.expect("the databases can be read beside the server")),
        }
    }

    /// Audits the data directory.
    pub(super) async fn audit(&self, data_dir: &Path) -> Report {
        self.audit_target(data_dir).audit().await.expect("the data directory can be audited")
    }

    fn audit_target(&self, data_dir: &Path) -> AuditTarget {
        match self {
            Self::Embedded => AuditTarget::new(data_dir),
            Self::Nats(_, bus) => AuditTarget::new(data_dir).with_bus(bus),
        }
    }
}
