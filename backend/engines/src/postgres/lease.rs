//! The one server that all test processes of a checkout share: whoever comes first starts it, and it ends by itself
//! when nobody has used it for some seconds.
//!
//! Below `target/test-postgres`, `start.lock` is held by whoever starts or ends it, `users.lock` is shared by all who
//! use it, and `server` tells where it is. Locks end with the process that holds them, however it ends.

use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::server::Server;

/// Names a server to use instead.
const NAMED: &str = "TICKETING_TEST_POSTGRES";

/// Ends the server of `$2` in the folder `$3`, known in `$1`, once nobody holds `users.lock`.
const KEEPER: &str = r#"
while sleep 5; do
  exec 9>"$1/start.lock"
  flock 9
  if flock --exclusive --nonblock "$1/users.lock" true; then
    rm -f "$1/server"
    kill -INT "$2"
    # Where nobody waits for it, as in a container without an init, it stays a process after its end.
    while [ -e "$3/data/postmaster.pid" ] && kill -0 "$2" 2>/dev/null; do sleep 0.1; done
    rm -rf "$3"
    exit
  fi
  exec 9>&-
done
"#;

struct Lease {
    /// `postgres://user@host:port`
    root: String,
    _user: Option<File>,
}

/// The URL of a database of the shared server.
pub(crate) fn url(database: &str) -> String {
    static LEASE: OnceLock<Lease> = OnceLock::new();
    let lease = LEASE.get_or_init(take);
    format!("{}/{database}", lease.root)
}

/// The database in which every test has a schema of its own.
pub(crate) fn common() -> String {
    match std::env::var(NAMED) {
        Ok(named) => named,
        Err(_) => url("ticketing"),
    }
}

fn take() -> Lease {
    if let Ok(named) = std::env::var(NAMED) {
        let (root, _) = named.rsplit_once('/').expect("TICKETING_TEST_POSTGRES is a URL with a database");
        return Lease { root: root.to_owned(), _user: None };
    }
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-postgres");
    std::fs::create_dir_all(&place).expect("a folder for the shared server");
    let place = place.canonicalize().expect("the folder of the shared server");
    let starting = open(&place.join("start.lock"));
    starting.lock().expect("a lock");
    let port = running(&place).unwrap_or_else(|| start(&place));
    let user = open(&place.join("users.lock"));
    user.lock_shared().expect("a lock");
    drop(starting);
    Lease { root: format!("postgres://ticketing@127.0.0.1:{port}"), _user: Some(user) }
}

/// The port of the server, if it runs.
fn running(place: &Path) -> Option<u16> {
    let known = std::fs::read_to_string(place.join("server")).ok()?;
    let mut words = known.split_whitespace();
    let (port, pid, folder) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
    // Another process may have taken the port since.
    let ours = std::fs::read_to_string(Path::new(folder).join("data/postmaster.pid")).ok()?;
    (ours.lines().next() == Some(pid) && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
        .then_some(port)
}

fn start(place: &Path) -> u16 {
    let folder: PathBuf =
        tempfile::Builder::new().prefix("ticketing-postgres-").tempdir().expect("a folder").keep();
    let server = Server::create(&folder, false);
    let pid = server.pid();
    let known = format!("{} {pid} {}\n", server.port, folder.display());
    std::fs::write(place.join("server"), known).expect("the server is written down");
    let mut keeper = Command::new("setsid");
    keeper.args(["--fork", "sh", "-c", KEEPER, "keeper"]).arg(place).arg(&pid).arg(&folder);
    keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(keeper.status().expect("setsid runs").success(), "there is no keeper");
    server.port
}

fn open(path: &Path) -> File {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    file.expect("a lock file")
}
