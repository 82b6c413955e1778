//! The services as a process: the whole marketplace on embedded parts, in one process, behind one listener.

pub mod audit;
mod data_dir;
mod openapi;
mod run;
mod settings;
mod stack;

pub use openapi::document as openapi_document;
pub use run::{RunError, run};
pub use settings::StackSettings;
pub use stack::{Stack, StartError};
