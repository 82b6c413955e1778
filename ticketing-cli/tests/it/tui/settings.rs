//! The config file: its errors, and what the settings screen writes to it.

use ticketing_tui::{Action, Setting};

use super::{ENTER, ESC, tui};
use crate::support::{Cli, Server, eventually};

#[test]
fn config_error_is_reported_with_its_position() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let config = cli.home.path().join("config.toml");
    std::fs::write(&config, "# mine\n[tui]\ntheme = \"neon\"\n[tui.keys]\nbuy = \"hyper-b\"\n").unwrap();
    let mut pty = tui(&cli);
    pty.wait_until_shown("config.toml, line 3, column 9: theme must be one of auto, dark");
    pty.wait_until_shown("config.toml, line 5, column 7: there is no key \"hyper-b\"");
    pty.wait_until_shown("Jazz at the lake");
    pty.press(ENTER, "opens it in the browser");

    // A file that is no TOML is reported and not overwritten.
    std::fs::write(&config, "[tui\n").unwrap();
    let mut pty = tui(&cli);
    pty.wait_until_shown("config.toml, line 1, column ");
    pty.send("5");
    pty.line(&["Theme", "auto"]);
    pty.send(ENTER);
    pty.wait_until_shown("mend that first");
    assert_eq!(std::fs::read_to_string(&config).unwrap(), "[tui\n");
}

#[test]
fn rebound_key_works_at_once_and_after_a_restart() {
    let server = Server::start();
    let seller = Cli::for_server(&server.url).sign_up("seller@example.com");
    seller.ticket("Opera", "20");
    let cli = Cli::for_server(&server.url);
    let config = cli.home.path().join("config.toml");
    std::fs::write(&config, "# what I like\n[tui]\nbell = false # it is late\n\n[other]\nkept = 1\n")
        .unwrap();

    let mut pty = tui(&cli);
    pty.line(&["Opera"]);
    pty.send("5");
    pty.line(&["Theme", "auto"]);
    let what = Action::Buy.description();
    // The settings are listed before the keys.
    let row = Setting::ALL.len() + Action::ALL.iter().position(|action| *action == Action::Buy).unwrap();
    pty.send(&"j".repeat(row));
    pty.press(ENTER, "press the new key, or esc");
    pty.press("s", "is already the key of");
    pty.wait_until_hidden("press the new key");
    pty.press(ENTER, "press the new key, or esc");
    pty.press("B", &format!("B: {what}"));
    eventually("it is saved", || {
        std::fs::read_to_string(&config).is_ok_and(|text| text.contains("buy = [\"B\"]"))
    });
    let saved = std::fs::read_to_string(&config).unwrap();
    for kept in ["# what I like", "bell = false # it is late", "[other]\nkept = 1"] {
        assert!(saved.contains(kept), "{kept:?} is lost in\n{saved}");
    }

    // The old key has no effect; the new one opens the sign-in, because no user is signed in.
    pty.press("1", "Opera");
    pty.send("b");
    pty.press("B", "E-mail");
    pty.send(ESC);
    pty.wait_until_hidden("E-mail");
    pty.press(ENTER, "opens it in the browser");
    pty.send("q");
    assert_eq!(pty.end(), 0);

    let mut pty = tui(&cli);
    pty.line(&["Opera"]);
    pty.press(ENTER, "opens it in the browser");
    pty.press("?", what);
}

#[test]
fn selected_theme_is_drawn_at_once_and_saved() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let mut pty = tui(&cli);
    let ground = |pty: &super::Pty| pty.screen().cell(10, 50).unwrap().bgcolor();
    let dark = ground(&pty);
    pty.send("5");
    pty.line(&["Theme", "auto"]);
    pty.send(ENTER);
    pty.line(&["Theme", "dark"]);
    assert_eq!(ground(&pty), dark);
    pty.send(ENTER);
    pty.line(&["Theme", "light"]);
    assert_ne!(ground(&pty), dark);
    let config = cli.home.path().join("config.toml");
    eventually("it is saved", || {
        std::fs::read_to_string(&config).is_ok_and(|text| text.contains("theme = \"light\""))
    });
}
