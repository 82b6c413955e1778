//! The embedded backend. The only module of the CLI that uses the backend other than through its API.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod demo;
pub(crate) mod serve;
