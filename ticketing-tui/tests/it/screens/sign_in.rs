//! Signing in and making an account, in all their states.

use ticketing_sdk::ErrorCode;
use ticketing_tui::Call;

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
    asking: |harness| {
        write(harness);
        harness.press("enter");
    };
    wrong_password: |harness| {
        write(harness);
        harness.press("enter");
        let error = fixtures::refused(ErrorCode::InvalidCredentials, "The e-mail or the password is wrong");
        answer!(harness, Call::SignIn { .. }, Err(error));
    };
    new_with_faults: |harness| {
        switch(harness);
        for words in ["ada@example.com", "correct horse", "correct mouse"] {
            harness.type_text(words);
            harness.press("enter");
        }
    };
}
