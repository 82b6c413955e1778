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

/// The words of every command, as the headings of the reference name them.
fn commands() -> Vec<String> {
    let reference = include_str!("../../../docs/reference/cli.md");
    let headings =
        reference.lines().filter_map(|line| line.trim_start_matches('#').strip_prefix(" `ticketing "));
    headings.map(|heading| heading.trim_end_matches('`').to_owned()).collect()
}

#[test]
fn short_help_of_every_command() {
    let mut session = String::new();
    for command in commands() {
        let words: Vec<&str> = command.split(' ').chain(["-h"]).collect();
        session += &format!("$ ticketing {command} -h\n{}\n", help(&words));
    }
    insta::assert_snapshot!(session);
}

#[test]
fn long_help_of_every_command_has_examples_and_is_printed() {
    for command in commands() {
        let words: Vec<&str> = command.split(' ').collect();
        let long = help(&[&words[..], &["--help"]].concat());
        assert!(long.contains("Examples:\n  ") && long.contains("Global options:"), "{command}:\n{long}");
        assert_eq!(long, help(&[&["help"], &words[..]].concat()), "{command}");
    }
}

#[test]
fn version_is_the_version_of_the_package() {
    let run = Cli::offline().ok(&["--version"]);
    assert_eq!(run.out, concat!("ticketing ", env!("CARGO_PKG_VERSION"), "\n"));
}
