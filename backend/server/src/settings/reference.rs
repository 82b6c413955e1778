//! The settings as documents: `docs/reference/settings.md`, and the most common ones in `docs/CONFIGURATION.md`. A test keeps both equal to the table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ticketing_platform::settings::Source;

use super::setting::Group;
use super::{LogSettings, Otherwise, SETTINGS, Setting, StackSettings};
use crate::Service;
use crate::command::Task;

/// Set to anything to write the documents anew instead of comparing them.
const UPDATE: &str = "UPDATE_REFERENCE";

const GROUPS: [Group; 8] = [
    Group::Http,
    Group::Data,
    Group::Events,
    Group::Sessions,
    Group::Reservations,
    Group::Cards,
    Group::Log,
    Group::Traces,
];

/// The most common settings.
const IN_GUIDE: [&str; 8] = [
    "TICKETING_LISTEN",
    "TICKETING_DATA_DIR",
    "TICKETING_ORDER_TTL",
    "TICKETING_DATABASE_URL",
    "TICKETING_NATS_URL",
    "TICKETING_JWT_KEY",
    "TICKETING_STRIPE_KEY",
    "TICKETING_LOG",
];
const BEGIN: &str = "<!-- Made from the table of settings by a test of `ticketing-server`: begin -->\n";
const END: &str = "<!-- end -->\n";

#[test]
fn the_reference_is_up_to_date() {
    compare("docs/reference/settings.md", |_| reference());
}

#[test]
fn the_guide_shows_what_the_table_says() {
    compare("docs/CONFIGURATION.md", |kept| {
        let (before, rest) = kept.split_once(BEGIN).expect("a place for the table");
        let (_, after) = rest.split_once(END).expect("an end of the table");
        format!("{before}{BEGIN}{}{END}{after}", excerpt())
    });
}

fn compare(path: &str, make: impl FnOnce(&str) -> String) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let made = make(&kept);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, made).unwrap();
        return;
    }
    assert!(kept == made, "{path} is not what the table of settings says: run this test with {UPDATE}=1");
}

fn reference() -> String {
    let mut text = String::from("# Settings of the server\n\n");
    text += "Made from the table of settings by a test of `ticketing-server`; do not edit it by hand.\n\n";
    text += "Every setting is a variable, and for `ticketing-server` a flag as well; the flag wins. A variable that is \
             empty counts as not given.\n`ticketing serve` takes those of `all` as variables, and as flags ";
    let flags: Vec<String> = SETTINGS
        .iter()
        .filter(|setting| setting.flag_of_serve)
        .map(|setting| format!("`--{}`", setting.flag()))
        .collect();
    let _ = writeln!(text, "{}.\n", flags.join(", "));
    text += "All are read and checked before a port is bound, and every fault is named at once (exit code 2). \
             Durations are like `15m`, `90s`, `1h30m` or\n`500ms`. What is secret is never shown, and better a variable: \
             others see arguments.\n";
    for group in GROUPS {
        let _ = writeln!(text, "\n## {}\n", group.title());
        text += "| variable | flag | default | of | what it sets |\n|---|---|---|---|---|\n";
        for setting in SETTINGS.iter().filter(|setting| setting.group == group) {
            let (name, flag, value) = (setting.name, setting.flag(), setting.value.replace('|', "\\|"));
            let _ = writeln!(
                text,
                "| `{name}` | `--{flag} {value}` | {} | {} | {} |",
                fallback(setting),
                of(|task| setting.is_of(task)),
                meaning(setting),
            );
        }
    }
    text
}

fn excerpt() -> String {
    let mut text = String::from("| variable | default | what it sets |\n|---|---|---|\n");
    for name in IN_GUIDE {
        let setting = SETTINGS.iter().find(|setting| setting.name == name).expect("a setting");
        let _ = writeln!(text, "| `{name}` | {} | {} |", fallback(setting), meaning(setting));
    }
    text
}

