//! `ticketing`: the marketplace from the terminal.

mod alias;
mod browser;
mod card;
mod cli;
mod client_dirs;
mod clock;
mod commands;
mod complete;
mod config;
mod context;
mod count;
mod door;
#[cfg(feature = "embedded")]
mod embedded;
mod environment;
mod exec;
mod exit;
mod failure;
mod files;
mod help;
mod io;
mod journal;
mod output;
mod preview;
mod prompt;
mod prompter;
mod qr;
#[cfg(all(test, feature = "embedded"))]
mod reference;
mod resolve;
#[cfg(all(test, feature = "embedded"))]
mod schemas;
mod secret;
mod shell;
mod span;
mod target;
mod wrap;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use clap::ValueEnum as _;
use clap_complete::CompleteEnv;
use ticketing_sdk::Timestamp;

use crate::alias::ExpandedLine;
use crate::cli::{Cli, Command, ParsedLine};
use crate::client_dirs::ClientDirs;
use crate::config::Config;
use crate::context::{Context, Settings, without_parts};
use crate::environment::environment;
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::io::{Colour, Io};
use crate::journal::Journal;
use crate::output::Format;
use crate::target::{DEFAULT_SERVER, Target};

fn main() -> ExitCode {
    // A shell that completes a command line runs the program for it and expects nothing else of it.
    CompleteEnv::with_factory(|| complete::with_aliases(cli::tree())).complete();
    let args: Vec<OsString> = std::env::args_os().collect();
    let colour = cli::colour_before_parsing(&args);
    let io = Io::of_process(colour, false, false, None);
    let home = environment("TICKETING_HOME").map(OsString::from);
    let path =
        environment("TICKETING_CONFIG").map(PathBuf::from).or_else(|| ClientDirs::find(home).config().ok());
    // The commands that help to repair a file that cannot be read run without it.
    let (config, unreadable) = match Config::read(path.clone()) {
        Ok(config) => (config, None),
        Err(failure) => (Config::empty(path), Some(failure)),
    };
    let args = match alias::expand(args, &config, cli::is_command) {
        Ok(ExpandedLine::Arguments(args)) => args,
        Ok(ExpandedLine::Shell(line, given)) => return run_shell(&io, &line, &given),
        Err(failure) => return end(&io, Err(failure)),
    };
    let parsed = match cli::parse(&args, io.terminal_info()) {
        Ok(parsed) => parsed,
        Err(Failure { exit: Exit::Done, rendered: Some(text), .. }) => return end(&io, io.data(text)),
        Err(failure) => return end(&io, Err(failure)),
    };
    let global = &parsed.cli.global;
    let colour =
        global.color.or_else(|| Colour::from_str(&config.get("color")?, true).ok()).unwrap_or_default();
    let io = Arc::new(Io::of_process(colour, global.quiet, global.no_input, config.get("pager")));
    if let Err(failure) =
        unreadable.map_or_else(|| check(&config, &parsed.cli, &io), |why| tolerate(why, &parsed.cli))
    {
        return end(&io, Err(failure));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end(&io, Err(Failure::failed(format!("cannot start: {error}")))),
    };
    // Behind a pointer, so that the commands are compiled once and not for each way in which the runtime polls.
    let command: Pin<Box<dyn Future<Output = CliResult>>> = Box::pin(run(parsed, &config, &io));
    let outcome = runtime.block_on(command);
    // A task that still waits, for example for a keyring, must not delay the end of the program.
    runtime.shutdown_background();
    end(&io, outcome)
}

/// Refuses a config file that cannot be read: a write could go to another server than the one that the file names.
fn tolerate(unreadable: Failure, cli: &Cli) -> CliResult {
    let is_named = cli.global.server.is_some();
    let can_go_on = match &cli.command {
        // The marketplace on the terminal shows the error with its position.
        None | Some(Command::Tui(_)) => is_named,
        Some(command) => command.needs_no_config(),
    };
    if can_go_on { Ok(()) } else { Err(unreadable) }
}

