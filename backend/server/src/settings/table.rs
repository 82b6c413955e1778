//! Every setting of the server, in one table: the flags, the help and `docs/reference/settings.md` are made of it.

use std::path::PathBuf;

use ticketing_payments::provider::STRIPE_API_BASE;
use ticketing_platform::db::CONNECTIONS;
use ticketing_platform::settings::DisplayDuration;
use ticketing_platform::telemetry::Ratio;

use super::setting::Otherwise::{Value, Words};
use super::setting::{Group, Of, PLAIN, Setting};
use super::{LISTEN, LogSettings, StackSettings};

/// Every setting there is.
pub const SETTINGS: [Setting; 36] = [
    Setting {
        name: "TICKETING_LISTEN",
        value: "HOST:PORT",
        group: Group::Http,
        of: &[Of::Processes],
        otherwise: Value(|| LISTEN.to_string()),
        flag_of_serve: true,
        sets: "where to listen",
        detail: "port 0 takes a free one",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_METRICS_LISTEN",
        value: "HOST:PORT",
        group: Group::Http,
        of: &[Of::Processes],
        otherwise: Words("nowhere"),
        flag_of_serve: true,
        sets: "where to answer `GET /metrics`",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_ALLOWED_ORIGINS",
        value: "ORIGINS",
        group: Group::Http,
        of: &[Of::Processes],
        sets: "other origins whose pages may use the API, with commas",
        detail: "like `https://shop.example`, without a path; they may change state, and get CORS answers",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_TRUSTED_PROXIES",
        value: "BLOCKS",
        group: Group::Http,
        of: &[Of::Processes],
        sets: "proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, with commas",
        detail: "addresses, or blocks like `10.0.0.0/8`; their connections have no share; on this machine any may say that a client speaks TLS",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_CONNECTIONS",
        value: "NUMBER",
        group: Group::Http,
        of: &[Of::Processes],
        otherwise: Value(|| plain().serve.connections.to_string()),
        sets: "open connections, those of live streams apart",
        detail: "beyond it those that wait longest for a request are closed; less where the limit on open files is lower",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_CONNECTIONS_PER_ADDRESS",
        value: "NUMBER",
        group: Group::Http,
        of: &[Of::Processes],
        otherwise: Value(|| plain().serve.connections_per_address.to_string()),
        sets: "open connections of one client address, those of live streams apart",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_STREAMS",
        value: "NUMBER",
        group: Group::Http,
        of: &[Of::All, Of::Tickets],
        otherwise: Value(|| plain().serve.streams.to_string()),
        sets: "open live streams",
        detail: "more are answered 503; less where the limit on open files is lower",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_STREAMS_PER_ADDRESS",
        value: "NUMBER",
        group: Group::Http,
        of: &[Of::All, Of::Tickets],
        otherwise: Value(|| plain().serve.streams_per_address.to_string()),
        sets: "open live streams of one client address",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_DATA_DIR",
        value: "DIR",
        group: Group::Data,
        of: &[Of::All],
        needed: &[Of::All],
        in_serve: Some("`server` in your data folder"),
        flag_of_serve: true,
        sets: "the folder of the databases",
        detail: "what is not on a server is kept there: databases, the log of the events, the key of the sessions",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_DATABASE_URL",
        value: "URL",
        group: Group::Data,
        of: &[Of::Databases],
        needed: &[Of::Alone, Of::Migrate, Of::Republish],
        otherwise: Words("files in the folder"),
        secret: true,
        sets: "the PostgreSQL database, in place of files",
        detail: "like `postgres://user:password@host:5432/database`",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_DATABASE_CONNECTIONS",
        value: "NUMBER",
        group: Group::Data,
        of: &[Of::Databases],
        otherwise: Value(|| CONNECTIONS.to_string()),
        sets: "connections that each service of a process keeps at most",
        detail: "2 or more; one more hears the others' bells",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_DATABASE_MIGRATE",
        value: "true|false",
        group: Group::Data,
        of: &[Of::Services],
        otherwise: Value(|| true.to_string()),
        sets: "whether tables are brought up to date at start",
        detail: "if not, `ticketing-server migrate` must have run",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_NATS_URL",
        value: "URL",
        group: Group::Events,
        of: &[Of::Bus],
        needed: &[Of::Alone, Of::Republish, Of::Letters],
        sets: "the NATS servers that carry the events, with commas, in place of a log in the folder",
        detail: "version 2.14 or newer",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_NATS_CREDS",
        value: "FILE",
        group: Group::Events,
        of: &[Of::Bus],
        sets: "the file that says who we are to them",
        detail: "one line `user:password`, or credentials as NATS writes them",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_JWT_KEY",
        value: "KEY",
        group: Group::Sessions,
        of: &[Of::Sessions],
        needed: &[Of::Alone],
        otherwise: Words("made once, and kept as `jwt.key` in the folder"),
        secret: true,
        sets: "what signs sessions, the same for every service",
        detail: "32 bytes or more; a list with commas, where the first signs and all are accepted",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_SESSION_TTL",
        value: "DURATION",
        group: Group::Sessions,
        of: &[Of::All, Of::Auth],
        otherwise: Value(|| DisplayDuration(plain().session_ttl).to_string()),
        sets: "how long a session lasts",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_COOKIE_NAME",
        value: "NAME",
        group: Group::Sessions,
        of: &[Of::Sessions],
        otherwise: Value(|| plain().cookie.name().to_owned()),
        sets: "the name of the cookie",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_COOKIE_SECURE",
        value: "true|false",
        group: Group::Sessions,
        of: &[Of::Sessions, Of::Client],
        otherwise: Words("false where it listens on loopback, else true"),
        sets: "whether the cookie is for TLS alone",
        detail: "pages then hold browsers to TLS",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_SIGNINS_PER_ACCOUNT",
        value: "NUMBER",
        group: Group::Sessions,
        of: &[Of::All, Of::Auth],
        otherwise: Value(|| plain().limits.signins_per_account.to_string()),
        sets: "tries to sign in to one account from one address, a minute",
        detail: "further ones are answered 429",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_SIGNINS_BEFORE_DELAY",
        value: "NUMBER",
        group: Group::Sessions,
        of: &[Of::All, Of::Auth],
        otherwise: Value(|| plain().limits.signins_before_delay.to_string()),
        sets: "tries to sign in to one account from all addresses, a minute, before a delay",
        detail: "an address that has signed in to the account neither counts nor waits",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_SIGNIN_DELAY",
        value: "DURATION",
        group: Group::Sessions,
        of: &[Of::All, Of::Auth],
        otherwise: Value(|| DisplayDuration(plain().limits.signin_delay).to_string()),
        sets: "how long each further try waits",
        detail: "at most `10s`",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_SIGNINS_PER_ADDRESS",
        value: "NUMBER",
        group: Group::Sessions,
        of: &[Of::All, Of::Auth],
        otherwise: Value(|| plain().limits.tries_per_address.to_string()),
        sets: "sign-ins and sign-ups from one address, a minute",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_HASHING_SLOTS",
        value: "NUMBER",
        group: Group::Sessions,
        of: &[Of::All, Of::Auth],
        otherwise: Words("one for each core, 8 at most"),
        sets: "passwords that are hashed at a time",
        detail: "each takes a core and 20 MiB of memory",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_ORDER_TTL",
        value: "DURATION",
        group: Group::Reservations,
        of: &[Of::All, Of::Orders],
        otherwise: Value(|| DisplayDuration(plain().order_ttl).to_string()),
        flag_of_serve: true,
        sets: "how long a reservation lasts",
        detail: "at least `1s`",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_OPEN_ORDERS",
        value: "NUMBER",
        group: Group::Reservations,
        of: &[Of::All, Of::Orders],
        otherwise: Value(|| plain().open_orders.to_string()),
        sets: "unpaid orders that one user may have",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_REORDER_PAUSE",
        value: "DURATION",
        group: Group::Reservations,
        of: &[Of::All, Of::Orders],
        otherwise: Value(|| DisplayDuration(plain().reorder_pause).to_string()),
        sets: "how long others come first after a buyer gave up a reservation of a ticket",
        detail: "for each reservation of it that was not paid, ten at most; `0s` for not at all",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_WRITES_PER_MINUTE",
        value: "NUMBER",
        group: Group::Http,
        of: &[Of::Processes],
        otherwise: Value(|| plain().writes.per_minute.to_string()),
        sets: "listings, edits, orders, cancellations and payments of one account, a minute",
        detail: "in each service of each process; `0` for no limit",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_WRITE_BURST",
        value: "NUMBER",
        group: Group::Http,
        of: &[Of::Processes],
        otherwise: Value(|| plain().writes.burst.to_string()),
        sets: "how many of these may come at once",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_STRIPE_KEY",
        value: "KEY",
        group: Group::Cards,
        of: &[Of::All, Of::Payments],
        otherwise: Words("cards are simulated"),
        secret: true,
        sets: "the secret key of the account at Stripe that charges cards",
        detail: "`sk_…`, or a restricted one, `rk_…`",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_STRIPE_API_BASE",
        value: "URL",
        group: Group::Cards,
        of: &[Of::All, Of::Payments],
        otherwise: Value(|| STRIPE_API_BASE.to_owned()),
        sets: "where the API of Stripe is",
        detail: "another one is a stand-in for tests; a live key goes over https only",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_STRIPE_WEBHOOK_SECRET",
        value: "SECRETS",
        group: Group::Cards,
        of: &[Of::All, Of::Payments],
        otherwise: Words("they are not heard"),
        secret: true,
        sets: "what Stripe signs its events with, with commas",
        detail: "`whsec_…`; all of them are accepted",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_STRIPE_PUBLISHABLE_KEY",
        value: "KEY",
        group: Group::Cards,
        of: &[Of::All, Of::Client],
        otherwise: Words("the pages have a form of simulated cards"),
        sets: "the key of the same account that pages show to Stripe",
        detail: "`pk_…`, of the same kind as the secret one, test or live",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_LOG",
        value: "FILTER",
        group: Group::Log,
        of: &[Of::Processes],
        otherwise: Value(|| LogSettings::default().filter),
        in_serve: Some("`info`, or `warn` with `--quiet`"),
        sets: "which log lines are written",
        detail: "like `warn,ticketing_orders=debug`",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_LOG_FORMAT",
        value: "text|json",
        group: Group::Log,
        of: &[Of::Processes],
        otherwise: Value(|| LogSettings::default().format.to_string()),
        in_serve: Some("`text`"),
        sets: "how log lines are written",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_OTLP_ENDPOINT",
        value: "URL",
        group: Group::Traces,
        of: &[Of::Processes],
        otherwise: Words("nowhere"),
        sets: "the OpenTelemetry collector that traces are sent to",
        detail: "like `http://127.0.0.1:4318`; over HTTP, in Protobuf, to `/v1/traces` below it",
        ..PLAIN
    },
    Setting {
        name: "TICKETING_TRACE_SAMPLE",
        value: "RATIO",
        group: Group::Traces,
        of: &[Of::Processes],
        otherwise: Value(|| Ratio::ALL.to_string()),
        sets: "the share of the traces that begin here which are kept",
        detail: "from 0 to 1; a caller's `traceparent` says so for itself",
        ..PLAIN
    },
];

/// What is so before anything is set.
fn plain() -> StackSettings {
    StackSettings::new(PathBuf::new())
}
