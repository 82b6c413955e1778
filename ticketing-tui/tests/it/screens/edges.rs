//! Edge cases around the screens: too little room, many messages, an invalid config, a long address.

use ticketing_sdk::OrderStatus;
use ticketing_tui::{AppConfig, Colours, Event};

use super::assert_screen;
use crate::support::{Harness, Look, NOW, fixtures};

#[test]
fn too_small() {
    assert_screen(module_path!(), "too_small", &[(39, 12)], Harness::new, Harness::sign_in);
    // Of less room, the beginning is used.
    let mut harness = Harness::new((9, 3), Colours::True);
    harness.sign_in();
    assert_eq!(harness.screen(), "This\nwindow\nhas 9 x\n");
}

/// The fewest columns at which tabs have words, and the account is shown, and their neighbours.
#[test]
fn breakpoint_widths() {
    let play = |harness: &mut Harness| {
        let tickets = fixtures::tickets();
        harness.server.orders = tickets[..2]
            .iter()
            .map(|ticket| fixtures::order(&ticket.title, ticket, OrderStatus::Created))
            .collect();
        harness.sign_in();
    };
    assert_screen(module_path!(), "breakpoint_widths", &[(59, 14), (60, 16)], Harness::new, play);
}

#[test]
fn many_messages() {
    assert_screen(module_path!(), "many_messages", &[(80, 24), (40, 12)], Harness::new, |harness| {
        harness.sign_in();
        harness
            .feed(Event::SaveFailed("permission denied: /home/ada/.config/ticketing/config.toml".to_owned()));
        harness.feed(Event::BrowseFailed("no such file or directory".to_owned()));
        harness.press("y");
        harness.press("o");
    });
}

#[test]
fn config_errors() {
    let open = |size: (u16, u16), look: Look| {
        let mut harness = Harness::new(size, look);
        let config = AppConfig {
            server: format!("https://{}.example.com", "a-long-name".repeat(5)),
            settings: ticketing_tui::Settings::default(),
            notices: vec![(
                ticketing_tui::Level::Warning,
                "`orders create 0198` was interrupted; the same command again settles it".to_owned(),
            )],
            config_errors: vec![
                "config.toml, line 3, column 9: there is no theme \"drak\"".to_owned(),
                "config.toml, line 7, column 1: there is no action \"bye\"".to_owned(),
                "config.toml, line 8, column 1: there is no setting \"bel\"".to_owned(),
            ],
            size: harness.size,
            colours: look.colours,
            light: look.light,
            zone: jiff::tz::TimeZone::UTC,
        };
        harness.app = ticketing_tui::App::new(config, ticketing_sdk::Timestamp::from_millis(NOW));
        harness
    };
    assert_screen(module_path!(), "config_errors", &[(80, 24)], open, Harness::go_live);
}

#[test]
fn long_user_name() {
    assert_screen(module_path!(), "long_user_name", &[(80, 24)], Harness::new, |harness| {
        let mut user = fixtures::me();
        user.email = "a.very.long.name.of.somepers@a-department.of.some.university.example.com".to_owned();
        harness.server.user = Some(user);
        harness.go_live();
    });
}
