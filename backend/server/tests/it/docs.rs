//! The documents are true: their paths and symbols exist, their command lines are valid, and their settings exist.

mod operations;
mod symbols;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::workspace::{sources, workspace};

fn read(path: &str) -> String {
    std::fs::read_to_string(workspace().join(path)).unwrap()
}

/// A document, and its path, to which its own paths may be relative.
struct Document {
    path: PathBuf,
    text: String,
}

fn documents() -> Vec<Document> {
    let workspace = workspace();
    let mut folders: Vec<PathBuf> =
        ["", "docs", "docs/decisions", "docs/reference"].map(|path| workspace.join(path)).to_vec();
    for parent in [workspace.join("backend"), workspace.clone()] {
        folders.extend(std::fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path()));
    }
    let mut paths = BTreeSet::new();
    for folder in folders.into_iter().filter(|folder| folder.is_dir() && !folder.ends_with("target")) {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    let documents = paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        Document { path, text }
    });
    documents.collect()
}

/// Splits a text into the lines inside of fences and the text outside of them.
fn split_fences(text: &str) -> (Vec<&str>, String) {
    let (mut inside, mut outside, mut fenced) = (Vec::new(), String::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            inside.push(line);
        } else {
            outside += line;
            outside.push('\n');
        }
    }
    (inside, outside)
}

/// Returns the code spans of prose.
fn spans(prose: &str) -> impl Iterator<Item = &str> {
    prose.split('`').skip(1).step_by(2)
}

/// The folders of the workspace, and the folders inside of a crate.
const SOURCE_FOLDERS: [&str; 9] = [
    ".ci",
    ".cargo",
    "backend",
    "docs",
    "examples",
    "ticketing-cli",
    "ticketing-sdk",
    "ticketing-tui",
    "xtask",
];
const CRATE_FOLDERS: [&str; 4] = ["benches", "migrations", "src", "tests"];

fn looks_like_a_path(span: &str) -> bool {
    let plain = span.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let first = span.split('/').next().unwrap_or_default();
    let in_source_folder =
        span.contains('/') && (SOURCE_FOLDERS.contains(&first) || CRATE_FOLDERS.contains(&first));
    plain && (in_source_folder || (!span.contains('/') && (span.ends_with(".md") || span.ends_with(".toml"))))
}

/// Returns the files that a path of a document may mean: below the root, beside the document, or in a service if the
/// document describes all services.
fn paths_of(document: &Document, path: &str) -> Vec<PathBuf> {
    let workspace = workspace();
    let beside = document.path.parent().unwrap();
    let mut found = vec![workspace.join(path), beside.join(path)];
    let in_a_service = beside.starts_with(workspace.join("docs"))
        && CRATE_FOLDERS.iter().any(|folder| path.starts_with(folder));
    if in_a_service {
        found.extend(
            ["auth", "tickets", "orders"].map(|name| workspace.join("backend").join(name).join(path)),
        );
    }
    found
}

fn exists(document: &Document, path: &str) -> bool {
    paths_of(document, path).iter().any(|path| path.exists())
}

#[test]
fn documents_name_existing_paths_only() {
    let mut checked = 0;
    for document in documents() {
        let (_, prose) = split_fences(&document.text);
        let links =
            prose.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let links = links.filter(|target| !target.contains("://") && !target.starts_with('#'));
        let links = links.map(|target| target.split('#').next().unwrap_or(target));
        for path in spans(&prose).filter(|span| looks_like_a_path(span)).chain(links) {
            checked += 1;
            assert!(exists(&document, path), "{} names {path}, which is not there", document.path.display());
        }
    }
    assert!(checked > 150, "{checked} paths");
}

/// The arguments of a command.
#[derive(Default)]
struct CommandArguments {
    /// Whether each option has a value.
    options: BTreeMap<String, bool>,
    /// The least and the most values.
    required: usize,
    positionals: usize,
}

