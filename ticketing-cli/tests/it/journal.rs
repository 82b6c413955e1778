//! An interrupted write is recorded, reported, and retried with its key.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::support::{Cli, finish};

const TICKET: &str = r#"{"id":"t1","title":"A","price":20,"userId":"u1","version":0,"status":"available"}"#;

/// Hangs up on the first `lost` requests without a word, then creates; sends the key of each.
fn serve_after_losses(lost: usize) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, keys) = channel();
    std::thread::spawn(move || {
        for (index, connection) in listener.incoming().enumerate() {
            let mut connection = connection.unwrap();
            let mut request = vec![0; 8192];
            let read = connection.read(&mut request).unwrap();
            let head = String::from_utf8_lossy(&request[..read]).to_lowercase();
            let key = head.lines().find_map(|line| line.strip_prefix("idempotency-key: ")).unwrap_or("none");
            sender.send(key.to_owned()).unwrap();
            if index >= lost {
                let answer = format!(
                    "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\nidempotency-keys: max-age=86400\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{TICKET}",
                    TICKET.len()
                );
                connection.write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    (url, keys)
}

const CREATE: [&str; 6] = ["tickets", "create", "--title", "A", "--price", "20"];

#[test]
fn interrupted_write_is_reported_once_and_settled_by_a_retry() {
    // More than the client repeats by itself.
    let (url, keys) = serve_after_losses(10);
    let cli = Cli::for_server(&url);
    let mut run = cli.run(&CREATE);
    assert_eq!(run.code, 9, "{run:?}");
    assert!(run.err.contains("not known whether") && run.err.contains("same command again"), "{}", run.err);
    let journal = cli.home.path().join("journal");
    let notes: Vec<_> = std::fs::read_dir(&journal).unwrap().map(|entry| entry.unwrap().path()).collect();
    let key = keys.recv().unwrap();
    assert_eq!(notes.len(), 1);
    assert!(std::fs::read_to_string(&notes[0]).unwrap().contains(&key));

    // Reported at the next start, whatever that is for, and only once.
    run = cli.run(&["api", "POST", "/api/other"]);
    assert!(run.err.contains("notice: `tickets create"), "{}", run.err);
    let mut seen = 1;
    while run.code != 0 {
        run = cli.run(&CREATE);
        assert!(!run.err.contains("notice: `tickets create"), "{}", run.err);
        seen += 1;
        assert!(seen < 10, "{run:?}");
    }
    let with_key = keys.try_iter().filter(|sent| *sent == key).count();
    assert!(with_key >= 1, "the old key was not used again");
    assert!(run.out.starts_with("t1\tA\t20.00\tavailable"));
}

#[test]
fn settled_write_leaves_no_journal_entry() {
    let (url, keys) = serve_after_losses(0);
    let cli = Cli::for_server(&url);
    cli.ok(&CREATE);
    assert_ne!(keys.recv().unwrap(), "none");
    assert_eq!(std::fs::read_dir(cli.home.path().join("journal")).unwrap().count(), 0);
}

#[test]
fn write_interrupted_by_ctrl_c_is_recorded() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let cli = Cli::for_server(&format!("http://{}", listener.local_addr().unwrap()));
    let child = cli.command(&["--quiet", "orders", "create", "t1"]).spawn().unwrap();
    // The request is sent and never answered.
    let (mut connection, _) = listener.accept().unwrap();
    let mut first = [0];
    connection.read_exact(&mut first).unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(130), &b""[..]));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.starts_with("error: interrupted\n  `orders create t1` at http://127.0.0.1:"),
        "{message}"
    );
    assert!(message.contains("it is not known whether it was done"), "{message}");
    drop((connection, listener));
    let next = cli.run(&["payments", "list"]);
    assert!(next.err.starts_with("notice: `orders create t1` at http://127.0.0.1:"), "{}", next.err);
}

#[test]
fn interrupt_before_the_first_row_is_reported_when_quiet() {
    let cli = Cli::offline();
    let mut command = cli.command(&["--quiet", "tickets", "import", "-", "--format", "csv"]);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    // More than a pipe holds: the command reads its input, and handles signals by then.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&vec![b'\n'; 1 << 20]).unwrap();
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let run = crate::support::Run::from_child(child);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (130, "", "error: interrupted\n"));
    drop(stdin);
}

/// How the scripted server handles the next write.
#[derive(Clone, Copy)]
pub(crate) enum OnWrite {
    /// Reads it and hangs up: its outcome is not known.
    HangUp,
    /// Answers with this status line and body.
    Answer(&'static str, &'static str),
}

