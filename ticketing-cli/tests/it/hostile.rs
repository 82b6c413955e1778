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
