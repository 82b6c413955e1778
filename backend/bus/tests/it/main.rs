//! The bus as the services use it: a durable log, consumers with a database of their own, and the relay between.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail the test")]

mod consumers;
mod crashes;
mod dead_letters;
mod log;
mod log_outages;
mod nats;
mod outages;
mod pruning;
mod relay;
mod replicas;
mod support;
mod traces;
mod versions;
