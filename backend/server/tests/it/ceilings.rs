//! The program under many connections: requests and probes are served while clients hold connections open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The timeout of reads: longer than any response takes.
const DEADLINE: Duration = Duration::from_secs(30);

/// The program, started by a shell that sets limits.
struct LimitedProgram {
    child: Child,
    address: SocketAddr,
    _data: tempfile::TempDir,
}

impl LimitedProgram {
    fn start(limits: &str, settings: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$0\" all")])
            .arg(env!("CARGO_BIN_EXE_ticketing-server"))
            .env_clear()
            .env("TICKETING_LISTEN", "127.0.0.1:0")
            .env("TICKETING_DATA_DIR", data.path())
            .env("TICKETING_LOG", "warn")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().parse().unwrap();
        Self { child, address, _data: data }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    }

    /// Sends a request on a connection of its own, and returns the response.
    fn request(&self, request: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "{request}\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    #[track_caller]
    fn assert_serves(&self) {
        for path in ["/healthz", "/readyz", "/api/tickets"] {
            let answer = self.request(&format!("GET {path} HTTP/1.1"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        }
    }

    /// Requests the live feed, and returns the connection with the first bytes of the response; none if it was closed.
    fn watch(&self) -> (TcpStream, String) {
        let mut stream = self.connect();
        let request = "GET /api/tickets HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut first = [0; 1024];
        let read = stream.read(&mut first).unwrap_or_default();
        (stream, String::from_utf8_lossy(&first[..read]).into_owned())
    }

    /// Stops the program, and returns its log.
    fn end(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for LimitedProgram {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn low_open_file_limit_keeps_requests_and_probes_served() {
    let server = LimitedProgram::start("ulimit -n 200", &[]);
    let (mut idle, mut streams, mut refused) = (Vec::new(), Vec::new(), 0);
    for _ in 0..200 {
        idle.push(server.connect());
    }
    server.assert_serves();
    for _ in 0..200 {
        let (stream, first) = server.watch();
        if first.starts_with("HTTP/1.1 200") {
            streams.push(stream);
        } else {
            assert!(first.starts_with("HTTP/1.1 503") && first.contains("retry-after: "), "{first}");
            refused += 1;
        }
    }
    assert!(!streams.is_empty() && refused > 0, "{} streams, {refused} refused", streams.len());
    server.assert_serves();
    let log = server.end();
    assert!(log.contains("limits of the listener lowered"), "{log}");
    assert!(log.lines().count() < 10, "a lasting condition is logged once: {log}");
}

#[test]
fn streams_of_one_address_leave_slots_to_others() {
    let settings =
        [("TICKETING_STREAMS", "6"), ("TICKETING_STREAMS_PER_ADDRESS", "2"), ("TICKETING_CONNECTIONS", "4")];
    let server = LimitedProgram::start(
        "true",
        &[&settings[..], &[("TICKETING_TRUSTED_PROXIES", "127.0.0.1")]].concat(),
    );
    let watch = |client: &str| {
        let mut stream = server.connect();
        let request = format!(
            "GET /api/tickets HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nx-forwarded-for: {client}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        (stream, String::from_utf8_lossy(&status).into_owned())
    };
    let mut held = Vec::new();
    for client in ["1.1.1.1", "2.2.2.2", "3.3.3.3"] {
        for expected in ["200", "200", "503"] {
            let (stream, status) = watch(client);
            assert!(status.ends_with(expected), "{client}: {status}");
            held.push(stream);
        }
    }
    assert!(watch("4.4.4.4").1.ends_with("503"), "every slot is in use");
    server.assert_serves();
}

#[cfg(target_os = "linux")]
#[test]
fn soft_limit_on_open_files_is_raised_at_start() {
    let server = LimitedProgram::start("ulimit -Sn 128", &[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[3], words[4], "{line}");
    assert_ne!(words[3], "128");
}
