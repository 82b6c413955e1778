//! The tree of commands, and what the parser answers.

use std::ffi::OsString;

use super::*;
use crate::io::fake;

#[cfg(feature = "embedded")]
#[test]
fn invalid_settings_of_serve_are_reported_together() {
    let text = failure(&["ticketing", "serve", "--listen", "x", "--order-ttl=1ms", "--streams", "0"]);
    for name in ["TICKETING_LISTEN (--listen)", "TICKETING_ORDER_TTL", "TICKETING_STREAMS"] {
        assert!(text.contains(name), "{text}");
    }
}

fn failure(words: &[&str]) -> String {
    let args: Vec<OsString> = words.iter().map(OsString::from).collect();
    format!("{:?}", parse(&args, fake::pipe("").io.terminal_info()).unwrap_err())
}

/// The tree with the arguments of every command.
fn built_tree() -> clap::Command {
    let mut tree = tree();
    tree.build();
    tree
}

#[test]
fn command_tree_is_valid() {
    tree().debug_assert();
}

#[test]
fn arguments_of_a_command_are_added_when_it_is_used() {
    let mut tree = tree();
    let complete = |tree: &clap::Command| -> Vec<String> {
        let has_own = |command: &&clap::Command| {
            command.has_subcommands() || command.get_arguments().any(|arg| !arg.is_global_set())
        };
        tree.get_subcommands().filter(has_own).map(|command| command.get_name().to_owned()).collect()
    };
    assert_eq!(complete(&tree), Vec::<String>::new());
    tree.try_get_matches_from_mut(["ticketing", "orders", "list"]).unwrap();
    assert_eq!(complete(&tree), ["orders"]);
    assert!(tree.try_get_matches_from_mut(["ticketing", "--help"]).is_err());
    assert_eq!(complete(&tree), ["orders"]);
}

#[test]
fn version_is_that_of_the_tree() {
    assert_eq!(tree().render_version(), parse::VERSION);
    for flag in ["--version", "-V"] {
        let text = failure(&["ticketing", flag]);
        assert!(text.contains("Done") && text.contains(env!("CARGO_PKG_VERSION")), "{text}");
    }
}

#[test]
fn parser_never_repeats_a_card_number() {
    for words in [
        &["ticketing", "payments", "create", "order", "4242424242424242"][..],
        &["ticketing", "buy", "--card=4242 4242 4242 4242"],
        &["ticketing", "buy", "t", "--nope", "4242-4242-4242-4242"],
    ] {
        let text = failure(words);
        assert!(text.contains("card number") && !text.contains("4242"), "{text}");
    }
}

#[test]
fn price_of_many_digits_is_no_card_number() {
    for words in [
        &["ticketing", "tickets", "create", "--title", "x", "--price", "123456789012"][..],
        &["ticketing", "tickets", "update", "t-1", "--price=123456789012.50"],
    ] {
        let text = failure(words);
        assert!(text.contains("price") && !text.contains("card number"), "{text}");
    }
}

#[test]
fn values_that_begin_with_a_dash_are_values() {
    for words in [
        &["ticketing", "tickets", "create", "--title", "-20% Friday", "--price", "5"][..],
        &["ticketing", "tickets", "update", "t-1", "--title", "-20% Friday"],
        &["ticketing", "tickets", "list", "--query", "-20%"],
    ] {
        let args: Vec<OsString> = words.iter().map(OsString::from).collect();
        assert!(parse(&args, fake::pipe("").io.terminal_info()).is_ok(), "{words:?}");
    }
    let text = failure(&["ticketing", "tickets", "list", "--min-price", "-5"]);
    assert!(text.contains("greater than 0") || text.contains("price"), "{text}");
}

#[test]
fn long_help_ends_with_the_exit_codes() {
    let help = tree().render_long_help().to_string();
    assert!(help.trim_end().ends_with(Exit::help().trim_end()));
}

