//! The settings in all their states.

use super::screen_tests;
use crate::support::Harness;

fn open(harness: &mut Harness) {
    harness.sign_in();
    harness.press("5");
}

/// Waits for a new key of the market.
fn capture_key(harness: &mut Harness) {
    open(harness);
    harness.press("j j j j j enter");
}

screen_tests! {
    top: open;
    waiting_for_a_key: capture_key;
}

#[test]
fn names_of_the_config_file_are_shown_whole() {
    let mut harness = Harness::new((80, 60), ticketing_tui::Colours::True);
    open(&mut harness);
    harness.press("end");
    harness.press("pageup");
    for action in ticketing_tui::Action::ALL.iter().filter(|action| action.as_ref().len() > 10) {
        harness.assert_shows(&format!("{action} "));
    }
}
