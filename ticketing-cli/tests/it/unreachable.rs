//! Servers that are away, or are something else.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::support::Cli;

/// Answers every connection with these bytes.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn unreachable_server_exits_with_7_and_a_hint() {
    // A port that was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = Cli::at(&url).run(&["tickets", "list"]);
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
    let url = answering(
        "HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: 19\r\n\r\n<h1>\u{1b}[2Jhello</h1>\n",
    );
    let run = Cli::at(&url).run(&["tickets", "get", "t1"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.err.contains("500") && run.err.contains("hello") && !run.err.contains('\u{1b}'),
        "{}",
        run.err
    );
}

#[test]
fn gateway_without_its_server_exits_with_7() {
    let url =
        answering("HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>");
    assert_eq!(Cli::at(&url).run(&["--timeout", "5s", "tickets", "get", "t1"]).code, 7);
}

#[test]
fn another_backend_of_the_contract_is_understood_without_codes() {
    let url = answering(
        "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 36\r\n\r\n{\"errors\":[{\"message\":\"Not Found\"}]}",
    );
    let run = Cli::at(&url).run(&["orders", "get", "5ea9b8f0c1d2e3f405162738"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.starts_with("error: there is no order 5ea9b8f0c1d2e3f405162738\nhint: "), "{}", run.err);
}

#[test]
fn dead_proxy_is_named_without_its_password() {
    let mut command = Cli::at("http://shop.invalid").command(&["tickets", "list"]);
    command.env("HTTP_PROXY", "http://ada:s3cret@127.0.0.1:9");
    let run = crate::support::finish(command, "");
    assert_eq!(run.code, 7, "{run:?}");
    assert!(run.err.contains("the proxy http://127.0.0.1:9 made no connection: "), "{}", run.err);
    assert!(!run.err.contains("s3cret"), "{}", run.err);
}

#[test]
fn time_left_is_reckoned_by_the_clock_of_the_server() {
    let url = answering(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Sat, 21 Nov 2020 10:00:00 GMT\r\nconnection: close\r\n\r\n\
         {\"id\":\"o1\",\"userId\":\"u1\",\"status\":\"created\",\"version\":0,\
         \"expiresAt\":\"2020-11-21T10:14:30Z\",\"ticket\":{\"id\":\"t1\",\"title\":\"RustConf in Berlin\",\"price\":20}}",
    );
    let run = Cli::at(&url).ok(&["-o", "table", "orders", "get", "o1"]);
    assert!(run.out.contains("(in 14 min)"), "{run:?}");
}

#[test]
fn page_of_another_program_is_no_answer_of_a_marketplace() {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 34\r\nconnection: close\r\n\r\n<html>Sign in to the \u{1b}[2JWLAN</html>";
    let run = Cli::at(&answering(page)).run(&["tickets", "list"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("is --server right") && !run.err.contains('\u{1b}'), "{}", run.err);
}

#[test]
fn endless_answer_ends_with_an_error_and_little_memory() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = connection.read(&mut request);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n[";
        let _ = connection.write_all(head.as_bytes());
        let block = vec![b' '; 1 << 20];
        // The client leaves long before a gigabyte is written.
        while connection.write_all(&block).is_ok() {}
    });
    let run = Cli::at(&url).run(&["tickets", "list"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.starts_with("error: ") && run.err.contains("MiB"), "{}", run.err);
}
