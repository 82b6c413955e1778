//! A PostgreSQL server in a temporary folder, on a free port of the loopback interface.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use super::install::{find, program, server_user};
use crate::reserved_address::ReservedAddress;

/// The superuser, who needs no password.
pub(super) const SUPERUSER: &str = "ticketing";
/// The role that needs a password.
const PASSWORD_ROLE: &str = "guarded";
/// The password of [`PASSWORD_ROLE`].
const PASSWORD: &str = "hunter2";

/// A database cluster in a folder, and the port of its server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
    _address: ReservedAddress,
    durable: bool,
}

impl Server {
    /// Creates a cluster in `folder` and starts its server. A durable server waits for the disk.
    pub(crate) fn create(folder: &Path, durable: bool) -> Self {
        if let Some(user) = server_user() {
            std::os::unix::fs::chown(folder, Some(user.uid), Some(user.gid))
                .expect("the owner of the folder is changed");
        }
        let address = ReservedAddress::reserve();
        let port = address.addr().port();
        let server = Self { folder: folder.to_owned(), port, _address: address, durable };
        let mut initdb = program("initdb");
        initdb.args(["--no-sync", "--locale=C", "--encoding=UTF8", "--auth=trust", "--username", SUPERUSER]);
        run_checked(initdb.arg("--pgdata").arg(server.data()));
        // Only local connections are accepted. One role needs a password.
        let rules = format!(
            "host all {PASSWORD_ROLE} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n"
        );
        std::fs::write(server.data().join("pg_hba.conf"), rules).expect("pg_hba.conf is written");
        assert!(server.start(), "the server does not start: {}", server.log());
        server.psql("postgres", &format!("CREATE ROLE {PASSWORD_ROLE} LOGIN PASSWORD '{PASSWORD}'"));
        server.psql("postgres", "CREATE DATABASE ticketing");
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Starts the server and waits until it is ready. Returns whether it started.
    pub(crate) fn start(&self) -> bool {
        // Many test processes use the shared server at the same time.
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

    /// Stops the server in a mode of `pg_ctl`: `fast` shuts it down, `immediate` is a crash.
    pub(crate) fn stop(&self, mode: &str) {
        let mut stop = program("pg_ctl");
        stop.arg("stop").arg("--pgdata").arg(self.data()).args(["--wait", "--mode", mode]);
        quiet(&mut stop).status().expect("pg_ctl runs");
    }

    pub(crate) fn pid(&self) -> String {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        text.lines().next().unwrap_or_default().to_owned()
    }

    /// Runs a statement with psql on a database of this server.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> String {
        psql(&self.url(database), sql)
    }

    /// Returns the URL of a database of this server.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Runs a statement with psql on the database of a URL. Returns the rows, with columns separated by `|`.
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
    run_checked(psql.args(["--command", sql]))
}

/// A server for one test, which may stop or crash it. Dropping it stops the server.
#[derive(Debug)]
pub struct PrivateServer {
    server: Server,
    _folder: TempDir,
    watchdog: Child,
    _watchdog_stdin: Option<ChildStdin>,
}

impl PrivateServer {
    /// Starts a durable server: a committed transaction survives a crash.
    ///
    /// # Panics
    /// If the server does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::create(folder.path(), true);
        // If this process is killed, the pipe closes and the watchdog stops the server.
        let script = "read -r _; kill -QUIT \"$(head -n 1 \"$0/data/postmaster.pid\")\"; rm -rf \"$0\"";
        let mut watchdog = Command::new("setsid");
        watchdog.args(["sh", "-c", script]).arg(&server.folder);
        let watchdog = watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut watchdog = watchdog.expect("the watchdog starts");
        let stdin = watchdog.stdin.take();
        Self { server, _folder: folder, watchdog, _watchdog_stdin: stdin }
    }

    pub(super) fn port(&self) -> u16 {
        self.server.port
    }

    /// Returns the URL of an empty database.
    pub fn url(&self) -> String {
        self.server.url("ticketing")
    }

    /// Returns the URL of another database.
    pub fn other_url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// Returns the URL of the same database for the role that needs a password, with this password.
    pub fn url_with_password(&self, password: &str) -> String {
        format!("postgres://{PASSWORD_ROLE}:{password}@127.0.0.1:{}/ticketing", self.server.port)
    }

    /// Returns the password of that role.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Runs a statement with psql. Returns the rows, with columns separated by `|`.
    ///
    /// # Panics
    /// If the server refuses the statement.
    pub fn psql(&self, sql: &str) -> String {
        self.server.psql("ticketing", sql)
    }

    /// Shuts the server down without waiting for clients (`fast`).
    pub fn stop(&self) {
        self.server.stop("fast");
    }

    /// Runs an init script of the PostgreSQL container image, with the environment variables of that image.
    ///
    /// # Panics
    /// If the script fails.
    pub fn run(&self, script: &str, variables: &[(String, String)]) {
        let psql = find("psql");
        let mut folders: Vec<PathBuf> = psql.parent().map(Path::to_owned).into_iter().collect();
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("PATH", std::env::join_paths(folders).expect("a path"));
        shell.envs([("POSTGRES_USER", SUPERUSER), ("POSTGRES_DB", "ticketing"), ("PGHOST", "127.0.0.1")]);
        shell.env("PGPORT", self.server.port.to_string()).envs(variables.iter().cloned());
        run_checked(&mut shell);
    }

    /// Crashes the server (`immediate`).
    pub fn crash(&self) {
        self.server.stop("immediate");
    }

    /// Starts the stopped server again, on the same port.
    ///
    /// # Panics
    /// If the server does not start.
    pub fn restart_process(&self) {
        assert!(self.server.start(), "the server does not start: {}", self.server.log());
    }

    /// Creates a certificate for `127.0.0.1`. The server offers TLS from its next start on. Returns the path of the
    /// certificate.
    ///
    /// # Panics
    /// If openssl fails.
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
        run_checked(openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate));
        if let Some(user) = server_user() {
            std::os::unix::fs::chown(&key, Some(user.uid), Some(user.gid))
                .expect("the owner of the key is changed");
        }
        self.psql("ALTER SYSTEM SET ssl = on");
        certificate
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.server.stop("immediate");
        // The server is stopped, so the watchdog has nothing left to do.
        drop(self.watchdog.kill());
        drop(self.watchdog.wait());
    }
}

fn quiet(command: &mut Command) -> &mut Command {
    // A server that outlives the test must not hold its output open.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn run_checked(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("a program of PostgreSQL runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
