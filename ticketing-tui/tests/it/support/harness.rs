//! The harness: the pure core, a clock that the test sets, the recorded effects, and a fake server.

use crossterm::event::{
    Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ticketing_sdk::{CardEntry, CurrentUser, Order, Pass, Ticket, Timestamp};
use ticketing_tui::{
    ApiCall, App, AppConfig, Borders, CallError, CallId, Colours, DoorState, Effect, Event, Feed, Reply,
    Settings, ThemeName,
};

use super::fixtures::{self, NOW};

/// The data from which the harness answers reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeServer {
    pub(crate) user: Option<CurrentUser>,
    pub(crate) market: Vec<Ticket>,
    pub(crate) listings: Vec<Ticket>,
    pub(crate) orders: Vec<Order>,
    pub(crate) passes: Vec<Pass>,
    /// The used passes that the user has issued.
    pub(crate) used: Vec<Pass>,
    /// The state of the door, if it is prepared.
    pub(crate) door: Option<DoorState>,
    /// How far the server's clock is ahead, in milliseconds.
    pub(crate) skew: i64,
    /// Whether cards are entered on the page of the order.
    pub(crate) has_card_form: bool,
}

/// The colours of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) colours: Colours,
    /// Whether its background is light.
    pub(crate) light: bool,
}

impl Look {
    /// The looks in which each theme is drawn in other colours.
    pub(crate) const COLOURED: [Self; 5] = [
        Self { colours: Colours::True, light: false },
        Self { colours: Colours::True, light: true },
        Self { colours: Colours::Indexed, light: false },
        Self { colours: Colours::Indexed, light: true },
        Self { colours: Colours::Sixteen, light: false },
    ];
}

impl From<Colours> for Look {
    fn from(colours: Colours) -> Self {
        Self { colours, light: false }
    }
}

/// The pure core in its harness.
pub(crate) struct Harness {
    pub(crate) app: App,
    pub(crate) server: FakeServer,
    pub(crate) now: Timestamp,
    pub(crate) size: Size,
    /// The recorded effects, except calls.
    pub(crate) effects: Vec<Effect>,
    /// The pending calls, the oldest first.
    pub(crate) pending: Vec<(CallId, ApiCall)>,
}

impl Harness {
    /// Returns the program after its start, before the first reply.
    pub(crate) fn new(size: (u16, u16), look: impl Into<Look>) -> Self {
        Self::with_settings(size, look, Settings { theme: ThemeName::Auto, ..Settings::default() })
    }

    pub(crate) fn ascii(size: (u16, u16), look: impl Into<Look>) -> Self {
        Self::with_settings(size, look, Settings { borders: Borders::Ascii, ..Settings::default() })
    }

    pub(crate) fn with_settings(size: (u16, u16), look: impl Into<Look>, settings: Settings) -> Self {
        let Look { colours, light } = look.into();
        let (now, size) = (Timestamp::from_millis(NOW), Size::new(size.0, size.1));
        let config = AppConfig {
            server: "http://127.0.0.1:3000".to_owned(),
            settings,
            notices: Vec::new(),
            config_errors: Vec::new(),
            size,
            colours,
            light,
            zone: TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap(),
        };
        let app = App::new(config, now);
        let server = FakeServer { market: fixtures::tickets(), ..FakeServer::default() };
        let mut harness = Self { app, server, now, size, effects: Vec::new(), pending: Vec::new() };
        harness.feed(Event::Tick);
        harness
    }

    /// Returns a loaded and live market of a signed-out user.
    pub(crate) fn signed_out() -> Self {
        let mut harness = Self::new((80, 24), Colours::True);
        harness.go_live();
        harness
    }

    /// Returns a loaded and live market of a signed-in user.
    pub(crate) fn signed_in() -> Self {
        let mut harness = Self::new((80, 24), Colours::True);
        harness.sign_in();
        harness
    }

    pub(crate) fn go_live(&mut self) {
        self.feed(Event::Feed(Feed::Connected));
        self.answer_reads();
    }

    /// Signs the user in, and loads everything.
    pub(crate) fn sign_in(&mut self) {
        self.server.user = Some(fixtures::me());
        self.go_live();
    }

    pub(crate) fn feed(&mut self, event: Event) {
        self.app.set_clock_offset(self.server.skew);
        for effect in self.app.update(event, self.now) {
            match effect {
                Effect::Call(id, call) => self.pending.push((id, call)),
                other => self.effects.push(other),
            }
        }
        // The screen is drawn after each event, as in the driver, so that clicks hit what was drawn.
        self.buffer();
    }

