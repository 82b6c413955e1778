//! The settings as documents: `docs/reference/settings.md`, and the most common ones in `docs/CONFIGURATION.md`. A test
//! compares both with the command line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command};

use super::parse::{every_arg, is_secret, variable};
use super::{StackSettings, error};
use crate::command::command;

/// The variable that makes the tests write the documents instead of comparing them.
const UPDATE: &str = "UPDATE_REFERENCE";
const SECTIONS: [&str; 9] =
    ["HTTP", "Data", "Events", "Sessions", "Reservations", "Passes", "Cards", "Log", "Traces"];
/// The settings of the guide.
const IN_GUIDE: [&str; 9] = [
    "TICKETING_LISTEN",
    "TICKETING_DATA_DIR",
    "TICKETING_ORDER_TTL",
    "TICKETING_DATABASE_URL",
    "TICKETING_NATS_URL",
    "TICKETING_JWT_KEY",
    "TICKETING_PASS_KEY",
    "TICKETING_STRIPE_KEY",
    "TICKETING_LOG",
];
const BEGIN: &str = "<!-- Made from the command line by a test of `ticketing-server`: begin -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn reference_matches_the_command_line() {
    compare("docs/reference/settings.md", |_| reference());
}

#[test]
fn guide_matches_the_command_line() {
    compare("docs/CONFIGURATION.md", |kept| {
        let (before, rest) = kept.split_once(BEGIN).expect("a place for the table");
        let (_, after) = rest.split_once(END).expect("an end of the table");
        let settings = settings();
        let rows: String = IN_GUIDE
            .iter()
            .map(|name| {
                let setting = settings.iter().find(|setting| setting.name == *name).expect("a setting");
                format!("| `{name}` | {} | {} |\n", setting.default, setting.meaning)
            })
            .collect();
        format!("{before}{BEGIN}| variable | default | meaning |\n|---|---|---|\n{rows}{END}{after}")
    });
}

fn compare(path: &str, make: impl FnOnce(&str) -> String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let made = make(&kept);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, made).unwrap();
        return;
    }
    assert!(kept == made, "{path} differs from the command line: run this test with {UPDATE}=1");
}

/// A row of the reference.
struct SettingRow {
    section: String,
    name: String,
    value: String,
    default: String,
    meaning: String,
    commands: Vec<String>,
    required_by: Vec<String>,
}

/// Every setting, in the order of the command line.
fn settings() -> Vec<SettingRow> {
    let command = command();
    let mut rows: Vec<SettingRow> = Vec::new();
    for subcommand in leaves("", &command) {
        for arg in subcommand.1.get_arguments() {
            let Some(name) = variable(arg) else { continue };
            let index = rows.iter().position(|row| row.name == name).unwrap_or_else(|| {
                rows.push(row(name, arg));
                rows.len() - 1
            });
            rows[index].commands.push(subcommand.0.clone());
            if arg.is_required_set() {
                rows[index].required_by.push(subcommand.0.clone());
            }
        }
    }
    rows
}

fn leaves<'c>(path: &str, command: &'c Command) -> Vec<(String, &'c Command)> {
    let children = command.get_subcommands();
    children
        .flat_map(|child| {
            let path = format!("{path} {}", child.get_name()).trim_start().to_owned();
            if child.has_subcommands() { leaves(&path, child) } else { vec![(path, child)] }
        })
        .collect()
}

fn row(name: String, arg: &Arg) -> SettingRow {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let (purpose, default_text) = match help.split_once(" [default: ") {
        Some((purpose, rest)) => (purpose, rest.trim_end_matches(']').to_owned()),
        None => (&*help, String::new()),
    };
    let default = match arg.get_default_values() {
        [value] => format!("`{}`", value.to_string_lossy()),
        _ => default_text,
    };
    let long = arg.get_long_help().map(ToString::to_string).unwrap_or_default();
    let detail = long.split_once("\n\n").map(|(_, detail)| format!(". {}", detail.replace('\n', " ")));
    let secret = if is_secret(arg) { " Secret." } else { "" };
    let value = arg.get_value_names().unwrap_or_default().concat();
    let meaning = format!("{purpose}{}", detail.unwrap_or_default());
    SettingRow {
        section: arg.get_help_heading().unwrap_or_default().to_owned(),
        name,
        value,
        default,
        meaning: format!("{}.{secret}", meaning.trim_end_matches('.')),
        commands: Vec::new(),
        required_by: Vec::new(),
    }
}

