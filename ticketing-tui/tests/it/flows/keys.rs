//! Key bindings, the command palette, and paste.

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyEventKind};
use ticketing_sdk::OrderStatus;
use ticketing_tui::{
    Action, ApiCall, Borders, Colours, Effect, Event, Setting, SettingChange, Settings, ThemeName,
};

use crate::support::{Harness, count_effects, count_pending, fixtures, is_write, key_event};

/// Goes to the settings, to the key of an action, and waits for another.
fn rebind(harness: &mut Harness, action: Action) {
    harness.press("5 home");
    let at = Action::ALL.iter().position(|other| *other == action).unwrap();
    for _ in 0..at + Setting::ALL.len() {
        harness.press("j");
    }
    harness.press("enter");
    harness.assert_shows("press the new key");
}

#[test]
fn key_release_does_nothing() {
    let mut harness = Harness::signed_in();
    let before = harness.screen();
    for key in ["b", "j", "q", "/", "enter", "5"] {
        let release = KeyEvent { kind: KeyEventKind::Release, ..key_event(key) };
        harness.terminal(TerminalEvent::Key(release));
    }
    assert_eq!(harness.screen(), before);
    assert!(harness.pending.is_empty() && !harness.has_ended());
    let repeat = KeyEvent { kind: KeyEventKind::Repeat, ..key_event("j") };
    harness.terminal(TerminalEvent::Key(repeat));
    assert!(harness.selected().starts_with("RustConf"), "a key that is held repeats");
}

#[test]
fn enter_says_no_to_every_question() {
    let mine = fixtures::tickets()[0].clone().user_id(fixtures::ME);
    let order = fixtures::order("o1", &fixtures::tickets()[1], OrderStatus::Created);
    let writes = |harness: &Harness| harness.pending.iter().filter(|(_, call)| is_write(call)).count();
    for (keys, question) in
        [("3 d", "Withdraw Jazz"), ("2 x", "Cancel the order of"), ("i", "Sign ada@example.com out?")]
    {
        for (answer, sent) in [("enter", 0), ("esc", 0), ("n", 0), ("y", 1)] {
            let mut harness = Harness::new((80, 24), Colours::True);
            (harness.server.listings, harness.server.orders) = (vec![mine.clone()], vec![order.clone()]);
            harness.sign_in();
            harness.press(keys);
            harness.answer_reads();
            harness.assert_shows(question);
            harness.press(answer);
            harness.assert_hides(question);
            assert_eq!(writes(&harness), sent, "{keys} {answer}");
        }
    }
}

#[test]
fn form_and_footer_show_the_key_that_types_nothing() {
    let keys = ["s", "f2"].map(|key| key.parse().unwrap());
    let mut settings = Settings::default();
    settings.keys.set_keys(Action::Submit, Some(keys.to_vec()));
    let mut harness = Harness::with_settings((80, 24), Colours::True, settings);
    harness.press("i");
    harness.assert_shows("f2 signs in");
    harness.assert_shows("f2 OK");
}

#[test]
fn rebound_key_is_shown_everywhere_and_saved() {
    let mut harness = Harness::signed_in();
    rebind(&mut harness, Action::Buy);
    harness.press("B");
    let saved = harness.effects.iter().find_map(|effect| match effect {
        Effect::Save(change) => Some(change.clone()),
        _ => None,
    });
    let key = "B".parse().unwrap();
    assert_eq!(saved, Some(SettingChange::Keys(Action::Buy, Some(vec![key]))));
    harness.advance(10_000);
    harness.press("1");
    harness.assert_shows("B Buy");
    harness.press("b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 0, "the usual key is free");
    harness.press("?");
    harness.assert_shows("B                   Reserve the ticket");
    harness.press("esc :");
    assert!(harness.screen().lines().any(|line| line.contains("Reserve the ticket") && line.contains(" B ")));
    harness.press("esc B");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
}

#[test]
fn key_can_be_reset_to_its_default() {
    let mut harness = Harness::signed_in();
    rebind(&mut harness, Action::Buy);
    harness.press("B x 1 b");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1);
    assert_eq!(count_effects!(harness, Effect::Save(_)), 2);
}

#[test]
fn key_of_another_action_is_refused() {
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
        let mut harness = Harness::signed_in();
        rebind(&mut harness, action);
        harness.press(key);
        assert_eq!(count_effects!(harness, Effect::Save(_)), 0, "{action} {key}");
        harness.assert_shows("already");
    }
}

#[test]
fn esc_leaves_a_key_as_it_was() {
    let mut harness = Harness::signed_in();
    rebind(&mut harness, Action::Buy);
    harness.press("esc");
    harness.assert_hides("press the new key");
    assert_eq!(count_effects!(harness, Effect::Save(_)), 0);
}

