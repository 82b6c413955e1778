//! Kill points: named places of the code at which a test kills the process, as `kill -9` does.
//!
//! Only a build with the feature `kill-points` has them, and an optimised build cannot have the feature. A file of its
//! name in the folder `TICKETING_KILL_POINTS` arms a point. The first process that reaches the point deletes the file
//! and aborts, so one of several replicas does.

/// Aborts the process if a test has armed the point.
#[cfg(not(feature = "kill-points"))]
pub const fn kill_point(_: &str) {}

#[cfg(all(feature = "kill-points", not(debug_assertions)))]
compile_error!("the feature `kill-points` is for tests: an optimised build must not have it");

/// Aborts the process if a test has armed the point.
#[cfg(feature = "kill-points")]
pub fn kill_point(name: &str) {
    static FOLDER: std::sync::LazyLock<Option<std::path::PathBuf>> =
        std::sync::LazyLock::new(|| std::env::var_os("TICKETING_KILL_POINTS").map(Into::into));
    if let Some(folder) = &*FOLDER
        && std::fs::remove_file(folder.join(name)).is_ok()
    {
        std::process::abort();
    }
}
