//! Wrong usage ends with 2 before anything is sent, and names what is wrong.

use crate::support::{Cli, Run};

#[track_caller]
fn run_refused(words: &[&str], about: &str) -> Run {
    let cli = Cli::offline();
    let run = cli.run(words);
    assert_eq!(run.code, 2, "{words:?}: {run:?}");
    assert!(run.err.contains(about), "{words:?}: {}", run.err);
    assert!(run.err.starts_with("error: "), "{words:?}: {}", run.err);
    assert_eq!(run.out, "");
    assert!(std::fs::read_dir(cli.home.path()).unwrap().next().is_none(), "{words:?} left something behind");
    run
}

#[test]
fn missing_argument_is_named() {
    run_refused(&["tickets", "create"], "--title");
    run_refused(&["tickets", "create", "--title", "A"], "--price");
    run_refused(&["sell", "-t", " ", "-p", "5", "--dry-run"], "Title is required");
    run_refused(&["sell", "-t", &"x".repeat(201), "-p", "5", "--dry-run"], "at most 200 characters");
    run_refused(&["auth", "signin"], "--email");
    run_refused(&["auth", "signin", "--email", "a@example.com"], "--password-stdin");
    run_refused(&["payments", "create", "o1"], "--token");
    run_refused(&["buy", "t1"], "--token");
    run_refused(&["tickets", "withdraw", "t1"], "--yes");
    run_refused(&["orders", "cancel", "o1", "--no-input"], "--yes");
    run_refused(&["tickets", "get"], "<TICKET>");
    run_refused(&["tickets", "update", "t1"], "--title");
}

#[test]
fn invalid_argument_is_named() {
    run_refused(&["tickets", "create", "--title", "A", "--price", "0"], "greater than 0");
    run_refused(&["tickets", "create", "--title", "A", "--price", "-5"], "greater than 0");
    run_refused(&["tickets", "create", "--title", "A", "--price", "1.999"], "two decimals");
    run_refused(&["tickets", "create", "--title", "A", "--price", "much"], "149.99");
    run_refused(&["tickets", "list", "--sort", "sideways"], "-price");
    run_refused(&["tickets", "list", "--status", "lost"], "available");
    run_refused(&["tickets", "list", "--limit", "0"], "--limit");
    run_refused(&["tickets", "list", "--all", "--limit", "3"], "cannot be used");
    run_refused(&["orders", "list", "--status", "done"], "awaiting:payment");
    run_refused(&["--output", "xml", "tickets", "list"], "jsonl");
    run_refused(&["--timeout", "soon", "tickets", "list"], "15m");
    run_refused(&["--server", "nowhere", "tickets", "list"], "http://127.0.0.1:3000");
    run_refused(&["api", "GET", "api/tickets"], "begins with /");
    run_refused(&["api", "POST", "-X", "PUT", "/api/tickets"], "twice");
    run_refused(&["api", "/api/tickets", "--paginate", "-f", "q=x"], "--paginate");
    run_refused(&["tickets", "lsit"], "list");
    run_refused(&["completions", "tcsh"], "bash");
    run_refused(&["--quiet", "--verbose", "tickets", "list"], "cannot be used");
}

#[test]
fn list_can_be_sorted_by_descending_price() {
    // The value begins with a hyphen; it gets as far as the network.
    assert_eq!(Cli::offline().run(&["tickets", "list", "--sort", "-price"]).code, 7);
}

#[test]
fn card_numbers_are_refused_and_never_repeated() {
    for words in [
        &["payments", "create", "o1", "--token", "4242424242424242"][..],
        &["buy", "t1", "--token", "4242 4242 4242 4242"],
        &["buy", "t1", "4242424242424242"],
        &["buy", "t1", "--card=4242424242424242"],
    ] {
        let run = run_refused(words, "card number");
        assert!(!run.err.contains("4242"), "{}", run.err);
    }
}

#[test]
fn password_is_not_an_argument() {
    let run =
        run_refused(&["auth", "signin", "--email", "a@example.com", "--password=hunter22"], "--password");
    assert!(!run.err.contains("hunter22"), "{}", run.err);
}

#[test]
fn program_without_command_shows_the_help_on_a_pipe() {
    let run = crate::support::finish(crate::support::program(), "");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("Exit codes:"));
}

#[test]
fn settings_come_from_variables_too_and_are_checked() {
    let cli = Cli::offline();
    for (name, value) in
        [("TICKETING_OUTPUT", "xml"), ("TICKETING_TIMEOUT", "soon"), ("TICKETING_COLOR", "pink")]
    {
        let mut command = cli.command(&["tickets", "list"]);
        let run = crate::support::finish(
            {
                command.env(name, value);
                command
            },
            "",
        );
        assert_eq!(run.code, 2, "{name}: {run:?}");
    }
}

#[test]
fn new_password_is_checked_before_it_is_sent() {
    let words = ["auth", "signup", "--email", "a@example.com", "--password-stdin"];
    let run = Cli::offline().run_with(&words, "short\n");
    assert_eq!((run.code, run.err.as_str()), (2, "error: a password has 8 to 128 characters\n"));
}

#[test]
fn usage_after_an_error_has_no_option_whose_variable_is_set() {
    let run = Cli::offline().run(&["tickets", "get"]);
    assert!(
        run.code == 2 && run.err.contains("Usage: ticketing tickets get [OPTIONS] <TICKET>...\n"),
        "{run:?}"
    );
}

#[test]
fn exit_codes_are_a_topic_of_the_help() {
    let run = Cli::offline().run(&["help", "exit-codes"]);
    assert!(run.code == 0 && run.out.starts_with("Exit codes:\n    0  done\n"), "{run:?}");
}
