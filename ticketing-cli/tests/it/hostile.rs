//! Titles that other people wrote do not play with the terminal.

use crate::support::{Cli, Server};

#[test]
fn control_characters_in_a_title_never_reach_a_terminal() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let title = "Rust\u{1b}[2JConf \u{202e}evil";
    let ticket = cli.ticket(title, "20");
    for words in [
        &["tickets", "list"][..],
        &["--output", "table", "tickets", "list"],
        &["--output", "table", "tickets", "get", &ticket],
        &["tickets", "get", &ticket],
        &["--output", "json", "tickets", "get", &ticket],
        &["orders", "create", &ticket],
    ] {
        let run = cli.ok(words);
        let text = run.out + &run.err;
        assert!(text.contains("Conf"), "{words:?}: {text}");
        assert!(
            !text.chars().any(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}'),
            "{words:?}"
        );
    }
}

#[test]
fn full_disk_is_a_failure_that_names_stdout() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    cli.ticket("Opera", "20");
    for words in
        [&["tickets", "list"][..], &["-o", "json", "tickets", "list"], &["help"], &["completions", "bash"]]
    {
        let mut command = cli.command(words);
        command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
        let output = command.spawn().unwrap().wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {err}");
        assert!(err.starts_with("error: cannot write to stdout: "), "{words:?}: {err}");
    }
}

#[test]
fn home_that_cannot_be_written_stops_writes_alone() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let _ = std::fs::remove_dir_all(cli.home.path().join("journal"));
    std::fs::write(cli.home.path().join("journal"), "in the way").unwrap();
    cli.ok(&["tickets", "list"]);
    let run = cli.run(&["sell", "-t", "Opera", "-p", "20"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.err.contains("it was not sent") && run.err.contains("hint: set TICKETING_HOME"),
        "{}",
        run.err
    );
    assert_eq!(cli.ok(&["tickets", "list", "--jq", ".items | length"]).out, "0\n");
}

#[test]
fn file_that_is_missing_or_wrong_is_named() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let wrong = cli.home.path().join("wrong.csv");
    std::fs::write(&wrong, b"title,price\n\xff\xfe,1\n").unwrap();
    let wrong = wrong.to_str().unwrap();
    for (words, code, about) in [
        (&["tickets", "import", "/nowhere/list.csv"][..], 1, "/nowhere/list.csv"),
        (&["tickets", "import", wrong], 2, "line 2"),
        (&["api", "/api/tickets", "--input", "/nowhere/body.json"], 2, "/nowhere/body.json"),
        (&["api", "/api/tickets", "-F", "title=@/nowhere/title.txt"], 2, "/nowhere/title.txt"),
    ] {
        let run = cli.run(words);
        assert_eq!(run.code, code, "{words:?}: {run:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains(about), "{words:?}: {}", run.err);
    }
}
