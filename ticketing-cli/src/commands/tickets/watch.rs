//! `ticketing tickets watch`

use futures_util::StreamExt;
use ticketing_sdk::{Error, WatchEvent, text};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome};
use crate::output::WatchLine;

/// Where to start.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Go on after this event, without a gap
    #[arg(long, value_name = "EVENT")]
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
        while let Some(event) = events.next().await {
            let event = match event {
                Err(Error::ChangesMissed) => {
                    api.printer().next(&WatchLine::reset(events.last_event_id()))?;
                    api.io().notice(
                        "some changes were missed, and are no longer kept; `ticketing tickets list` shows what is now",
                    );
                    continue;
                }
                event => event?,
            };
            match event {
                WatchEvent::Connected => api.io().remark(&format!("following {}", api.client.server())),
                WatchEvent::Change(change) => api.printer().next(&WatchLine::Change(change))?,
                WatchEvent::Lost { error, retry_in } => {
                    api.io().notice(&format!("{error}; trying again in {}", text::span(retry_in)));
                }
                _ => {}
            }
        }
        Err(Failure::failed("the server ended the stream of changes"))
    }
}
