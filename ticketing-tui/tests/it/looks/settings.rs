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
    waiting_for_a_key: capturing;
}