    /// Returns whether the program has quit.
    pub(crate) fn has_ended(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Quit))
    }

    /// Passes an event of the terminal to the program.
    pub(crate) fn terminal(&mut self, event: TerminalEvent) {
        self.feed(Event::Terminal(event));
    }

    /// Passes the size on, after the test has changed it.
    pub(crate) fn resize(&mut self) {
        self.terminal(TerminalEvent::Resize(self.size.width, self.size.height));
    }

    /// Presses keys, in the notation of the config file, separated by spaces.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.terminal(TerminalEvent::Key(key_event(key)));
        }
    }

    /// Opens the form of a sale, and writes a title and a price.
    pub(crate) fn fill_sale(&mut self) {
        self.press("n");
        self.type_text("Opera on the roof");
        self.press("tab");
        self.type_text("75");
    }

    /// Writes an e-mail address and the password on the sign-in form, and sends them.
    pub(crate) fn send_sign_in(&mut self, email: &str) {
        self.type_text(email);
        self.press("enter");
        self.type_text(fixtures::PASSWORD);
        self.press("enter");
    }

    /// Types a text, key by key.
    pub(crate) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.terminal(TerminalEvent::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            self.finish_work();
        }
    }

    /// Runs the pending slices of work.
    pub(crate) fn finish_work(&mut self) {
        while self.app.has_work() {
            self.feed(Event::Idle);
        }
    }

    pub(crate) fn advance(&mut self, millis: i64) {
        self.now = Timestamp::from_millis(self.now.as_millis() + millis);
        self.feed(Event::Tick);
    }

    /// Advances the clock as the driver does, with a tick at each wake-up of the core.
    pub(crate) fn advance_with_wakeups(&mut self, millis: i64) {
        let end = self.now.as_millis() + millis;
        while let Some(at) = self.app.wakes_at().filter(|at| at.as_millis() <= end) {
            self.now = Timestamp::from_millis(at.as_millis().max(self.now.as_millis() + 1));
            self.feed(Event::Tick);
        }
        self.now = Timestamp::from_millis(end);
        self.feed(Event::Tick);
    }

    pub(crate) fn take_call(&mut self, like: &str, is: impl Fn(&ApiCall) -> bool) -> CallId {
        let at = self.pending.iter().position(|(_, call)| is(call));
        let at = at.unwrap_or_else(|| panic!("no {like} among {:?}", self.pending));
        self.pending.remove(at).0
    }

    pub(crate) fn reply(&mut self, id: CallId, reply: Result<Reply, CallError>) {
        self.feed(Event::Reply(id, reply));
    }

    /// Answers the pending reads from the fake server until none is left.
    pub(crate) fn answer_reads(&mut self) {
        while let Some(at) = self.pending.iter().position(|(_, call)| !is_write(call)) {
            let (id, call) = self.pending.remove(at);
            let reply = self.answer_read(&call);
            self.reply(id, reply);
        }
        self.finish_work();
    }

    fn answer_read(&self, call: &ApiCall) -> Result<Reply, CallError> {
        let FakeServer { user, market, listings, orders, passes, used, door, has_card_form, .. } =
            &self.server;
        let not_found = || fixtures::refusal(ticketing_sdk::ErrorCode::NotFound, "Not Found");
        Ok(match call {
            ApiCall::Market => Reply::Market { tickets: market.clone(), last: true },
            ApiCall::Listings => Reply::Listings(listings.clone()),
            ApiCall::Orders => Reply::Orders(orders.clone()),
            ApiCall::OpenOrders => {
                let is_open = |order: &&Order| !order.status.is_final();
                Reply::OpenOrders(orders.iter().filter(is_open).cloned().collect())
            }
            ApiCall::Passes => Reply::Passes(passes.clone()),
            ApiCall::Pass(id) | ApiCall::ReleasedPass(id) => {
                let pass = passes.iter().find(|pass| pass.id == *id).ok_or_else(not_found)?;
                Reply::Pass(Box::new(pass.clone()))
            }
            ApiCall::PassOfOrder(id) => {
                let of_order = |pass: &&Pass| pass.order_id.as_ref() == Some(id);
                Reply::Pass(Box::new(passes.iter().find(of_order).ok_or_else(not_found)?.clone()))
            }
            ApiCall::OpenDoor(_) => Reply::Door(door.clone().map(Box::new)),
            ApiCall::WaitingScans => Reply::WaitingScans(door.as_ref().map_or(0, |door| door.waiting)),
            ApiCall::PrepareDoor(_) => Reply::Door(Some(Box::new(fixtures::door(0)))),
            ApiCall::UsedPasses => Reply::UsedPasses(used.clone()),
            ApiCall::CardEntry if *has_card_form => Reply::CardEntry(CardEntry::Page),
            ApiCall::CardEntry => Reply::CardEntry(CardEntry::Token),
            ApiCall::Order(id) => {
                let order = orders.iter().find(|order| order.id == *id).ok_or_else(not_found)?;
                Reply::Order(Box::new(order.clone()))
            }
            ApiCall::Ticket(id) => {
                let ticket =
                    market.iter().chain(listings).find(|ticket| ticket.id == *id).ok_or_else(not_found)?;
                Reply::Ticket(Box::new(ticket.clone()))
            }
            _ => Reply::Session(user.clone()),
        })
    }

    pub(crate) fn buffer(&mut self) -> (Buffer, Option<Position>) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.width, self.size.height));
        let cursor = self.app.draw(&mut buffer);
        (buffer, cursor)
    }

    /// Returns the lines of the screen.
    pub(crate) fn screen(&mut self) -> String {
        super::snapshot::text(&self.buffer().0)
    }

    /// Panics unless the screen contains `words`.
    pub(crate) fn assert_shows(&mut self, words: &str) {
        let screen = self.screen();
        assert!(screen.contains(words), "{words:?} is not on the screen:\n{screen}");
    }

    pub(crate) fn assert_hides(&mut self, words: &str) {
        let screen = self.screen();
        assert!(!screen.contains(words), "{words:?} is on the screen:\n{screen}");
    }

    /// Clicks on the first place where the screen shows this.
    pub(crate) fn click(&mut self, words: &str) {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(y, line)| Some((line.find(words)?, y, line)));
        let (at, y, line) = found.unwrap_or_else(|| panic!("{words:?} is not on the screen:\n{screen}"));
        self.click_at(line[..at].chars().count(), y);
    }

    pub(crate) fn click_at(&mut self, x: usize, y: usize) {
        self.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
    }

    pub(crate) fn mouse(&mut self, kind: MouseEventKind, x: usize, y: usize) {
        let (column, row) = (x.try_into().unwrap(), y.try_into().unwrap());
        self.terminal(TerminalEvent::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
    }

    /// Returns the text of the selected row, without marker and borders.
    pub(crate) fn selected(&mut self) -> String {
        let screen = self.screen();
        let line = screen.lines().find_map(|line| line.split_once('▌'));
        let (_, rest) = line.unwrap_or_else(|| panic!("no row is selected:\n{screen}"));
        rest.trim_end_matches(['│', '┃', ' ']).trim().to_owned()
    }
}

