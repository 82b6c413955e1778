//! Servers that are unreachable, or are not a marketplace.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use ticketing_testkit::ReservedAddress;

use crate::support::Cli;

/// Starts a server that reads the request of each connection and then calls `answer`. Returns its URL.
fn serve(answer: impl Fn(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            answer(&mut connection);
        }
    });
    url
}

/// Answers every connection with these bytes.
fn serve_answer(answer: &'static str) -> String {
    serve(move |connection| drop(connection.write_all(answer.as_bytes())))
}

#[test]
fn unreachable_server_exits_with_7_and_a_hint() {
    let nobody = ReservedAddress::reserve();
    let url = format!("http://{}", nobody.addr());
    let run = Cli::for_server(&url).run(&["tickets", "list"]);
    assert_eq!((run.code, run.out.as_str()), (7, ""));
    assert!(run.err.contains(&format!("error: the server at {url} cannot be reached")), "{}", run.err);
    assert!(run.err.contains("hint: `ticketing serve`"), "{}", run.err);
}

#[test]
fn status_shows_the_session_location_without_a_server() {
    let run = Cli::offline().run(&["auth", "status"]);
    assert_eq!(run.code, 7);
    assert!(run.err.contains("sessions.json"), "{}", run.err);
}

#[test]
fn foreign_error_page_keeps_its_status() {
    let url = serve_answer(
        "HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: 19\r\n\r\n<h1>\u{1b}[2Jhello</h1>\n",
    );
    let run = Cli::for_server(&url).run(&["tickets", "get", "t1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.err.contains("500") && run.err.contains("hello") && !run.err.contains('\u{1b}'),
        "{}",
        run.err
    );
}

#[test]
fn gateway_without_its_server_exits_with_7() {
    let url = serve_answer(
        "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
    );
    assert_eq!(Cli::for_server(&url).run(&["--timeout", "5s", "tickets", "get", "t1"]).code, 7);
}

#[test]
fn page_of_another_server_does_not_say_that_a_ticket_is_gone() {
    let page = "HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";
    let url = serve_answer(page);
    for words in
        [&["tickets", "get", "t1"][..], &["orders", "get", "o1"], &["tickets", "withdraw", "t1", "--yes"]]
    {
        let run = Cli::for_server(&url).run(words);
        assert_eq!(run.code, 1, "{words:?}: {run:?}");
        assert!(run.err.contains("is --server right"), "{words:?}: {run:?}");
    }
}

#[test]
fn doctor_ends_as_other_commands_at_a_server_that_fails() {
    const HTML: &str = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>";
    const JSON: &str = "HTTP/1.1 500 Oops\r\ncontent-type: application/json\r\ncontent-length: 29\r\nconnection: close\r\n\r\n{\"errors\":[{\"message\":\"no\"}]}";
    const REDIRECT: &str = "HTTP/1.1 302 Found\r\nlocation: http://elsewhere.invalid/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    for (answer, code) in [(HTML, 7), (JSON, 1), (REDIRECT, 1)] {
        let cli = Cli::for_server(&serve_answer(answer));
        for words in [&["--timeout", "5s", "doctor"][..], &["--timeout", "5s", "tickets", "list"]] {
            let run = cli.run(words);
            assert_eq!(run.code, code, "{words:?}: {run:?}");
            assert!(!(run.out + &run.err).contains("`ticketing serve`"), "{words:?}: {answer}");
        }
        let doctor = cli.run(&["--timeout", "5s", "doctor"]);
        assert!(doctor.out.contains("server\tfailed\t"), "{doctor:?}");
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let cli = Cli::for_server(&format!("http://{}", silent.local_addr().unwrap()));
    let run = cli.run(&["--timeout", "300ms", "doctor"]);
    assert_eq!((run.code, run.out.matches("no answer within").count()), (7, 1), "{run:?}");
}

#[test]
fn doctor_says_what_mends_a_damaged_session() {
    let cli = Cli::offline();
    std::fs::write(cli.home.path().join("sessions.json"), "{").unwrap();
    for words in [&["doctor"][..], &["whoami"], &["status"]] {
        let run = cli.run(words);
        let text = run.out + &run.err;
        assert!(text.contains("`ticketing login --email EMAIL` signs in again"), "{words:?}: {text}");
        assert!(!text.contains("unlock"), "{words:?}: {text}");
    }
}

#[test]
fn another_backend_of_the_contract_is_understood_without_codes() {
    let url = serve_answer(
        "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 36\r\n\r\n{\"errors\":[{\"message\":\"Not Found\"}]}",
    );
    let run = Cli::for_server(&url).run(&["orders", "get", "5ea9b8f0c1d2e3f405162738"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.starts_with("error: there is no order 5ea9b8f0c1d2e3f405162738\nhint: "), "{}", run.err);
}

#[test]
fn dead_proxy_is_named_without_its_password() {
    let mut command = Cli::for_server("http://shop.invalid").command(&["tickets", "list"]);
    command.env("HTTP_PROXY", "http://ada:s3cret@127.0.0.1:9");
    let run = crate::support::finish(command, "");
    assert_eq!(run.code, 7, "{run:?}");
    assert!(run.err.contains("the proxy http://127.0.0.1:9 made no connection: "), "{}", run.err);
    assert!(!run.err.contains("s3cret"), "{}", run.err);
}

#[test]
fn time_left_is_reckoned_by_the_clock_of_the_server() {
    let url = serve_answer(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Sat, 21 Nov 2020 10:00:00 GMT\r\nconnection: close\r\n\r\n\
         {\"id\":\"o1\",\"userId\":\"u1\",\"status\":\"created\",\"version\":0,\
         \"expiresAt\":\"2020-11-21T10:14:50Z\",\"ticket\":{\"id\":\"t1\",\"title\":\"RustConf in Berlin\",\"price\":20}}",
    );
    let run = Cli::for_server(&url).ok(&["-o", "table", "orders", "get", "o1"]);
    assert!(run.out.contains("(in 15 min)"), "{run:?}");
}

#[test]
fn page_of_another_program_is_no_answer_of_a_marketplace() {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 34\r\nconnection: close\r\n\r\n<html>Sign in to the \u{1b}[2JWLAN</html>";
    let run = Cli::for_server(&serve_answer(page)).run(&["tickets", "list"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("is --server right") && !run.err.contains('\u{1b}'), "{}", run.err);
}

/// Answers with this beginning, and then with this block for as long as the client reads.
fn endless(head: &'static str, block: Vec<u8>) -> String {
    serve(move |connection| {
        let _ = connection.write_all(head.as_bytes());
        // The client leaves long before a gigabyte is written.
        while connection.write_all(&block).is_ok() {}
    })
}

/// Runs the program with an address space that is smaller than the whole response.
#[cfg(unix)]
fn run_in_little_memory(url: &str, words: &[&str]) -> crate::support::Run {
    let cli = Cli::for_server(url);
    let program = cli.command(words);
    let mut shell = std::process::Command::new("sh");
    shell.env_clear().args(["-c", "ulimit -v 1500000; exec \"$@\"", "sh"]);
    shell.arg(program.get_program()).args(program.get_args());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    crate::support::finish(shell, "")
}

#[cfg(unix)]
#[test]
fn endless_answers_end_with_an_error_and_little_memory() {
    const GIGABYTE: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 107374182400\r\n\r\n[";
    const CHUNKS: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    const PAGE: &str = "HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n";
    let blank = vec![b' '; 1 << 20];
    let chunk = [format!("{:x}\r\n", 1 << 20).as_bytes(), &blank, b"\r\n"].concat();
    for (head, block, words) in [
        (GIGABYTE, &blank, &["tickets", "list"][..]),
        (CHUNKS, &chunk, &["tickets", "list"]),
        (PAGE, &chunk, &["tickets", "get", "t1"]),
        (CHUNKS, &chunk, &["api", "/api/tickets"]),
        (CHUNKS, &chunk, &["passes", "calendar", "p1"]),
    ] {
        let run = run_in_little_memory(&endless(head, block.clone()), words);
        assert_eq!(run.code, 1, "{words:?}: {run:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains("MiB"), "{words:?}: {}", run.err);
    }
}

#[cfg(unix)]
#[test]
fn endless_head_of_an_answer_ends_with_an_error() {
    let line = format!("x-{}: 1\r\n", "a".repeat(1000)).into_bytes();
    let run = run_in_little_memory(&endless("HTTP/1.1 200 OK\r\n", line), &["tickets", "list"]);
    assert!(matches!(run.code, 1 | 7) && run.err.starts_with("error: "), "{run:?}");
}

#[test]
fn control_characters_of_an_error_reach_no_terminal() {
    let body = "{\"errors\":[{\"message\":\"no\\u001b[2J\\u202e way\\r\\nerror: paid\",\"field\":\"ti\\u001b]0;x\\u0007tle\",\
                \"code\":\"in\\u001b[31mvalid\"}]}";
    let head = "HTTP/1.1 400 Bad\x1b[2J\r\ncontent-type: application/problem+json\r\nx-request-id: \x1b[2Jr1\r\nconnection: close\r\n";
    let answer: &'static str = format!("{head}content-length: {}\r\n\r\n{body}", body.len()).leak();
    let url = serve_answer(answer);
    for words in
        [&["tickets", "get", "t1"][..], &["-v", "tickets", "get", "t1"], &["api", "/api/tickets/t1", "-i"]]
    {
        let run = Cli::for_server(&url).run(words);
        assert_ne!(run.code, 0, "{words:?}: {run:?}");
        let shown = if words[0] == "api" { run.err } else { run.out + &run.err };
        let is_harmless = |c: char| !c.is_control() || c == '\n';
        assert!(shown.chars().all(|c| is_harmless(c) && c != '\u{202e}'), "{words:?}: {shown:?}");
        assert!(!shown.lines().any(|line| line.starts_with("error: paid")), "{words:?}: {shown:?}");
    }
}

#[test]
fn silent_server_and_silent_proxy_end_with_the_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let run = Cli::for_server(&address).run(&["--timeout", "300ms", "tickets", "list"]);
    assert_eq!(run.code, 7, "{run:?}");
    assert!(run.err.contains("--timeout"), "{}", run.err);
    for server in ["http://shop.invalid", "https://shop.invalid"] {
        let mut command = Cli::for_server(server).command(&["--timeout", "300ms", "tickets", "list"]);
        command.env("HTTP_PROXY", &address).env("HTTPS_PROXY", &address);
        let run = crate::support::finish(command, "");
        assert_eq!(run.code, 7, "{server}: {run:?}");
        assert!(run.err.starts_with("error: "), "{}", run.err);
    }
}

#[test]
fn proxy_that_refuses_the_tunnel_is_named() {
    let proxy = serve_answer(
        "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    );
    let mut command = Cli::for_server("https://shop.invalid").command(&["tickets", "list"]);
    command.env("HTTPS_PROXY", &proxy);
    let run = crate::support::finish(command, "");
    assert_eq!(run.code, 7, "{run:?}");
    assert!(run.err.contains(&format!("the proxy {proxy}")), "{}", run.err);
}
