//! Tests that the files of `backend/deploy/` agree with each other and with the code (`cargo xtask deploy` validates their form),
//! and tests of the dependency tree and of the package of the SDK.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod dependencies;
mod features;
mod files;
mod network;
mod package;
mod references;
mod routes;
mod secrets;
mod services;
mod settings;
mod workloads;
