//! The services as processes: the whole marketplace behind one listener, or a service behind each.

pub mod audit;
mod backup;
mod clock_routes;
pub mod command;
mod data_dir;
mod databases;
mod http_server;
mod open;
mod openapi;
mod operate;
mod process;
mod provider;
mod run;
mod service;
mod settings;
mod stack;
mod start_error;

pub use backup::{Backup, BackupError, back_up};
pub use databases::migrate;
pub use openapi::document as openapi_document;
pub use operate::{OperateError, dead_letters, discard, replay, republish};
pub use run::{Ready, RunError, run, run_service};
pub use service::Service;
pub use settings::{InvalidSetting, LogSettings, SettingsError, StackGroups, StackSettings};
pub use stack::Stack;
pub use start_error::StartError;