/// Answers reads as the marketplace does, and each write as the script says; sends the key of each write.
pub(crate) fn serve_script(announces_keys: bool, script: Vec<OnWrite>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, keys) = channel();
    std::thread::spawn(move || {
        let mut script = script.into_iter();
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = vec![0; 8192];
            let read = connection.read(&mut request).unwrap();
            let head = String::from_utf8_lossy(&request[..read]).to_lowercase();
            let (status, body) = if head.starts_with("get ") {
                ("200 OK", r#"{"currentUser":null}"#)
            } else {
                let key = head.lines().find_map(|line| line.strip_prefix("idempotency-key: "));
                sender.send(key.unwrap_or("none").to_owned()).unwrap();
                match script.next().unwrap() {
                    OnWrite::HangUp => continue,
                    OnWrite::Answer(status, body) => (status, body),
                }
            };
            let announcement = if announces_keys { "idempotency-keys: max-age=86400\r\n" } else { "" };
            let answer = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{announcement}connection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, keys)
}

fn problem(code: &str) -> &'static str {
    Box::leak(format!(r#"{{"errors":[{{"message":"no","code":"{code}"}}]}}"#).into_boxed_str())
}

#[test]
fn key_of_an_interrupted_write_outlives_unsettled_answers() {
    // The client sends a keyed write four times at the most, and an answer with `Retry-After` not at all.
    let lost = [OnWrite::HangUp; 4];
    let open = [
        OnWrite::Answer("401 Unauthorized", problem("not_signed_in")),
        OnWrite::Answer("403 Forbidden", "<h1>Forbidden</h1>"),
        OnWrite::Answer("429 Too Many Requests", problem("too_many_requests")),
        OnWrite::Answer("500 Internal Server Error", problem("internal")),
        OnWrite::Answer("503 Service Unavailable", problem("unavailable")),
        OnWrite::Answer("404 Not Found", "<h1>Not Found</h1>"),
    ];
    let script = lost.into_iter().chain(open).chain([OnWrite::Answer("201 Created", TICKET)]).collect();
    let (url, keys) = serve_script(true, script);
    let cli = Cli::for_server(&url);
    assert_eq!(cli.run(&CREATE).code, 9);
    let journal = cli.home.path().join("journal");
    let mut runs = 0;
    loop {
        let run = cli.run(&CREATE);
        runs += 1;
        if run.code == 0 {
            break;
        }
        assert!(run.err.contains("not known whether this was done"), "{run:?}");
        assert!(runs < 20, "{run:?}");
    }
    let sent: Vec<_> = keys.try_iter().collect();
    assert_eq!(sent.len(), 11);
    assert!(sent.iter().all(|key| *key == sent[0]), "{sent:?}");
    assert_eq!(std::fs::read_dir(&journal).unwrap().count(), 0);
}

#[test]
fn refusal_of_a_resumed_write_settles_it() {
    let lost = [OnWrite::HangUp; 4];
    let refusal = OnWrite::Answer("400 Bad Request", problem("invalid_input"));
    let (url, keys) = serve_script(true, lost.into_iter().chain([refusal, refusal]).collect());
    let cli = Cli::for_server(&url);
    assert_eq!(cli.run(&CREATE).code, 9);
    assert_eq!(cli.run(&CREATE).code, 2);
    assert_eq!(std::fs::read_dir(cli.home.path().join("journal")).unwrap().count(), 0);
    assert_eq!(cli.run(&CREATE).code, 2);
    let sent: Vec<_> = keys.try_iter().collect();
    assert_eq!(sent[0], sent[4]);
    assert_ne!(sent[4], sent[5]);
}

#[test]
fn server_without_keys_gets_a_write_again_if_repeated_twice() {
    let (url, keys) = serve_script(false, vec![OnWrite::HangUp, OnWrite::Answer("201 Created", TICKET)]);
    let cli = Cli::for_server(&url);
    let run = cli.run(&CREATE);
    assert_eq!(run.code, 9);
    assert!(run.err.contains("look first whether it was done (`ticketing tickets list --mine`)"), "{run:?}");
    assert!(!run.err.contains("same key"), "{run:?}");
    assert_eq!(keys.try_iter().count(), 1, "it was repeated");
    cli.ok(&CREATE);
    assert_eq!(keys.try_iter().count(), 1);
}

/// A session of this user.
fn session_of(user: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"id":"{user}"}}"#));
    STANDARD.encode(format!(r#"{{"jwt":"e30.{claims}.c2ln"}}"#))
}

#[test]
fn key_of_an_interrupted_write_is_not_taken_up_by_another_user() {
    let lost = [OnWrite::HangUp; 4];
    let made = OnWrite::Answer("201 Created", TICKET);
    let (url, keys) = serve_script(true, lost.into_iter().chain([made, made]).collect());
    let cli = Cli::for_server(&url);
    let run_as = |user: &str| {
        let mut command = cli.command(&CREATE);
        command.env("TICKETING_SESSION", session_of(user));
        finish(command, "").code
    };
    assert_eq!([run_as("ada"), run_as("bob"), run_as("ada")], [9, 0, 0]);
    let sent: Vec<_> = keys.try_iter().collect();
    assert_eq!(sent.len(), 6);
    assert_ne!(sent[4], sent[0]);
    assert_eq!(sent[5], sent[0]);
}
