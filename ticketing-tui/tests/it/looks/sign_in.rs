//! Signing in and making an account, in all their states.

use ticketing_sdk::ErrorCode;
use ticketing_tui::Call;

use super::looks;
use crate::support::{Stage, answer, props};

fn open(stage: &mut Stage) {
    stage.go_live();
    stage.press("i");
}

fn write(stage: &mut Stage) {
    open(stage);
    stage.write("ada@example.com");
    stage.press("tab");
    stage.write("correct 馬");
}

fn switch(stage: &mut Stage) {
    open(stage);
    stage.press("ctrl-t");
}

looks! {
    -SMALL empty: open;
    asking: |stage| {
        write(stage);
        stage.press("enter");
    };
    wrong_password: |stage| {
        write(stage);
        stage.press("enter");
        let error = props::refused(ErrorCode::InvalidCredentials, "The e-mail or the password is wrong");
        answer!(stage, Call::SignIn { .. }, Err(error));
    };
    new_with_faults: |stage| {
        switch(stage);
        for words in ["ada@example.com", "correct horse", "correct mouse"] {
            stage.write(words);
            stage.press("enter");
        }
    };
}
