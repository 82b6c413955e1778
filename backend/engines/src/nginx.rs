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
/// Where a deployment listens, and where its services do.
const LISTENS: &str = "listen 8080;";
const SERVICE_PORT: u16 = 3000;

/// A running nginx. It is killed when it is dropped.
#[derive(Debug)]
pub struct Nginx {
    address: SocketAddr,
    _folder: TempDir,
    _process: Child,
}

impl Nginx {
    /// Starts it on a free port with this configuration, in which only addresses are replaced: where it listens, and
    /// where the services are.
    ///
    /// # Panics
    /// When there is no program, the configuration lacks an address, or it does not start.
    pub async fn start(config: &str, services: &[(&str, Vec<SocketAddr>)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("nginx.conf");
        let config = services.iter().fold(config.to_owned(), |config, (name, replicas)| {
            let mut servers = String::new();
            for replica in replicas {
                write!(servers, "server {replica} max_fails=0; ").expect("a text can be written");
            }
            replaced(&config, &format!("server {name}:{SERVICE_PORT} max_fails=0;"), servers.trim_end())
        });
        // Between looking for a free port and taking it, somebody else may take it.
        for _ in 0..5 {
            let address = program::free_address();
            let text = replaced(&config, LISTENS, &format!("listen {address};"));
            std::fs::write(&file, text).expect("a file for the configuration");
            let checked = run(folder.path(), &file, &["-t"]).await;
            let said = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert!(
                checked.status.success() || said.contains("Address already in use"),
                "nginx says: {said}"
            );
            let mut process = command(folder.path(), &file)
                .args(["-g", "daemon off; master_process off;"])
                .spawn()
                .expect("nginx can be started");
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

fn replaced(config: &str, what: &str, by: &str) -> String {
    assert_eq!(config.matches(what).count(), 1, "the configuration has {what:?} once");
    config.replace(what, by)
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
