//! Databases for tests: SQLite in a folder of its own, and a private PostgreSQL that all test processes share.
//!
//! ```no_run
//! use ticketing_platform::db::{Db, DbOptions};
//! use ticketing_testdb::{Engine, Home, on_both};
//!
//! async fn it_opens(engine: Engine) {
//!     let home = Home::on(engine);
//!     Db::open(home.database("tickets"), DbOptions::default(), &[]).unwrap();
//! }
//! # fn main() {}
//! # #[cfg(test)]
//! on_both! {
//!     #[tokio::test]
//!     it_opens;
//! }
//! ```

#![expect(clippy::expect_used, reason = "what goes wrong here fails the test")]

mod home;
mod install;
mod lease;
mod server;

pub use home::{Engine, Home, OwnDatabase};
pub use server::PrivateServer;

/// Runs each of these tests, functions that take an [`Engine`], on both kinds of database.
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])+ $($name:ident),+ $(,)?;)+) => {
        $($crate::on_both!(@each [$(#[$attribute])+] $($name)+);)+
    };
    (@each $attributes:tt $($name:ident)+) => {
        $($crate::on_both!(@one $attributes $name);)+
    };
    (@one [$(#[$attribute:meta])+] $name:ident) => {
        mod $name {
            $(#[$attribute])+
            async fn sqlite() {
                ::std::boxed::Box::pin(super::$name($crate::Engine::Sqlite)).await;
            }

            $(#[$attribute])+
            async fn postgres() {
                ::std::boxed::Box::pin(super::$name($crate::Engine::Postgres)).await;
            }
        }
    };
}
