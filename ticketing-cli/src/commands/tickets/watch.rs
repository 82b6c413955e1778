//! `ticketing tickets watch`

use futures_util::StreamExt;
use ticketing_sdk::{Error, WatchEvent, text};

use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome};
use crate::output::WatchLine;

/// Where to start.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Go on after this event, without a gap
    #[arg(long, value_name = "EVENT")]
    after: Option<String>,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        tokio::select! {
            outcome = self.follow(online) => outcome,
            () = online.io().reader_gone() => Err(Failure::reader_gone()),
        }
    }
}

impl Args {
    async fn follow(self, online: &Online) -> Outcome {
        let tickets = online.client.tickets();
        let watch = match self.after {
            Some(event) => tickets.watch_after(event).await?,
            None => tickets.watch().await?,
        };
        let mut events = watch.into_events();
        while let Some(event) = events.next().await {
            let event = match event {
                Err(Error::ChangesMissed) => {
                    online.printer().next(&WatchLine::reset(events.last_event_id()))?;
                    online.io().notice(
                        "some changes were missed, and are no longer kept; `ticketing tickets list` shows what is now",
                    );
                    continue;
                }
                event => event?,
            };
            match event {
                WatchEvent::Connected => online.io().remark(&format!("following {}", online.client.server())),
                WatchEvent::Change(change) => online.printer().next(&WatchLine::Change(change))?,
                WatchEvent::Lost { error, retry_in } => {
                    online.io().notice(&format!("{error}; trying again in {}", text::span(retry_in)));
                }
                _ => {}
            }
        }
        Err(Failure::failed("the server ended the stream of changes"))
    }
}
