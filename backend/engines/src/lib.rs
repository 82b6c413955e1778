//! Private engines for tests: real servers on free ports of the loopback interface, which end with their test.

#![expect(clippy::expect_used, reason = "what goes wrong here fails the test")]

mod nats;
mod program;

pub use nats::{NatsServer, NatsServerBuilder};