fn reference() -> String {
    let mut text = String::from(
        "# Settings of the server\n\n\
         Made from the command line by a test of `ticketing-server`; do not edit it by hand.\n\n\
         Every setting is a variable, and for `ticketing-server` a flag; the flag wins. An empty variable counts as not \
         given. `ticketing serve` has\nthe settings of `all`. The program checks all of them before it binds a port, and \
         reports all invalid ones (exit code 2). Durations are like `15m`,\n`90s`, `1h30m` or `500ms`. Secrets are never shown; \
         prefer variables for them, since other users can see arguments.\n",
    );
    let settings = settings();
    let every = leaves("", &command()).len();
    for section in SECTIONS {
        let _ = writeln!(
            text,
            "\n## {section}\n\n| variable | flag | default | commands | meaning |\n|---|---|---|---|---|"
        );
        for setting in settings.iter().filter(|setting| setting.section == section) {
            let SettingRow { name, default, meaning, .. } = setting;
            let (flag, value) = (error::flag(name), setting.value.replace('|', "\\|"));
            let commands = match setting.commands.len() {
                all if all == every => "all commands".to_owned(),
                _ => list_commands(&setting.commands),
            };
            let required = match setting.required_by.as_slice() {
                [] => String::new(),
                commands => format!("; required by {}", list_commands(commands)),
            };
            let default = format!("{default}{required}");
            let default = default.trim_start_matches("; ");
            let _ = writeln!(text, "| `{name}` | `{flag} {value}` | {default} | {commands} | {meaning} |");
        }
    }
    text
}

/// Names of commands, those of groups together.
fn list_commands(commands: &[String]) -> String {
    let services = ["auth", "tickets", "orders", "payments", "expiration", "client"];
    let (own, others): (Vec<&String>, Vec<&String>) =
        commands.iter().partition(|command| services.contains(&command.as_str()));
    let missing: Vec<&str> =
        services.into_iter().filter(|name| !own.iter().any(|command| command == name)).collect();
    let quoted = |command: &String| format!("`{command}`");
    let mut words: Vec<String> =
        others.iter().filter(|name| **name == "all").map(|name| quoted(name)).collect();
    words.extend(match missing.as_slice() {
        [] => vec!["each service".to_owned()],
        [one] => vec![format!("each service except `{one}`")],
        _ => own.into_iter().map(quoted).collect(),
    });
    words.extend(others.iter().filter(|name| **name != "all").map(|name| quoted(name)));
    let of_dead_letters = "`dead-letters list`, `dead-letters replay`, `dead-letters discard`";
    words.join(", ").replace(of_dead_letters, "`dead-letters`")
}

#[test]
fn given_defaults_change_nothing() {
    let shown = |flags: &[String]| format!("{:?}", StackSettings::from_flags("data", flags).unwrap());
    let command = command();
    let all = command.find_subcommand("all").unwrap();
    let defaults: BTreeMap<String, String> = every_arg(all)
        .into_iter()
        .filter_map(|arg| {
            let [value] = arg.get_default_values() else { return None };
            Some((arg.get_long()?.to_owned(), value.to_string_lossy().into_owned()))
        })
        .collect();
    assert!(defaults.len() >= 15, "{defaults:?}");
    let flags: Vec<String> = defaults.iter().map(|(flag, value)| format!("--{flag}={value}")).collect();
    assert_eq!(shown(&flags), shown(&[]));
    assert_ne!(shown(&["--open-orders=21".to_owned()]), shown(&[]));
}
