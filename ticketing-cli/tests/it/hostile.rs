//! Titles of other users cannot send control sequences to the terminal.

use crate::support::{Cli, Server};

#[test]
fn control_characters_in_a_title_never_reach_a_terminal() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
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
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
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
fn write_whose_result_cannot_be_printed_says_that_it_was_done() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let mut command = cli.command(&["sell", "-t", "Opera", "-p", "20"]);
    command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.starts_with("error: it was done, but cannot write to stdout: "), "{err}");
    let run = cli.run(&["sell", "-t", "Opera", "-p", "20", "--jq", ".title | error"]);
    assert!(run.code == 1 && run.err.starts_with("error: it was done, but "), "{run:?}");
    assert!(run.err.contains("hint: do not run the command again"), "{run:?}");
    assert_eq!(cli.ok(&["tickets", "list", "--jq", ".items | length"]).out, "2\n");
}

#[test]
fn account_is_not_created_where_its_session_cannot_be_kept() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    std::fs::write(cli.home.path().join("journal"), "in the way").unwrap();
    let run =
        cli.run_with(&["auth", "signup", "--email", "eve@example.com", "--password-stdin"], "correct horse");
    assert!(run.code == 1 && run.err.contains("nothing was sent"), "{run:?}");
    Cli::for_server(&server.url).sign_up("eve@example.com");
}

#[test]
fn home_that_cannot_be_written_stops_writes_alone() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let _ = std::fs::remove_dir_all(cli.home.path().join("journal"));
    std::fs::write(cli.home.path().join("journal"), "in the way").unwrap();
    cli.ok(&["tickets", "list"]);
    let run = cli.run(&["sell", "-t", "Opera", "-p", "20"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.err.contains("nothing was sent") && run.err.contains("hint: set TICKETING_HOME"),
        "{}",
        run.err
    );
    assert_eq!(cli.ok(&["tickets", "list", "--jq", ".items | length"]).out, "0\n");
}

#[test]
fn file_that_is_missing_or_wrong_is_named() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
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

/// Runs the program with a shell command before it, which sets a limit.
#[cfg(unix)]
fn run_with_limit(cli: &Cli, limit: &str, words: &[&str], input: &str) -> crate::support::Run {
    let program = cli.command(words);
    let mut shell = std::process::Command::new("sh");
    shell.env_clear().args(["-c", &format!("{limit}; exec \"$@\""), "sh"]);
    shell.arg(program.get_program()).args(program.get_args());
    shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    crate::support::finish(shell, input)
}

/// No file of the program can hold a byte, as on a full disk.
#[cfg(unix)]
const FULL: &str = "trap '' XFSZ; ulimit -f 0";

#[cfg(unix)]
#[test]
fn full_state_folder_stops_writes_and_is_named() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("Opera", "20");
    let full = |words: &[&str], input: &str| run_with_limit(&cli, FULL, words, input);
    // What keeps nothing works.
    assert_eq!(full(&["tickets", "list", "--jq", ".items | length"], "").out, "1\n");
    assert_eq!(full(&["whoami"], "").out, "ada@example.com\n");
    for words in [
        &["sell", "-t", "Gig", "-p", "7"][..],
        &["sell", "-t", "Gig", "-p", "7", "--count", "3"],
        &["buy", &ticket, "--token", "tok_visa", "--yes"],
        &["orders", "create", &ticket],
        &["api", "/api/tickets", "-F", "title=Gig", "-F", "price=7"],
    ] {
        let run = full(words, "");
        assert_eq!(run.code, 1, "{words:?}: {run:?}");
        assert!(run.err.contains("sent") && run.err.contains("TICKETING_HOME"), "{words:?}: {}", run.err);
    }
    for (words, about) in [
        (&["config", "set", "output", "json"][..], "config.toml"),
        (&["alias", "set", "mine", "tickets list --mine"], "config.toml"),
        (&["profile", "add", "work"], "config.toml"),
        (&["events", "listen", "--limit", "1"], "cursor"),
    ] {
        let run = full(words, "");
        assert_eq!(run.code, 1, "{words:?}: {run:?}");
        assert!(run.err.contains("error: ") && run.err.contains(about), "{words:?}: {}", run.err);
    }
    let signed_in = full(&["login", "--email", "ada@example.com", "--password-stdin"], "correct horse\n");
    assert_eq!(signed_in.code, 1, "{signed_in:?}");
    assert!(signed_in.err.contains("sessions.json"), "{}", signed_in.err);
    // Nothing was sent, and what was there before is whole.
    assert_eq!(cli.ok(&["tickets", "list", "--mine", "--jq", ".items | length"]).out, "1\n");
    assert_eq!(cli.json(&["orders", "list"]), serde_json::json!([]));
    assert_eq!(cli.ok(&["orders", "resume"]).err, "no interrupted write is on record\n");
}

#[cfg(target_os = "linux")]
#[test]
fn home_that_cannot_be_created_is_named_and_stops_writes() {
    let server = Server::start();
    let owner = Cli::for_server(&server.url).sign_up("ada@example.com");
    owner.ticket("Opera", "20");
    let run = |words: &[&str], input: &str| {
        let mut command = owner.command(words);
        // Not even root can create a folder there.
        command.env("TICKETING_HOME", "/proc/ticketing");
        crate::support::finish(command, input)
    };
    assert_eq!(run(&["tickets", "list", "--jq", ".items | length"], "").out, "1\n");
    let login = ["login", "--email", "ada@example.com", "--password-stdin"];
    for (words, input, about) in [
        (&login[..], "correct horse\n", "/proc/ticketing"),
        (&["config", "set", "output", "json"], "", "/proc/ticketing"),
        (&["events", "listen"], "", "/proc/ticketing"),
        (&["sell", "-t", "Gig", "-p", "7"], "", "nothing was sent"),
    ] {
        let run = run(words, input);
        assert_eq!(run.code, 1, "{words:?}: {run:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains(about), "{words:?}: {}", run.err);
    }
}