/// Checks the settings of a config file, and reports those that are not known.
fn check(config: &Config, cli: &Cli, io: &Io) -> CliResult {
    if cli.command.as_ref().is_some_and(Command::repairs_config) {
        return Ok(());
    }
    if let Some(unknown) = config.unknown_keys() {
        io.warn(&unknown);
    }
    config.check()
}

async fn run(
    ParsedLine { cli, writes, invocation, .. }: ParsedLine,
    config: &Config,
    io: &Arc<Io>,
) -> CliResult {
    let Cli { global, command, .. } = cli;
    let command = command.unwrap_or_default();
    if global.verbose {
        io.log_requests();
    }
    let target = match Target::choose(config, global.server.as_deref(), global.profile.as_deref()) {
        Err(_) if !command.has_server() => Target { server: DEFAULT_SERVER.to_owned(), profile: None },
        target => target?,
    };
    let output = global.output.or_else(|| Format::from_str(&config.get("output")?, true).ok());
    let format =
        global.select.choose_format(output, invocation.default_format(io.terminal_info().out_terminal));
    let settings = Settings {
        named_server: global.server,
        config: config.path().map(Path::to_owned),
        select: global.select,
        writes,
        timeout: global.timeout.or_else(|| span::parse(&config.get("timeout")?).ok()),
        ..Settings::new(target, format, ClientDirs::find(global.home))
    };
    let is_write = settings.writes.ends_by_itself && !settings.writes.dry_run;
    let journal = Journal::in_folder(settings.dirs.journal().ok());
    let context = Context { io: Arc::clone(io), settings };
    if command.handles_signals(io.terminal_info()) {
        return command.run(context).await;
    }
    let started = clock::now();
    let mut interrupt = std::pin::pin!(wait_for_interrupt());
    // The handler is there before the command starts: only the first poll installs it.
    let early = std::future::poll_fn(|cx| Poll::Ready(interrupt.as_mut().poll(cx))).await;
    if early.is_ready() {
        return Err(Failure::interrupted());
    }
    // A write to a full pipe blocks the command, and every future that its task polls: another task ends the program.
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            tokio::time::sleep(BLOCKED_TIMEOUT).await;
            std::process::exit(Exit::Interrupted.code().into());
        }
    });
    tokio::select! {
        // An interrupt of the pager is not one of the program.
        biased;
        outcome = command.run(context) => outcome,
        _ = interrupt => {
            io.status(None);
            Err(interruption(&journal, started, is_write))
        }
    }
}

/// The failure of an interrupted command, with the writes that it leaves in the journal. Of a command that only reads, it has no
/// message.
fn interruption(journal: &Journal, started: Timestamp, is_write: bool) -> Failure {
    let records = journal.claim_interrupted().into_iter().map(|write| write.record);
    let own = without_parts(records.filter(|record| record.started_at >= started).collect());
    if own.is_empty() && !is_write {
        return Failure::interrupted();
    }
    let failure = Failure::new(Exit::Interrupted, "interrupted");
    own.iter().fold(failure, |failure, record| failure.detail(record.describe()))
}

/// A command that has not ended this long after an interrupt is blocked.
const BLOCKED_TIMEOUT: Duration = Duration::from_secs(2);

/// Completes at an interrupt, also while the command has used up the budget of its task and would hide it.
fn wait_for_interrupt() -> impl Future<Output = std::io::Result<()>> {
    tokio::task::unconstrained(tokio::signal::ctrl_c())
}

/// Runs an alias of the shell, and returns its exit code.
fn run_shell(io: &Io, line: &str, given: &[OsString]) -> ExitCode {
    match shell::shell(line).arg("ticketing").args(given).status() {
        Ok(status) => {
            status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Err(error) => end(io, Err(Failure::failed(format!("cannot run {line:?}: {error}")))),
    }
}

/// Prints the failure, if there is one, and returns the exit code.
fn end(io: &Io, outcome: CliResult) -> ExitCode {
    match outcome {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            io.failure(&failure);
            failure.exit.into()
        }
    }
}
