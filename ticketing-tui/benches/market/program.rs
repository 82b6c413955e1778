//! Runs the program as its driver does, on a terminal that discards all output.

use std::io::{BufWriter, Sink, sink};
use std::time::{Duration, Instant};

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use ticketing_sdk::{Ticket, Timestamp};
use ticketing_tui::{ApiCall, App, AppConfig, CallId, Colours, Effect, Event, Feed, Reply, Settings};

/// The size of the terminal.
pub(crate) const SCREEN: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };
/// The driver draws the results of a search no more often than this.
const FRAME: Duration = Duration::from_millis(16);

/// The pure core, and a terminal.
pub(crate) struct Program {
    app: App,
    /// The call that is answered with the market.
    market: CallId,
    buffer: Buffer,
    terminal: Terminal<CrosstermBackend<BufWriter<Sink>>>,
}

/// The durations of a keystroke.
pub(crate) struct KeyLatency {
    /// The time until the key is drawn.
    pub(crate) echo: Duration,
    /// The time until its result is drawn.
    pub(crate) result: Duration,
    /// The longest time without handling input.
    pub(crate) slice: Duration,
}

impl Program {
    /// Starts the program: connected, signed out, without tickets.
    pub(crate) fn start() -> Self {
        let config = AppConfig {
            server: "http://127.0.0.1:3000".to_owned(),
            settings: Settings::default(),
            notices: Vec::new(),
            config_errors: Vec::new(),
            size: Size::new(SCREEN.width, SCREEN.height),
            colours: Colours::True,
            light: false,
            zone: jiff::tz::TimeZone::UTC,
        };
        let mut app = App::new(config, now());
        let mut market = None;
        for event in [Event::Tick, Event::Feed(Feed::Connected)] {
            for effect in app.update(event, now()) {
                match effect {
                    Effect::Call(id, ApiCall::Market) => market = Some(id),
                    Effect::Call(id, ApiCall::Session) => {
                        app.update(Event::Reply(id, Ok(Reply::Session(None))), now());
                    }
                    _ => {}
                }
            }
        }
        let options = TerminalOptions { viewport: Viewport::Fixed(SCREEN) };
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, sink()));
        let terminal = Terminal::with_options(backend, options).unwrap();
        Self { app, market: market.unwrap(), buffer: Buffer::empty(SCREEN), terminal }
    }

    /// Passes an event to the core.
    pub(crate) fn update(&mut self, event: Event) {
        for effect in self.app.update(event, now()) {
            if let Effect::Call(id, ApiCall::Market) = effect {
                self.market = id;
            }
        }
    }

    /// Replies with a page of the market.
    pub(crate) fn page(&mut self, tickets: Vec<Ticket>, last: bool) {
        self.update(Event::Reply(self.market, Ok(Reply::Market { tickets, last })));
    }

    /// Presses a key without drawing.
    pub(crate) fn press(&mut self, code: KeyCode) {
        self.update(Event::Terminal(TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE))));
    }

    /// Draws into a buffer, without a terminal.
    pub(crate) fn draw(&mut self) {
        self.buffer.reset();
        self.app.draw(&mut self.buffer);
    }

    /// Draws on the terminal, as the driver does: changed cells are written.
    pub(crate) fn show(&mut self) {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate).unwrap();
        let app = &mut self.app;
        self.terminal
            .draw(|frame| {
                if let Some(cursor) = app.draw(frame.buffer_mut()) {
                    frame.set_cursor_position(cursor);
                }
            })
            .unwrap();
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate).unwrap();
    }

    /// Presses a key, and runs the loop of the driver until no work is left. The wait for the next frame, after which the
    /// driver shows a result, is omitted.
    pub(crate) fn key(&mut self, code: KeyCode) -> KeyLatency {
        let began = Instant::now();
        self.press(code);
        self.show();
        let echo = began.elapsed();
        let slice = self.work();
        KeyLatency { echo, result: began.elapsed(), slice: slice.max(echo) }
    }

    /// Runs all pending work, and shows its result. Returns the longest slice.
    pub(crate) fn work(&mut self) -> Duration {
        let mut longest = Duration::ZERO;
        let mut drawn = Instant::now();
        while self.app.has_work() {
            let slice = Instant::now();
            self.update(Event::Idle);
            longest = longest.max(slice.elapsed());
            if drawn.elapsed() >= FRAME {
                self.show();
                drawn = Instant::now();
            }
        }
        self.show();
        longest
    }

    /// Returns whether the screen contains these words.
    pub(crate) fn shows(&mut self, words: &str) -> bool {
        self.draw();
        let text: String = self.buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        text.contains(words)
    }
}

/// Returns the fixed time of the benchmark.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(crate::tickets::NOW)
}

/// Measures the duration of `run`.
pub(crate) fn time_of(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}
