//! Every screen in its states, as text: what is drawn is compared with a picture. Styles are tested by their roles, in
//! `styles.rs`.
//!
//! `INSTA_UPDATE=always` writes the snapshots; review each difference.

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

/// Comfortable.
const USUAL: (u16, u16) = (80, 24);
/// What must be usable.
const SMALL: (u16, u16) = (40, 12);
const LARGE: (u16, u16) = (200, 60);

/// Declares tests: a name, before it the other sizes at which it is looked at, and what leads there.
macro_rules! looks {
    ($($(-$small:ident)? $(+$large:ident)? $name:ident: $play:expr;)+) => {
        $(#[test]
        fn $name() {
            let sizes = [crate::looks::USUAL, $(crate::looks::$small,)? $(crate::looks::$large)?];
            crate::looks::look(module_path!(), stringify!($name), &sizes, crate::support::Stage::new, $play);
        })+
    };
}
use looks;

/// Plays the same with and without colours, and compares what is written with one picture for each size.
fn look(
    module: &str,
    name: &str,
    sizes: &[(u16, u16)],
    open: fn((u16, u16), Colours) -> Stage,
    play: impl Fn(&mut Stage),
) {
    for size in sizes {
        let [coloured, plain] = [Colours::True, Colours::None].map(|colours| {
            let mut stage = open(*size, colours);
            play(&mut stage);
            picture::of(&stage.buffer())
        });
        assert_eq!(coloured, plain, "a theme changes styles, and neither words nor the cursor");
        let screen = module.rsplit("::").next().unwrap();
        let name = format!("{screen}-{name}-{}x{}", size.0, size.1);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, coloured);
        });
    }
}
