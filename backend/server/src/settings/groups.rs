//! The settings in groups, as command line arguments with their variables. Help, the environment and
//! `docs/reference/settings.md` come from this definition.

mod accounts;
mod http;
mod passes;
mod storage;
mod telemetry;
mod trade;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use self::accounts::{SessionGroup, SigninGroup};
use self::http::{AddressGroup, HttpGroup, StreamGroup, TlsGroup};
use self::passes::PassGroup;
pub(crate) use self::storage::DataDirGroup;
pub use self::storage::NatsGroup;
use self::storage::{DatabaseGroup, MigrationGroup};
use self::telemetry::{LogGroup, TraceGroup};
use self::trade::{PageGroup, ReservationGroup, StripeGroup};
use super::{SettingsError, StackSettings};

pub(crate) const DATABASE_URL: &str = "TICKETING_DATABASE_URL";
pub(crate) const JWT_KEY: &str = "TICKETING_JWT_KEY";
pub(crate) const PASS_KEY: &str = "TICKETING_PASS_KEY";
pub(crate) const STRIPE_KEY: &str = "TICKETING_STRIPE_KEY";
pub(crate) const PUBLISHABLE_KEY: &str = "TICKETING_STRIPE_PUBLISHABLE_KEY";

/// A group of settings.
pub(crate) trait Group {
    /// Writes the values to `settings`, and adds the errors that follow from several values together.
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError);
}

/// Returns a secret unless it is empty.
fn present(secret: Option<SecretString>) -> Option<SecretString> {
    secret.filter(|text| !text.expose_secret().is_empty())
}

/// Returns the entries of a comma-separated list.
fn secrets(list: Option<&SecretString>) -> Vec<SecretString> {
    let list = list.into_iter().flat_map(|list| list.expose_secret().split(','));
    list.map(str::trim).filter(|entry| !entry.is_empty()).map(SecretString::from).collect()
}

/// Defines arguments that consist of groups, and applies them in this order.
macro_rules! groups {
    ($(#[$documentation:meta])* $name:ident: $($field:ident: $group:ident),+ $(,)?) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, Args)]
        pub struct $name {
            $(#[command(flatten)] $field: $group,)+
        }

        impl Group for $name {
            fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
                $(self.$field.apply(settings, errors);)+
            }
        }
    };
}

groups! {
    /// The settings of the whole marketplace in one process, except the data folder.
    StackGroups:
        http: HttpGroup, address: AddressGroup, streams: StreamGroup, database: DatabaseGroup,
        migration: MigrationGroup, nats: NatsGroup, sessions: SessionGroup, tls: TlsGroup, signin: SigninGroup, reservations: ReservationGroup,
        passes: PassGroup, stripe: StripeGroup, pages: PageGroup, log: LogGroup, traces: TraceGroup,
}

groups! {
    /// The settings that every service with a database has.
    ServiceGroups:
        http: HttpGroup, database: DatabaseGroup, migration: MigrationGroup, nats: NatsGroup, log: LogGroup,
        traces: TraceGroup,
}

groups! {
    /// The settings of auth.
    AuthGroups: service: ServiceGroups, sessions: SessionGroup, tls: TlsGroup, signin: SigninGroup
}

groups! {
    /// The settings of tickets.
    TicketsGroups:
        service: ServiceGroups, streams: StreamGroup, sessions: SessionGroup, tls: TlsGroup, passes: PassGroup,

}

groups! {
    /// The settings of orders.
    OrdersGroups: service: ServiceGroups, sessions: SessionGroup, tls: TlsGroup, reservations: ReservationGroup
}

groups! {
    /// The settings of payments.
    PaymentsGroups: service: ServiceGroups, sessions: SessionGroup, tls: TlsGroup, stripe: StripeGroup
}

groups! {
    /// The settings of client.
    ClientGroups:
        http: HttpGroup, address: AddressGroup, tls: TlsGroup, pages: PageGroup, log: LogGroup, traces: TraceGroup,

}

groups! {
    /// The settings of the commands that open the databases and the bus, and end.
    StoreGroups: database: DatabaseGroup, nats: NatsGroup
}
