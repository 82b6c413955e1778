//! The program as its driver runs it, on a terminal that swallows everything.

use std::io::{self, BufWriter, Write};
use std::time::{Duration, Instant};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use ticketing_sdk::{Ticket, Timestamp};
use ticketing_tui::{App, Call, CallId, Colours, Effect, Event, Feed, Reply, Settings, Setup};

/// The size of the terminal.
pub(crate) const SCREEN: Rect = Rect { x: 0, y: 0, width: 200, height: 60 };
/// The driver draws the results of a search no more often than this.
const FRAME: Duration = Duration::from_millis(16);

/// Where what is drawn goes.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The pure core, and a terminal.
pub(crate) struct Program {
    app: App,
    /// The call that is answered with the market.
    market: CallId,
    buffer: Buffer,
    terminal: Terminal<CrosstermBackend<BufWriter<Nowhere>>>,
}

/// How a keystroke went.
pub(crate) struct Stroke {
    /// Until the key itself is seen.
    pub(crate) echo: Duration,
    /// Until what it led to is seen.
    pub(crate) result: Duration,
    /// The longest time in which nothing else could be done.
    pub(crate) slice: Duration,
}

impl Program {
    /// The program just started: connected, signed out, and without a ticket.
    pub(crate) fn start() -> Self {
        let setup = Setup {
            server: "http://127.0.0.1:3000".to_owned(),
            settings: Settings::default(),
            notices: Vec::new(),
            config_errors: Vec::new(),
            size: Size::new(SCREEN.width, SCREEN.height),
            colours: Colours::True,
            light: false,
            zone: jiff::tz::TimeZone::UTC,
        };
        let mut app = App::new(setup, now());
        let mut market = None;
        for event in [Event::Tick, Event::Feed(Feed::Connected)] {
            for effect in app.update(event, now()) {
                match effect {
                    Effect::Call(id, Call::Market) => market = Some(id),
                    Effect::Call(id, Call::Session) => {
                        app.update(Event::Reply(id, Ok(Reply::Session(None))), now());
                    }
                    _ => {}
                }
            }
        }
        let options = TerminalOptions { viewport: Viewport::Fixed(SCREEN) };
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, Nowhere));
        let terminal = Terminal::with_options(backend, options).unwrap();
        Self { app, market: market.unwrap(), buffer: Buffer::empty(SCREEN), terminal }
    }

    /// Hands in an event.
    pub(crate) fn update(&mut self, event: Event) {
        for effect in self.app.update(event, now()) {
            if let Effect::Call(id, Call::Market) = effect {
                self.market = id;
            }
        }
    }

    /// Hands in a page of the market.
    pub(crate) fn page(&mut self, tickets: Vec<Ticket>, last: bool) {
        self.update(Event::Reply(self.market, Ok(Reply::Market { tickets, last })));
    }

    /// Presses a key, and leaves it at that.
    pub(crate) fn press(&mut self, code: KeyCode) {
        self.update(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    /// Draws on cells alone.
    pub(crate) fn draw(&mut self) {
        self.buffer.reset();
        self.app.draw(&mut self.buffer);
    }

    /// Draws on the terminal, as the driver does: what has changed is written out.
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

    /// Presses a key, and does what the driver does until there is nothing left to do. Only the rest of the time
    /// between two frames, which the driver waits for before it shows a result, is left out.
    pub(crate) fn key(&mut self, code: KeyCode) -> Stroke {
        let began = Instant::now();
        self.press(code);
        self.show();
        let echo = began.elapsed();
        let slice = self.work();
        Stroke { echo, result: began.elapsed(), slice: slice.max(echo) }
    }

    /// Does all the work that waits, and shows what it led to. Returns the longest slice.
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

    /// Returns whether the screen holds these words.
    pub(crate) fn shows(&mut self, words: &str) -> bool {
        self.draw();
        let text: String = self.buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        text.contains(words)
    }
}

/// The time at which all this happens.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(crate::tickets::NOW)
}

/// Returns how long something takes.
pub(crate) fn timed(run: impl FnOnce()) -> Duration {
    let began = Instant::now();
    run();
    began.elapsed()
}
