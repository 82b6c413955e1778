//! `ticketing demo`: a whole marketplace, to walk about in or played through, and gone again.

mod crowd;
mod samples;
mod story;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use ticketing_platform::clock::Clock;
use ticketing_platform::limits::WriteRate;
use ticketing_platform::shutdown::EndSignals;
use ticketing_platform::telemetry::{self, LogFormat};
use ticketing_sdk::{Client, IdempotencyKey};
use ticketing_server::{Stack, StackSettings};
use ticketing_tui::{Level, MemoryJournal};

use self::story::Story;
use crate::commands::tui::{Look, Show, log_to};
use crate::context::{Context, LocalCommand};
use crate::failure::{Failure, Outcome};
use crate::io::TerminalInfo;

const SELLER: &str = "seller@demo.example";
const BUYER: &str = "buyer@demo.example";
const RIVAL: &str = "rival@demo.example";

/// Whether the demo plays its story, or opens the marketplace.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
    On a terminal it opens `ticketing tui`, signed in as a buyer among others who list and buy; pay with tok_visa, or be \
    declined with tok_chargeDeclined. On a pipe, or with --story, it plays one sale after the other, checks the books, \
    and exits 0 if all is well. Nothing of yours is touched: the demo has a folder, a port and a clock of its own.")]
pub(crate) struct Args {
    /// Play the story on a terminal, too
    #[arg(long)]
    story: bool,
    #[command(flatten)]
    look: Look,
}

impl Args {
    /// Whether the story is played, rather than the marketplace opened.
    pub(crate) fn tells_its_story(&self, shape: &TerminalInfo) -> bool {
        // A simple terminal is asked to be a terminal; a pipe is asked by its flag alone.
        self.story || !(self.look.plain || shape.in_terminal && shape.out_terminal)
    }
}

impl LocalCommand for Args {
    async fn run(self, context: &Context) -> Outcome {
        let start = Instant::now();
        let folder = tempfile::Builder::new().prefix("ticketing-demo-").tempdir();
        let folder = folder.map_err(|error| broke("making a folder", &error.to_string()))?;
        let story = self.tells_its_story(context.io.terminal_info());
        let _logs = if story {
            // Whatever the server has to say about itself would tear the story apart.
            let logs = telemetry::init_logs(LogFormat::Text, "error");
            Some(logs.map_err(|error| Failure::failed(error.to_string()))?)
        } else {
            log_to(&folder.path().join("demo.log"))?;
            None
        };
        // On the whole terminal the marketplace listens to them itself.
        let signals = story.then(EndSignals::listen).transpose();
        let signals = signals.map_err(|error| broke("starting", &error.to_string()))?;
        let mut settings = StackSettings { clock: Clock::system(), ..StackSettings::new(folder.path()) };
        // A few accounts do everything here, and what was given up may be tried again at once.
        (settings.writes, settings.reorder_pause) = (WriteRate::UNLIMITED, Duration::ZERO);
        let hold = settings.order_ttl;
        let stack =
            Box::pin(Stack::start(settings)).await.map_err(|error| broke("starting", &error.to_string()))?;
        // A client without a store: sessions live in its memory alone.
        let client = || Client::new(stack.url());
        if story {
            context.io.line(&format!(
                "A marketplace of six services, their bus, their databases and a make-believe card provider runs in \
                 this process, on {}.",
                stack.url()
            ))?;
            let mut story = Story::new(&context.io, &stack, [client()?, client()?, client()?], hold);
            let played = tokio::select! {
                played = Box::pin(story.play()) => played,
                // Nothing is left behind then, either.
                () = end_requested(signals) => Err(Failure::interrupted()),
            };
            if let Err(failure) = played {
                // A reader that has gone is not a broken demo.
                let message = failure.message.clone();
                return Err(message.map_or(failure, |why| broke(story.at, &why)));
            }
        } else {
            Box::pin(self.walk_about(context, &stack, &folder)).await?;
        }
        if !Box::pin(stack.stop()).await {
            return Err(broke("stopping", "something had to be cut off"));
        }
        folder.close().map_err(|error| broke("clearing up", &error.to_string()))?;
        if !story {
            return context
                .io
                .line("The marketplace is gone, and nothing is left of it. `ticketing serve` keeps one.");
        }
        context.io.line(&format!(
            "All of that took {:.1} s, and nothing is left of it. `ticketing serve` keeps one; `ticketing --help` shows \
             what to do with it.",
            start.elapsed().as_secs_f64()
        ))
    }
}

impl Args {
    /// Opens the marketplace on the terminal, among others who list and buy.
    async fn walk_about(&self, context: &Context, stack: &Stack, folder: &TempDir) -> Outcome {
        let [seller, buyer, rival] =
            [Client::new(stack.url())?, Client::new(stack.url())?, Client::new(stack.url())?];
        for (client, email) in [(&seller, SELLER), (&buyer, BUYER), (&rival, RIVAL)] {
            // Nobody will ever sign in with it: the account ends with the demo.
            client.auth().sign_up(email, IdempotencyKey::generate().to_string()).await?;
        }
        for new in
            samples::tickets().map_err(|error| broke("putting tickets up for sale", &error.to_string()))?
        {
            seller.tickets().create(new).await?;
        }
        // What is set in the demo goes with it; what was set before holds in it.
        let config = folder.path().join("config.toml");
        let own = self.look.config.clone().or_else(|| context.settings.home.config().ok());
        if let Some(own) = own.filter(|own| own.exists()) {
            std::fs::copy(own, &config)
                .map_err(|error| broke("reading your settings", &error.to_string()))?;
        }
        let crowd = tokio::spawn(crowd::trade(seller, rival));
        let greeting = vec![(Level::Info, "Welcome. Pay with tok_visa; nothing here is real.".to_owned())];
        let show = Show { client: buyer, journal: Arc::new(MemoryJournal::default()), config, greeting };
        let shown = self.look.show(&context.io, show).await;
        crowd.abort();
        shown
    }
}

/// Returns when the process is asked to end, if it listens to that here.
async fn end_requested(signals: Option<EndSignals>) {
    match signals {
        Some(mut signals) => drop(signals.received().await),
        None => std::future::pending().await,
    }
}

fn broke(what: &str, error: &str) -> Failure {
    Failure::failed(format!("the demo broke while {what}: {error}"))
}
