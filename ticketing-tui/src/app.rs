//! The pure core: events in, effects out, and a frame of the state. No I/O, no clock, no thread.

mod mouse;
mod plain;
mod stack;

use crossterm::event::{Event as TerminalEvent, KeyEvent, KeyEventKind};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ticketing_sdk::{OrderId, Timestamp};

use self::stack::OpenScreen;
use crate::action::{Action, Scope};
use crate::effect::{ApiCall, Effect};
use crate::event::{Event, Feed};
use crate::glyphs::Glyphs;
use crate::keymap::Chord;
use crate::local_time::LocalTime;
use crate::model::Model;
use crate::model::notices::{Level, Notice};
use crate::route::{ConfirmAction, Route, TABS};
use crate::screens::{Input, Screen};
use crate::settings::{Setting, Settings};
use crate::theme::{Colours, Theme};
use crate::widgets::form;
use crate::widgets::painter::{ClickTarget, Painter};
use crate::widgets::{app_bars, toasts};

/// The configuration of the program, without what its effects use.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// The server's address, as it is shown.
    pub server: String,
    /// The settings of the user.
    pub settings: Settings,
    /// The messages that are shown first.
    pub notices: Vec<(Level, String)>,
    /// The errors of the config file, a line each.
    pub config_errors: Vec<String>,
    /// The size of the terminal.
    pub size: Size,
    /// The number of colours of the terminal.
    pub colours: Colours,
    /// Whether the terminal has a light background.
    pub light: bool,
    /// The zone in which times are shown.
    pub zone: TimeZone,
}

/// The maximum number of errors of the config file that are shown.
const MAX_SHOWN_ERRORS: usize = 2;

/// The whole program without its effects.
///
/// ```
/// use jiff::tz::TimeZone;
/// use ratatui::buffer::Buffer;
/// use ratatui::layout::{Rect, Size};
/// use ticketing_sdk::Timestamp;
/// use ticketing_tui::{App, AppConfig, Colours, Effect, Event, Settings};
///
/// let config = AppConfig {
///     server: "http://127.0.0.1:3000".to_owned(),
///     settings: Settings::default(),
///     notices: Vec::new(),
///     config_errors: Vec::new(),
///     size: Size::new(80, 24),
///     colours: Colours::None,
///     light: false,
///     zone: TimeZone::UTC,
/// };
/// let now = Timestamp::from_millis(1_800_000_000_000);
/// let mut app = App::new(config, now);
/// let effects = app.update(Event::Tick, now);
/// assert!(effects.iter().any(|effect| matches!(effect, Effect::Follow)));
///
/// let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
/// app.draw(&mut buffer);
/// ```
#[derive(Debug)]
pub struct App {
    model: Model,
    /// The screen in front is the last one; there is always one.
    screens: Vec<OpenScreen>,
    colours: Colours,
    light: bool,
    click_targets: Vec<(Rect, ClickTarget)>,
}

impl App {
    /// Creates the program at its start: in the market, with every request pending.
    #[must_use]
    pub fn new(config: AppConfig, now: Timestamp) -> Self {
        let AppConfig { server, settings, notices, config_errors, size, colours, light, zone } = config;
        let mut model = Model::new(server, settings, LocalTime::new(zone), size, now);
        model.start();
        for (level, notice) in notices {
            model.notify(level, notice);
        }
        let more = config_errors.len().saturating_sub(MAX_SHOWN_ERRORS);
        for error in config_errors.into_iter().take(MAX_SHOWN_ERRORS) {
            model.notify(Level::Warning, error);
        }
        if more > 0 {
            let text = format!("The config file has {more} more errors; the log lists all");
            model.notify(Level::Warning, text);
        }
        let screens = vec![OpenScreen::new(Route::Market, &model)];
        Self { model, screens, colours, light, click_targets: Vec::new() }
    }

    /// Handles an event, at a time by this machine's clock. Returns the effects to execute.
    pub fn update(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.model.now = now;
        let checkouts = self.checkouts();
        match event {
            Event::Terminal(TerminalEvent::Key(key)) => self.key(&key),
            Event::Terminal(TerminalEvent::Paste(text)) => self.input(Input::Paste(&text)),
            Event::Terminal(TerminalEvent::Mouse(mouse)) => self.mouse(mouse),
            Event::Terminal(TerminalEvent::Resize(width, height)) => {
                self.model.size = Size::new(width, height)
            }
            Event::Terminal(TerminalEvent::FocusGained | TerminalEvent::FocusLost) => {}
            Event::Reply(id, reply) => {
                let call = self.model.reply(id, &reply);
                if self.model.take_new_user() {
                    self.reset_screens();
                }
                let handled = self.broadcast(Input::Reply(id, &reply));
                match call {
                    Some(ApiCall::Reserve(ticket, shown)) => {
                        self.finish_reservation(id, &ticket, shown, &reply);
                    }
                    Some(call) if call.is_reported_by_screen() && !handled => {
                        self.model.report_late_reply(&call, &reply);
                    }
                    _ => {}
                }
                self.broadcast(Input::ModelChange);
            }
            Event::Feed(feed) => {
                self.model.feed(&feed);
                if matches!(feed, Feed::Change(_)) {
                    self.broadcast(Input::ModelChange);
                }
            }
            Event::Tick => self.input(Input::Tick),
            Event::Idle => {
                if self.model.market.run_slice() {
                    self.broadcast(Input::ModelChange);
                }
            }
            Event::SaveFailed(why) => {
                self.model.notify(
                    Level::Error,
                    format!("The settings were not saved and last until you quit: {why}"),
                );
            }
            Event::BrowseFailed(why) => {
                self.model.notify(Level::Error, format!("No browser could be opened: {why}"))
            }
            Event::Terminate => self.model.effect(Effect::Quit),
        }
        let open = self.checkouts();
        let is_left = |order: &OrderId| checkouts.contains(order) && !open.contains(order);
        self.model.notices.retain_reserved(|order| !is_left(order));
        self.model.tick();
        self.model.take_effects()
    }