impl CommandArguments {
    /// Counts the values of a usage line: `<ID>` is required, `[WORDS]...` is any number of values.
    fn count_values(&mut self, usage: &str) {
        for word in usage.split(' ').filter(|word| !matches!(*word, "[OPTIONS]" | "[COMMAND]" | "<COMMAND>"))
        {
            self.required += usize::from(word.starts_with('<'));
            let most =
                if word.ends_with("...") { usize::MAX } else { usize::from(word.starts_with(['<', '['])) };
            self.positionals = self.positionals.saturating_add(most);
        }
    }
}

/// Reads the commands of the generated reference; the options of every command have the name "".
fn commands() -> BTreeMap<String, CommandArguments> {
    let text = read("docs/reference/cli.md");
    let mut commands = BTreeMap::<String, CommandArguments>::new();
    let mut current = None;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
            current = match heading.trim_matches('`').strip_prefix("ticketing ") {
                Some(words) => Some(words.to_owned()),
                None => (heading == "Options of every command").then(String::new),
            };
            if let Some(name) = &current {
                commands.entry(name.clone()).or_default();
            }
        }
        let Some(arguments) = current.as_ref().and_then(|name| commands.get_mut(name)) else { continue };
        if let Some(usage) = line.strip_prefix("ticketing ").filter(|usage| usage.contains("[OPTIONS]")) {
            arguments.count_values(usage);
        }
        let Some(label) = line.strip_prefix("- `").and_then(|rest| rest.split('`').next()) else { continue };
        let names = label.split([' ', ',']).filter(|word| word.starts_with('-'));
        arguments.options.extend(names.map(|name| (name.to_owned(), label.contains('<'))));
    }
    commands
}

/// Splits a command line into words as a shell does.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut quoted, mut word) = (Vec::new(), false, String::new());
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            letter => word.push(letter),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// Checks the words after `ticketing`. A mention in prose may omit required arguments.
fn check(
    commands: &BTreeMap<String, CommandArguments>,
    words: &[String],
    mention: bool,
) -> Result<(), String> {
    let mut options = commands[""].options.clone();
    let mut name = String::new();
    let mut positionals = 0;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.starts_with('-') && word.len() > 1 {
            let known =
                options.get(word).copied().or(["--help", "--version"].contains(&&**word).then_some(false));
            if known.ok_or_else(|| format!("{name} has no option {word}"))? {
                rest.next().ok_or_else(|| format!("{word} has no value"))?;
            }
            continue;
        }
        let longer = if name.is_empty() { word.clone() } else { format!("{name} {word}") };
        match commands.get(&longer) {
            Some(arguments) => {
                name = longer;
                options.extend(arguments.options.clone());
            }
            None => positionals += 1,
        }
    }
    let arguments = commands.get(&name).ok_or("no such command")?;
    let has_verbs = commands.keys().any(|other| other.starts_with(&format!("{name} ")));
    // A command with verbs runs by itself only if it takes values of its own.
    let is_incomplete = if has_verbs { arguments.positionals == 0 } else { positionals < arguments.required };
    let lacks = !mention && !name.is_empty() && is_incomplete;
    if lacks || positionals > arguments.positionals {
        let CommandArguments { required, positionals: most, .. } = arguments;
        return Err(format!("{name} takes {required} to {most} values, and not {positionals}"));
    }
    Ok(())
}

#[test]
fn command_lines_of_the_guides_are_valid() {
    let commands = commands();
    assert!(commands.len() > 20, "{:?}", commands.keys());
    for (path, at_least) in [("README.md", 10), ("docs/TUTORIAL.md", 20), ("docs/CONFIGURATION.md", 4)] {
        let text = read(path);
        let (fenced, prose) = split_fences(&text);
        let lines = fenced.into_iter().filter_map(|line| line.strip_prefix("$ "));
        let lines = lines.filter_map(|line| line.rsplit(" | ").next()?.trim().strip_prefix("ticketing "));
        let mentions = spans(&prose).filter_map(|span| span.strip_prefix("ticketing "));
        let mut checked = 0;
        for (line, mention) in lines.map(|line| (line, false)).chain(mentions.map(|line| (line, true))) {
            checked += 1;
            if let Err(wrong) = check(&commands, &words(line), mention) {
                panic!("{path}: ticketing {line}: {wrong}");
            }
        }
        assert!(checked >= at_least, "{path} has {checked} command lines");
    }
}

