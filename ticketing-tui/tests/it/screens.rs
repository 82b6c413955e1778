//! Every screen in its states, as text: compared with snapshots. Styles are tested by their roles, in
//! `styles.rs`.
//!
//! `INSTA_UPDATE=always` writes the snapshots; review each difference.

mod activity;
mod check_in;
mod checkout;
mod edges;
mod listings;
mod market;
mod orders;
mod passes;
mod popups;
mod rows;
mod settings;
mod sign_in;
mod ticket;

use ticketing_tui::Colours;

use crate::support::{Harness, Look, contrast, snapshot};

/// The size of most terminals.
const DEFAULT: (u16, u16) = (80, 24);
/// The smallest size.
const SMALL: (u16, u16) = (40, 12);
const LARGE: (u16, u16) = (200, 60);

/// Declares snapshot tests: the further sizes, a name, and the steps to the screen.
macro_rules! screen_tests {
    ($($(-$small:ident)? $(+$large:ident)? $name:ident: $steps:expr;)+) => {
        $(#[test]
        fn $name() {
            let sizes = [crate::screens::DEFAULT, $(crate::screens::$small,)? $(crate::screens::$large)?];
            let open = crate::support::Harness::new;
            crate::screens::assert_screen(module_path!(), stringify!($name), &sizes, open, $steps);
        })+
    };
}
use screen_tests;

/// Compares the screen with its snapshot at each size, the same in every theme, in which all of its text is legible.
fn assert_screen(
    module: &str,
    name: &str,
    sizes: &[(u16, u16)],
    open: fn((u16, u16), Look) -> Harness,
    steps: impl Fn(&mut Harness),
) {
    for size in sizes {
        let screen = module.rsplit("::").next().unwrap();
        let name = format!("{screen}-{name}-{}x{}", size.0, size.1);
        let draw = |look: Look| {
            let mut harness = open(*size, look);
            steps(&mut harness);
            harness.buffer()
        };
        let plain = draw(Colours::None.into());
        contrast::assert_nothing_dim_is_reversed(&plain.0, &name);
        let plain = snapshot::text_and_cursor(&plain);
        for look in Look::COLOURED {
            let coloured = draw(look);
            contrast::assert_legible(&coloured.0, &format!("{name} {look:?}"));
            let text = snapshot::text_and_cursor(&coloured);
            assert_eq!(text, plain, "a theme changes styles, and neither words nor the cursor");
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, plain);
        });
    }
}
