//! Sanitized texts cannot control a terminal, and texts are compared as in the shared table of cases.

use std::borrow::Cow;

use proptest::prelude::*;
use serde::Deserialize;
use ticketing_sdk::text::{fold_case, has_visible, normalize, sanitize, search_key};

proptest! {
    #[test]
    fn sanitized_text_has_no_control_character(text in any::<String>()) {
        let shown = sanitize(&text);
        prop_assert!(!shown.chars().any(char::is_control));
        prop_assert_eq!(sanitize(&shown), shown.clone());
    }

    #[test]
    fn normalization_is_idempotent(text in any::<String>()) {
        let (normalized, key, folded) = (normalize(&text), search_key(&text), fold_case(&text));
        prop_assert_eq!(&normalize(&normalized), &normalized);
        prop_assert_eq!(&search_key(&key), &key);
        prop_assert_eq!(&fold_case(&folded), &folded);
        prop_assert_eq!(has_visible(&normalized), has_visible(&text));
    }
}

#[test]
fn sanitize_removes_control_and_direction_only() {
    assert_eq!(sanitize("\u{1b}]0;owned\u{7}a\u{9b}31mb\u{7f}"), "]0;owneda31mb");
    assert_eq!(sanitize("a\r\nb\tc"), "a b c");
    assert_eq!(sanitize("\u{202e}evil\u{2066}\u{200f}\u{61c}"), "evil");
    assert!(matches!(sanitize("Montréal ‘26 — 👩‍🎤"), Cow::Borrowed(_)));
}

/// The table that every program of this workspace is tested with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cases {
    normalize: Vec<NormalizeCase>,
    search_key: Vec<Key>,
    blank: Vec<String>,
    visible: Vec<String>,
}

#[derive(Deserialize)]
struct NormalizeCase {
    text: String,
    normalized: String,
}

#[derive(Deserialize)]
struct Key {
    text: String,
    key: String,
}

#[test]
fn texts_are_normalized_as_in_the_shared_cases() {
    let cases: Cases = serde_json::from_str(include_str!("../../cases/text.json")).unwrap();
    for NormalizeCase { text, normalized } in &cases.normalize {
        assert_eq!(&normalize(text), normalized, "{text:?}");
    }
    for Key { text, key } in &cases.search_key {
        assert_eq!(&search_key(text), key, "{text:?}");
    }
    for text in &cases.blank {
        assert!(!has_visible(text), "{text:?}");
    }
    for text in &cases.visible {
        assert!(has_visible(text), "{text:?}");
    }
}
