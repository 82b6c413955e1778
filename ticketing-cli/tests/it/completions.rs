//! The completions of the shells.

use std::time::{Duration, Instant};

use crate::support::{Cli, Server, finish};

/// What bash offers for the last word.
pub(crate) fn offered(cli: &Cli, words: &[&str]) -> String {
    let mut command = cli.command(&[&["--"], words].concat());
    command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    command.env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
    let run = finish(command, "");
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out
}

#[test]
fn every_shell_has_its_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Cli::offline().ok(&["completions", shell]);
        assert!(run.out.contains("COMPLETE") && run.out.contains("ticketing"), "{shell}: {}", run.out);
    }
}

#[test]
fn words_are_completed_without_a_server() {
    let cli = Cli::offline();
    assert!(offered(&cli, &["ticketing", "ti"]).contains("tickets"));
    assert!(offered(&cli, &["ticketing", "tickets", "up"]).contains("update"));
    assert!(offered(&cli, &["ticketing", "-o", ""]).contains("jsonl"));
}

#[test]
fn unreachable_server_completes_nothing_quickly() {
    let start = Instant::now();
    assert!(!offered(&Cli::offline(), &["ticketing", "tickets", "get", ""]).contains("t1"));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn ids_are_live() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    assert!(offered(&cli, &["ticketing", "orders", "create", ""]).contains(&ticket));
    assert!(offered(&cli, &["ticketing", "open", "ticket", ""]).contains(&ticket));
    let order = cli.json(&["orders", "create", &ticket]);
    let order = crate::support::text(&order["id"]);
    assert!(offered(&cli, &["ticketing", "payments", "create", ""]).contains(&order));
    assert!(offered(&cli, &["ticketing", "open", "order", ""]).contains(&order));
    let elsewhere = Cli::offline();
    assert!(
        offered(&elsewhere, &["ticketing", "--server", &server.url, "orders", "get", ""])
            .find(&order)
            .is_none()
    );
}

#[test]
fn manual_pages_cover_every_command() {
    let cli = Cli::offline();
    let folder = cli.home.path().join("man/man1");
    let run = cli.ok(&["man", folder.to_str().unwrap()]);
    assert_eq!(run.out, "");
    let page = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert!(page("ticketing.1").contains("ticketing\\-tickets(1)"));
    assert!(page("ticketing-tickets-list.1").contains("Examples:"));
    assert!(std::fs::read_dir(&folder).unwrap().count() > 30);
}

/// An interactive bash in a terminal, with the completions of the program.
#[cfg(unix)]
struct Bash {
    keys: Box<dyn std::io::Write + Send>,
    screen: std::sync::Arc<std::sync::Mutex<String>>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _terminal: Box<dyn portable_pty::MasterPty + Send>,
}

#[cfg(unix)]
impl Bash {
    fn start(cli: &Cli) -> Self {
        use std::io::Read as _;

        let size = portable_pty::PtySize { rows: 24, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = portable_pty::native_pty_system().openpty(size).unwrap();
        let mut command = portable_pty::CommandBuilder::new("bash");
        command.args(["--norc", "--noprofile", "-i"]);
        command.env_clear();
        let program = std::path::Path::new(env!("CARGO_BIN_EXE_ticketing")).parent().unwrap();
        let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
        command.env("PATH", path);
        command.env("PS1", "ready> ");
        command.env("TERM", "dumb");
        command.env("TICKETING_HOME", cli.home.path());
        command.env("TICKETING_SERVER", &cli.server);
        command.cwd(cli.home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let screen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        std::thread::spawn({
            let screen = std::sync::Arc::clone(&screen);
            move || {
                let mut bytes = [0; 4096];
                while let Ok(read @ 1..) = output.read(&mut bytes) {
                    *screen.lock().unwrap() += &String::from_utf8_lossy(&bytes[..read]);
                }
            }
        });
        let keys = pair.master.take_writer().unwrap();
        let mut bash = Self { keys, screen, child, _terminal: pair.master };
        bash.types("source <(ticketing completions bash); echo ''loaded\n", "\nloaded");
        bash
    }

    /// Types, and waits for what follows.
    #[track_caller]
    fn types(&mut self, keys: &str, shown: &str) {
        self.screen.lock().unwrap().clear();
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        crate::support::eventually(&format!("{shown:?} is shown"), || {
            self.screen.lock().unwrap().replace('\r', "").contains(shown)
        });
        // The line is left.
        self.keys.write_all(b"\x15").unwrap();
    }
}

#[cfg(unix)]
impl Drop for Bash {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_commands_ids_profiles_and_words_with_colons() {
    let server = Server::start();
    let cli = Cli::at(&server.url).sign_up("ada@example.com");
    let ticket = cli.ticket("RustConf", "20");
    cli.ok(&["profile", "add", "workplace"]);
    let mut bash = Bash::start(&cli);
    bash.types("ticketing comple\t", "ticketing completions");
    bash.types("ticketing orders list --status awai\t", "--status awaiting:payment");
    bash.types("ticketing orders list --status awaiting:\t", "--status awaiting:payment");
    bash.types("ticketing orders list --status awaiting:pay\t", "--status awaiting:payment");
    bash.types(&format!("ticketing tickets get {}\t", &ticket[..4]), &format!("tickets get {ticket}"));
    bash.types("ticketing --profile work\t", "--profile workplace");
    // The address has colons, too.
    let line = format!("ticketing --server {} tickets get {}\t", server.url, &ticket[..4]);
    bash.types(&line, &format!("tickets get {ticket}"));
}
