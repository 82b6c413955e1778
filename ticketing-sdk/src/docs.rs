//! The guide of the SDK, by task. Its examples compile as tests.

#[doc = include_str!("../docs/embedding.md")]
pub mod embedding {}
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}
#[doc = include_str!("../docs/paging.md")]
pub mod paging {}
#[cfg(feature = "passes")]
#[doc = include_str!("../docs/passes.md")]
pub mod passes {}
#[doc = include_str!("../docs/retries.md")]
pub mod retries {}
#[doc = include_str!("../docs/sessions.md")]
pub mod sessions {}
#[cfg(feature = "mock")]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}
#[doc = include_str!("../docs/watching.md")]
pub mod watching {}