#[test]
fn long_help_of_the_program_is_that_of_the_tree() {
    let mut tree = parse::tree_of_root_help();
    assert_eq!(tree.render_long_help().to_string(), super::tree().render_long_help().to_string());
    assert!(tree.get_subcommands().all(|command| command.get_arguments().next().is_none()));
    let args = ["ticketing", "--help"].map(OsString::from);
    let failure = parse(&args, fake::pipe("").io.terminal_info()).unwrap_err();
    let by_tree = super::tree().try_get_matches_from(&args).unwrap_err().render().to_string();
    assert_eq!(failure.rendered.unwrap(), by_tree);
}

#[test]
fn root_help_names_every_visible_command_once() {
    let help = short_root_help();
    // The names follow the group.
    let lines = help.lines().filter(|line| line.starts_with("  ") && !line.contains("--"));
    let words: Vec<&str> = lines.flat_map(|line| line[14..].split_whitespace()).collect();
    for command in tree().get_subcommands().filter(|command| !command.is_hide_set()) {
        let count = words.iter().filter(|word| **word == command.get_name()).count();
        assert_eq!(count, 1, "{} in:\n{help}", command.get_name());
    }
}

#[test]
fn selection_is_checked_before_anything_is_sent() {
    let fields = failure(&["ticketing", "tickets", "list", "--json"]);
    assert!(fields.contains("Done") && fields.contains("title\\nprice"), "{fields}");
    for (words, about) in [
        (&["ticketing", "tickets", "create", "--json", "id,nonsense"][..], "nonsense"),
        (&["ticketing", "tickets", "list", "--jq", ".["], "--jq"),
        (&["ticketing", "tickets", "list", "--template", "{{"], "--template"),
        (&["ticketing", "tickets", "list", "--jq", ".", "--template", "x"], "cannot be used with"),
        (
            &["ticketing", "tickets", "list", "--jq", ".", "-o", "yaml"],
            "--jq cannot be used with --output yaml",
        ),
        (&["ticketing", "-o", "csv", "tickets", "list", "--template", "x"], "--output csv"),
        (
            &["ticketing", "tickets", "list", "--json", "id", "-o", "tsv"],
            "--json cannot be used with --output tsv",
        ),
        (&["ticketing", "orders", "cancel", "o1", "--json", "id"], "--json has no meaning there"),
        (&["ticketing", "api", "/api/tickets", "--json", "id"], "--json has no meaning there"),
        (&["ticketing", "orders", "get", "o1", "--web", "-o", "json"], "--web opens a browser"),
        (
            &["ticketing", "passes", "transfer", "p1", "--take-back", "-o", "json"],
            "--take-back writes no data",
        ),
        (&["ticketing", "passes", "show", "p1", "--svg", "-", "-o", "json"], "--svg writes a picture"),
        (&["ticketing", "tickets", "withdraw", "t1", "--dry-run", "-o", "csv"], "--dry-run prints requests"),
        (&["ticketing", "tickets", "create", "--dry-run", "--json", "id"], "--json has no meaning there"),
    ] {
        let text = failure(words);
        assert!(text.contains("Usage") && text.contains(about), "{words:?}: {text}");
    }
}

