//! The services as a process: the whole marketplace behind one listener, on embedded parts or on PostgreSQL.

pub mod audit;
mod data_dir;
mod databases;
mod openapi;
mod provider;
mod run;
mod settings;
mod stack;

pub use databases::migrate;
pub use openapi::document as openapi_document;
pub use run::{RunError, run};
pub use settings::{StackSettings, read_database, read_stripe};
pub use stack::{Stack, StartError};
