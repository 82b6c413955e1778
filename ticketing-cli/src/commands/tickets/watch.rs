//! `ticketing tickets watch`

use futures_util::StreamExt;
use ticketing_sdk::{Error, WatchEvent, text};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome};
use crate::help;
use crate::output::WatchLine;

/// The arguments of `ticketing tickets watch`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets watch",
        "ticketing tickets watch --output jsonl --after 1042",
    ],
    "The command runs until it is interrupted. It reconnects and resumes after a lost connection.",
))]
pub(crate) struct Args {
    /// Resume after this event, without a gap
    #[arg(long, help_heading = help::STREAM, value_name = "EVENT")]
    after: Option<String>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        tokio::select! {
            outcome = self.follow(api) => outcome,
            () = api.io().broken_pipe() => Err(Failure::broken_pipe()),
        }
    }
}

impl Args {
    async fn follow(self, api: &ApiContext) -> Outcome {
        let tickets = api.client.tickets();
        let watch = match self.after {
            Some(event) => tickets.watch_after(event).await?,
            None => tickets.watch().await?,
        };
        let mut events = watch.into_events();
        api.printer().begin_stream::<WatchLine>()?;
        while let Some(event) = events.next().await {
            let event = match event {
                Err(Error::ChangesMissed) => {
                    api.printer().next(&WatchLine::reset(events.last_event_id()))?;
                    api.io().notice(
                        "some changes were missed and are no longer stored; `ticketing tickets list` shows the current tickets",
                    );
                    continue;
                }
                event => event?,
            };
            match event {
                WatchEvent::Connected => api.io().remark(&format!("watching {}", api.client.server())),
                WatchEvent::Change(change) => api.printer().next(&WatchLine::Change(Box::new(change)))?,
                WatchEvent::Lost { error, retry_in } => {
                    api.io().notice(&format!("{error}; retrying in {}", text::span(retry_in)));
                }
                _ => {}
            }
        }
        Err(Failure::failed("the server ended the stream of changes"))
    }
}