    /// Sets by how many milliseconds the server's clock is ahead of this machine's: deadlines are the server's.
    pub fn set_clock_offset(&mut self, millis: i64) {
        self.model.clock_offset = millis;
    }

    /// Draws the frame. Returns the position of the cursor, if it is visible.
    pub fn draw(&mut self, buffer: &mut Buffer) -> Option<Position> {
        let theme = Theme::new(self.model.settings.theme, self.colours, self.light);
        let glyphs = Glyphs::new(self.model.settings.borders);
        let area = buffer.area;
        buffer.set_style(area, theme.base);
        let mut painter = Painter { buffer, theme, glyphs, click_targets: Vec::new(), cursor: None };
        if app_bars::is_too_small(area) {
            app_bars::too_small(&mut painter, area);
        } else {
            let available = app_bars::AvailableActions {
                actions: self.front().actions(&self.model),
                available: self.available(),
                writes: self.front().has_text_input(&self.model),
            };
            let body = app_bars::view(&mut painter, area, &self.model, &self.screens[0].route, &available);
            let first = self.screens.iter().rposition(|open| !open.screen.is_popup()).unwrap_or(0);
            let keeps_size = self.screens[first..].iter().any(|open| open.screen.keeps_size(&self.model));
            let body = toasts::view(&mut painter, body, &self.model, keeps_size);
            for OpenScreen { screen, .. } in &self.screens[first..] {
                painter.cursor = None;
                screen.view(&self.model, &mut painter, body);
            }
        }
        let Painter { click_targets, cursor, .. } = painter;
        self.click_targets = click_targets;
        cursor
    }

    /// Returns when the program changes without an event, and so needs an [`Event::Tick`].
    #[must_use]
    pub fn wakes_at(&self) -> Option<Timestamp> {
        [self.model.wakes_at(), self.front().wakes_at(&self.model)].into_iter().flatten().min()
    }

    /// Returns whether a slice of work waits, so that the driver sends an [`Event::Idle`] when there is no other event.
    #[must_use]
    pub fn has_work(&self) -> bool {
        self.model.market.view.is_searching()
    }

    /// Returns the settings of the user.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.model.settings
    }

    /// Returns whether there are messages that `--plain` has not printed.
    pub(crate) fn has_notices(&self) -> bool {
        self.model.notices.has_unprinted()
    }

    /// Returns the messages that `--plain` has not printed.
    pub(crate) fn take_notices(&mut self) -> Vec<Notice> {
        self.model.notices.take_unprinted()
    }

    /// Returns whether a pending reply may change the menu of `--plain`, so that the driver waits for it.
    pub(crate) fn is_waiting(&self) -> bool {
        self.model.is_waiting() || self.has_work()
    }

    /// Disables animations until the program ends.
    pub(crate) fn stop_motion(&mut self) {
        self.model.settings.switched.insert(Setting::Motion);
    }

    fn front(&self) -> &dyn Screen {
        // There is always one: the last is never taken away.
        &*self.screens[self.screens.len() - 1].screen
    }

    fn key(&mut self, key: &KeyEvent) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        let chord = Chord::from_key_event(key);
        let front = self.front();
        if front.wants_key() || front.has_text_input(&self.model) && form::edits(key) {
            return self.input(Input::Key(key));
        }
        let available = self.available();
        match self.model.settings.keys.action(chord, &available) {
            Some(action) => self.run_action(action),
            None => self.model.notices.clear(),
        }
    }

    /// Returns the available actions: those of the screen in front, and the global ones.
    fn available(&self) -> Vec<Action> {
        let front = self.front();
        let mut actions = front.actions(&self.model);
        let anywhere = Action::ALL.iter().copied().filter(|action| action.scope() == Scope::Global);
        // A question is answered first.
        let still = |action: &Action| {
            matches!(action, Action::Back | Action::Redraw | Action::Suspend | Action::Quit)
        };
        actions.extend(anywhere.filter(|action| !front.is_popup() || still(action)));
        actions
    }

    /// Runs an action: the screen in front its own, the program the global ones.
    fn run_action(&mut self, action: Action) {
        if action == Action::Back && self.screens.len() > 1 {
            return self.close();
        }
        if self.front().actions(&self.model).contains(&action) {
            return self.input(Input::Action(action));
        }
        if let Some((_, route)) = TABS.iter().find(|(tab, _)| *tab == action) {
            self.screens.clear();
            return self.open(route.clone());
        }
        let below = || self.front().actions(&self.model);
        match action {
            Action::Help => self.open(Route::Help(below())),
            Action::Palette => self.open(Route::Palette(below())),
            Action::Account if self.model.user().is_none() => self.open(Route::SignIn(None)),
            Action::Account | Action::SignOut if self.model.user().is_some() => {
                self.open(Route::Confirm(ConfirmAction::SignOut));
            }
            Action::Reload => {
                self.model.reload();
                self.input(Input::Action(Action::Reload));
            }
            Action::Redraw => self.model.effect(Effect::Redraw),
            Action::Suspend => self.model.effect(Effect::Suspend),
            Action::Quit
                if self.screens.iter().any(|open| open.route == Route::Confirm(ConfirmAction::Quit)) => {}
            Action::Quit if self.model.is_paying() || self.model.door.waiting_count() > 0 => {
                self.open(Route::Confirm(ConfirmAction::Quit));
            }
            Action::Quit => self.model.effect(Effect::Quit),
            _ => {}
        }
    }
}
