//! The export of traces by the program: its settings, its flush at shutdown, and an unreachable collector.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ticketing_testkit::{Collector, RawClient, eventually};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The timeout of a start and of a graceful shutdown.
const TIMEOUT: Duration = Duration::from_secs(60);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A marketplace as a process.
struct Program {
    child: Child,
    raw: RawClient,
    log: PathBuf,
    _folder: TempDir,
}

fn command(words: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketing-server"));
    command.args(words).env_clear().env("TICKETING_LISTEN", "127.0.0.1:0").envs(settings.iter().copied());
    command
}

impl Program {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let data = folder.path().join("data");
        let mut command = command(&["all", "--data-dir", data.to_str().unwrap()], settings);
        command.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = timeout(TIMEOUT, lines.next_line()).await.unwrap().unwrap();
        let url = first.as_deref().and_then(|line| line.strip_prefix("listening on ")).map(str::to_owned);
        let url = url.unwrap_or_else(|| panic!("{}", std::fs::read_to_string(&log).unwrap()));
        Self { child, raw: RawClient::new(url), log, _folder: folder }
    }

    /// Reads the log lines, each of which is a JSON object. The last one may be incomplete yet.
    fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        let complete = text.rfind('\n').map_or("", |end| &text[..end]);
        complete.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Sends SIGTERM, and waits until the program ends.
    async fn terminate(&mut self) -> ExitStatus {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
        timeout(TIMEOUT, self.child.wait()).await.expect("it ends in time").unwrap()
    }
}

#[tokio::test]
async fn invalid_trace_settings_are_reported_before_a_port_is_bound() {
    let wrong = [
        ("TICKETING_OTLP_ENDPOINT", "ftp://127.0.0.1", "a URL like"),
        ("TICKETING_OTLP_ENDPOINT", "http://user:hunter2@127.0.0.1:4318", "without a user"),
        ("TICKETING_TRACE_SAMPLE", "2", "a number from 0 to 1"),
    ];
    for words in [&["all", "--data-dir", "/nowhere"][..], &["orders"]] {
        for (name, value, expected) in wrong {
            let output = command(words, &[(name, value)]).output().await.unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{stderr}");
            assert!(output.stdout.is_empty(), "it never listened");
            assert!(stderr.contains(name) && stderr.contains(expected), "{stderr}");
            assert!(!stderr.contains("hunter2"), "{stderr}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_span_is_exported_at_shutdown_and_logs_have_trace_id() {
    let collector = Collector::start();
    let endpoint = collector.endpoint();
    let mut program = Program::start(&[
        ("TICKETING_OTLP_ENDPOINT", endpoint.as_str()),
        // No trace that begins here.
        ("TICKETING_TRACE_SAMPLE", "0"),
        ("TICKETING_LOG", "info,ticketing_platform=debug"),
    ])
    .await;
    program.raw.get("/api/tickets").await.ok(200);
    let reply = program.raw.get("/api/tickets").header("traceparent", PARENT).await;
    let request = reply.header("x-request-id").to_owned();
    reply.ok(200);
    assert!(program.terminate().await.success());
    let spans = collector.spans();
    assert_eq!(spans.len(), 1, "{spans:?}");
    assert_eq!((spans[0].trace.as_str(), spans[0].name.as_str()), (TRACE, "GET /api/tickets"));
    assert_eq!(spans[0].attribute("ticketing.request.id"), request);
    let log = program.log();
    let answered: Vec<_> = log.iter().filter(|line| line["message"] == "answered").collect();
    let named = answered.iter().find(|line| line["request_id"] == request.as_str()).unwrap();
    assert_eq!(named["trace_id"], TRACE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreachable_collector_does_not_affect_requests() {
    // A closed port, and a listener that never responds.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = (format!("http://{}", silent.local_addr().unwrap()), silent);
    for endpoint in ["http://127.0.0.1:1", &silent.0] {
        let mut program = Program::start(&[("TICKETING_OTLP_ENDPOINT", endpoint)]).await;
        let people =
            |round: usize| json!({ "email": format!("{round}@example.com"), "password": "a good one" });
        program.raw.post("/api/users/signup").json(&people(0)).await.ok(201);
        let warnings = |program: &Program| {
            let lost = |line: &&Value| line["message"].as_str().unwrap().starts_with("trace export failed");
            program.log().iter().filter(lost).count()
        };
        eventually!(warnings(&program) == 1, seconds 60);
        // The program continues, and logs the failure once.
        for _ in 0..200 {
            program.raw.get("/api/tickets").await.ok(200);
        }
        program.raw.post("/api/users/signup").json(&people(1)).await.ok(201);
        assert!(program.terminate().await.success());
        assert_eq!(warnings(&program), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn traces_are_off_by_default() {
    let mut program = Program::start(&[("TICKETING_LOG", "debug")]).await;
    program.raw.get("/api/tickets").await.ok(200);
    assert!(program.terminate().await.success());
    assert!(program.log().iter().all(|line| line.get("trace_id").is_none()));
}
