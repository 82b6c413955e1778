//! Where a test can make a process die, as `kill -9` would: at a named point of the code instead of at some time.
//!
//! Only a build with the feature `kill-points` has any, and none that is optimised can have the feature. There a point is armed by
//! a file of its name in the folder that `TICKETING_KILL_POINTS` names. Whoever comes to the point first takes the file
//! away and dies, so one of several replicas does.

/// Dies here, where a test has armed the point.
#[cfg(not(feature = "kill-points"))]
pub const fn kill_point(_: &str) {}

#[cfg(all(feature = "kill-points", not(debug_assertions)))]
compile_error!("the feature `kill-points` is for tests: nothing that is built for use may have it");

/// Dies here, where a test has armed the point.
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
