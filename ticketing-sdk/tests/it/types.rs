//! The wire types: exact money, exact time, and what other backends of the contract send.

mod cases;
mod money;
#[cfg(feature = "openapi")]
mod openapi;
mod text;
mod time;
mod tolerance;
mod words;
