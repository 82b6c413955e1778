//! Where the programs of engines are found, and where they may listen.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Older servers lack what the bus needs.
const NEEDED: (u32, u32) = (2, 14);

/// The NATS server: the one that `TICKETING_NATS_SERVER` names, the one below `target/tools`, or the one on the search
/// path.
///
/// # Panics
/// When there is none that is new enough; the message says what to run.
pub(crate) fn nats_server() -> PathBuf {
    if let Some(named) = std::env::var_os("TICKETING_NATS_SERVER") {
        let named = PathBuf::from(named);
        let found = version(&named);
        assert!(
            found.is_some_and(new_enough),
            "TICKETING_NATS_SERVER is no NATS server of version 2.14 or newer"
        );
        return named;
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/nats/bin/nats-server");
    let places = [tools, PathBuf::from("nats-server")];
    let found = places.into_iter().find(|place| version(place).is_some_and(new_enough));
    found.expect("a NATS server of version 2.14 or newer is needed: run `cargo xtask tools`")
}

/// nginx: the one that `TICKETING_NGINX` names, the one of the system, or the one below `target/tools`.
///
/// # Panics
/// When there is none; the message says what to run.
pub(crate) fn nginx() -> PathBuf {
    let named = std::env::var_os("TICKETING_NGINX").map(PathBuf::from);
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/nginx/usr/sbin/nginx");
    let places = named.into_iter().chain([PathBuf::from("nginx"), PathBuf::from("/usr/sbin/nginx"), tools]);
    let found = places.into_iter().find(|place| runs(Command::new(place).arg("-v")));
    found.expect("nginx is needed: run `cargo xtask tools`")
}

fn runs(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// An address that nobody listens at now.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

fn new_enough(version: (u32, u32)) -> bool {
    version >= NEEDED
}

/// What `nats-server: v2.15.1` says.
fn version(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    parse(&text)
}

fn parse(text: &str) -> Option<(u32, u32)> {
    let (_, version) = text.trim().rsplit_once('v')?;
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::{new_enough, parse};

    #[test]
    fn versions_are_told_apart() {
        assert_eq!(parse("nats-server: v2.15.1\n"), Some((2, 15)));
        assert_eq!(parse("something else"), None);
        assert!(new_enough((2, 14)) && new_enough((3, 0)) && !new_enough((2, 9)));
    }
}
