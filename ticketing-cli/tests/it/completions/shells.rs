//! The completions in real shells: bash, zsh and elvish in a terminal, and fish by the command that lists its candidates.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

use super::TIMEOUT;
use crate::support::{Cli, Server, finish};

/// A shell that is tested in a terminal.
struct Kind {
    program: &'static str,
    /// The arguments of an interactive shell without the settings of the user.
    args: &'static [&'static str],
    /// The line that loads the completions, and prints `loaded`.
    load: &'static str,
    /// The beginning of its prompt.
    prompt: &'static str,
}

const BASH: Kind = Kind {
    program: "bash",
    args: &["--norc", "--noprofile", "-i"],
    load: "source <(ticketing completions bash); echo ''loaded",
    prompt: "ready>",
};
const ZSH: Kind = Kind {
    program: "zsh",
    args: &["-f", "-i"],
    load: "autoload -U compinit && compinit -u -D; source <(ticketing completions zsh); echo ''loaded",
    prompt: "ready>",
};
const ELVISH: Kind = Kind {
    program: "elvish",
    args: &["-norc"],
    load: "eval (ticketing completions elvish | slurp); echo ''loaded",
    prompt: "~",
};

/// The deadline of every wait.
const DEADLINE: Duration = Duration::from_secs(30);
const ROWS: u16 = 24;
/// Wider than any line of the test.
const COLUMNS: u16 = 250;
/// Erases the line.
const ERASE: &str = "\u{15}";
const ERASE_INTERVAL: Duration = Duration::from_secs(1);

/// The `PATH` with the program.
fn path() -> String {
    let folder = Path::new(env!("CARGO_BIN_EXE_ticketing")).parent().unwrap();
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap())
}

