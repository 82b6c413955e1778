//! The limit on open files: raised at start, and how many files may still be opened.

use std::io;

/// What the soft limit on open files is where the system does not say.
const UNKNOWN_LIMIT: usize = 1024;

/// Raises the soft limit on open files to the hard one; answers the limit that holds then.
///
/// # Errors
/// When the system refuses the higher limit. The old one holds.
#[cfg(unix)]
pub fn raise_limit() -> io::Result<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    // Some systems name a hard limit that they do not grant; this one they all do.
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

/// Where there is no such limit, nothing is raised.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn raise_limit() -> io::Result<usize> {
    Ok(usize::MAX)
}

/// How many files the process may open beyond those that are open now.
#[must_use]
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

/// The limit as a number; none is as good as the largest.
#[cfg(unix)]
fn as_count(limit: Option<u64>) -> usize {
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// The files that are open now, this look at them included.
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
