//! The screens of the passes of the user.

use ratatui::style::Color;
use ticketing_sdk::PassStatus;
use ticketing_tui::Colours;

use super::screen_tests;
use crate::support::{Harness, NOW, fixtures};

fn open(harness: &mut Harness) {
    let mut used = fixtures::pass("p2", "Night train to Lisbon").status(PassStatus::Used);
    used.issued_at = ticketing_sdk::Timestamp::from_millis(NOW - 86_400_000);
    used.code = None;
    harness.server.passes = vec![fixtures::pass("p1", "Jazz at the lake"), used];
    harness.sign_in();
    harness.press("6");
    harness.answer_reads();
}

screen_tests! {
    -SMALL +LARGE list: open;
    -SMALL code: |harness| {
        open(harness);
        harness.press("enter");
        harness.answer_reads();
    };
}

#[test]
fn ascii_shows_the_code_as_text() {
    let mut harness = Harness::ascii((80, 24), ticketing_tui::Colours::True);
    open(&mut harness);
    harness.press("enter");
    harness.answer_reads();
    let code = fixtures::pass("p1", "").code.unwrap().as_str().to_owned();
    harness.assert_shows(&code[..70]);
    harness.assert_shows("A QR code needs 82 columns, 44 lines, or other borders than ascii.");
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
}

/// Each module is two spaces, dark or light by their background.
#[test]
fn ascii_draws_the_code_where_there_is_room() {
    let (dark, light) = (Color::Indexed(16), Color::Indexed(231));
    let codes = [Colours::True, Colours::None].map(|colours| {
        let mut harness = Harness::ascii((120, 50), colours);
        open(&mut harness);
        harness.press("enter");
        harness.answer_reads();
        assert!(harness.screen().is_ascii(), "{}", harness.screen());
        harness.assert_hides("QR code");
        let (buffer, _) = harness.buffer();
        let has = |x, y, colour| buffer[(x, y)].bg == colour;
        let row = |y| (0..120).map(|x| has(x, y, light)).collect::<Vec<_>>();
        // The longest run of a light quiet zone, and below it the finders: seven dark modules of two columns.
        let quiet = (1..49).find(|y| row(*y).iter().filter(|light| **light).count() > 80).unwrap();
        let left = (0..120u16).find(|x| has(*x, quiet, light)).unwrap();
        let top = (quiet..49).find(|y| (left..120).any(|x| has(x, *y, dark))).unwrap();
        let start = (left..120).find(|x| has(*x, top, dark)).unwrap();
        assert!((start..start + 14).all(|x| has(x, top, dark)) && has(start + 14, top, light));
        let modules = |y| (start..start + 74).map(move |x| (x, y));
        (top..top + 37).flat_map(modules).map(|(x, y)| has(x, y, dark)).collect::<Vec<_>>()
    });
    let [coloured, plain] = &codes;
    assert_eq!(coloured, plain);
    assert!(coloured.chunks(2).all(|module| module[0] == module[1]));
}

#[test]
fn text_of_a_code_names_the_smallest_window_that_draws_it() {
    let open_in = |size| {
        let mut harness = Harness::new(size, Colours::True);
        open(&mut harness);
        harness.press("enter");
        harness.answer_reads();
        harness
    };
    for size in [(40, 24), (41, 23), (60, 20)] {
        let mut harness = open_in(size);
        harness.assert_shows("A QR code needs 41 columns, 24 lines.");
        harness.assert_hides("█");
    }
    open_in((41, 24)).assert_shows("█▀▀▀▀▀█");
}
