//! The settings in all their states.

use super::screen_tests;
use crate::support::Harness;

fn open(harness: &mut Harness) {
    harness.sign_in();
    harness.press("5");
}

/// Waits for a new key of the market.
fn capturing(harness: &mut Harness) {
    open(harness);
    harness.press("j j j j j enter");
}

screen_tests! {
    top: open;
    waiting_for_a_key: capturing;
}
