//! Sessions in the keyring of a desktop: unlocked, locked, not answering and absent. Each test has a D-Bus session of its own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Cli, Run, Server, eventually, finish, program};

/// The maximum duration of a command, in any state of the keyring: two waits for the keyring take longer.
const LIMIT: Duration = Duration::from_secs(4);
/// A machine that builds something else may take longer once.
const TRIES: usize = 3;

const SIGN_IN: &[&str] = &["auth", "signin", "--email", "ada@example.com", "--password-stdin"];
const PASSWORD: &str = "correct horse\n";

/// The account of a user with a home directory and the environment of a desktop.
struct Desktop {
    folder: TempDir,
    server: Server,
    bus_address: Option<String>,
    /// Ended in this order.
    processes: Vec<Child>,
}

impl Desktop {
    /// A user who has an account at a server, and no D-Bus.
    fn without_bus() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        std::fs::create_dir(&run).unwrap();
        std::fs::set_permissions(&run, PermissionsExt::from_mode(0o700)).unwrap();
        let server = Server::start();
        drop(Cli::for_server(&server.url).sign_up("ada@example.com"));
        Self { folder, server, bus_address: None, processes: Vec::new() }
    }

    /// The same user with a D-Bus session on which nothing is started by itself.
    fn with_bus() -> Self {
        let mut desktop = Self::without_bus();
        let config = desktop.path("bus.conf");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/>\
             <allow own='*'/></policy></busconfig>",
            desktop.path("run").display()
        );
        std::fs::write(&config, text).unwrap();
        let mut command = desktop.tool("dbus-daemon");
        command.arg("--config-file").arg(&config).args(["--nofork", "--print-address"]);
        let mut bus = spawn(command.stdout(Stdio::piped()));
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        desktop.bus_address = Some(address.trim().to_owned());
        desktop.processes.insert(0, bus);
        desktop
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of the system in the environment of the desktop.
    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        self.set_environment(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn set_environment(&self, command: &mut Command) {
        command.env("HOME", self.folder.path()).env("XDG_RUNTIME_DIR", self.path("run"));
        if let Some(address) = &self.bus_address {
            command.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
    }

    /// Starts the keyring: unlocked with a password, which creates it, or locked.
    fn start_keyring(&mut self, is_unlocked: bool) {
        let mut command = self.tool("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets", "--control-directory"]);
        command.arg(self.path("run/keyring"));
        if is_unlocked {
            command.arg("--unlock");
        }
        let mut daemon = spawn(command.stdin(Stdio::piped()));
        daemon.stdin.take().unwrap().write_all(b"password of the login").unwrap();
        self.processes.insert(0, daemon);
        let state = if is_unlocked { "boolean false" } else { "boolean true" };
        eventually("the keyring is ready", || self.lock_state().contains(state));
    }

    fn stop_keyring(&mut self) {
        end(self.processes.remove(0));
        eventually("the keyring has left the bus", || self.lock_state().is_empty());
    }

    /// Returns the lock state of the keyring, if there is one.
    fn lock_state(&self) -> String {
        let mut command = self.tool("dbus-send");
        command.args(["--session", "--print-reply", "--dest=org.freedesktop.secrets"]);
        command.args(["/org/freedesktop/secrets/aliases/default", "org.freedesktop.DBus.Properties.Get"]);
        command.args(["string:org.freedesktop.Secret.Collection", "string:Locked"]);
        let output = command.stdout(Stdio::piped()).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs the program until it takes less than the limit: a wait for the keyring takes as long every time.
    #[track_caller]
    fn run(&self, words: &[&str], input: &str) -> Run {
        for _ in 0..TRIES {
            let mut command = program();
            self.set_environment(&mut command);
            command.env("TICKETING_SERVER", &self.server.url).args(words);
            // A bus that the program starts leaves a file there.
            command.env("PATH", self.path("bin"));
            let began = Instant::now();
            let run = finish(command, input);
            if began.elapsed() < LIMIT {
                return run;
            }
        }
        panic!("{words:?} took longer than {LIMIT:?}, {TRIES} times");
    }

    #[track_caller]
    fn ok(&self, words: &[&str], input: &str) -> Run {
        let run = self.run(words, input);
        assert_eq!(run.code, 0, "{words:?}: {run:?}");
        run
    }

    /// Returns the path of the file that replaces the keyring.
    fn file(&self) -> PathBuf {
        self.path(".local/share/ticketing/sessions.json")
    }

    /// Signs in, checks and signs out. The session is stored in the file, and one line of stderr states that and why.
    #[track_caller]
    fn keeps_session_in_file(&self, why: &str) {
        let signed_in = self.ok(SIGN_IN, PASSWORD);
        let notice = format!("notice: {why}, so the session is kept in {}\n", self.file().display());
        assert!(signed_in.err.ends_with(&notice), "{}", signed_in.err);
        assert_eq!(signed_in.err.matches("notice:").count(), 1, "{}", signed_in.err);
        assert_eq!(std::fs::metadata(self.file()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(self.ok(&["whoami"], "").out, "ada@example.com\n");
        let status = self.ok(&["auth", "status", "--jq", ".keptIn"], "").out;
        assert_eq!(status, format!("the file {}\n", self.file().display()));
        self.ok(&["tickets", "list"], "");
        self.ok(&["auth", "signout"], "");
        let signed_out = self.run(&["whoami"], "");
        assert_eq!(signed_out.code, 4, "{signed_out:?}");
        assert!(signed_out.err.starts_with("error: you are not signed in\n"), "{}", signed_out.err);
    }

    /// Checks that the file has no session.
    #[track_caller]
    fn has_notes_alone(&self) {
        let file = std::fs::read_to_string(self.file()).unwrap();
        let entries: std::collections::HashMap<String, String> = serde_json::from_str(&file).unwrap();
        assert!(entries.keys().all(|key| key.starts_with("keyring ")), "{file}");
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.processes.drain(..).for_each(end);
    }
}

#[track_caller]
fn spawn(command: &mut Command) -> Child {
    command.spawn().unwrap_or_else(|error| {
        panic!("{:?} cannot be started, `cargo xtask tools` installs it: {error}", command.get_program())
    })
}

fn end(mut process: Child) {
    let _ = process.kill();
    let _ = process.wait();
}

/// Puts programs that only leave a trace in the place of those that start a bus.
fn watch_starts_of_a_bus(folder: &Path) -> PathBuf {
    let (programs, trace) = (folder.join("bin"), folder.join("started"));
    std::fs::create_dir(&programs).unwrap();
    for name in ["dbus-launch", "dbus-daemon", "dbus-run-session", "dbus-broker-launch", "systemctl"] {
        let program = programs.join(name);
        std::fs::write(&program, format!("#!/bin/sh\necho {name} >> '{}'\n", trace.display())).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    }
    trace
}

#[test]
fn unlocked_keyring_keeps_the_session_across_its_restarts() {
    let mut desktop = Desktop::with_bus();
    desktop.start_keyring(true);
    let signed_in = desktop.ok(SIGN_IN, PASSWORD);
    assert!(!signed_in.err.contains("notice"), "{}", signed_in.err);
    desktop.has_notes_alone();
    assert_eq!(desktop.ok(&["whoami"], "").out, "ada@example.com\n");
    let kept_in = desktop.ok(&["auth", "status", "--jq", ".keptIn"], "").out;
    assert_eq!(kept_in, "the keyring of the system, under \"ticketing\"\n");
    let checked =
        desktop.ok(&["doctor", "--jq", ".items[] | select(.name == \"keyring\") | .status"], "").out;
    assert_eq!(checked, "ok\n");
    desktop.stop_keyring();
    desktop.start_keyring(true);
    assert_eq!(desktop.ok(&["whoami"], "").out, "ada@example.com\n");
    desktop.ok(&["auth", "signout"], "");
    assert_eq!(desktop.run(&["whoami"], "").code, 4);
    desktop.has_notes_alone();
}

#[test]
fn locked_keyring_without_a_session_is_not_opened() {
    let mut desktop = Desktop::with_bus();
    desktop.start_keyring(true);
    assert_eq!(desktop.run(&["whoami"], "").code, 4);
    desktop.stop_keyring();
    desktop.start_keyring(false);
    let run = desktop.run(&["whoami"], "");
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.err.starts_with("error: you are not signed in\n"), "{}", run.err);
    desktop.stop_keyring();
    desktop.start_keyring(true);
    desktop.ok(SIGN_IN, PASSWORD);
    desktop.stop_keyring();
    desktop.start_keyring(false);
    let run = desktop.run(&["whoami"], "");
    assert_eq!(run.code, 4, "{run:?}");
    assert!(run.err.starts_with("error: the keyring is locked"), "{}", run.err);
}

#[test]
fn locked_keyring_leaves_the_session_to_the_file_with_one_line() {
    let mut desktop = Desktop::with_bus();
    // The first unlocking makes the keyring.
    desktop.start_keyring(true);
    desktop.stop_keyring();
    desktop.start_keyring(false);
    // It may hold a session, so the command does not answer that there is none.
    let unknown = desktop.run(&["whoami"], "");
    assert_eq!(unknown.code, 4, "{unknown:?}");
    let error = "error: the keyring is locked, so it is not known whether there is a session";
    assert!(unknown.err.starts_with(error), "{}", unknown.err);
    assert!(unknown.err.contains("hint: unlock the keyring, or `ticketing login"), "{}", unknown.err);
    desktop.keeps_session_in_file("the keyring is locked");
}

#[test]
fn session_moves_into_an_unlocked_keyring_at_the_next_sign_in() {
    let mut desktop = Desktop::with_bus();
    desktop.start_keyring(true);
    desktop.stop_keyring();
    desktop.start_keyring(false);
    desktop.ok(SIGN_IN, PASSWORD);
    desktop.stop_keyring();
    desktop.start_keyring(true);
    assert_eq!(desktop.ok(&["whoami"], "").out, "ada@example.com\n");
    desktop.ok(SIGN_IN, PASSWORD);
    desktop.has_notes_alone();
    assert_eq!(desktop.ok(&["whoami"], "").out, "ada@example.com\n");
}

#[test]
fn keyring_that_does_not_answer_is_left_after_one_wait() {
    let mut desktop = Desktop::with_bus();
    desktop.start_keyring(true);
    let pid = desktop.processes[0].id().to_string();
    assert!(Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());
    desktop.keeps_session_in_file("the keyring does not answer");
}

#[test]
fn bus_without_a_keyring_leaves_the_session_to_the_file() {
    Desktop::with_bus().keeps_session_in_file("this system has no keyring");
}

#[test]
fn bus_that_does_not_answer_is_left_after_one_wait() {
    let mut desktop = Desktop::without_bus();
    let socket = desktop.path("run/silent");
    let _silent = UnixListener::bind(&socket).unwrap();
    desktop.bus_address = Some(format!("unix:path={}", socket.display()));
    desktop.keeps_session_in_file("the keyring does not answer");
}

#[test]
fn missing_bus_is_never_started() {
    let mut desktop = Desktop::without_bus();
    let trace = watch_starts_of_a_bus(desktop.folder.path());
    let nowhere = format!("unix:path={}", desktop.path("nowhere").display());
    for address in [None, Some(nowhere.as_str()), Some("autolaunch:"), Some("nonsense")] {
        desktop.bus_address = address.map(str::to_owned);
        desktop.keeps_session_in_file("this system has no keyring");
        assert!(!trace.exists(), "{address:?}: {}", std::fs::read_to_string(&trace).unwrap());
    }
}
