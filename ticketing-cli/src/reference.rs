//! The reference in Markdown, made from the tree of commands; a test keeps the copy in `docs/` equal to it.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::StyledStr;
use clap::{Arg, Command};

use crate::cli::tree;
use crate::environment::VARIABLES;
use crate::exit::Exit;

/// Set to anything to write the reference instead of comparing it.
const UPDATE: &str = "UPDATE_REFERENCE";

#[test]
fn reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/cli.md");
    let made = markdown();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, made).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/reference/cli.md is not what the commands say: run this test with {UPDATE}=1"
    );
}

fn markdown() -> String {
    let mut root = tree();
    root.build();
    let mut text = String::from("# The commands of `ticketing`\n\n");
    text += "Made from the tree of commands by a test of `ticketing-cli`; do not edit it by hand.\n\n";
    let _ = writeln!(text, "{}.\n", plain_text(root.get_long_about()).trim_end_matches('.'));
    text += "## Options of every command\n\n";
    options(&mut text, root.get_arguments().filter(|arg| arg.is_global_set() && !arg.is_hide_set()));
    text += "\n## Environment\n\n`ticketing help environment` prints this table.\n\n| variable | meaning |\n|---|---|\n";
    for (names, meaning) in VARIABLES {
        let names: Vec<String> = names.split(", ").map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "| {} | {meaning} |", names.join(", "));
    }
    text += "\n## Exit codes\n\n`ticketing help exit-codes` prints this table.\n\n| code | meaning |\n|---|---|\n";
    for (exit, meaning) in Exit::MEANINGS {
        let _ = writeln!(text, "| {} | {meaning} |", exit.code());
    }
    for noun in root.get_subcommands().filter(|noun| noun.get_name() != "help") {
        section(&mut text, noun, &format!("ticketing {}", noun.get_name()), 2);
    }
    text
}

fn section(text: &mut String, command: &Command, name: &str, depth: usize) {
    let _ = writeln!(text, "\n{} `{name}`\n", "#".repeat(depth));
    let about = plain_text(command.get_about());
    let about = about.trim_end();
    let _ = writeln!(text, "{about}.");
    let aliases: Vec<_> = command.get_visible_aliases().map(|alias| format!("`{alias}`")).collect();
    if !aliases.is_empty() {
        let _ = writeln!(text, "\nAlso: {}.", aliases.join(", "));
    }
    let more = plain_text(command.get_after_long_help());
    let (examples, details) = more.split_once("\n\n").unwrap_or((&more, ""));
    if !details.is_empty() {
        let _ = writeln!(text, "\n{}", details.replace('\n', "\n\n"));
    }
    text.push_str("\n```sh\n");
    for example in examples.lines().skip(1) {
        let _ = writeln!(text, "{}", example.trim());
    }
    text.push_str("```\n");
    let verbs: Vec<&Command> = command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
    if verbs.is_empty() || !command.is_subcommand_required_set() {
        let _ = writeln!(text, "\n```text\n{}\n```\n", usage(command, name));
        options(text, command.get_positionals().filter(|arg| !arg.is_hide_set()));
        options(
            text,
            command
                .get_arguments()
                .filter(|arg| !arg.is_positional())
                .filter(|arg| !arg.is_global_set() && !arg.is_hide_set()),
        );
    }
    for verb in verbs {
        section(text, verb, &format!("{name} {}", verb.get_name()), depth + 1);
    }
}

fn usage(command: &Command, name: &str) -> String {
    let positionals: Vec<String> = command.get_positionals().map(ToString::to_string).collect();
    [name, "[OPTIONS]"].into_iter().map(str::to_owned).chain(positionals).collect::<Vec<_>>().join(" ")
}

fn options<'a>(text: &mut String, args: impl Iterator<Item = &'a Arg>) {
    for arg in args.filter(|arg| arg.get_id() != "help" && arg.get_id() != "version") {
        let mut names: Vec<String> = Vec::new();
        names.extend(arg.get_short().map(|short| format!("-{short}")));
        names.extend(arg.get_long().map(|long| format!("--{long}")));
        let values: Vec<String> = match arg.get_value_names() {
            Some(values) if arg.get_action().takes_values() => {
                values.iter().map(|value| format!("<{value}>")).collect()
            }
            _ => Vec::new(),
        };
        let label = [names.join(", "), values.join(" ")].into_iter().filter(|part| !part.is_empty());
        let _ = write!(text, "- `{}`", label.collect::<Vec<_>>().join(" "));
        let help = plain_text(arg.get_long_help().or_else(|| arg.get_help()));
        let _ = write!(text, ": {}", help.replace("\n\n", ". "));
        let words: Vec<String> = arg
            .get_possible_values()
            .iter()
            .filter(|value| !value.is_hide_set() && !arg.is_hide_possible_values_set())
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        if !words.is_empty() && arg.get_action().takes_values() {
            let _ = write!(text, " ({})", words.join(", "));
        }
        let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() && arg.get_action().takes_values() {
            let _ = write!(text, "; default `{}`", defaults.join(" "));
        }
        if let Some(variable) = arg.get_env().filter(|_| !arg.is_hide_env_set()) {
            let _ = write!(text, "; variable `{}`", variable.to_string_lossy());
        }
        text.push('\n');
    }
}

fn plain_text(text: Option<&StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default()
}

#[test]
fn every_variable_of_a_global_option_is_in_the_table() {
    let mut root = tree();
    root.build();
    let global = root.get_arguments().filter(|arg| arg.is_global_set());
    for variable in global.filter_map(|arg| arg.get_env()?.to_str()) {
        assert!(
            VARIABLES.iter().any(|(names, _)| names.split(", ").any(|name| name == variable)),
            "{variable}"
        );
    }
}