fn meaning(setting: &Setting) -> String {
    let mut text = setting.sets.to_owned();
    if !setting.detail.is_empty() {
        let _ = write!(text, "; {}", setting.detail);
    }
    if setting.secret {
        text += "; secret";
    }
    text
}

fn fallback(setting: &Setting) -> String {
    let mut parts = Vec::new();
    let needs_it = |task: &Task| setting.is_needed_by(*task);
    let somebody_does_without = tasks().any(|task| setting.is_of(task) && !needs_it(&task));
    if somebody_does_without {
        parts.push(match setting.otherwise {
            Otherwise::Value(value) => format!("`{}`", value()),
            Otherwise::Words(words) => words.to_owned(),
        });
    }
    parts.extend(setting.in_serve.map(|words| format!("`ticketing serve`: {words}")));
    if tasks().any(|task| needs_it(&task)) {
        parts.push(format!("must be given to {}", of(|task| setting.is_needed_by(task))));
    }
    parts.join("; ")
}

fn tasks() -> impl Iterator<Item = Task> {
    Task::every().chain(Task::OF_LETTERS)
}

/// The tasks of which something is true, in few words.
fn of(is_true: impl Fn(Task) -> bool) -> String {
    let called = |task: Task| match task {
        task if Task::OF_LETTERS.contains(&task) => format!("`dead-letters {}`", task.name()),
        task => format!("`{}`", task.name()),
    };
    if tasks().all(&is_true) {
        return "everything".to_owned();
    }
    let mut words: Vec<String> =
        Some(Task::All).filter(|task| is_true(*task)).map(called).into_iter().collect();
    let (those, others): (Vec<Task>, Vec<Task>) =
        Service::ALL.map(Task::One).into_iter().partition(|task| is_true(*task));
    match others.as_slice() {
        [] => words.push("each service".to_owned()),
        [other] => words.push(format!("each service (but not {})", called(*other))),
        _ => words.extend(those.into_iter().map(called)),
    }
    let by_hand = [Task::Migrate, Task::Republish, Task::Letters, Task::Replay, Task::Discard];
    words.extend(by_hand.into_iter().filter(|task| is_true(*task)).map(called));
    let all_of_letters = "`dead-letters list`, `dead-letters replay`, `dead-letters discard`";
    words.join(", ").replace(all_of_letters, "`dead-letters`")
}

/// Not a secret of anybody; without it nothing may be said about Stripe.
const KEY: (&str, &str) = ("TICKETING_STRIPE_KEY", "sk_test_1");

#[test]
fn a_default_that_is_given_changes_nothing() {
    let shown = |source: &Source| {
        let settings = StackSettings::read(source, "data".into()).unwrap();
        format!("{settings:?} {:?}", LogSettings::default().over(source).unwrap())
    };
    let mut source = Source::default().with(KEY.0, KEY.1);
    let plain = shown(&source);
    let mut given = 0;
    for setting in &SETTINGS {
        if let Otherwise::Value(value) = setting.otherwise {
            given += 1;
            source = source.with(setting.name, value());
        }
    }
    assert!(given >= 10, "{given}");
    assert_eq!(shown(&source), plain);
    assert_ne!(shown(&source.with("TICKETING_OPEN_ORDERS", "21")), plain);
}

#[test]
fn everybody_is_told_what_is_missing() {
    for task in tasks() {
        let missing = StackSettings::read_for(task, &Source::default()).err();
        let missing: Vec<String> =
            missing.into_iter().flat_map(|error| error.invalid).map(|fault| fault.name).collect();
        let needed: Vec<&str> = SETTINGS
            .iter()
            .filter(|setting| setting.is_needed_by(task))
            .map(|setting| setting.name)
            .collect();
        assert_eq!(missing, needed, "{task:?}");
        assert_eq!(needed.is_empty(), task == Task::One(Service::Client), "{task:?}");
    }
}
