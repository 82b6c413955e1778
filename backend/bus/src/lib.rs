//! The bus: delivers the events of each service to every consuming service at least once; each takes effect once.
//!
//! A change and its event commit atomically ([`Outbox`]); a [`Relay`] publishes the committed events; durable
//! [`Consumers`] apply each event in one transaction with the record that it was applied.

pub mod audit;
mod consumers;
mod deadlines;
mod delivery;
mod effect;
mod embedded;
mod error;
mod failures;
mod jetstream;
mod lease;
mod outbox;
mod probe;
mod rebuild;
mod relay;
mod rows;
mod service_core;
mod spans;
mod tasks;
pub mod timeline;
mod transport;

pub use consumers::{Consumers, DeliveryLimits, HandlerError};
pub use deadlines::spawn_deadline_worker;
pub use delivery::{AckDecision, DeadLetter, Delivery};
pub use effect::{ApplyOutcome, Copies, compare_version};
pub use embedded::EmbeddedOptions;
pub use error::{BusError, JetStreamError, OutboxError};
pub use jetstream::{Credentials, JetStreamOptions, NatsPassword, NatsUser, render_nats_authorization};
pub use outbox::{INBOX_RETENTION, OUTBOX_RETENTION, Outbox};
pub use rebuild::rebuild;
pub use relay::Relay;
pub use service_core::ServiceCore;
pub use transport::{Bus, Subscription};

use ticketing_platform::db::Migrations;

/// The outbox and inbox tables of a service.
pub const MIGRATIONS: Migrations =
    Migrations { part: "bus", scripts: &[("V1__outbox", include_str!("../migrations/V1__outbox.sql"))] };
