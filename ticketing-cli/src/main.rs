//! `ticketing`: the marketplace from the terminal.

mod browser;
mod card;
mod cli;
mod clock;
mod commands;
mod complete;
mod context;
#[cfg(feature = "embedded")]
mod embedded;
mod environment;
mod exit;
mod failure;
mod files;
mod help;
mod home;
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
mod span;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap_complete::CompleteEnv;

use crate::cli::{Cli, Parsed};
use crate::context::{Context, Settings};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::io::Io;
use crate::output::Format;

fn main() -> ExitCode {
    // A shell that completes a command line runs the program for it and expects nothing else of it.
    CompleteEnv::with_factory(cli::tree).complete();
    let args: Vec<OsString> = std::env::args_os().collect();
    let colour = cli::colour_before_parsing(&args);
    let io = Io::of_process(colour, false, false);
    let parsed = match cli::parse(&args, io.terminal_info()) {
        Ok(parsed) => parsed,
        Err((failure, true)) => return end(&io, io.data(failure.rendered.unwrap_or_default())),
        Err((failure, false)) => return end(&io, Err(failure)),
    };
    let global = &parsed.cli.global;
    let io = Arc::new(Io::of_process(global.color, global.quiet, global.no_input));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end(&io, Err(Failure::failed(format!("cannot start: {error}")))),
    };
    let outcome = runtime.block_on(run(parsed, &io));
    // What still waits, for a keyring that does not answer for one, must not keep the program.
    runtime.shutdown_background();
    end(&io, outcome)
}

async fn run(Parsed { cli, select, writes }: Parsed, io: &Arc<Io>) -> Outcome {
    let Cli { global, command, .. } = cli;
    let command = command.unwrap_or_default();
    if global.verbose {
        io.log_requests();
    }
    let settings = Settings {
        server: global.server,
        format: Format::of(global.output, io.terminal_info().out_terminal, &select),
        select,
        writes,
        timeout: global.timeout,
        home: Home::find(global.home),
    };
    let context = Context { io: Arc::clone(io), settings };
    if command.handles_signals(io.terminal_info()) {
        return command.run(context).await;
    }
    tokio::select! {
        // An interrupt of the pager is not one of the program.
        biased;
        outcome = command.run(context) => outcome,
        _ = tokio::signal::ctrl_c() => {
            io.status(None);
            Err(Failure::interrupted())
        }
    }
}

/// Says what went wrong, if something did, and gives the exit code.
fn end(io: &Io, outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            io.failure(&failure);
            failure.exit.into()
        }
    }
}
