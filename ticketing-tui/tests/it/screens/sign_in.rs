//! Signing in and making an account, in all their states.

use ticketing_sdk::ErrorCode;
use ticketing_tui::ApiCall;

use super::screen_tests;
use crate::support::{Harness, answer, fixtures};

fn open(harness: &mut Harness) {
    harness.go_live();
    harness.press("i");
}

fn write(harness: &mut Harness) {
    open(harness);
    harness.type_text("ada@example.com");
    harness.press("tab");
    harness.type_text("correct 馬");
}

fn switch(harness: &mut Harness) {
    open(harness);
    harness.press("ctrl-t");
}

screen_tests! {
    -SMALL empty: open;
    wrong_password: |harness| {
        write(harness);
        harness.press("enter");
        let error = fixtures::refusal(ErrorCode::InvalidCredentials, "The e-mail or the password is wrong");
        answer!(harness, ApiCall::SignIn { .. }, Err(error));
    };
    new_with_faults: |harness| {
        switch(harness);
        for words in ["ada@example.com", "correct horse", "correct mouse"] {
            harness.type_text(words);
            harness.press("enter");
        }
    };
}

#[test]
fn form_that_was_sent_shows_that_it_waits_and_offers_no_button() {
    let mut harness = Harness::signed_in();
    harness.press("i y");
    answer!(harness, ApiCall::SignOut, Ok(ticketing_tui::Reply::Session(None)));
    write(&mut harness);
    harness.assert_shows("enter signs in");
    harness.press("enter");
    harness.assert_shows("Asking…");
    harness.assert_hides("enter signs in");
    harness.assert_hides("correct");
}
