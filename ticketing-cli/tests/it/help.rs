//! The help as it is printed, in both lengths. `src/help/tests.rs` checks the help of every command.

use crate::support::Cli;

fn help(words: &[&str]) -> String {
    let run = Cli::offline().ok(words);
    assert_eq!(run.err, "");
    run.out
}

macro_rules! helps {
    ($($name:ident: $($word:literal)*;)+) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(help(&[$($word),*]));
        })+
    };
}

helps! {
    root_short: "-h";
    root_long: "--help";
    tickets_list_short: "tickets" "list" "-h";
    buy_long: "buy" "--help";
}

#[test]
fn version_is_the_version_of_the_package() {
    let run = Cli::offline().ok(&["--version"]);
    assert_eq!(run.out, concat!("ticketing ", env!("CARGO_PKG_VERSION"), "\n"));
}
