//! Every screen in every state, at two sizes and more, in two themes: what is drawn is compared with a picture.
//!
//! `INSTA_UPDATE=always` makes the pictures anew; look at each difference as its user would.

mod activity;
mod checkout;
mod edges;
mod listings;
mod market;
mod orders;
mod popups;
mod settings;
mod sign_in;
mod ticket;

use ticketing_tui::Colours;

use crate::support::{Stage, picture};

/// Comfortable, and large.
const USUAL: [(u16, u16); 2] = [(80, 24), (200, 60)];
/// What must be usable.
const SMALL: (u16, u16) = (40, 12);

/// Declares tests: a name, after a dash where it is to be looked at in little room too, and what leads there.
macro_rules! looks {
    ($($(-$small:ident)? $name:ident: $play:expr;)+) => {
        $(#[test]
        fn $name() {
            let small: &[(u16, u16)] = &[$(crate::looks::$small)?];
            let sizes = [&crate::looks::USUAL[..], small].concat();
            crate::looks::look(module_path!(), stringify!($name), &sizes, crate::support::Stage::new, $play);
        })+
    };
}
use looks;

/// Plays the same in two themes, and compares both with one picture for each size.
fn look(
    module: &str,
    name: &str,
    sizes: &[(u16, u16)],
    open: fn((u16, u16), Colours) -> Stage,
    play: impl Fn(&mut Stage),
) {
    for size in sizes {
        let [dark, plain] = [Colours::True, Colours::None].map(|colours| {
            let mut stage = open(*size, colours);
            play(&mut stage);
            stage.buffer()
        });
        let screen = module.rsplit("::").next().unwrap();
        let name = format!("{screen}-{name}-{}x{}", size.0, size.1);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, picture::of(&dark, &plain));
        });
    }
}
