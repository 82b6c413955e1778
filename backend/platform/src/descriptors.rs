//! The limit on open files: raising it, and the number of files that can still be opened.

use std::io;

/// The assumed soft limit if the system does not report one.
const UNKNOWN_LIMIT: usize = 1024;

/// Raises the soft limit on open files to the hard one. Returns the new limit.
///
/// # Errors
/// If the system refuses the higher limit. The old one stays in force.
#[cfg(unix)]
pub fn raise_limit() -> io::Result<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // Some systems report a hard limit that they do not grant. All of them grant this one.
    const GRANTED_EVERYWHERE: u64 = 10_240;
    let limit = getrlimit(Resource::Nofile);
    if limit.current == limit.maximum {
        return Ok(as_count(limit.current));
    }
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if setrlimit(Resource::Nofile, raised).is_ok() {
        return Ok(as_count(limit.maximum));
    }
    let modest = limit.maximum.map_or(GRANTED_EVERYWHERE, |hard| hard.min(GRANTED_EVERYWHERE));
    let current = Some(limit.current.map_or(modest, |soft| soft.max(modest)));
    setrlimit(Resource::Nofile, Rlimit { current, maximum: limit.maximum })?;
    Ok(as_count(current))
}

/// Does nothing on systems without such a limit.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn raise_limit() -> io::Result<usize> {
    Ok(usize::MAX)
}

/// Returns the number of files that the process can still open.
pub fn available() -> usize {
    soft_limit().saturating_sub(open_now())
}

#[cfg(unix)]
fn soft_limit() -> usize {
    as_count(rustix::process::getrlimit(rustix::process::Resource::Nofile).current)
}

#[cfg(not(unix))]
fn soft_limit() -> usize {
    usize::MAX
}

/// Converts a limit to a number: no limit is the largest number.
#[cfg(unix)]
fn as_count(limit: Option<u64>) -> usize {
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Counts the open files, including the one that lists them.
fn open_now() -> usize {
    let listed = std::fs::read_dir("/dev/fd").map(Iterator::count);
    listed.unwrap_or(if cfg!(unix) { UNKNOWN_LIMIT / 8 } else { 0 })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn available_counts_open_files() {
        let limit = raise_limit().unwrap();
        assert_eq!(soft_limit(), limit);
        // Other tests of the process open files too, far fewer than these.
        let before = available();
        let held: Vec<_> = (0..200).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        assert!(available() < before - 100, "{before} and then {}", available());
        drop(held);
    }
}
