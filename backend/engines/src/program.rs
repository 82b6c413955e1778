//! Finds the programs of the servers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest version of NATS that the bus supports.
const MIN_NATS_VERSION: (u32, u32) = (2, 14);

/// Finds the NATS server: `TICKETING_NATS_SERVER`, else the one below `target/tools`, else the one on `PATH`.
///
/// # Panics
/// If none is new enough. The message names the command that installs one.
pub(crate) fn nats_server() -> PathBuf {
    if let Some(named) = std::env::var_os("TICKETING_NATS_SERVER") {
        let named = PathBuf::from(named);
        let found = version(&named);
        assert!(
            found.is_some_and(is_supported),
            "TICKETING_NATS_SERVER must name a NATS server of version 2.14 or newer"
        );
        return named;
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/nats/bin/nats-server");
    let candidates = [tools, PathBuf::from("nats-server")];
    let found = candidates.into_iter().find(|program| version(program).is_some_and(is_supported));
    found.expect("a NATS server of version 2.14 or newer is needed: run `cargo xtask tools`")
}

/// Finds nginx: `TICKETING_NGINX`, else the one of the system, else the one below `target/tools`.
///
/// # Panics
/// If there is none. The message names the command that installs one.
pub(crate) fn nginx() -> PathBuf {
    let named = std::env::var_os("TICKETING_NGINX").map(PathBuf::from);
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/nginx/usr/sbin/nginx");
    let candidates =
        named.into_iter().chain([PathBuf::from("nginx"), PathBuf::from("/usr/sbin/nginx"), tools]);
    let found = candidates.into_iter().find(|program| runs(Command::new(program).arg("-v")));
    found.expect("nginx is needed: run `cargo xtask tools`")
}

fn runs(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_supported(version: (u32, u32)) -> bool {
    version >= MIN_NATS_VERSION
}

/// Runs a NATS server for its version.
fn version(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    parse_version(&text)
}

/// Parses the output `nats-server: v2.15.1`.
fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (_, version) = text.trim().rsplit_once('v')?;
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::{is_supported, parse_version};

    #[test]
    fn nats_version_is_parsed_and_compared() {
        assert_eq!(parse_version("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(parse_version("something else"), None);
        assert!(is_supported((2, 14)) && is_supported((3, 0)) && !is_supported((2, 9)));
    }
}
