//! `ticketing events listen`

mod cursor;
mod sink;

use std::time::Duration;

use futures_util::StreamExt;
use ticketing_sdk::{Error, TicketChangeKind, Timestamp, WatchEvent, text};
use tokio::time::Instant;

use self::cursor::Cursor;
use self::sink::{Forward, ListenedEvent, Sink};
use crate::clock;
use crate::commands::words::{one_of, words};
use crate::context::{ApiCommand, ApiContext};
use crate::environment::environment;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::span;

/// The arguments of `ticketing events listen`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing events listen",
        "ticketing events listen --types ticket:created --exec './notify.sh'",
        "ticketing events listen --forward http://127.0.0.1:4242/webhooks",
        "ticketing events listen --since 1h --limit 100 > events.jsonl",
    ],
    "The events are the changes of tickets: listed, changed, reserved, released, sold, withdrawn. The feed of the marketplace has no \
     others. An order or a payment shows in it as the status of its ticket; `ticketing orders watch` follows one order, and \
     `ticketing orders list` shows all.\n\
     Each event is a line of JSON: id, type, ticket. The cursor is on disk once the delivery of an event is confirmed: its line is \
     written, its command has ended with 0, or its URL has answered 2xx. A listener that is killed continues there, so no event is \
     lost, and at most the last one comes again, with the same id. If the server no longer has the events after the cursor, an event of \
     the type feed:gap states it. Forwarded requests carry the header ticketing-signature: t=SECONDS,v1=HEX, where HEX is the HMAC-SHA256 \
     of SECONDS.BODY; `webhook::verify_signature` of the SDK verifies it. TICKETING_WEBHOOK_SECRET sets the secret. The command reconnects for as long as it takes, and ends with 1 when a delivery fails finally.",
))]
pub(crate) struct Args {
    /// Begin with the events after this time: a span like 1h, or an RFC 3339 time. Only for a new cursor
    #[arg(long, help_heading = help::STREAM, value_name = "TIME", value_parser = parse_since)]
    since: Option<CursorStart>,
    /// Deliver these types only, separated by commas
    #[arg(long, help_heading = help::STREAM, value_name = "TYPE", value_delimiter = ',')]
    #[arg(value_parser = one_of(words(TicketChangeKind::ALL)))]
    types: Vec<TicketChangeKind>,
    /// Keep the position under this name: listeners with different names are independent
    #[arg(long, help_heading = help::STREAM, value_name = "NAME", default_value = "default", value_parser = cursor_name)]
    cursor: String,
    /// Forget the position of the cursor
    #[arg(long, help_heading = help::STREAM)]
    reset: bool,
    /// End after this number of events
    #[arg(long, short = 'L', help_heading = help::STREAM, value_name = "N")]
    limit: Option<u64>,
    /// Run this shell command for each event, with the event on its stdin
    #[arg(long, help_heading = help::DELIVERY, value_name = "CMD")]
    exec: Option<String>,
    /// Send each event to this URL, signed
    #[arg(long, help_heading = help::DELIVERY, value_name = "URL", conflicts_with = "exec")]
    forward: Option<String>,
    /// Retry a failed delivery at most this number of times, with exponential backoff
    #[arg(long, help_heading = help::DELIVERY, value_name = "N", default_value_t = 8)]
    retries: u32,
}

/// The start of a new cursor.
#[derive(Debug, Clone, Copy)]
enum CursorStart {
    Ago(Duration),
    At(Timestamp),
}

/// How often the position is written while events of other types pass.
const SKIP_SAVE_INTERVAL: Duration = Duration::from_secs(30);

fn parse_since(text: &str) -> Result<CursorStart, String> {
    match (span::parse(text), text.parse()) {
        (Ok(ago), _) => Ok(CursorStart::Ago(ago)),
        (_, Ok(at)) => Ok(CursorStart::At(at)),
        _ => Err("expected a span like 1h, or a time like 2026-11-22T10:15:00Z".to_owned()),
    }
}

fn cursor_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
        return Err("expected up to 64 letters, digits, - and _".to_owned());
    }
    Ok(text.to_owned())
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let folder = api.context.settings.dirs.cursors()?;
        let mut cursor = Cursor::open(&folder, &self.cursor, api.client.server(), self.reset)?;
        let sink = self.sink(api, &mut cursor)?;
        tokio::select! {
            outcome = self.listen(api, cursor, sink) => outcome,
            () = api.io().broken_pipe() => Err(Failure::broken_pipe()),
        }
    }
}

impl Args {
    fn sink(&self, api: &ApiContext, cursor: &mut Cursor) -> CliResult<Sink> {
        if let Some(command) = &self.exec {
            return Ok(Sink::Exec(command.clone()));
        }
        let Some(url) = &self.forward else { return Ok(Sink::Stdout) };
        let given = environment("TICKETING_WEBHOOK_SECRET");
        let secret = match given.clone() {
            Some(secret) => secret,
            None => cursor.secret()?,
        };
        let forward = Forward::new(url, secret, api.context.settings.timeout)?;
        if given.is_none() {
            api.io().info(&format!("events are signed with the secret {}", forward.secret));
        }
        Ok(Sink::Forward(forward))
    }

    async fn listen(self, api: &ApiContext, mut cursor: Cursor, sink: Sink) -> CliResult {
        let tickets = api.client.tickets();
        let mut events = match (cursor.position(), self.since) {
            (Some(position), _) => tickets.follow(Some(position.to_owned())),
            (None, None) => tickets.follow(None),
            (None, Some(CursorStart::Ago(ago))) => tickets.follow_since(api.now() - ago),
            (None, Some(CursorStart::At(at))) => tickets.follow_since(at),
        };
        let (mut delivered, mut saved) = (0, Instant::now());
        while self.limit.is_none_or(|limit| delivered < limit) {
            let Some(event) = events.next().await else {
                return Err(Failure::failed("the server ended the stream of events"));
            };
            let event = match event {
                Err(Error::ChangesMissed) => {
                    let position = events.last_event_id().unwrap_or_default();
                    let gap = ListenedEvent::gap(cursor.position(), &position);
                    api.io().warn("some events were missed, and the server no longer has them");
                    sink.deliver(api, &gap, self.retries).await?;
                    cursor.save(&position, clock::now())?;
                    delivered += 1;
                    continue;
                }
                event => event?,
            };
            // Events that have arrived are handled without a pause, and the program must see an interrupt meanwhile.
            tokio::task::consume_budget().await;
            match event {
                WatchEvent::Connected => {
                    api.io().info(&format!("listening to {}", api.client.server()));
                }
                // Stores the first position before any event, so that a restart leaves no gap.
                WatchEvent::Position { id } if cursor.position().is_none() => {
                    cursor.save(&id, clock::now())?
                }
                WatchEvent::Change(change) if self.is_wanted(change.kind) => {
                    sink.deliver(api, &ListenedEvent::from_change(&change)?, self.retries).await?;
                    cursor.save(&change.id, clock::now())?;
                    (delivered, saved) = (delivered + 1, Instant::now());
                }
                WatchEvent::Change(change) if saved.elapsed() >= SKIP_SAVE_INTERVAL => {
                    cursor.save(&change.id, clock::now())?;
                    saved = Instant::now();
                }
                WatchEvent::Lost { error, retry_in } => {
                    api.io().warn(&format!("{error}; retrying in {}", text::span(retry_in)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn is_wanted(&self, kind: TicketChangeKind) -> bool {
        self.types.is_empty() || self.types.contains(&kind)
    }
}
