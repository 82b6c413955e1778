//! What is around the screens: too little room, many messages, a wrong config, a long address.

use ticketing_sdk::OrderStatus;
use ticketing_tui::{Colours, Event, Setup};

use super::look;
use crate::support::{NOW, Stage, props};

#[test]
fn too_small() {
    for size in [(39, 12), (9, 3)] {
        look(module_path!(), "too_small", &[size], Stage::new, Stage::sign_in);
    }
}

/// The fewest columns at which tabs have words, and the account is shown, and their neighbours.
#[test]
fn in_between() {
    let play = |stage: &mut Stage| {
        let tickets = props::tickets();
        stage.world.orders = tickets[..2]
            .iter()
            .map(|ticket| props::order(&ticket.title, ticket, OrderStatus::Created))
            .collect();
        stage.sign_in();
    };
    look(module_path!(), "in_between", &[(59, 14), (60, 16), (110, 24)], Stage::new, play);
}

#[test]
fn a_stack_of_messages() {
    look(module_path!(), "a_stack_of_messages", &[(80, 24), (40, 12)], Stage::new, |stage| {
        stage.sign_in();
        stage
            .feed(Event::SaveFailed("permission denied: /home/ada/.config/ticketing/config.toml".to_owned()));
        stage.feed(Event::BrowseFailed("no such file or directory".to_owned()));
        stage.press("y");
        stage.press("o");
    });
}

#[test]
fn faults_of_the_config() {
    let open = |size: (u16, u16), colours: Colours| {
        let mut stage = Stage::new(size, colours);
        let setup = Setup {
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
            size: stage.size,
            colours,
            light: false,
        };
        stage.app = ticketing_tui::App::new(setup, ticketing_sdk::Timestamp::from_millis(NOW));
        stage
    };
    look(module_path!(), "faults_of_the_config", &[(80, 24)], open, Stage::go_live);
}

#[test]
fn a_long_name_of_the_one_who_is_signed_in() {
    let sizes = [(80, 24), (60, 16)];
    look(module_path!(), "a_long_name", &sizes, Stage::new, |stage| {
        let mut user = props::me();
        user.email = "a.very.long.name.of.somepers@a-department.of.some.university.example.com".to_owned();
        stage.world.user = Some(user);
        stage.go_live();
    });
}
