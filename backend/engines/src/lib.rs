//! PostgreSQL, NATS and nginx servers for tests, on free ports of the loopback interface, and the infrastructure shapes that a
//! test runs on.
//!
//! ```no_run
//! use ticketing_engines::{DbEngine, TestDatabases, Shape, on_both, on_shapes};
//! use ticketing_platform::db::{Db, DbOptions};
//!
//! async fn it_opens(engine: DbEngine) {
//!     let databases = TestDatabases::on(engine);
//!     Db::open(databases.database("tickets"), DbOptions::default(), &[]).unwrap();
//! }
//!
//! async fn it_sells(shape: Shape) {}
//! # fn main() {}
//! # #[cfg(test)]
//! on_both! {
//!     #[tokio::test]
//!     it_opens;
//! }
//! # #[cfg(test)]
//! on_shapes! {
//!     [embedded, postgres_and_nats]
//!     #[tokio::test]
//!     it_sells;
//! }
//! ```

#![expect(clippy::expect_used, reason = "a failure fails the test")]

mod deadline;
mod log_lines;
mod nats;
mod nginx;
mod outbox;
mod postgres;
mod program;
mod reserved_address;
mod shape;
mod test_databases;

pub use deadline::{Deadline, eventually, eventually_within};
pub use log_lines::LogLines;
pub use nats::{NatsServer, NatsServerBuilder};
pub use nginx::Nginx;
pub use outbox::outbox_after;
pub use postgres::{ConnectionExhaustion, PrivateServer, pgbench};
pub use reserved_address::ReservedAddress;
pub use shape::Shape;
pub use test_databases::{DbEngine, OwnDatabase, TestDatabases};
