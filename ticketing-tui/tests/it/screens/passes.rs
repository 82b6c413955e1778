//! The screens of the passes that one holds.

use ticketing_sdk::{Pass, PassStatus};

use super::screen_tests;
use crate::support::{Harness, NOW, fixtures};

fn open(harness: &mut Harness) {
    let used = Pass {
        status: PassStatus::Used,
        code: None,
        issued_at: ticketing_sdk::Timestamp::from_millis(NOW - 86_400_000),
        ..fixtures::pass("p2", "Night train to Lisbon")
    };
    harness.server.passes = vec![fixtures::pass("p1", "Jazz at the lake"), used];
    harness.sign_in();
    harness.press("6");
    harness.answer_reads();
}

screen_tests! {
    -SMALL list: open;
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
    harness.assert_shows("Other borders than ascii draw it as a QR code");
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
}
