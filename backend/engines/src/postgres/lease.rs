//! The PostgreSQL server that all test processes of a checkout share. The first process starts it, and a watchdog stops it a few
//! seconds after the last process has ended.
//!
//! In `target/test-postgres`, a process holds `start.lock` while it starts or stops the server, every process that uses the server
//! shares `users.lock`, and `server` contains the port, the process id and the folder. The system releases the locks of a process
//! that ends.

use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::server::Server;

/// The variable with the URL of another server.
const URL_VARIABLE: &str = "TICKETING_TEST_POSTGRES";

/// Stops the server with process id `$2` and folder `$3`, once no process holds `users.lock` in `$1`.
const WATCHDOG: &str = r#"
while sleep 5; do
  exec 9>"$1/start.lock"
  flock 9
  if flock --exclusive --nonblock "$1/users.lock" true; then
    rm -f "$1/server"
    kill -INT "$2"
    # In a container without an init, the stopped server stays a zombie. So also check its pid file.
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
    _users_lock: Option<File>,
}

/// Returns the URL of a database of the shared server.
pub(crate) fn database_url(database: &str) -> String {
    static LEASE: OnceLock<Lease> = OnceLock::new();
    let lease = LEASE.get_or_init(acquire);
    format!("{}/{database}", lease.root)
}

/// Returns the URL of the database in which each test has its own schemas.
pub(crate) fn common_url() -> String {
    match std::env::var(URL_VARIABLE) {
        Ok(named) => named,
        Err(_) => database_url("ticketing"),
    }
}

fn acquire() -> Lease {
    if let Ok(named) = std::env::var(URL_VARIABLE) {
        let (root, _) = named.rsplit_once('/').expect("TICKETING_TEST_POSTGRES is a URL with a database");
        return Lease { root: root.to_owned(), _users_lock: None };
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-postgres");
    std::fs::create_dir_all(&folder).expect("a folder for the shared server");
    let folder = folder.canonicalize().expect("the folder of the shared server");
    let start_lock = open_lock(&folder.join("start.lock"));
    start_lock.lock().expect("a lock");
    let port = running_port(&folder).unwrap_or_else(|| start(&folder));
    let users_lock = open_lock(&folder.join("users.lock"));
    users_lock.lock_shared().expect("a lock");
    drop(start_lock);
    Lease { root: format!("postgres://ticketing@127.0.0.1:{port}"), _users_lock: Some(users_lock) }
}

/// Returns the port of the server, if it is running.
fn running_port(folder: &Path) -> Option<u16> {
    let text = std::fs::read_to_string(folder.join("server")).ok()?;
    let mut words = text.split_whitespace();
    let (port, pid, cluster) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
    // Another process may have taken the port after the server ended.
    let pid_file = std::fs::read_to_string(Path::new(cluster).join("data/postmaster.pid")).ok()?;
    (pid_file.lines().next() == Some(pid) && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())
        .then_some(port)
}

fn start(folder: &Path) -> u16 {
    let cluster: PathBuf =
        tempfile::Builder::new().prefix("ticketing-postgres-").tempdir().expect("a temporary folder").keep();
    let server = Server::create(&cluster, false);
    let pid = server.pid();
    let text = format!("{} {pid} {}\n", server.port, cluster.display());
    std::fs::write(folder.join("server"), text).expect("the address of the server is written");
    let mut watchdog = Command::new("setsid");
    watchdog.args(["--fork", "sh", "-c", WATCHDOG, "watchdog"]).arg(folder).arg(&pid).arg(&cluster);
    watchdog.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    assert!(watchdog.status().expect("setsid runs").success(), "the watchdog did not start");
    server.port
}

fn open_lock(path: &Path) -> File {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    file.expect("a lock file")
}
