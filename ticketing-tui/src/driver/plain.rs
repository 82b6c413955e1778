//! The plain driver: the content of a screen and its actions as numbered lines. For screen readers,
//! limited terminals, and scripts.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use ratatui::layout::Size;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::signals::{Signal, Signals};
use super::terminal_modes::TerminalModes;
use super::{Environment, ExitReason, Runtime};
use crate::action::{Action, Scope};
use crate::app::App;
use crate::effect::Effect;
use crate::event::Event;
use crate::model::notices::Level;
use crate::screens::Input;
use crate::text;
use crate::widgets::form::Field;

/// How long the program waits for a reply before it prints the menu.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs the marketplace line by line, on stdin and `out`, until the user quits or the input ends.
///
/// # Errors
/// When `out` cannot be written.
pub async fn run_plain(environment: Environment, out: impl Write) -> io::Result<ExitReason> {
    let mut signals = Signals::listen()?;
    let (mut app, runtime) = Runtime::open(environment, Size::new(80, 24));
    // A screen does not change while the user reads it.
    app.stop_motion();
    let modes = TerminalModes::save();
    let mut driver = Driver { app, runtime, out, lines: LineReader::new(), ended: false, modes };
    let exit_reason = driver.run(&mut signals).await;
    // A prompt for a password may have turned echo off.
    driver.modes.restore();
    match exit_reason {
        // The reader of the output has closed it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitReason::Quit),
        exit_reason => exit_reason,
    }
}

struct Driver<W> {
    app: App,
    runtime: Runtime,
    out: W,
    lines: LineReader,
    ended: bool,
    modes: TerminalModes,
}

