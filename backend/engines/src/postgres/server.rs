//! A PostgreSQL server in a temporary folder, on a free port of the loopback interface.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use super::install::{find, program, unprivileged};

/// Who may do everything there, without a password.
pub(super) const SUPERUSER: &str = "ticketing";
/// Who needs a password.
const GUARDED: &str = "guarded";
/// The password of that user.
const PASSWORD: &str = "hunter2";

/// Tries to find a port that is still free when the server takes it.
const TRIES: u32 = 10;

/// A cluster in a folder, and where its server answers.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    durable: bool,
}

impl Server {
    /// Makes a cluster in `folder` and starts its server.
    pub(crate) fn create(folder: &Path, durable: bool) -> Self {
        if let Some(user) = unprivileged() {
            std::os::unix::fs::chown(folder, Some(user.uid), Some(user.gid)).expect("a folder is given away");
        }
        let mut server = Self { folder: folder.to_owned(), port: 0, durable };
        let mut initdb = program("initdb");
        initdb.args(["--no-sync", "--locale=C", "--encoding=UTF8", "--auth=trust", "--username", SUPERUSER]);
        must(initdb.arg("--pgdata").arg(server.data()));
        // Nobody but this machine is ever let in; one user needs a password.
        let rules = format!(
            "host all {GUARDED} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n"
        );
        std::fs::write(server.data().join("pg_hba.conf"), rules).expect("rules are written");
        for attempt in 1..=TRIES {
            server.port = free_port();
            if server.start() {
                break;
            }
            assert!(attempt < TRIES, "the server does not start: {}", server.log());
        }
        server.psql("postgres", &format!("CREATE ROLE {GUARDED} LOGIN PASSWORD '{PASSWORD}'"));
        server.psql("postgres", "CREATE DATABASE ticketing");
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Starts the server, and waits until it answers.
    pub(crate) fn start(&self) -> bool {
        // One that is shared has many guests.
        let connections = if self.durable { 100 } else { 300 };
        let mut options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections={connections} \
             -c shared_buffers=64MB -c max_pred_locks_per_transaction=256 -c log_min_messages=fatal",
            self.port,
            self.folder.display()
        );
        if !self.durable {
            options.push_str(" -c fsync=off -c full_page_writes=off");
        }
        let mut start = program("pg_ctl");
        start.arg("start").arg("--pgdata").arg(self.data()).arg("--log").arg(self.folder.join("log"));
        start.args(["--wait", "--timeout=60", "--options", &options]);
        quiet(&mut start).status().expect("pg_ctl runs").success()
    }

    /// Ends the server: in an orderly way (`fast`), or as if the power went (`immediate`).
    pub(crate) fn stop(&self, mode: &str) {
        let mut stop = program("pg_ctl");
        stop.arg("stop").arg("--pgdata").arg(self.data()).args(["--wait", "--mode", mode]);
        quiet(&mut stop).status().expect("pg_ctl runs");
    }

    pub(crate) fn pid(&self) -> String {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        text.lines().next().unwrap_or_default().to_owned()
    }

    /// Runs a command by hand.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> String {
        psql(&self.url(database), sql)
    }

    /// The URL of a database of this server.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Runs a command by hand on the database of a URL; answers its rows, columns separated by `|`.
pub(crate) fn psql(url: &str, sql: &str) -> String {
    let mut psql = program("psql");
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--tuples-only",
        "--no-align",
        "--set=ON_ERROR_STOP=1",
        "--dbname",
        url,
    ]);
    must(psql.args(["--command", sql]))
}

/// A server of one test, which may do to it what it likes. It ends with the test.
#[derive(Debug)]
pub struct PrivateServer {
    server: Server,
    _folder: TempDir,
    keeper: Child,
    _alive: Option<ChildStdin>,
}

impl PrivateServer {
    /// Starts a server that keeps what it has answered, as a real one does.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::create(folder.path(), true);
        // Should this process be killed, its end of the pipe closes, and the server is ended all the same.
        let script = "read -r _; kill -QUIT \"$(head -n 1 \"$0/data/postmaster.pid\")\"; rm -rf \"$0\"";
        let mut keeper = Command::new("setsid");
        keeper.args(["sh", "-c", script]).arg(&server.folder);
        let keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut keeper = keeper.expect("a keeper");
        let alive = keeper.stdin.take();
        Self { server, _folder: folder, keeper, _alive: alive }
    }

    pub(super) fn port(&self) -> u16 {
        self.server.port
    }

    /// The URL of an empty database.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url("ticketing")
    }

    /// The URL of another database.
    #[must_use]
    pub fn other_url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// The URL of the same database for a user who has a password, and that password.
    #[must_use]
    pub fn guarded_url(&self, password: &str) -> String {
        format!("postgres://{GUARDED}:{password}@127.0.0.1:{}/ticketing", self.server.port)
    }

    /// The password of that user.
    #[must_use]
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Runs a command by hand; answers its rows, columns separated by `|`.
    ///
    /// # Panics
    /// When it is refused.
    pub fn psql(&self, sql: &str) -> String {
        self.server.psql("ticketing", sql)
    }

    /// Ends the server in an orderly way, which waits for nobody.
    pub fn stop(&self) {
        self.server.stop("fast");
    }

    /// Runs a script that is written for the image of PostgreSQL, which tells where its database is by the same variables.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, script: &str, variables: &[(String, String)]) {
        let psql = find("psql");
        let mut places: Vec<PathBuf> = psql.parent().map(Path::to_owned).into_iter().collect();
        places.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("PATH", std::env::join_paths(places).expect("a path"));
        shell.envs([("POSTGRES_USER", SUPERUSER), ("POSTGRES_DB", "ticketing"), ("PGHOST", "127.0.0.1")]);
        shell.env("PGPORT", self.server.port.to_string()).envs(variables.iter().cloned());
        must(&mut shell);
    }

    /// Ends the server as if the power went.
    pub fn crash(&self) {
        self.server.stop("immediate");
    }

    /// Starts it again, on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&self) {
        assert!(self.server.start(), "the server does not start: {}", self.server.log());
    }

    /// Gives the server a certificate for `127.0.0.1`; from its next start on it speaks TLS too. Answers the file of
    /// the certificate.
    ///
    /// # Panics
    /// When there is none to be had.
    pub fn certify(&self) -> PathBuf {
        let (key, certificate) =
            (self.server.data().join("server.key"), self.server.data().join("server.crt"));
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]);
        openssl.args([
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ]);
        must(openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate));
        if let Some(user) = unprivileged() {
            std::os::unix::fs::chown(&key, Some(user.uid), Some(user.gid)).expect("a key is given away");
        }
        self.psql("ALTER SYSTEM SET ssl = on");
        certificate
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.server.stop("immediate");
        // It is one we have started, and has nothing left to do.
        drop(self.keeper.kill());
        drop(self.keeper.wait());
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn quiet(command: &mut Command) -> &mut Command {
    // What outlives the test must not hold its output open.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn must(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("a program of PostgreSQL runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
