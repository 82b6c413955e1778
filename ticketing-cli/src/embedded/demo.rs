//! `ticketing demo`: a disposable marketplace, to use or to run scripted sales.

mod crowd;
mod samples;
mod story;

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use ticketing_platform::clock::Clock;
use ticketing_platform::limits::WriteRate;
use ticketing_platform::shutdown::EndSignals;
use ticketing_platform::telemetry::{self, LogFormat};
use ticketing_sdk::Client;
use ticketing_server::{Stack, StackSettings};
use ticketing_tui::Level;

use self::story::Story;
use crate::commands::tui::doors::Doors;
use crate::commands::tui::{DisplayOptions, TuiRun, log_to};
use crate::context::{Context, LocalCommand};
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::io::TerminalInfo;
use crate::journal::Journal;

const SELLER: &str = "seller@demo.example";
const BUYER: &str = "buyer@demo.example";
const RIVAL: &str = "rival@demo.example";

/// The arguments of `ticketing demo`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing demo",
        "ticketing demo --story",
        "ticketing demo --plain",
    ],
    "On a terminal, the demo opens `ticketing tui`, signed in as a buyer while other users list and buy. Pay with tok_visa; \
     tok_chargeDeclined is declined. On a pipe, or with --story, it runs sales one after the other, audits the marketplace, and \
     exits with 0 if no invariant is violated. The demo has a folder, a port and a clock of its own, and removes them.",
))]
pub(crate) struct Args {
    /// Run the scripted sales on a terminal, too
    #[arg(long, help_heading = help::OUTPUT)]
    story: bool,
    #[command(flatten)]
    display: DisplayOptions,
}

impl Args {
    /// Returns whether the demo runs the scripted sales instead of opening the marketplace.
    pub(crate) fn is_scripted(&self, terminal_info: &TerminalInfo) -> bool {
        // `--plain` reads lines from a pipe, too.
        self.story || !(self.display.plain || terminal_info.in_terminal && terminal_info.out_terminal)
    }
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> CliResult {
        let start = Instant::now();
        let folder = tempfile::Builder::new().prefix("ticketing-demo-").tempdir();
        let folder = folder.map_err(|error| demo_failure("making a folder", error))?;
        let story = self.is_scripted(context.io.terminal_info());
        let _logs = if story {
            // Log lines of the server would interrupt the output.
            let logs = telemetry::init_logs(LogFormat::Text, "error");
            Some(logs.map_err(|error| Failure::failed(error.to_string()))?)
        } else {
            log_to(&folder.path().join("demo.log"))?;
            None
        };
        // The full-screen marketplace handles signals itself.
        let signals = story.then(EndSignals::listen).transpose();
        let signals = signals.map_err(|error| demo_failure("starting", error))?;
        let mut settings = StackSettings { clock: Clock::system(), ..StackSettings::new(folder.path()) };
        // Three accounts send all requests, and may reserve a ticket again at once.
        (settings.writes, settings.reorder_pause) = (WriteRate::UNLIMITED, Duration::ZERO);
        let hold = settings.order_ttl;
        let stack =
            Box::pin(Stack::start(settings)).await.map_err(|error| demo_failure("starting", error))?;
        // The clients have no session store: their sessions are in memory only.
        let client = || Client::new(stack.url());
        if story {
            context.io.message("", &format!(
                "A marketplace of six services with a bus, databases and a simulated card provider runs in \
                 this process, on {}.",
                stack.url()
            ))?;
            let mut story = Story::new(&context.io, &stack, [client()?, client()?, client()?], hold);
            let played = tokio::select! {
                played = Box::pin(story.play()) => played,
                () = end_requested(signals) => Err(Failure::interrupted()),
            };
            if let Err(failure) = played {
                // A closed pipe is no failure of the demo.
                let message = failure.message.clone();
                return Err(message.map_or(failure, |why| demo_failure(story.at, why)));
            }
        } else {
            Box::pin(self.open(context, &stack, &folder)).await?;
        }
        if !Box::pin(stack.stop()).await {
            return Err(demo_failure("stopping", "some requests were aborted"));
        }
        folder.close().map_err(|error| demo_failure("deleting the folder", error))?;
        if !story {
            return context
                .io
                .message("", "The demo has ended, and its data is deleted. `ticketing serve` runs a marketplace that keeps its data.");
        }
        context.io.message("", &format!(
            "The demo took {:.1} s, and its data is deleted. `ticketing serve` runs a marketplace that keeps its data; \
             `ticketing --help` lists the commands.",
            start.elapsed().as_secs_f64()
        ))
    }
}

impl Args {
    /// Opens the marketplace on the terminal, while other users list and buy.
    async fn open(&self, context: &Context, stack: &Stack, folder: &TempDir) -> CliResult {
        let client = || Client::new(stack.url());
        let (seller, buyer, rival) = (client()?, client()?, client()?);
        story::sign_up(&seller, &buyer, &rival).await?;
        for new in samples::tickets(0).map_err(|error| demo_failure("listing tickets", error))? {
            seller.tickets().create(new).await?;
        }
        // The demo uses a copy of the settings, so that changes in it are not kept.
        let config = folder.path().join("config.toml");
        let own = self.display.config.clone().or_else(|| context.settings.dirs.config().ok());
        if let Some(own) = own.filter(|own| own.exists()) {
            std::fs::copy(own, &config).map_err(|error| demo_failure("reading the settings", error))?;
        }
        let crowd = tokio::spawn(crowd::trade(seller, rival));
        let greeting = vec![(Level::Info, "Welcome. Pay with tok_visa; nothing here is real.".to_owned())];
        let door = Arc::new(Doors::new(buyer.clone(), Some(folder.path().join("doors"))));
        let journal = Journal::in_folder(Some(folder.path().join("writes")));
        let run = TuiRun { client: buyer, journal, door, config, greeting };
        let shown = self.display.show(&context.io, run).await;
        crowd.abort();
        shown
    }
}

/// Returns when a signal ends the process, if the demo handles signals here.
async fn end_requested(signals: Option<EndSignals>) {
    match signals {
        Some(mut signals) => drop(signals.wait_for_signal().await),
        None => std::future::pending().await,
    }
}

fn demo_failure(what: &str, error: impl Display) -> Failure {
    Failure::failed(format!("the demo failed while {what}: {error}"))
}