/// One thing that can be picked.
enum Choice {
    Input(Input<'static>),
    /// A field, by its number, whose text is prompted for.
    Field(usize, Field),
}

impl<W: Write> Driver<W> {
    async fn run(&mut self, signals: &mut Signals) -> io::Result<ExitReason> {
        self.take(Event::Tick)?;
        self.wait_for_replies().await?;
        loop {
            let choices = self.print_screen()?;
            let Some(line) = self.ask("> ", false, signals).await? else { return Ok(self.exit_reason()) };
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let picked = line.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?));
            match picked {
                None => {
                    let message =
                        format!("There is no {}. Write a number from 1 to {}.", line, choices.len());
                    self.print(&message)?;
                    continue;
                }
                Some(Choice::Input(input)) => {
                    let submits = matches!(input, Input::Action(Action::Submit | Action::Pay));
                    if submits && !self.fill_in(signals).await? {
                        return Ok(self.exit_reason());
                    }
                    self.apply(*input)?;
                }
                Some(Choice::Field(number, field)) => {
                    if !self.fill(*number, field, signals).await? {
                        return Ok(self.exit_reason());
                    }
                }
            }
            if self.ended {
                return Ok(ExitReason::Quit);
            }
            self.wait_for_replies().await?;
        }
    }

    fn exit_reason(&self) -> ExitReason {
        if self.ended { ExitReason::Terminated } else { ExitReason::Quit }
    }

    /// Asks for every field that is needed and in which nothing is written yet. Answers `false` where the input has
    /// ended.
    async fn fill_in(&mut self, signals: &mut Signals) -> io::Result<bool> {
        let (_, view, _) = self.app.plain_view();
        let fields = view.fields.iter().enumerate();
        for (number, field) in fields.filter(|(_, field)| !field.is_optional && field.value().is_empty()) {
            if !self.fill(number, field, signals).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn fill(&mut self, number: usize, field: &Field, signals: &mut Signals) -> io::Result<bool> {
        let Some(line) = self.ask(&format!("{}: ", field.label), field.secret, signals).await? else {
            return Ok(false);
        };
        self.apply(Input::Fill(number, &line))?;
        Ok(true)
    }

    /// Prints the screen, and numbers its rows and actions.
    fn print_screen(&mut self) -> io::Result<Vec<Choice>> {
        let (title, view, actions) = self.app.plain_view();
        writeln!(self.out)?;
        self.line(&format!("== {title} =="))?;
        for line in &view.lines {
            self.line(line)?;
        }
        let mut choices = Vec::new();
        for (row, words) in &view.rows {
            choices.push(Choice::Input(Input::Row(*row, true)));
            self.line(&format!("{}. {words}", choices.len()))?;
        }
        for (there, action, words) in
            [(view.more.0, Action::PageUp, "Previous rows"), (view.more.1, Action::PageDown, "Next rows")]
        {
            if there {
                choices.push(Choice::Input(Input::Action(action)));
                writeln!(self.out, "{}. {words}", choices.len())?;
            }
        }
        for (number, field) in view.fields.into_iter().enumerate() {
            let value = match (field.value(), field.secret) {
                ("", _) => "empty",
                (_, true) => "written",
                (value, false) => value,
            };
            let error = field.error.as_ref().map(|error| format!(". {error}")).unwrap_or_default();
            self.line(&format!("{}. {}: {value}{error}", choices.len() + 1, field.label))?;
            choices.push(Choice::Field(number, field));
        }
        for action in actions {
            // A row is picked by its number; its actions are in the next menu.
            if !view.rows.is_empty() && concerns_selected_row(action) {
                continue;
            }
            choices.push(Choice::Input(Input::Action(action)));
            let words = match action {
                Action::Submit => format!("OK: {title}"),
                action => action.description().to_owned(),
            };
            self.line(&format!("{}. {words}", choices.len()))?;
        }
        self.out.flush()?;
        Ok(choices)
    }

    fn apply(&mut self, input: Input<'_>) -> io::Result<()> {
        let effects = self.app.handle_plain_input(input, self.runtime.now());
        self.perform(effects)
    }

    fn take(&mut self, event: Event) -> io::Result<()> {
        let effects = self.runtime.update(&mut self.app, event);
        self.perform(effects)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match self.runtime.perform(effect) {
                Some(Effect::Quit) => self.ended = true,
                Some(Effect::Bell) => write!(self.out, "\x07")?,
                _ => {}
            }
        }
        for notice in self.app.take_notices() {
            let word = match notice.level {
                Level::Info => "Note",
                Level::Success => "Done",
                Level::Warning => "Warning",
                Level::Error => "Problem",
            };
            self.print(&format!("{word}: {}", notice.text()))?;
        }
        Ok(())
    }

    fn print(&mut self, words: &str) -> io::Result<()> {
        self.line(words)?;
        self.out.flush()
    }

    /// Writes one line, without control characters.
    fn line(&mut self, words: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text::sanitize(words))
    }

    /// Waits until nothing is on its way that would change what can be done, but not for ever.
    async fn wait_for_replies(&mut self) -> io::Result<()> {
        let end = Instant::now() + ANSWER_TIMEOUT;
        while self.app.is_waiting() {
            match timeout_at(end, self.runtime.next(&self.app)).await {
                Ok(event) => self.take(event)?,
                Err(_) => return self.print("The server has not answered yet."),
            }
        }
        Ok(())
    }

    /// Asks for a line and prints the messages that arrive meanwhile. Returns `None` at the end of the input or of the
    /// program.
    async fn ask(&mut self, prompt: &str, secret: bool, signals: &mut Signals) -> io::Result<Option<String>> {
        write!(self.out, "{prompt}")?;
        self.out.flush()?;
        self.lines.request(secret);
        loop {
            let event = tokio::select! {
                line = self.lines.next() => {
                    // A terminal has shown the line; a pipe has not.
                    if !io::stdin().is_terminal() {
                        writeln!(self.out)?;
                    }
                    return Ok(line);
                }
                signal = signals.next() => match signal {
                    Signal::Terminate => {
                        self.ended = true;
                        return Ok(None);
                    }
                    Signal::Stop => {
                        let silent = TerminalModes::save();
                        self.modes.restore();
                        super::signals::stop(false);
                        silent.restore();
                        continue;
                    }
                    Signal::Continue => continue,
                },
                event = self.runtime.next(&self.app) => event,
            };
            let effects = self.runtime.update(&mut self.app, event);
            if self.app.has_notices() {
                writeln!(self.out)?;
                self.perform(effects)?;
                write!(self.out, "{prompt}")?;
                self.out.flush()?;
            } else {
                self.perform(effects)?;
            }
        }
    }
}

/// Returns whether an action does something to the row that is selected on a screen.
fn concerns_selected_row(action: Action) -> bool {
    matches!(action, Action::Open | Action::Buy | Action::Browse | Action::Reset)
        || matches!(action.scope(), Scope::Orders)
        || matches!(action, Action::Edit | Action::Withdraw)
        || matches!(action, Action::GiveAway | Action::TakeBack | Action::Resell)
}

/// The lines of stdin. Each is read on demand, so that the echo can be off for a secret.
struct LineReader {
    requests: std::sync::mpsc::Sender<bool>,
    read: mpsc::UnboundedReceiver<String>,
}

impl LineReader {
    fn new() -> Self {
        let (requests, requested) = std::sync::mpsc::channel();
        let (sender, read) = mpsc::unbounded_channel();
        // Not a pool thread: a read that never returns must not prevent the program from ending.
        let reader = std::thread::Builder::new().name("lines".to_owned()).spawn(move || {
            while let Ok(secret) = requested.recv() {
                let Some(line) = read_line(secret) else { return };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        if let Err(error) = reader {
            tracing::warn!(%error, "stdin cannot be read");
        }
        Self { requests, read }
    }

    fn request(&self, secret: bool) {
        // The thread that reads stdin has ended, and with it the input.
        let _ = self.requests.send(secret);
    }

    async fn next(&mut self) -> Option<String> {
        self.read.recv().await
    }
}

fn read_line(secret: bool) -> Option<String> {
    if secret && io::stdin().is_terminal() {
        return rpassword::read_password().ok();
    }
    let mut line = String::new();
    match io::stdin().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}
