//! The settings in all their states.

use super::looks;
use crate::support::Stage;

fn open(stage: &mut Stage) {
    stage.sign_in();
    stage.press("5");
}

/// Waits for a new key of the market.
fn capturing(stage: &mut Stage) {
    open(stage);
    stage.press("j j j j j enter");
}

looks! {
    -SMALL top: open;
    at_the_end: |stage| {
        open(stage);
        stage.press("end");
    };
    -SMALL waiting_for_a_key: capturing;
    key_chosen: |stage| {
        capturing(stage);
        stage.press("ctrl-o");
    };
    key_taken_by_another: |stage| {
        capturing(stage);
        stage.press("q");
    };
    switched: |stage| {
        open(stage);
        stage.press("j enter j enter j enter");
    };
}
