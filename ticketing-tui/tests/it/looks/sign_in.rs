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

fn send_new(stage: &mut Stage) {
    switch(stage);
    for words in ["ada@example.com", props::PASSWORD, props::PASSWORD] {
        stage.write(words);
        stage.press("enter");
    }
}

looks! {
    -SMALL empty: open;
    written: write;
    nothing_written: |stage| {
        open(stage);
        stage.press("tab enter");
    };
    asking: |stage| {
        write(stage);
        stage.press("enter");
    };
    -SMALL wrong_password: |stage| {
        write(stage);
        stage.press("enter");
        let trouble = props::refused(ErrorCode::InvalidCredentials, "The e-mail or the password is wrong");
        answer!(stage, Call::SignIn { .. }, Err(trouble));
    };
    offline: |stage| {
        write(stage);
        stage.press("enter");
        answer!(stage, Call::SignIn { .. }, Err(props::offline()));
    };
    -SMALL new: switch;
    new_with_faults: |stage| {
        switch(stage);
        for words in ["ada@example.com", "correct horse", "correct house"] {
            stage.write(words);
            stage.press("enter");
        }
    };
    new_asking: send_new;
    new_with_a_fault_of_the_server: |stage| {
        send_new(stage);
        answer!(stage, Call::SignUp { .. }, Err(props::at_fault("email", "Email must be valid")));
    };
    new_in_use: |stage| {
        send_new(stage);
        let words = "Someone has signed up with this e-mail already";
        answer!(stage, Call::SignUp { .. }, Err(props::refused(ErrorCode::EmailInUse, words)));
    };
}