#[test]
fn invalid_command_lines_are_detected() {
    let commands = commands();
    for line in
        ["tickets import", "tickets", "tickets get", "buy a b", "tickets list --nope", "tickets list --limit"]
    {
        assert!(check(&commands, &words(line), false).is_err(), "{line}");
    }
    for line in
        ["--server http://x tickets list", r#"tickets create --title "a b" --price 1"#, "buy t --token x"]
    {
        check(&commands, &words(line), false).unwrap_or_else(|wrong| panic!("{line}: {wrong}"));
    }
}

#[test]
fn exit_codes_of_the_tutorial_equal_the_reference() {
    let (reference, tutorial) = (read("docs/reference/cli.md"), read("docs/TUTORIAL.md"));
    let is_code = |line: &&str| {
        line.strip_prefix("| ").is_some_and(|cell| cell.starts_with(|c: char| c.is_ascii_digit()))
    };
    let codes: Vec<&str> = reference.lines().filter(is_code).collect();
    assert!(codes.len() >= 9, "{codes:?}");
    for row in codes {
        assert!(tutorial.lines().any(|line| line == row), "docs/TUTORIAL.md lacks {row}");
    }
}

/// Returns the variables in a text that follow `before`.
fn variables(text: &str, before: &str) -> BTreeSet<String> {
    let prefix = format!("{before}TICKETING_");
    let found = text.split(&prefix).skip(1).map(|rest| {
        let end =
            rest.find(|letter: char| !letter.is_ascii_uppercase() && letter != '_').unwrap_or(rest.len());
        format!("TICKETING_{}", &rest[..end])
    });
    found.filter(|name| name.len() > "TICKETING_".len()).collect()
}

/// Variables of tests.
const TEST_VARIABLES: [&str; 5] = [
    "TICKETING_BIN",
    "TICKETING_NATS_SERVER",
    "TICKETING_NGINX",
    "TICKETING_PICTURES",
    "TICKETING_TEST_POSTGRES",
];
/// Names of streams, which have the form of settings.
const STREAMS: [&str; 2] = ["TICKETING_DEAD", "TICKETING_ADVISORIES"];

#[test]
fn documents_name_every_setting_and_no_other() {
    let command = ticketing_server::command::command();
    let subcommands = command.get_subcommands().flat_map(|command| command.get_arguments());
    let server: BTreeSet<String> =
        subcommands.filter_map(|arg| Some(arg.get_env()?.to_string_lossy().into_owned())).collect();

    let client: BTreeSet<String> =
        sources("ticketing-cli/src").iter().flat_map(|(_, text)| variables(text, "\"")).collect();
    let guide = variables(&read("docs/CONFIGURATION.md"), "");
    let lacking: Vec<_> = client.difference(&server).filter(|name| !guide.contains(*name)).collect();
    assert!(lacking.is_empty(), "docs/CONFIGURATION.md lacks settings of the client: {lacking:?}");
    for document in documents() {
        for name in variables(&document.text, "") {
            let known = client.contains(&name) || server.contains(&name);
            let other = TEST_VARIABLES.contains(&&*name) || STREAMS.contains(&&*name);
            assert!(known || other, "{} names {name}, which is no setting", document.path.display());
        }
    }
}

#[test]
fn documents_run_existing_xtask_commands_only() {
    let help = read("xtask/src/main.rs");
    for document in documents() {
        for rest in document.text.split("cargo xtask ").skip(1) {
            let command: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            let known = command.is_empty() || help.contains(&format!("[\"{command}\""));
            assert!(known, "{}: cargo xtask {command}", document.path.display());
        }
    }
}
