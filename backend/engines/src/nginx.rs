//! An nginx of one test, with the configuration of a deployment.

use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::program;

/// How long it may take until it listens.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// One process, which ends when it is killed, and its files in the prefix.
const DIRECTIVES: &str = "daemon off; master_process off; pid nginx.pid;";

/// A running nginx. It is killed when it is dropped.
#[derive(Debug)]
pub struct Nginx {
    address: SocketAddr,
    _folder: TempDir,
    _process: Child,
}

impl Nginx {
    /// Starts it on a free port with the configuration of a deployment, which includes two files with addresses from
    /// beside it: where the services are, and where it listens. Those are written here.
    ///
    /// # Panics
    /// When there is no program, the configuration is refused, or it does not start.
    pub async fn start(config: &str, services: &[(&str, Vec<SocketAddr>)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("nginx.conf");
        let written = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("a file for the configuration");
        };
        written("nginx.conf", config);
        written("upstreams.conf", &upstreams(services));
        // Between looking for a free port and taking it, somebody else may take it.
        for _ in 0..5 {
            let address = program::free_address();
            written("server.conf", &format!("listen {address};\n"));
            let checked = run(folder.path(), &file, &["-t", "-g", DIRECTIVES]).await;
            let said = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert!(
                checked.status.success() || said.contains("Address already in use"),
                "nginx says: {said}"
            );
            let mut process =
                command(folder.path(), &file).args(["-g", DIRECTIVES]).spawn().expect("nginx can be started");
            let deadline = Instant::now() + READY_WITHIN;
            while process.try_wait().expect("nginx can be looked at").is_none() {
                assert!(Instant::now() < deadline, "nginx does not listen");
                if TcpStream::connect(address).await.is_ok() {
                    return Self { address, _folder: folder, _process: process };
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        }
        panic!("no port stays free")
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// As in a deployment, with the addresses of the replicas in place of names.
fn upstreams(services: &[(&str, Vec<SocketAddr>)]) -> String {
    let mut text = String::new();
    for (name, replicas) in services {
        let servers: Vec<String> =
            replicas.iter().map(|at| format!("server {at} max_fails=2 fail_timeout=2s;")).collect();
        writeln!(
            text,
            "upstream {name} {{ zone {name} 64k; least_conn; {} keepalive 32; keepalive_timeout 60s; }}",
            servers.join(" ")
        )
        .expect("a text can be written");
    }
    text
}

fn command(prefix: &Path, file: &Path) -> Command {
    let program: PathBuf = program::nginx();
    let mut command = Command::new(program);
    command.arg("-p").arg(prefix).arg("-c").arg(file).args(["-e", "stderr"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

async fn run(prefix: &Path, file: &Path, arguments: &[&str]) -> Output {
    let output = command(prefix, file).args(arguments).stderr(Stdio::piped()).output().await;
    output.expect("nginx can be started")
}