/// An interactive shell in a terminal, with the completions of the program.
struct Shell {
    keys: Box<dyn Write + Send>,
    screen: Arc<Mutex<Parser>>,
    child: Box<dyn Child + Send + Sync>,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Shell {
    fn start(kind: &Kind, cli: &Cli) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(kind.program);
        command.args(kind.args);
        command.env_clear();
        for (name, value) in [
            ("PATH", path().as_str()),
            ("PS1", "ready> "),
            ("TERM", "xterm"),
            ("LC_ALL", "C.UTF-8"),
            ("TICKETING_SERVER", &cli.server),
            TIMEOUT,
        ] {
            command.env(name, value);
        }
        for name in ["HOME", "ZDOTDIR", "TICKETING_HOME"] {
            command.env(name, cli.home.path());
        }
        command.cwd(cli.home.path());
        let child = pair.slave.spawn_command(command).unwrap_or_else(|error| {
            panic!("{} cannot be started, `cargo xtask tools` installs it: {error}", kind.program)
        });
        drop(pair.slave);
        let screen =
            Arc::new(Mutex::new(Parser::new(ROWS.try_into().unwrap(), COLUMNS.try_into().unwrap(), 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        std::thread::spawn({
            let screen = Arc::clone(&screen);
            move || {
                let mut bytes = [0; 4096];
                while let Ok(read @ 1..) = output.read(&mut bytes) {
                    screen.lock().unwrap().process(&bytes[..read]);
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let mut shell = Self { keys, screen, child, _terminal: pair.master };
        shell.send(&format!("{}\n", kind.load));
        // What is typed before the prompt is echoed by the terminal, not by the shell.
        shell.wait_until("the completions are loaded", |screen| {
            screen.lines().any(|line| line.trim() == "loaded") && last_line(screen).starts_with(kind.prompt)
        });
        shell
    }

    fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    #[track_caller]
    fn wait_until(&self, what: &str, is_shown: impl Fn(&str) -> bool) {
        let end = Instant::now() + DEADLINE;
        while !is_shown(&self.contents()) {
            assert!(
                Instant::now() < end,
                "not within {DEADLINE:?}: {what}; the screen:\n{}",
                self.contents()
            );
            std::thread::yield_now();
        }
    }

    fn contents(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Types the beginning of a line, and waits until the tabulator has completed it.
    #[track_caller]
    fn completes(&mut self, typed: &str, line: &str) {
        self.send(&format!("{typed}\t"));
        self.wait_until(&format!("{typed:?} becomes {line:?}"), |screen| last_line(screen).contains(line));
        let (end, mut next) = (Instant::now() + DEADLINE, Instant::now());
        while last_line(&self.contents()).contains("ticketing") {
            assert!(Instant::now() < end, "the line stays; the screen:\n{}", self.contents());
            // A shell that still draws the candidate may drop the key.
            if Instant::now() >= next {
                self.send(ERASE);
                next += ERASE_INTERVAL;
            }
            std::thread::yield_now();
        }
    }
}

/// The line that is being typed; the lines above hold what was typed before.
fn last_line(screen: &str) -> &str {
    screen.trim_end().lines().last().unwrap_or_default()
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A seller with one ticket, ordered by itself, and a profile.
fn seller(server: &Server) -> (Cli, String, String) {
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    // Words that mean something to a shell.
    let ticket = cli.ticket("RustConf 'x' [1]: $day", "20");
    let order = crate::support::text(&cli.json(&["orders", "create", &ticket])["id"]);
    cli.ok(&["profile", "add", "workplace"]);
    cli.ok(&["alias", "set", "zebra", "orders get"]);
    (cli, ticket, order)
}

/// Completes a command, a status with a colon, a profile, and identifiers of the server of the settings and of the line.
fn completes_commands_statuses_profiles_and_ids(kind: &Kind) {
    let server = Server::start();
    let (cli, _, order) = seller(&server);
    let mut shell = Shell::start(kind, &cli);
    shell.completes("ticketing comple", "ticketing completions");
    shell.completes("ticketing orders list --status awai", "--status awaiting:payment");
    shell.completes("ticketing --profile work", "--profile workplace");
    shell.completes(&format!("ticketing orders get {}", &order[..4]), &format!("orders get {order}"));
    // Tables show the end of an id.
    let short = &order[order.len() - 8..];
    shell.completes(&format!("ticketing orders get {}", &short[..6]), &format!("orders get {short}"));
    // The address has colons, too.
    let line = format!("ticketing --server {} orders get {}", server.url, &order[..4]);
    shell.completes(&line, &format!("orders get {order}"));
    shell.completes("ticketing zeb", "ticketing zebra");
    shell.completes(&format!("ticketing zebra {}", &order[..4]), &format!("zebra {order}"));
}

/// Completes options with their values in one word, and what follows them. Elvish quotes such words.
fn completes_options_with_equals_signs(kind: &Kind) {
    let server = Server::start();
    let (cli, _, order) = seller(&server);
    let mut shell = Shell::start(kind, &cli);
    let line = format!("ticketing --server={} orders get {}", server.url, &order[..4]);
    shell.completes(&line, &format!("--server={} orders get {order}", server.url));
    shell.completes("ticketing --output=ta", "ticketing --output=table");
    shell.completes("ticketing orders list --status=awai", "--status=awaiting:payment");
}

#[test]
fn bash_completes_options_with_equals_signs() {
    completes_options_with_equals_signs(&BASH);
}

#[test]
fn zsh_completes_options_with_equals_signs() {
    completes_options_with_equals_signs(&ZSH);
}

#[test]
fn bash_completes_commands_statuses_profiles_and_ids() {
    completes_commands_statuses_profiles_and_ids(&BASH);
}

#[test]
fn zsh_completes_commands_statuses_profiles_and_ids() {
    completes_commands_statuses_profiles_and_ids(&ZSH);
}

#[test]
fn elvish_completes_commands_statuses_profiles_and_ids() {
    completes_commands_statuses_profiles_and_ids(&ELVISH);
}

#[test]
fn bash_completes_a_word_from_behind_its_colon() {
    let cli = Cli::offline();
    let mut shell = Shell::start(&BASH, &cli);
    shell.completes("ticketing orders list --status awaiting:", "--status awaiting:payment");
    shell.completes("ticketing orders list --status awaiting:pay", "--status awaiting:payment");
}

#[test]
fn fish_completes_commands_statuses_profiles_and_ids() {
    let server = Server::start();
    let (cli, ticket, order) = seller(&server);
    let candidates = |line: &str| {
        let mut command = cli.command(&[]);
        let mut fish = std::process::Command::new("fish");
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                fish.env(name, value);
            }
        }
        fish.env(TIMEOUT.0, TIMEOUT.1)
            .env("PATH", path())
            .env("HOME", cli.home.path())
            .stdout(std::process::Stdio::piped());
        fish.stderr(std::process::Stdio::piped()).args(["--no-config", "-c"]);
        fish.arg(format!("ticketing completions fish | source; complete --do-complete={line:?}"));
        command = fish;
        let run = finish(command, "");
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{line}");
        run.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let listed = candidates("ticketing tickets withdraw ");
    assert!(listed.contains(&format!("{ticket}\tReserved  RustConf 'x' [1]: $day")), "{listed:?}");
    for (line, first) in [
        ("ticketing zeb", "zebra\torders get".to_owned()),
        ("ticketing --output=ta", "--output=table".to_owned()),
        (&format!("ticketing zebra {}", &order[..4]), order.clone()),
        ("ticketing comple", "completions\tPrint the completion script of a shell".to_owned()),
        ("ticketing orders list --status awai", "awaiting:payment".to_owned()),
        ("ticketing --profile work", format!("workplace\t{}", server.url)),
        (
            &format!("ticketing --server {} orders get {}", server.url, &order[..4]),
            format!("{order}\tReserved  RustConf 'x' [1]: $day"),
        ),
    ] {
        let found = candidates(line);
        assert!(found.iter().any(|candidate| candidate.starts_with(&first)), "{line}: {found:?}");
    }
}