#[test]
fn ctrl_z_suspends_on_every_screen() {
    let mut harness = Harness::signed_in();
    for keys in ["ctrl-z", "/ ctrl-z", "esc n ctrl-z", "ctrl-p ctrl-z", "esc esc $ ctrl-z"] {
        harness.effects.clear();
        harness.press(keys);
        assert_eq!(count_effects!(harness, Effect::Suspend), 1, "{keys}");
    }
}

#[test]
fn letters_are_text_while_a_field_has_focus() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    harness.type_text("quit 12345 b/?:");
    harness.assert_shows("quit 12345 b/?:");
    assert!(!harness.has_ended());
    harness.press("alt-2");
    harness.assert_shows("Your orders");
}

#[test]
fn command_is_found_by_its_name_and_run() {
    let mut harness = Harness::signed_in();
    harness.press(":");
    harness.type_text("your listings");
    harness.press("enter");
    harness.answer_reads();
    harness.assert_shows("You are not selling anything yet");
    harness.press("1 :");
    harness.type_text("reserve");
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Reserve(..)), 1, "what the screen below offers");
}

#[test]
fn every_listed_command_has_an_effect() {
    let mut harness = Harness::signed_in();
    harness.press(":");
    harness.assert_shows("Reserve the ticket");
    harness.assert_hides("Sign in, or create an account");
}

#[test]
fn help_shows_the_screen_s_keys_and_its_key_closes_it() {
    let mut harness = Harness::signed_in();
    harness.press("? end");
    harness.assert_shows("Quit the program");
    harness.press("?");
    harness.assert_hides("Quit the program");
}

#[test]
fn footer_keys_of_a_confirmation_work() {
    let mut harness = Harness::signed_in();
    harness.press("i");
    let before = harness.screen();
    let footer = before.lines().last().unwrap();
    if footer.contains("? Help") {
        harness.press("?");
        assert_ne!(harness.screen(), before, "the footer says `? Help`");
    }
}

#[test]
fn pasted_text_fills_the_field_on_one_line() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    harness.terminal(TerminalEvent::Paste("Jazz\r\nat \u{1b}[31mthe\u{202e} lake\n".to_owned()));
    harness.assert_shows("Jazz at [31mthe lake");
    harness.press("tab");
    harness.terminal(TerminalEvent::Paste("38\n".to_owned()));
    harness.press("enter");
    assert_eq!(count_pending!(harness, ApiCall::Sell(_)), 1);
}

#[test]
fn pasted_text_filters_the_market() {
    let mut harness = Harness::signed_in();
    harness.terminal(TerminalEvent::Paste("night".to_owned()));
    harness.finish_work();
    harness.assert_shows("Market: 2 of 6");
}

#[test]
fn copying_and_browsing_are_asked_of_the_terminal() {
    let mut harness = Harness::signed_in();
    harness.press("y o");
    assert_eq!(count_effects!(harness, Effect::Copy(id) if id == "t1"), 1);
    let address = "http://127.0.0.1:3000/tickets/t1";
    assert_eq!(count_effects!(harness, Effect::Browse(to) if to == address), 1);
}

#[test]
fn order_opens_from_the_list_and_from_its_screen() {
    let mut harness = Harness::signed_in();
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Complete)];
    harness.press("2");
    harness.answer_reads();
    let address = "http://127.0.0.1:3000/orders/o1";
    for times in [1, 2] {
        harness.press("o");
        assert_eq!(count_effects!(harness, Effect::Browse(to) if to == address), times);
        harness.press("enter");
        harness.answer_reads();
    }
}

#[test]
fn settings_hold_at_once_and_are_kept() {
    let mut harness = Harness::signed_in();
    harness.press("5 j enter ?");
    harness.assert_shows("┌ Keys");
    harness.press("esc enter ?");
    harness.assert_shows("+ Keys");
    assert!(harness.app.settings().is_on(Setting::Title) && harness.app.settings().is_on(Setting::Mouse));
    harness.press("esc j j enter j j enter");
    assert!(!harness.app.settings().is_on(Setting::Title) && !harness.app.settings().is_on(Setting::Mouse));
    assert_eq!(count_effects!(harness, Effect::Save(_)), 4);
    harness.feed(Event::SaveFailed("permission denied".to_owned()));
    harness.assert_shows("last until you quit: permission denied");
}

#[test]
fn theme_of_this_run_is_not_saved_with_another_setting() {
    let settings = Settings { theme: ThemeName::Light, borders: Borders::Ascii, ..Settings::default() };
    let mut harness = Harness::with_settings((80, 24), Colours::True, settings);
    harness.go_live();
    harness.press("5 j j enter");
    let saved: Vec<_> = harness.effects.iter().filter(|effect| matches!(effect, Effect::Save(_))).collect();
    assert!(matches!(saved[..], [Effect::Save(SettingChange::Value(Setting::Bell, "off"))]), "{saved:?}");
}
