//! The driver: passes events to the core, runs its effects, and draws after changes.

mod calendar_file;
mod calls;
mod feed;
mod plain;
mod screen;
mod signals;
mod terminal_modes;

use std::sync::Arc;

use jiff::tz::TimeZone;
use ratatui::layout::Size;
use ticketing_sdk::{Client, SecretString, Timestamp};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use self::calls::Caller;
use self::feed::FeedCursor;
use crate::app::{App, Setup};
use crate::config::{self, ConfigFile};
use crate::door::Door;
use crate::effect::{Call, CallId, Effect};
use crate::event::Event;
use crate::journal::Journal;
use crate::model::notices::Level;
use crate::settings::Borders;
use crate::theme::{Colours, ThemeName};

pub use self::plain::run_plain;
pub use self::screen::run;

/// The environment of a run.
#[derive(Clone)]
pub struct Options {
    /// The marketplace, and the session there.
    pub client: Client,
    /// The journal of idempotency keys.
    pub journal: Arc<dyn Journal>,
    /// The door, for admissions without a network.
    pub door: Arc<dyn Door>,
    /// The config file, which need not be there.
    pub config: Arc<dyn ConfigFile>,
    /// Overrides the colours of the config file.
    pub theme: Option<ThemeName>,
    /// Overrides the frames of the config file.
    pub borders: Option<Borders>,
    /// How many colours the terminal shows.
    pub colours: Colours,
    /// Whether the terminal is light.
    pub light: bool,
    /// This machine's time.
    pub clock: fn() -> Timestamp,
    /// The messages that are shown first.
    pub greeting: Vec<(Level, String)>,
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitReason {
    /// The user quit.
    Quit,
    /// A signal ended the program, or its terminal was closed.
    Terminated,
}

/// The size of the event queue. Senders wait while it is full.
const EVENT_QUEUE_SIZE: usize = 256;

/// The common part of the two drivers: everything except the terminal.
pub(crate) struct Runtime {
    caller: Caller,
    events: Receiver<Event>,
    sender: Sender<Event>,
    config: Arc<dyn ConfigFile>,
    clock: fn() -> Timestamp,
    cursor: FeedCursor,
    following: Option<JoinHandle<()>>,
    market: Option<JoinHandle<()>>,
}

impl Runtime {
    /// The core, and its runtime.
    pub(crate) fn open(options: Options, size: Size) -> (App, Self) {
        let (mut settings, config_errors) = config::read_file(&*options.config);
        for error in &config_errors {
            tracing::warn!("{error}");
        }
        settings.theme = options.theme.unwrap_or(settings.theme);
        settings.borders = options.borders.unwrap_or(settings.borders);
        let server = options.client.server().to_owned();
        let setup = Setup {
            server,
            settings,
            notices: options.greeting,
            config_errors,
            size,
            colours: options.colours,
            light: options.light,
            zone: TimeZone::system(),
        };
        let app = App::new(setup, (options.clock)());
        let (sender, events) = channel(EVENT_QUEUE_SIZE);
        let (client, journal, door) = (options.client, options.journal, options.door);
        let caller = Caller { client, journal, door, events: sender.clone() };
        let runtime = Self {
            caller,
            events,
            sender,
            config: options.config,
            clock: options.clock,
            cursor: FeedCursor::default(),
            following: None,
            market: None,
        };
        (app, runtime)
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// By how many milliseconds the server's clock is ahead of this machine's.
    pub(crate) fn clock_offset(&self) -> i64 {
        let now = self.now();
        self.caller.client.server_time(now).as_millis() - now.as_millis()
    }

    /// The next event of the runtime.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// An event that is there already.
    pub(crate) fn try_next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Executes an effect that needs no terminal. Returns one that does.
    pub(crate) fn perform(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Call(id, call) => self.call(id, call),
            Effect::Follow => self.follow(),
            Effect::Browse(address) => {
                let sender = self.sender.clone();
                // The program that opens the browser may be slow.
                tokio::task::spawn_blocking(move || {
                    if let Err(error) = webbrowser::open(&address) {
                        let _ = sender.blocking_send(Event::BrowseFailed(error.to_string()));
                    }
                });
            }
            Effect::Save(change) => {
                if let Err(why) = config::write_file(&*self.config, &change) {
                    let event = Event::SaveFailed(format!("{}: {why}", self.config.path().display()));
                    let sender = self.sender.clone();
                    tokio::spawn(async move { sender.send(event).await });
                }
            }
            effect => return Some(effect),
        }
        None
    }

    fn call(&mut self, id: CallId, call: Call) {
        let is_market = matches!(call, Call::Market);
        let task = tokio::spawn(self.caller.clone().call(id, call));
        if is_market && let Some(before) = self.market.replace(task) {
            // Its pages are no longer needed.
            before.abort();
        }
    }

    fn follow(&mut self) {
        let (client, sender) = (self.caller.client.clone(), self.sender.clone());
        let following = feed::follow(client, sender, self.cursor.clone());
        if let Some(before) = self.following.replace(tokio::spawn(following)) {
            before.abort();
        }
    }
}

/// Waits until a time. Without one it never returns.
async fn wait_until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

fn expose(secret: &SecretString) -> &str {
    secrecy::ExposeSecret::expose_secret(secret)
}
