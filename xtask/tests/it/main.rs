//! The files of `backend/deploy/`: what they say of each other and of the code. Their form is checked by `cargo xtask deploy`.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod files;
mod network;
mod references;
mod routes;
mod secrets;
mod services;
mod settings;
mod workloads;