/// A new command needs an entry of its own: it writes records in every format, or something else.
#[cfg(feature = "embedded")]
#[test]
fn every_command_honours_or_refuses_every_format_and_selection() {
    use clap::ValueEnum as _;

    use crate::output::{Format, Invocation, NON_RECORD_OUTPUTS, OUTPUT_SPECS, Select};

    let mut found = Vec::new();
    commands(&built_tree(), "", &mut found);
    let specs: Vec<&str> = OUTPUT_SPECS.iter().map(|spec| spec.command).collect();
    let others: Vec<&str> = NON_RECORD_OUTPUTS.iter().map(|other| other.name).collect();
    for (words, _) in &found {
        let entries = [&specs, &others].iter().filter(|list| list.contains(&words.as_str())).count();
        assert_eq!(entries, 1, "`ticketing {words}` has an entry in one of the two lists");
    }
    for words in specs.iter().chain(&others) {
        assert!(found.iter().any(|(command, _)| command == words), "{words} is no command");
    }
    for (words, _) in &found {
        let invocation = Invocation::new(words.clone(), |_| false);
        let has_records = specs.contains(&words.as_str());
        for output in Format::value_variants() {
            match invocation.check(Some(*output), &Select::default()) {
                Ok(()) => {}
                Err(failure) => {
                    assert!(!has_records, "`ticketing {words}` has records in every format");
                    assert_eq!(failure.exit, Exit::Usage);
                    let message = failure.message.unwrap();
                    assert!(message.contains(words) && message.contains("--output"), "{message}");
                }
            }
        }
        let text = || Some(".".to_owned());
        for select in [
            Select { jq: text(), ..Select::default() },
            Select { template: text(), ..Select::default() },
            Select { fields: Some(vec!["id".to_owned()]), ..Select::default() },
        ] {
            let checked = invocation.check(None, &select);
            assert!(checked.is_ok() || !has_records, "`ticketing {words}` has records to select from");
        }
    }
}

#[test]
fn selection_goes_with_the_formats_of_json() {
    for words in [
        &["ticketing", "tickets", "list", "--json", "id", "-o", "yaml"][..],
        &["ticketing", "tickets", "list", "--json", "id", "--jq", ".", "-o", "json"],
        &["ticketing", "tickets", "list", "--json", "id", "--template", "x"],
    ] {
        let args: Vec<OsString> = words.iter().map(OsString::from).collect();
        assert!(parse(&args, fake::pipe("").io.terminal_info()).is_ok(), "{words:?}");
    }
}

/// The commands that change nothing at a marketplace: they read, or change files of the user.
const WITHOUT_WRITES: &[&str] = &[
    "alias delete",
    "alias list",
    "alias set",
    "audit",
    "auth status",
    "backup",
    "checkin prepare",
    "clock show",
    "completions",
    "config edit",
    "config path",
    "config get",
    "config list",
    "config set",
    "config unset",
    "demo",
    "doctor",
    "events listen",
    "help",
    "man",
    "open",
    "open order",
    "open ticket",
    "orders explain",
    "orders get",
    "orders list",
    "orders watch",
    "passes calendar",
    "passes get",
    "passes list",
    "passes show",
    "payments get",
    "payments list",
    "profile add",
    "profile list",
    "profile remove",
    "profile use",
    "search",
    "serve",
    "status",
    "tickets export",
    "tickets get",
    "tickets list",
    "tickets watch",
    "tui",
    "whoami",
];

/// Returns the words of every command that runs by itself, and whether it has `--dry-run`.
fn commands(command: &clap::Command, words: &str, found: &mut Vec<(String, bool)>) {
    let has_dry_run = command.get_arguments().any(|arg| arg.get_long() == Some("dry-run"));
    let runs = !command.has_subcommands() || !command.is_subcommand_required_set();
    if runs && !words.is_empty() {
        found.push((words.to_owned(), has_dry_run));
    }
    for child in command.get_subcommands() {
        let words = format!("{words} {}", child.get_name());
        commands(child, words.trim(), found);
    }
}

#[cfg(feature = "embedded")]
#[test]
fn every_command_that_writes_can_be_run_dry() {
    let mut found = Vec::new();
    commands(&built_tree(), "", &mut found);
    assert!(found.len() > 60, "{found:?}");
    for (words, has_dry_run) in &found {
        let writes = !WITHOUT_WRITES.contains(&words.as_str());
        assert_eq!(
            writes, *has_dry_run,
            "`ticketing {words}`: a command that writes has --dry-run, and no other"
        );
    }
    for words in WITHOUT_WRITES {
        assert!(found.iter().any(|(command, _)| command == words), "{words} is no command");
    }
}
