//! The help of every command: its length, its purpose, its groups and its examples.

use clap::{Command, FromArgMatches};

use crate::cli::{Cli, short_root_help, tree};

/// The lines of a terminal, which the short help fits.
const SCREEN: usize = 24;

/// Returns every command of the tree with its full name.
fn commands() -> Vec<(String, Command)> {
    fn add(command: &Command, name: &str, found: &mut Vec<(String, Command)>) {
        found.push((name.to_owned(), command.clone()));
        for child in command.get_subcommands().filter(|child| child.get_name() != "help") {
            add(child, &format!("{name} {}", child.get_name()), found);
        }
    }
    let mut root = tree().term_width(80);
    root.build();
    let mut found = Vec::new();
    add(&root, "ticketing", &mut found);
    found
}

/// Returns the examples of a long help: the indented lines below their heading.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let lines = text.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.take_while(|line| line.starts_with("  ")).map(|line| line.trim().to_owned()).collect()
}

/// Returns the arguments of each call of the program in an example, without the rest of the shell's line.
fn calls(example: &str) -> Vec<Vec<String>> {
    let words = shlex::split(example).unwrap_or_else(|| panic!("a shell cannot split {example:?}"));
    let words: Vec<String> = words.into_iter().map(|word| word.trim_end_matches(')').to_owned()).collect();
    let is_program = |word: &String| word.trim_start_matches("<(") == "ticketing";
    let ends = |word: &String| ["|", "<", ">", "&&"].contains(&word.as_str());
    let starts = words.iter().enumerate().filter(|(_, word)| is_program(word)).map(|(index, _)| index);
    let call = |start: usize| {
        let rest = words[start + 1..].iter().take_while(|word| !ends(word)).cloned();
        ["ticketing".to_owned()].into_iter().chain(rest).collect()
    };
    starts.map(call).collect()
}

#[test]
fn short_help_of_every_command_fits_a_screen() {
    for (name, mut command) in commands() {
        let help = match name.as_str() {
            "ticketing" => short_root_help(),
            _ => command.render_help().to_string(),
        };
        let lines = help.trim_end().lines().count();
        assert!(lines <= SCREEN, "{name} -h has {lines} lines:\n{help}");
        assert!(!help.contains("Examples:") && !help.contains("--server"), "{name} -h is not short:\n{help}");
        assert!(help.contains("`--help`"), "{name} -h does not name the long help:\n{help}");
    }
}

#[test]
fn long_help_of_every_command_has_the_global_options() {
    for (name, mut command) in commands() {
        let help = command.render_long_help().to_string();
        assert!(help.contains("Global options:") && help.contains("--server"), "{name}:\n{help}");
    }
}

#[test]
fn purpose_of_every_command_is_one_verb_phrase() {
    for (name, command) in commands() {
        let about = command.get_about().unwrap_or_else(|| panic!("{name} has no purpose")).to_string();
        let first = about.split([' ', ',', ':']).next().unwrap();
        let is_verb =
            first.starts_with(char::is_uppercase) && !["Your", "Who", "Tickets", "The"].contains(&first);
        assert!(is_verb, "{name}: {about:?} does not begin with a verb");
        assert!(about.len() <= 72 && !about.contains('\n'), "{name}: {about:?} is no short line");
        assert!(!about.ends_with('.'), "{name}: {about:?} ends with a full stop");
        let has_you =
            about.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| word.starts_with("you"));
        assert!(!has_you, "{name}: {about:?} says you");
    }
}

#[test]
fn options_of_every_command_are_in_groups() {
    for (name, command) in commands() {
        for arg in command.get_arguments().filter(|arg| !arg.is_positional()) {
            let is_own = ["help", "version"].contains(&arg.get_id().as_str());
            assert!(is_own || arg.get_help_heading().is_some(), "{name}: --{} is in no group", arg.get_id());
        }
    }
}

#[test]
fn examples_of_every_command_are_understood() {
    for (name, command) in commands() {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "{name} --help has no examples");
        let mut shows_itself = false;
        for example in examples {
            let calls = calls(&example);
            assert!(!calls.is_empty(), "{name}: {example:?} does not call the program");
            for call in calls {
                let matches = tree().try_get_matches_from(&call);
                let parsed = matches.and_then(|matches| Cli::from_arg_matches(&matches));
                assert!(parsed.is_ok(), "{name}: {example:?} is not understood: {}", parsed.unwrap_err());
                shows_itself |= call.join(" ").starts_with(&name);
            }
        }
        assert!(shows_itself, "{name}: no example is of the command itself");
    }
}

#[test]
fn calls_are_found_in_lines_of_a_shell() {
    assert_eq!(calls("ticketing tickets list | wc -l"), [["ticketing", "tickets", "list"]]);
    assert_eq!(calls("source <(ticketing completions bash)"), [["ticketing", "completions", "bash"]]);
    assert_eq!(calls("echo nothing"), Vec::<Vec<String>>::new());
    assert_eq!(
        calls("ticketing buy 't 1' && ticketing audit"),
        [vec!["ticketing", "buy", "t 1"], vec!["ticketing", "audit"]]
    );
}
