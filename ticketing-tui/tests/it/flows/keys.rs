//! Keys, and giving them another meaning; commands by name; text from the clipboard.

use crossterm::event::{KeyEvent, KeyEventKind};
use ticketing_sdk::OrderStatus;
use ticketing_tui::{Action, Borders, Call, Colours, Effect, Event, SettingChange, Settings, ThemeName};

use crate::support::{Stage, asked, key_event, props, waiting};

/// Goes to the settings, to the key of an action, and waits for another.
fn rebind(stage: &mut Stage, action: Action) {
    stage.press("5 home");
    let at = Action::ALL.iter().position(|other| *other == action).unwrap();
    for _ in 0..at + 5 {
        stage.press("j");
    }
    stage.press("enter");
    stage.sees("press the new key");
}

#[test]
fn keys_that_are_let_go_of_do_nothing() {
    let mut stage = Stage::signed_in();
    let before = stage.screen();
    for key in ["b", "j", "q", "/", "enter", "5"] {
        let release = KeyEvent { kind: KeyEventKind::Release, ..key_event(key) };
        stage.feed(Event::Key(release));
    }
    assert_eq!(stage.screen(), before);
    assert!(stage.waiting.is_empty() && !stage.app.has_ended());
    let repeat = KeyEvent { kind: KeyEventKind::Repeat, ..key_event("j") };
    stage.feed(Event::Key(repeat));
    assert!(stage.selected().starts_with("RustConf"), "a key that is held repeats");
}

#[test]
fn a_key_that_is_given_to_an_action_shows_everywhere_and_is_kept() {
    let mut stage = Stage::signed_in();
    rebind(&mut stage, Action::Buy);
    stage.press("B");
    let saved = stage.effects.iter().find_map(|effect| match effect {
        Effect::Save(change) => Some(change.clone()),
        _ => None,
    });
    let key = "B".parse().unwrap();
    assert_eq!(saved, Some(SettingChange::Keys(Action::Buy, Some(vec![key]))));
    stage.advance(10_000);
    stage.press("1");
    stage.sees("B Buy");
    stage.press("b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 0, "the usual key is free");
    stage.press("?");
    stage.sees("B                   Reserve the ticket");
    stage.press("esc :");
    assert!(stage.screen().lines().any(|line| line.contains("Reserve the ticket") && line.contains(" B ")));
    stage.press("esc B");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1);
}

#[test]
fn a_key_goes_back_to_what_is_usual() {
    let mut stage = Stage::signed_in();
    rebind(&mut stage, Action::Buy);
    stage.press("B x 1 b");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1);
    assert_eq!(asked!(stage, Effect::Save(_)), 2);
}

#[test]
fn a_key_that_another_action_has_is_refused() {
    for (action, key) in [
        (Action::Buy, "s"),
        (Action::Buy, "q"),
        (Action::Quit, "b"),
        // These are on one screen, though they belong to different groups.
        (Action::Buy, "j"),
        (Action::Buy, "enter"),
        (Action::Buy, "n"),
        (Action::New, "s"),
    ] {
        let mut stage = Stage::signed_in();
        rebind(&mut stage, action);
        stage.press(key);
        assert_eq!(asked!(stage, Effect::Save(_)), 0, "{action} {key}");
        stage.sees("already");
    }
}

#[test]
fn esc_leaves_a_key_as_it_was() {
    let mut stage = Stage::signed_in();
    rebind(&mut stage, Action::Buy);
    stage.press("esc");
    stage.does_not_see("press the new key");
    assert_eq!(asked!(stage, Effect::Save(_)), 0);
}

#[test]
fn ctrl_z_suspends_wherever_one_is() {
    let mut stage = Stage::signed_in();
    for keys in ["ctrl-z", "/ ctrl-z", "esc n ctrl-z", "ctrl-p ctrl-z", "esc esc $ ctrl-z"] {
        stage.effects.clear();
        stage.press(keys);
        assert_eq!(asked!(stage, Effect::Suspend), 1, "{keys}");
    }
}

#[test]
fn letters_are_letters_while_a_line_is_written() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.write("quit 12345 b/?:");
    stage.sees("quit 12345 b/?:");
    assert!(!stage.app.has_ended());
    stage.press("alt-2");
    stage.sees("Your orders");
}

