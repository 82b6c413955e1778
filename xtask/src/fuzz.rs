//! `cargo xtask fuzz`: runs schemathesis against a running server.
//!
//! Schemathesis generates requests from the OpenAPI document, deterministically, and checks each response against it. Its
//! configuration is `xtask/fuzz/schemathesis.toml`.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::run::{cargo, file_error, read, root, run, target, write};
use crate::tools;

/// The fuzzer and its generator of test cases, as Python packages.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "hypothesis==6.170.17"];
/// The number of random requests for each operation, in addition to those that cover its constraints.
const MAX_EXAMPLES: &str = "25";
/// How long the server may take to respond.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);

/// Runs the fuzzer with a session and without one.
pub(crate) fn fuzz() -> Result<(), String> {
    let tools = ensure_installed()?;
    run(cargo().args(["build", "--workspace", "--all-features", "--locked", "--bin", "ticketing-server"]))?;
    let work = root().join("target/fuzz");
    let server = Server::start(&work)?;
    let session = server.sign_up()?;
    let signed_in = format!("\n[auth.openapi.session]\napi_key = \"{session}\"\n");
    // A sign-out would revoke the session of the following requests. The anonymous run covers it.
    schemathesis(&tools, &work, &server, "signed-in", &signed_in, &["--exclude-operation-id", "signout"])?;
    schemathesis(&tools, &work, &server, "anonymous", "", &[])
}

fn schemathesis(
    tools: &Path,
    work: &Path,
    server: &Server,
    name: &str,
    settings: &str,
    args: &[&str],
) -> Result<(), String> {
    let config = work.join(format!("{name}.toml"));
    write(&config, read(&root().join("xtask/fuzz/schemathesis.toml"))? + settings)?;
    run(Command::new(tools.join("bin/schemathesis"))
        .current_dir(work)
        .arg("--config-file")
        .arg(&config)
        .arg("run")
        .arg(format!("http://{}/api/openapi.json", server.address))
        .args(["--checks", "all", "--max-examples", MAX_EXAMPLES, "--warnings", "off", "--no-color"])
        .args(args))
}

/// A server with all services and an empty data folder. Dropping it kills the process.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(work: &Path) -> Result<Self, String> {
        let data = work.join("data");
        // An earlier run may have left its data.
        let _missing = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).map_err(file_error(&data))?;
        let program = target().join("debug/ticketing-server");
        let mut child = Command::new(&program)
            .arg("all")
            .env("TICKETING_LISTEN", "127.0.0.1:0")
            .env("TICKETING_DATA_DIR", &data)
            .env("TICKETING_LOG", "error")
            // All requests come from one address, and many from one account.
            .env("TICKETING_SIGNINS_PER_ADDRESS", "1000000")
            .env("TICKETING_SIGNINS_PER_ACCOUNT", "1000000")
            .env("TICKETING_OPEN_ORDERS", "1000000")
            .env("TICKETING_WRITES_PER_MINUTE", "0")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(file_error(&program))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            // An empty line is reported below.
            let _read = BufReader::new(stdout).read_line(&mut line);
        }
        let mut server = Self { child, address: String::new() };
        let address = line.trim().strip_prefix("listening on http://");
        server.address = address.ok_or_else(|| format!("the server did not start: {line:?}"))?.to_owned();
        Ok(server)
    }

    /// Signs up a user. Returns the value of the session cookie.
    fn sign_up(&self) -> Result<String, String> {
        let response =
            self.post("/api/users/signup", r#"{"email":"fuzz@example.com","password":"correct horse"}"#);
        let response = response.map_err(|error| format!("cannot sign up at {}: {error}", self.address))?;
        let cookie = response.lines().find_map(|line| line.strip_prefix("set-cookie: session="));
        let value = cookie.and_then(|cookie| cookie.split(';').next());
        value.map(str::to_owned).ok_or_else(|| format!("the sign-up response has no session: {response}"))
    }

    fn post(&self, path: &str, body: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(RESPONSE_TIMEOUT))?;
        let (host, length) = (&self.address, body.len());
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{body}"
        )?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        Ok(response)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended already.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Returns a Python environment with the fuzzer.
pub(crate) fn ensure_installed() -> Result<PathBuf, String> {
    tools::python_environment("schemathesis", &PACKAGES)
}
