//! Windows of every size.

use super::pty::{Pty, terminal};
use super::{DOWN, ENTER, ESC, SIZE, tui};
use crate::support::{Cli, Server};

#[test]
fn first_screen_lists_tickets_for_sale() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("Jazz at the lake", "38");
    seller.ticket("Opera, stalls", "149.99");

    let mut pty = tui(&Cli::for_server(&server.url));
    pty.line(&["Jazz at the lake", "$38.00"]);
    pty.line(&["Opera, stalls", "$149.99"]);
    assert!(pty.screen().alternate_screen() && pty.screen().hide_cursor(), "{}", pty.text());
    // Without dates the newest is first, and selected.
    pty.send(DOWN);
    pty.press(ENTER, "opens it in the browser");
    pty.wait_until_shown("Jazz at the lake");
    pty.press(ESC, "Opera, stalls");
    pty.send("q");
    assert_eq!(pty.end(), 0);
}

#[test]
fn title_with_escape_sequences_is_shown_as_text() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("東京 🎫 Tokyo night", "10");
    let hostile = serde_json::json!({ "title": "Owned\u{1b}]0;pwned\u{7}\u{202e}txt", "price": 20 });
    let run = seller.run_with(&["api", "post", "/api/tickets", "--input", "-"], &hostile.to_string());

    let pty = tui(&Cli::for_server(&server.url));
    pty.line(&["東京", "Tokyo night", "$10.00"]);
    // The server may refuse such a title at once.
    if run.code == 0 {
        pty.line(&["Owned", "$20.00"]);
    }
    let events = pty.terminal_events();
    assert!(events.titles.iter().all(|title| title == "ticketing"), "{events:?}");
    // The prices are below each other, also beside characters that are two columns wide.
    let shown = pty.screen();
    let column = |price: &str| {
        let mut columns = (0..SIZE.0 - 6).flat_map(|x| (0..SIZE.1).map(move |y| (x, y)));
        columns.find(|(x, y)| shown.contents_between(*y, *x, *y, x + 6).starts_with(price)).map(|(x, _)| x)
    };
    assert!(column("$10.00").is_some(), "{}", pty.text());
    assert!(run.code != 0 || column("$10.00") == column("$20.00"), "{}", pty.text());
}

#[test]
fn screen_follows_the_window_size() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");

    let mut pty = tui(&Cli::for_server(&server.url));
    pty.line(&["TITLE", "WHEN", "PRICE"]);
    pty.resize((40, 12));
    pty.wait_until_hidden("WHEN");
    pty.line(&["Jazz at the lake", "$38.00"]);
    let narrow = pty.text();
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    pty.press(ENTER, "opens it in the browser");
    pty.resize((30, 8));
    pty.wait_until_shown("30 x 8");
    pty.wait_until_shown("40 x 12");
    pty.wait_until_hidden("opens it");
    pty.resize((200, 60));
    pty.wait_until_shown("opens it in the browser");
    pty.press("1", "reserves it for you");
    pty.line(&["TITLE", "WHEN", "WHERE", "PRICE"]);
    pty.resize(SIZE);
    pty.line(&["TITLE", "WHEN", "PRICE"]);
    pty.send("q");
    assert_eq!(pty.end(), 0);
    pty.is_clean();
}

#[test]
fn window_too_small_at_start_can_be_resized_or_closed() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let mut pty = Pty::spawn(terminal(&cli.command(&["tui"])), (20, 5));
    pty.wait_until_shown("This window has 20");
    pty.resize(SIZE);
    pty.wait_until_shown("Jazz at the lake");
    pty.resize((1, 1));
    pty.resize((20, 5));
    pty.wait_until_shown("This window has 20");
    pty.send("q");
    assert_eq!(pty.end(), 0);
    pty.is_clean();
}
