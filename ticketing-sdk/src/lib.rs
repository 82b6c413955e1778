//! A typed client of the ticketing marketplace, and the home of its wire types.
//!
//! With no features the crate is [`types`] alone: what the services and every client agree on, without I/O.
#![cfg_attr(
    feature = "client",
    doc = r#"
# A tour
```no_run
use ticketing_sdk::{CardToken, Client, FileSessions, NewTicket};

# async fn tour(password: String) -> Result<(), Box<dyn std::error::Error>> {
let client = Client::builder("http://127.0.0.1:3000").session_store(FileSessions::new("sessions.json")).build()?;
client.auth().sign_in("ada@example.com", password).await?;
let ticket = client.tickets().create(NewTicket::new("RustConf, day 1", "149.99".parse()?)).await?;
let order = client.orders().create(&ticket.id).await?;
let payment = client.payments().create(&order.id, CardToken::new("tok_visa")).settled().await?;
println!("{:?}", payment.status);
# Ok(())
# }
```
- The path is the call: [`Client::auth`], [`Client::tickets`], [`Client::orders`], [`Client::payments`]; and
  [`Client::request`] for what they do not cover.
- An [`Error`] keeps status, code, faults and request id. A write of which it is not known whether it took effect is
  its own variant, [`Error::UnknownOutcome`]; it says whether, and with which key, it is safe to repeat.
- Creating writes carry an [`IdempotencyKey`]. Requests are repeated, with jitter and within bounds, only where
  that is safe.
- Lists are [`List`]s: one [`Page`], or a stream of all items. [`Tickets::watch`] is a stream of live changes.
- Sessions live in a [`SessionStore`]: [`MemorySessions`], [`FileSessions`], the keyring, or your own.
- Passwords, card tokens and cookies are never shown by a `Debug`.
"#
)]

pub mod types;

pub use types::*;

#[cfg(feature = "client")]
mod api;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod error;
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
mod request;
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
mod watch;
#[cfg(feature = "client")]
mod wire;
#[cfg(feature = "client")]
mod write;
#[cfg(feature = "client")]
mod young;

#[cfg(feature = "client")]
pub use crate::{
    api::{Auth, CardToken, ListOrders, ListPayments, ListTickets, Orders, Payments, TicketSort, Tickets},
    client::{Client, ClientBuilder},
    error::{ApiError, BoxError, Error, Phase, Result, SafeToRepeat, UnexpectedAnswer},
    key::IdempotencyKey,
    page::{Items, List, Page},
    pages::Pages,
    request::Request,
    response::Response,
    session::{FileSessions, MemorySessions, SessionError, SessionInfo, SessionPlace, SessionStore},
    watch::{Watch, WatchEvent, WatchEvents},
    write::Write,
};
#[cfg(feature = "client")]
pub use http::{HeaderMap, Method, StatusCode};
#[cfg(feature = "client")]
pub use secrecy::SecretString;
#[cfg(feature = "keyring")]
pub use session::Keyring;
