//! `cargo xtask bench sdk`: a call of the SDK against the same request with bare reqwest.

/// Measures what the SDK adds to a request.
pub(crate) fn sdk(rounds: u32) -> Result<(), String> {
    super::measure("sdk", rounds)
}
