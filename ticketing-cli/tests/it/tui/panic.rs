//! A panic while the program runs. No input is known to cause one, so a broken clock does.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use ticketing_sdk::{Client, IdempotencyKey, Request, Timestamp, UserId, Verdict};
use ticketing_tui::config::ConfigFile;
use ticketing_tui::{
    CallError, Colours, Door, DoorState, DoorSync, Environment, Journal, JournalEntry, Operation, Scan,
};

use super::pty::{Pty, terminal};
use super::{SIZE, shell};
use crate::support::{Cli, Server};

/// The variable that triggers the panic.
const SIGN: &str = "TICKETING_TEST_PANIC_SIGN";
const URL: &str = "TICKETING_TEST_PANIC_URL";

#[test]
fn panic_restores_the_terminal_and_is_reported_there() {
    let server = Server::start();
    Cli::for_server(&server.url).sign_up("seller@example.com").ticket("Jazz at the lake", "38");
    let cli = Cli::for_server(&server.url);
    let sign = cli.home.path().join("sign");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.envs([("PATH", std::env::var("PATH").unwrap()), (URL, server.url.clone())]).env(SIGN, &sign);
    let mut builder = terminal(&command);
    builder.env("TEST", builder.get_argv()[0].clone());
    builder.env("PS1", shell::PROMPT);
    *builder.get_argv_mut() = ["sh", "-i"].map(Into::into).into();
    let mut pty = Pty::spawn(builder, SIZE);
    shell::at_prompt(&pty);
    let before = pty.discipline();
    pty.send("$TEST --exact tui::panic::with_a_clock_that_breaks --ignored --nocapture\r");
    pty.wait_until_shown("Jazz at the lake");
    assert!(pty.screen().alternate_screen() && pty.discipline() != before);
    std::fs::write(&sign, "").unwrap();
    pty.send("j");
    pty.wait_until_shown("the clock is broken");
    shell::at_prompt(&pty);
    pty.is_clean();
    assert!(!pty.screen().bracketed_paste());
    assert_eq!(pty.discipline(), before);
    assert!(!pty.text().contains("Jazz at the lake"), "{}", pty.text());
}

#[test]
#[ignore = "a child process: the test above runs it in a terminal"]
fn with_a_clock_that_breaks() {
    let client = Client::new(std::env::var(URL).unwrap()).unwrap();
    let environment = Environment {
        client,
        journal: Arc::new(NoJournal),
        door: Arc::new(NoDoor),
        config: Arc::new(NoConfig),
        theme: None,
        borders: None,
        colours: Colours::True,
        light: false,
        clock,
        greeting: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(ticketing_tui::run(environment)).unwrap();
}

/// A machine without a journal.
struct NoJournal;

impl Journal for NoJournal {
    fn begin(&self, _: &Operation, _: &Request) -> Result<Box<dyn JournalEntry>, String> {
        Err("nothing is written".to_owned())
    }
}

/// A machine without a config file.
struct NoConfig;

impl ConfigFile for NoConfig {
    fn path(&self) -> &Path {
        Path::new("/nowhere/config.toml")
    }

    fn read(&self) -> Result<String, String> {
        Ok(String::new())
    }

    fn change(&self, _: &dyn Fn(&str) -> Result<String, String>) -> Result<(), String> {
        unreachable!("no setting is changed")
    }
}

/// A machine without a folder for doors.
struct NoDoor;

impl Door for NoDoor {
    fn open(&self, _: &UserId) -> Result<Option<DoorState>, CallError> {
        Ok(None)
    }

    fn waiting_count(&self) -> usize {
        0
    }

    fn prepare<'a>(&'a self, _: &'a UserId) -> BoxFuture<'a, Result<DoorState, CallError>> {
        Box::pin(async { Err(CallError::other("there is no door")) })
    }

    fn check_in(&self, _: &UserId, _: &Scan, _: &IdempotencyKey) -> Result<Verdict, CallError> {
        Err(CallError::other("there is no door"))
    }

    fn note(&self, _: &UserId, _: &Scan, _: &Verdict) -> Result<(), CallError> {
        Ok(())
    }

    fn sync<'a>(&'a self, _: &'a UserId) -> BoxFuture<'a, Result<DoorSync, CallError>> {
        Box::pin(async { Err(CallError::other("there is no door")) })
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn clock() -> Timestamp {
    assert!(!PathBuf::from(std::env::var(SIGN).unwrap()).exists(), "the clock is broken");
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}
