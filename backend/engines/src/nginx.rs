//! An nginx for one test, with the configuration of a deployment.

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
use crate::reserved_address::ReservedAddress;

/// How long nginx may take to listen.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// A single process in the foreground, so that killing it ends nginx. Its files are in the prefix.
const DIRECTIVES: &str = "daemon off; master_process off; pid nginx.pid;";

/// A running nginx. Dropping it kills the process.
#[derive(Debug)]
pub struct Nginx {
    address: ReservedAddress,
    _folder: TempDir,
    _process: Child,
}

impl Nginx {
    /// Starts nginx on a free port with the configuration of a deployment. That includes two files, which are generated
    /// here: `upstreams.conf` with the addresses of the services, and `server.conf` with the port.
    ///
    /// # Panics
    /// If the program is missing, the configuration is invalid, or nginx does not listen in time.
    pub async fn start(config: &str, services: &[(&str, Vec<SocketAddr>)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config_path = folder.path().join("nginx.conf");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("the configuration is written");
        };
        write("nginx.conf", config);
        write("upstreams.conf", &render_upstreams(services));
        let address = ReservedAddress::reserve();
        write("server.conf", &format!("listen {};\n", address.addr()));
        let check = run(folder.path(), &config_path, &["-t", "-g", DIRECTIVES]).await;
        let log = String::from_utf8_lossy(&check.stderr).into_owned();
        assert!(check.status.success(), "the configuration is invalid: {log}");
        let mut process = command(folder.path(), &config_path)
            .args(["-g", DIRECTIVES])
            .spawn()
            .expect("nginx can be started");
        let deadline = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(address.addr()).await.is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            assert!(process.try_wait().expect("the state of nginx").is_none(), "nginx has ended");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        Self { address, _folder: folder, _process: process }
    }

    /// Returns the URL of nginx.
    pub fn url(&self) -> String {
        format!("http://{}", self.address.addr())
    }
}

/// Renders the upstreams of a deployment, with the addresses of the replicas instead of host names.
fn render_upstreams(services: &[(&str, Vec<SocketAddr>)]) -> String {
    let mut text = String::new();
    for (name, replicas) in services {
        let servers: Vec<String> =
            replicas.iter().map(|address| format!("server {address} max_fails=2 fail_timeout=2s;")).collect();
        writeln!(
            text,
            "upstream {name} {{ zone {name} 64k; least_conn; {} keepalive 32; keepalive_timeout 60s; }}",
            servers.join(" ")
        )
        .expect("writing to a string");
    }
    text
}

fn command(prefix: &Path, config: &Path) -> Command {
    let program: PathBuf = program::nginx();
    let mut command = Command::new(program);
    command.arg("-p").arg(prefix).arg("-c").arg(config).args(["-e", "stderr"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

async fn run(prefix: &Path, config: &Path, arguments: &[&str]) -> Output {
    let output = command(prefix, config).args(arguments).stderr(Stdio::piped()).output().await;
    output.expect("nginx can be started")
}
