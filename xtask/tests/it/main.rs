//! The files of `backend/deploy/`, what they say of each other and of the code (their form is checked by `cargo xtask deploy`);
//! and the tree of dependencies.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod dependencies;
mod files;
mod network;
mod references;
mod routes;
mod secrets;
mod services;
mod settings;
mod workloads;
