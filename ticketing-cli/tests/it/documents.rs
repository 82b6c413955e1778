//! The README and the tutorial show what the program prints: their commands run in their order, each person in a terminal
//! and a home of their own, and what they print is compared with what the documents show.

mod pattern;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use self::pattern::Names;
use crate::support::{eventually, program};
use crate::tui::pty::{Pty, terminal};

/// As wide as the tables of the documents.
const SIZE: (u16, u16) = (80, 24);
const PASSWORD: &str = "correct horse";

fn read(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).unwrap()
}

/// A fenced block of a document.
struct Block {
    /// The heading above it.
    heading: String,
    language: String,
    lines: Vec<String>,
}

fn blocks(document: &str) -> Vec<Block> {
    let (mut blocks, mut heading, mut open) = (Vec::new(), String::new(), None::<Block>);
    for line in document.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.lines.push(line.to_owned()),
            (None, Some(language)) => {
                open = Some(Block {
                    heading: heading.clone(),
                    language: language.to_owned(),
                    lines: Vec::new(),
                });
            }
            (None, None) => {
                if let Some(title) =
                    line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
                {
                    heading = title.to_owned();
                }
            }
        }
    }
    blocks
}

/// Splits a block into its commands, each with the lines that are shown below it.
fn commands(block: &Block) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in &block.lines {
        match line.strip_prefix("$ ") {
            // A remark behind a command is no part of it.
            Some(command) => {
                commands.push((command.split("  #").next().unwrap().trim().to_owned(), Vec::new()))
            }
            None => commands.last_mut().unwrap().1.push(line.clone()),
        }
    }
    commands
}

/// Shown lines, and what was printed there.
struct Comparison {
    command: String,
    names: Names,
    shown: Vec<String>,
    printed: Vec<String>,
}

/// The terminals of a document, and what its commands have printed.
struct Session {
    folder: TempDir,
    /// Whose terminal it is.
    person: String,
    server: String,
    names: Names,
    /// Commands that go on, such as a server, with the number of their lines that were compared.
    running: HashMap<String, (Pty, usize)>,
    compared: Vec<Comparison>,
}

