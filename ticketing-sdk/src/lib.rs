// The public API of the SDK. Its documentation begins with the README.
#![doc = include_str!("../README.md")]

pub mod fixtures;
#[cfg(feature = "passes")]
pub mod pass_code;
pub mod types;
#[cfg(feature = "webhook")]
pub mod webhook;

#[cfg(feature = "passes")]
pub use pass_code::{PassClaim, PassCodeError, PassVerifier};
pub use types::*;

#[cfg(feature = "client")]
mod api;
#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod clock;
#[cfg(all(feature = "client", any(doc, doctest)))]
pub mod docs;
#[cfg(feature = "client")]
mod error;
#[cfg(feature = "client")]
mod explain;
#[cfg(feature = "client")]
mod hook;
#[cfg(feature = "client")]
mod http_backend;
#[cfg(feature = "client")]
mod key;
#[cfg(feature = "mock")]
pub mod mock;
#[cfg(feature = "client")]
mod outcome;
#[cfg(feature = "client")]
mod page;
#[cfg(feature = "client")]
mod pages;
#[cfg(feature = "client")]
mod recently_created;
#[cfg(feature = "client")]
mod request;
#[cfg(feature = "client")]
mod request_parts;
#[cfg(feature = "client")]
mod response;
#[cfg(feature = "client")]
mod retry;
#[cfg(feature = "client")]
pub mod session;
#[cfg(feature = "client")]
mod sse;
#[cfg(feature = "client")]
mod transport;
#[cfg(feature = "client")]
mod verdict;
#[cfg(feature = "client")]
mod watch;
#[cfg(feature = "client")]
mod write;

#[cfg(feature = "client")]
pub use crate::{
    api::{
        Auth, CardEntry, CardToken, ListOrders, ListPasses, ListPayments, ListTickets, MarketClock, Orders,
        Passes, Payments, TicketSort, Tickets,
    },
    client::{Client, ClientBuilder},
    error::{
        ApiError, BoxError, CertificateError, Error, ErrorCategory, Phase, Result, SafeToRepeat,
        SessionError, UnexpectedResponse,
    },
    explain::{Explanation, TimelineGap},
    hook::{Attempt, AttemptHook, AttemptResult},
    key::{IdempotencyKey, InvalidIdempotencyKey},
    page::{Items, List, Newest, Page},
    pages::Pages,
    request::Request,
    response::Response,
    retry::{RetryBudget, RetryPolicy},
    session::{FileSessions, MemorySessions, SessionInfo, SessionLocation, SessionStore},
    verdict::{Ruling, Verdict, VerdictWarning},
    watch::{Watch, WatchEvent, WatchEvents},
    write::Write,
};
#[cfg(feature = "client")]
pub use http::{HeaderMap, Method, StatusCode};
#[cfg(feature = "client")]
pub use secrecy::SecretString;
#[cfg(feature = "keyring")]
pub use session::Keyring;
#[cfg(feature = "client")]
pub use {reqwest, rustls};
