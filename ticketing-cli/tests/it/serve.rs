//! `ticketing serve`: the output that scripts rely on, and its errors.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use crate::support::{Cli, Run, Server, finish, program};

/// A `serve` that is expected to end by itself.
fn serve_and_fail(words: &[&str], data: &Path) -> Run {
    let mut command = program();
    command.env("TICKETING_HOME", data).arg("serve").args(words);
    finish(command, "")
}

#[test]
fn sigterm_ends_serve_with_0_and_keeps_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    assert!(server.terminate().success());

    let again = Server::start_in(folder.path(), &[]);
    // The key that signs sessions was kept too.
    let cookie = cli.home.path().join("sessions.json");
    let moved = std::fs::read_to_string(&cookie).unwrap().replace(&cli.server, &again.url);
    std::fs::write(&cookie, moved).unwrap();
    let cli = Cli { server: again.url.clone(), ..cli };
    assert_eq!(cli.json(&["tickets", "list", "--mine"])[0]["id"], ticket);
}

#[cfg(unix)]
#[test]
fn signing_key_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::start();
    for entry in std::fs::read_dir(&server.data).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o077;
        let secret = entry.file_name().to_string_lossy().contains("key");
        assert!(!secret || mode == 0, "{:?} is open to others", entry.path());
    }
}

#[test]
fn port_in_use_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = serve_and_fail(&["--listen", &address], folder.path());
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains(&address), "{}", run.err);
}

#[test]
fn folder_in_use_is_reported() {
    let server = Server::start();
    let data = server.data.to_str().unwrap();
    let run = serve_and_fail(&["--listen", "127.0.0.1:0", "--data-dir", data], &server.data);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains(data), "{}", run.err);
}

#[test]
fn wrong_settings_are_2_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data_text = data.to_str().unwrap();
    for (words, about) in [
        (&["--listen", "nonsense"][..], "--listen"),
        (&["--order-ttl", "soon"], "--order-ttl"),
        (&["--metrics-listen", "nonsense"], "--metrics-listen"),
    ] {
        let run = serve_and_fail(&[words, &["--data-dir", data_text]].concat(), folder.path());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{words:?}: {run:?}");
        assert!(run.err.contains(about), "{}", run.err);
    }
    let mut command = program();
    command.env("TICKETING_HOME", folder.path()).env("TICKETING_JWT_KEY", "hunter2");
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir", data_text]);
    let run = finish(command, "");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("TICKETING_JWT_KEY") && !run.err.contains("hunter2"), "{}", run.err);
    assert!(!data.exists());
}

/// Sends requests over one connection, and reads the answer of each.
fn send_requests(url: &str, count: usize) {
    let mut connection = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    connection.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let mut answer = vec![0; 16 * 1024];
    for number in 0..count {
        connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        let read = connection.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "request {number}");
    }
}

#[cfg(unix)]
#[test]
fn server_answers_and_ends_while_its_log_is_not_read() {
    let data = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data.path());
    command.env("TICKETING_HOME", data.path()).env("TICKETING_LOG", "trace");
    let (server, mut unread) = Server::spawn(command);
    send_requests(&server.url, 4000);
    assert!(server.terminate().success());
    let mut log = Vec::new();
    unread.read_to_end(&mut log).unwrap();
    // More was logged than a pipe holds, so that a writer that waits would have waited for ever.
    assert!(log.len() >= 60 * 1024, "{} bytes", log.len());
}

#[cfg(unix)]
#[test]
fn server_drains_when_its_terminal_closes() {
    let server = Server::start();
    let url = server.url.clone();
    send_requests(&url, 1);
    // A shell and the terminal both send it.
    server.signal("-HUP");
    server.signal("-HUP");
    assert!(server.wait_until_ended().success());
}

#[cfg(target_os = "linux")]
#[test]
fn server_under_nohup_outlives_its_terminal() {
    let data = tempfile::tempdir().unwrap();
    let serve = "trap '' HUP; exec \"$0\" serve --listen 127.0.0.1:0 --data-dir \"$1\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", serve, env!("CARGO_BIN_EXE_ticketing")]).arg(data.path());
    command.env("TICKETING_HOME", data.path());
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let (server, _log) = Server::spawn(command);
    server.signal("-HUP");
    send_requests(&server.url, 1);
    assert!(server.terminate().success());
}
