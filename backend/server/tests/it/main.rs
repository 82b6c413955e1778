//! The whole marketplace over HTTP: the guarantees of the contract, and the invariants after every test.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "an error in a helper fails the test")]

mod architecture;
mod audit;
mod backup;
mod bad_input;
mod bodies;
mod body_limits;
mod ceilings;
mod clock;
mod compat;
mod development_data;
mod docs;
mod edge;
mod expiry;
mod exporter;
mod faults;
mod function_names;
mod idempotency;
mod identities;
mod interleavings;
mod isolation;
mod life;
mod live;
mod nats;
mod openapi;
mod original_client;
mod pages;
mod pass_races;
mod postgres;
mod processes;
mod races;
mod reading_own_writes;
mod routes;
mod sessions;
mod stripe;
mod support;
mod tokens;
mod traces;
mod vocabulary;
mod workspace;
