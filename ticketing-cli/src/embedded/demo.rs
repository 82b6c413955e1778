//! `ticketing demo`: a whole marketplace, played through and gone again.

mod samples;
mod story;

use std::time::Instant;

use ticketing_platform::clock::Clock;
use ticketing_platform::telemetry::{self, LogFormat};
use ticketing_sdk::Client;
use ticketing_server::{Stack, StackSettings};

use self::story::Story;
use crate::context::{Local, LocalCommand};
use crate::failure::{Failure, Outcome};

/// Nothing to choose.
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing of yours is touched: the demo has a folder, a port and a clock of its own.")]
pub(crate) struct Args {}

impl LocalCommand for Args {
    async fn run(self, local: &Local) -> Outcome {
        let start = Instant::now();
        // Whatever the server has to say about itself would tear the story apart.
        telemetry::init_logs(LogFormat::Text, "error").map_err(|error| Failure::failed(error.to_string()))?;
        let broke =
            |what: &str, error: String| Failure::failed(format!("the demo broke while {what}: {error}"));
        let folder = tempfile::Builder::new().prefix("ticketing-demo-").tempdir();
        let folder = folder.map_err(|error| broke("making a folder", error.to_string()))?;
        let settings = StackSettings { clock: Clock::system(), ..StackSettings::new(folder.path()) };
        let hold = settings.order_ttl;
        let stack =
            Box::pin(Stack::start(settings)).await.map_err(|error| broke("starting", error.to_string()))?;
        local.io.line(&format!(
            "A marketplace of five services, their bus, their databases and a make-believe card provider runs in this \
             process, on {}.",
            stack.url()
        ))?;
        // A client without a store: sessions live in its memory alone.
        let client = || Client::new(stack.url());
        let mut story = Story::new(&local.io, &stack, [client()?, client()?, client()?], hold);
        if let Err(failure) = Box::pin(story.play()).await {
            // A reader that has gone is not a broken demo.
            let message = failure.message.clone();
            return Err(message.map_or(failure, |why| broke(story.at, why)));
        }
        if !Box::pin(stack.stop()).await {
            return Err(broke("stopping", "something had to be cut off".to_owned()));
        }
        folder.close().map_err(|error| broke("clearing up", error.to_string()))?;
        local.io.line(&format!(
            "All of that took {:.1} s, and nothing is left of it. `ticketing serve` keeps one; `ticketing --help` shows \
             what to do with it.",
            start.elapsed().as_secs_f64()
        ))
    }
}
