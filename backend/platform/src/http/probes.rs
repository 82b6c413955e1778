//! The probes of a process.

/// The paths of the probes `/healthz` and `/readyz`.
pub(crate) const PROBE_PATHS: [&str; 2] = ["/healthz", "/readyz"];