/// Returns whether a call changes something at the server, so that a test answers it itself.
pub(crate) fn is_write(call: &ApiCall) -> bool {
    matches!(
        call,
        ApiCall::SignIn { .. }
            | ApiCall::SignUp { .. }
            | ApiCall::SignOut
            | ApiCall::Sell(_)
            | ApiCall::Change(..)
            | ApiCall::Withdraw(..)
            | ApiCall::Reserve(..)
            | ApiCall::Cancel(_)
            | ApiCall::Pay { .. }
            | ApiCall::GiveAway(_)
            | ApiCall::TakeBack(_)
            | ApiCall::Claim(_)
            | ApiCall::Resell(..)
            | ApiCall::CheckIn { .. }
            | ApiCall::SyncDoor(_)
    )
}

/// Parses a key in the notation of the config file.
pub(crate) fn key_event(key: &str) -> KeyEvent {
    let mut modifiers = KeyModifiers::NONE;
    let mut rest = key;
    while let Some((word, after)) = rest.split_once('-').filter(|(_, after)| !after.is_empty()) {
        modifiers |= match word {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            other => panic!("no modifier {other}"),
        };
        rest = after;
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "f1" => KeyCode::F(1),
        "f5" => KeyCode::F(5),
        one if one.chars().count() == 1 => KeyCode::Char(one.chars().next().unwrap()),
        other => panic!("no key {other}"),
    };
    KeyEvent { kind: KeyEventKind::Press, ..KeyEvent::new(code, modifiers) }
}
