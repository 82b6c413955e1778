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
use ticketing_sdk::{Client, Timestamp};
use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use self::calls::Caller;
use crate::app::{App, AppConfig};
use crate::config::{self, ConfigFile};
use crate::door::Door;
use crate::effect::{ApiCall, CallId, Effect};
use crate::event::Event;
use crate::journal::Journal;
use crate::model::notices::Level;
use crate::settings::Borders;
use crate::theme::{Colours, ThemeName};

pub use self::plain::run_plain;
pub use self::screen::run;

/// The environment of a run.
#[derive(Clone)]
pub struct Environment {
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
    config: Arc<dyn ConfigFile>,
    clock: fn() -> Timestamp,
    /// Connects the feed.
    connect: Arc<Notify>,
    market: Option<JoinHandle<()>>,
}

impl Runtime {
    /// The core, and its runtime.
    pub(crate) fn open(environment: Environment, size: Size) -> (App, Self) {
        let (mut settings, config_errors) = config::read_file(&*environment.config);
        for error in &config_errors {
            tracing::warn!("{error}");
        }
        settings.theme = environment.theme.unwrap_or(settings.theme);
        settings.borders = environment.borders.unwrap_or(settings.borders);
        let server = environment.client.server().to_owned();
        let config = AppConfig {
            server,
            settings,
            notices: environment.greeting,
            config_errors,
            size,
            colours: environment.colours,
            light: environment.light,
            zone: TimeZone::system(),
        };
        let app = App::new(config, (environment.clock)());
        let (sender, events) = channel(EVENT_QUEUE_SIZE);
        let (client, journal, door) = (environment.client, environment.journal, environment.door);
        let connect = Arc::new(Notify::new());
        tokio::spawn(feed::follow(client.clone(), sender.clone(), Arc::clone(&connect)));
        let caller = Caller { client, journal, door, events: sender };
        let (config, clock) = (environment.config, environment.clock);
        (app, Self { caller, events, config, clock, connect, market: None })
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Passes an event to the core, with the time. Returns the effects to perform.
    pub(crate) fn update(&self, app: &mut App, event: Event) -> Vec<Effect> {
        let now = self.now();
        app.set_clock_offset(self.caller.client.server_time(now).as_millis() - now.as_millis());
        app.update(event, now)
    }

    /// Waits for the next event: of the marketplace, of the time, or a slice of work.
    pub(crate) async fn next(&mut self, app: &App) -> Event {
        let tick = app.wakes_at().map(|at| at.saturating_duration_since(self.now()));
        tokio::select! {
            biased;
            // A sender of events is in the caller, so that there is always another one.
            event = self.events.recv() => event.unwrap_or(Event::Terminate),
            () = sleep(tick.unwrap_or_default()), if tick.is_some() => Event::Tick,
            () = std::future::ready(()), if app.has_work() => Event::Idle,
        }
    }

    /// An event that is there already.
    pub(crate) fn try_next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Executes an effect that needs no terminal. Returns one that does.
    pub(crate) fn perform(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Call(id, call) => self.call(id, call),
            Effect::Follow => self.connect.notify_one(),
            Effect::Browse(address) => {
                let sender = self.caller.events.clone();
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
                    let sender = self.caller.events.clone();
                    tokio::spawn(async move { sender.send(event).await });
                }
            }
            effect => return Some(effect),
        }
        None
    }

    fn call(&mut self, id: CallId, call: ApiCall) {
        let is_market = matches!(call, ApiCall::Market);
        let task = tokio::spawn(self.caller.clone().call(id, call));
        if is_market && let Some(before) = self.market.replace(task) {
            // Its pages are no longer needed.
            before.abort();
        }
    }
}