/// Returns the lines of an output.
fn printed_lines(pty: &Pty) -> Vec<String> {
    pty.raw().lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

impl Session {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            person: "seller".to_owned(),
            server: String::new(),
            names: Names::default(),
            running: HashMap::new(),
            compared: Vec::new(),
        }
    }

    fn home(&self, person: &str) -> PathBuf {
        self.folder.path().join(person)
    }

    /// Opens a terminal of the person with a command of the shell.
    fn open(&self, line: &str) -> Pty {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        for (name, value) in program().get_envs().filter_map(|(name, value)| Some((name, value?))) {
            command.env(name, value);
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_ticketing")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", binary.display())).env("HOME", self.folder.path());
        command.env("TICKETING_HOME", self.home(&self.person)).env("TICKETING_SERVER", &self.server);
        command.env("TICKETING_LISTEN", "127.0.0.1:0").env("TICKETING_DATA_DIR", self.home("server"));
        // A dumb terminal gets the same text without escape sequences.
        command.env("PASSWORD", PASSWORD).env("TZ", "UTC").env("TERM", "dumb");
        let mut builder = terminal(&command);
        builder.cwd(self.folder.path());
        Pty::spawn(builder, SIZE)
    }

    /// Runs a command, and compares what it prints with the lines that are shown, if there are any.
    fn run(&mut self, command: &str, shown: &[String]) {
        if let Some(home) = command.strip_prefix("export TICKETING_HOME=~/") {
            self.person = home.to_owned();
            return;
        }
        // What builds the program, or concerns the shell alone.
        if command.starts_with("cargo ") || command.starts_with("export ") {
            return;
        }
        let line = self.names.translate(command);
        // The log of the server goes to stderr.
        let mut pty = self.open(&if command == "ticketing serve" { line + " 2> log" } else { line });
        if matches!(command, "ticketing serve" | "ticketing tickets watch") {
            eventually(command, || printed_lines(&pty).len() >= shown.len());
            self.compare(command, shown, printed_lines(&pty));
            if command == "ticketing serve" {
                self.server = printed_lines(&pty)[0].strip_prefix("listening on ").unwrap().to_owned();
            }
            self.running.insert(command.to_owned(), (pty, shown.len()));
            return;
        }
        if command.starts_with("ticketing auth signup") {
            for question in ["Password:", "Once more:"] {
                eventually(question, || pty.raw().contains(question) && !pty.has_echo());
                pty.send(&format!("{PASSWORD}\n"));
            }
        }
        if command.contains("checkin --offline") {
            // The person at the door scans nothing.
            pty.send("\u{4}");
        }
        let code = pty.end();
        let printed = printed_lines(&pty);
        match shown {
            [] => assert_eq!(code, 0, "{command}: {}", printed.join("\n")),
            _ => self.compare(command, shown, printed),
        }
    }

    /// Compares what a command that goes on has printed since.
    fn compare_since(&mut self, command: &str, shown: &[String]) {
        let (pty, before) = &self.running[command];
        let before = *before;
        eventually(command, || printed_lines(pty).len() >= before + shown.len());
        let printed = printed_lines(pty).split_off(before);
        self.compare(command, shown, printed);
    }

    #[track_caller]
    fn compare(&mut self, command: &str, shown: &[String], printed: Vec<String>) {
        let names = self.names.clone();
        assert!(
            self.names.match_lines(shown, &printed),
            "the document shows of `{command}`:\n{}\n\nit prints:\n{}\n",
            shown.join("\n"),
            printed.join("\n")
        );
        self.compared.push(Comparison { command: command.to_owned(), names, shown: shown.to_vec(), printed });
    }

    /// Fails unless each shown line matters: with another letter in it, the comparison fails.
    fn assert_every_line_matters(self, at_least: usize) {
        let mut lines = 0;
        for Comparison { command, names, shown, printed } in &self.compared {
            for (index, line) in shown.iter().enumerate().filter(|(_, line)| *line != "…") {
                for other in [format!("x{line}"), format!("{line}x")] {
                    let mut changed = shown.clone();
                    changed[index] = other;
                    let is_match = names.clone().match_lines(&changed, printed);
                    assert!(!is_match, "`{command}` also shows {:?}", changed[index]);
                }
                lines += 1;
            }
        }
        assert!(lines >= at_least, "{lines} lines were compared");
    }
}

/// Writes the files that a document shows by `cat`.
fn write_files(document: &str, folder: &Path) {
    let blocks = blocks(document);
    for (command, shown) in blocks.iter().filter(|block| block.language == "console").flat_map(commands) {
        if let Some(file) = command.strip_prefix("cat ").filter(|_| !shown.is_empty()) {
            std::fs::write(folder.join(file), shown.join("\n") + "\n").unwrap();
        }
    }
}

#[test]
fn tutorial_shows_what_the_program_prints() {
    let tutorial = read("docs/TUTORIAL.md");
    let mut session = Session::new();
    write_files(&tutorial, session.folder.path());
    for block in blocks(&tutorial) {
        // The text above a block says whose terminal it is.
        match block.heading.as_str() {
            "Sell" | "Sell seats" | "The door" | "In scripts" => session.person = "seller".to_owned(),
            "Hold a ticket" if session.person == "seller" => session.person = "buyer".to_owned(),
            "Errors" => session.person = "buyer".to_owned(),
            _ => {}
        }
        match (block.language.as_str(), block.heading.as_str()) {
            ("console", _) => {
                commands(&block).iter().for_each(|(command, shown)| session.run(command, shown));
            }
            ("text", "Look before you build your own") => session.run("ticketing demo --story", &block.lines),
            ("text", "Reserve and pay") => session.compare_since("ticketing tickets watch", &block.lines),
            (language, heading) => panic!("{heading}: a block of {language}"),
        }
    }
    session.assert_every_line_matters(100);
}

#[test]
fn readme_shows_what_the_program_prints() {
    let mut session = Session::new();
    write_files(&read("docs/TUTORIAL.md"), session.folder.path());
    for block in blocks(&read("README.md")).iter().filter(|block| block.language == "console") {
        if block.heading == "In scripts" {
            session.person = "seller".to_owned();
        }
        commands(block).iter().for_each(|(command, shown)| session.run(command, shown));
    }
    session.assert_every_line_matters(7);
}
