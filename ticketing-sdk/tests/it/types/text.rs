//! Titles cannot drive a terminal.

use std::borrow::Cow;

use proptest::prelude::*;
use ticketing_sdk::text::sanitize;

proptest! {
    #[test]
    fn nothing_that_drives_a_terminal_is_left(text in any::<String>()) {
        let shown = sanitize(&text);
        prop_assert!(!shown.chars().any(char::is_control));
        prop_assert_eq!(sanitize(&shown), shown.clone());
    }
}

#[test]
fn control_and_direction_go_and_the_rest_stays() {
    assert_eq!(sanitize("\u{1b}]0;owned\u{7}a\u{9b}31mb\u{7f}"), "]0;owneda31mb");
    assert_eq!(sanitize("a\r\nb\tc"), "a b c");
    assert_eq!(sanitize("\u{202e}evil\u{2066}\u{200f}\u{61c}"), "evil");
    assert!(matches!(sanitize("Montréal ‘26 — 👩‍🎤"), Cow::Borrowed(_)));
}