#[test]
fn a_command_is_found_by_its_name_and_run() {
    let mut stage = Stage::signed_in();
    stage.press(":");
    stage.write("your listings");
    stage.press("enter");
    stage.settle();
    stage.sees("You are not selling anything yet");
    stage.press("1 :");
    stage.write("reserve");
    stage.press("enter");
    assert_eq!(waiting!(stage, Call::Reserve(..)), 1, "what the screen below offers");
}

#[test]
fn every_command_that_is_listed_does_something_or_leads_somewhere() {
    let mut stage = Stage::signed_in();
    stage.press(":");
    stage.sees("Reserve the ticket");
    stage.does_not_see("Sign in, or create an account");
}

#[test]
fn help_shows_the_keys_of_the_screen_and_goes_away_by_the_key_that_called_it() {
    let mut stage = Stage::signed_in();
    stage.press("? end");
    stage.sees("Quit the program");
    stage.press("?");
    stage.does_not_see("Quit the program");
}

#[test]
fn what_the_footer_offers_in_a_question_works() {
    let mut stage = Stage::signed_in();
    stage.press("i");
    let before = stage.screen();
    let footer = before.lines().last().unwrap();
    if footer.contains("? Help") {
        stage.press("?");
        assert_ne!(stage.screen(), before, "the footer says `? Help`");
    }
}

#[test]
fn a_pasted_text_goes_into_the_field_on_one_line() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    stage.feed(Event::Paste("Jazz\r\nat \u{1b}[31mthe\u{202e} lake\n".to_owned()));
    stage.sees("Jazz at [31mthe lake");
    stage.press("tab");
    stage.feed(Event::Paste("38\n".to_owned()));
    stage.press("enter");
    assert_eq!(waiting!(stage, Call::Sell(_)), 1);
}

#[test]
fn a_text_that_is_pasted_in_the_market_filters_it() {
    let mut stage = Stage::signed_in();
    stage.feed(Event::Paste("night".to_owned()));
    stage.work();
    stage.sees("Market: 2 of 6");
}

#[test]
fn copying_and_browsing_are_asked_of_the_terminal() {
    let mut stage = Stage::signed_in();
    stage.press("y o");
    assert_eq!(asked!(stage, Effect::Copy(id) if id == "t1"), 1);
    let address = "http://127.0.0.1:3000/tickets/t1";
    assert_eq!(asked!(stage, Effect::Browse(to) if to == address), 1);
}

#[test]
fn an_order_is_opened_from_the_list_and_from_its_own_screen() {
    let mut stage = Stage::signed_in();
    stage.world.orders = vec![props::order("o1", &props::tickets()[0], OrderStatus::Complete)];
    stage.press("2");
    stage.settle();
    let address = "http://127.0.0.1:3000/orders/o1";
    for times in [1, 2] {
        stage.press("o");
        assert_eq!(asked!(stage, Effect::Browse(to) if to == address), times);
        stage.press("enter");
        stage.settle();
    }
}

#[test]
fn settings_hold_at_once_and_are_kept() {
    let mut stage = Stage::signed_in();
    stage.press("5 j enter");
    stage.sees("┌ Settings");
    stage.press("enter");
    stage.sees("+ Settings");
    assert!(stage.app.wants_title() && stage.app.wants_mouse());
    stage.press("j j enter j enter");
    assert!(!stage.app.wants_title() && !stage.app.wants_mouse());
    assert_eq!(asked!(stage, Effect::Save(_)), 4);
    stage.feed(Event::SaveFailed("permission denied".to_owned()));
    stage.sees("last until you quit: permission denied");
}

#[test]
fn look_for_this_time_is_not_saved_with_another_setting() {
    let settings = Settings { theme: ThemeName::Light, borders: Borders::Ascii, ..Settings::default() };
    let mut stage = Stage::with((80, 24), Colours::True, settings);
    stage.go_live();
    stage.press("5 j j enter");
    let saved: Vec<_> = stage.effects.iter().filter(|effect| matches!(effect, Effect::Save(_))).collect();
    assert!(matches!(saved[..], [Effect::Save(SettingChange::Bell(false))]), "{saved:?}");
}
