//! The only module that prints, reads stdin and prompts.
//!
//! Data goes to stdout, everything else to stderr. Tests use buffers and a fake terminal.

use std::io::{ErrorKind, IsTerminal, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::Style;
use clap::ValueEnum;
use parking_lot::Mutex;

use crate::environment::{environment, is_dumb_terminal};
use crate::failure::{CliResult, Failure};
use crate::files::{self, MIB};
use crate::prompter::Prompter;

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR or CLICOLOR=0 is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The program's three streams.
pub(crate) struct Io {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    input: Arc<Mutex<Box<dyn Read + Send>>>,
    prompter: Prompter,
    terminal_info: TerminalInfo,
    /// Whether these are the streams of the process, and not the buffers of a test.
    is_process: bool,
    /// Whether a request of the command has changed something on the server.
    has_effect: AtomicBool,
    /// The command of the pager for long texts, if the user has one.
    pager: Option<String>,
}

/// The properties of the streams.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TerminalInfo {
    /// Whether stdout is a terminal.
    pub(crate) out_terminal: bool,
    /// Whether stderr is a terminal.
    pub(crate) err_terminal: bool,
    /// Whether stdin is a terminal.
    pub(crate) in_terminal: bool,
    /// Columns of the terminal, or of `COLUMNS` where stdout is none.
    pub(crate) width: u16,
    /// Columns of the terminal where stderr is one.
    pub(crate) err_width: u16,
    /// Lines of the terminal.
    pub(crate) height: u16,
    pub(crate) out_colour: bool,
    pub(crate) err_colour: bool,
    /// Whether notices on stderr are omitted.
    pub(crate) quiet: bool,
    /// Whether a prompt for a missing value is allowed.
    pub(crate) may_ask: bool,
}

impl Io {
    /// Returns the streams of the process. `pager` is the setting of the user.
    pub(crate) fn of_process(colour: Colour, quiet: bool, no_input: bool, pager: Option<String>) -> Self {
        let (stdout, stderr, stdin) = (std::io::stdout(), std::io::stderr(), std::io::stdin());
        let coloured = |auto: anstream::ColorChoice| match colour {
            Colour::Auto => auto != anstream::ColorChoice::Never,
            Colour::Always => true,
            Colour::Never => false,
        };
        let size = terminal_size::terminal_size().map(|(width, height)| (width.0, height.0));
        let out_terminal = stdout.is_terminal();
        let asked_width =
            || environment("COLUMNS").and_then(|width| width.parse().ok()).filter(|width| *width > 0);
        let terminal_info = TerminalInfo {
            out_terminal,
            err_terminal: stderr.is_terminal(),
            in_terminal: stdin.is_terminal(),
            width: if out_terminal { size.map(|(width, _)| width) } else { asked_width() }.unwrap_or(80),
            err_width: size.map_or(80, |(width, _)| width),
            height: size.map_or(24, |(_, height)| height),
            out_colour: coloured(anstream::AutoStream::choice(&stdout)),
            err_colour: coloured(anstream::AutoStream::choice(&stderr)),
            quiet,
            may_ask: !no_input,
        };
        // Without colour the bytes must pass unchanged, so only a coloured stream is translated.
        let out: Box<dyn Write + Send> = if terminal_info.out_colour {
            Box::new(anstream::AutoStream::always(stdout))
        } else {
            Box::new(stdout)
        };
        let err: Box<dyn Write + Send> = if terminal_info.err_colour {
            Box::new(anstream::AutoStream::always(stderr))
        } else {
            Box::new(stderr)
        };
        let prompter = if is_dumb_terminal() {
            Prompter::Dumb
        } else {
            Prompter::Terminal { colour: terminal_info.err_colour }
        };
        let pager = terminal_info.out_terminal.then(|| pager::command(pager)).flatten();
        Self { is_process: true, pager, ..Self::new(out, err, Box::new(stdin), prompter, terminal_info) }
    }

    fn new(
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
        input: Box<dyn Read + Send>,
        prompter: Prompter,
        terminal_info: TerminalInfo,
    ) -> Self {
        Self {
            out: Mutex::new(out),
            err: Mutex::new(err),
            input: Arc::new(Mutex::new(input)),
            prompter,
            terminal_info,
            is_process: false,
            has_effect: AtomicBool::new(false),
            pager: None,
        }
    }

    /// Records that a request has changed something on the server, so that an output error can mention it.
    pub(crate) fn record_effect(&self) {
        self.has_effect.store(true, Ordering::Relaxed);
    }

    /// Returns the properties of the streams.
    pub(crate) fn terminal_info(&self) -> &TerminalInfo {
        &self.terminal_info
    }

    /// Returns the failure of an output, with a remark if an earlier request has changed something on the server.
    pub(crate) fn after_effect(&self, failure: Failure) -> Failure {
        if !self.has_effect.load(Ordering::Relaxed) {
            return failure;
        }
        let message = failure.message.as_ref().map(|cause| format!("it was done, but {cause}"));
        let hint = "do not run the command again: `ticketing tickets list --mine`, `ticketing orders list` and \
                    `ticketing passes list` show what there is";
        Failure { message, ..failure.hint(hint) }
    }

    /// Writes data to stdout and flushes it. A closed stdout ends the program without a message.
    pub(crate) fn data(&self, bytes: impl AsRef<[u8]>) -> CliResult {
        let mut out = self.out.lock();
        out.write_all(bytes.as_ref()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Failure::broken_pipe(),
            _ => self.after_effect(Failure::failed(format!("cannot write to stdout: {error}"))),
        })
    }

    /// Writes data to stdout, through the pager of the user if it is longer than the terminal.
    pub(crate) fn page(&self, text: &str) -> CliResult {
        if let Some(pager) = &self.pager
            && text.lines().count() >= usize::from(self.terminal_info.height)
        {
            match pager::show(pager, text) {
                Ok(()) => return Ok(()),
                Err(error) => self.warn(&format!("the pager {pager:?} cannot be used: {error}")),
            }
        }
        self.data(text)
    }

    /// Returns stdout for prompts.
    pub(crate) fn stdout(&self) -> impl Write + '_ {
        PromptOut(self)
    }

    /// Writes one line of data to stdout.
    pub(crate) fn line(&self, text: &str) -> CliResult {
        self.data(format!("{text}\n"))
    }

    /// Reads stdin, of at most `limit` bytes, to its end, on a thread of its own, so that an interrupt ends the program
    /// meanwhile.
    pub(crate) async fn read_all(&self, limit: u64) -> Result<Vec<u8>, Failure> {
        let input = Arc::clone(&self.input);
        let read = move || files::read_to_end(&mut *input.lock(), limit);
        let read = tokio::task::spawn_blocking(read).await.unwrap_or_else(|panic| Err(panic.into()));
        read.map_err(|error| Failure::failed(format!("cannot read stdin: {error}")))
    }

    /// Reads the next line of stdin, without its line break; `None` at the end of the input. It is read on a thread of
    /// its own, so that an interrupt ends the program meanwhile.
    pub(crate) async fn read_line(&self) -> Result<Option<String>, Failure> {
        let input = Arc::clone(&self.input);
        let read = move || next_line(&mut *input.lock());
        let read = tokio::task::spawn_blocking(read).await.unwrap_or_else(|panic| Err(panic.into()));
        read.map_err(|error| Failure::failed(format!("cannot read stdin: {error}")))
    }

    /// Completes when the reader of stdout closes the pipe, so that a command without output can end too.
    pub(crate) async fn broken_pipe(&self) {
        if self.is_process {
            hangup::wait_for_stdout_hangup().await;
        } else {
            std::future::pending().await
        }
    }

    /// Returns whether the user can be prompted.
    pub(crate) fn can_ask(&self) -> bool {
        self.terminal_info.may_ask && self.terminal_info.in_terminal && self.terminal_info.err_terminal
    }

    /// Returns a prompt, if the user can be prompted.
    pub(crate) fn prompter(&self) -> Option<&Prompter> {
        self.can_ask().then_some(&self.prompter)
    }

    /// Logs requests to stderr, for `--verbose`.
    pub(crate) fn log_requests(&self) {
        let filter = tracing_subscriber::EnvFilter::new("ticketing_sdk=debug");
        let log =
            tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(self.terminal_info.err_colour);
        // An installed subscriber is kept.
        let _ = log.with_env_filter(filter).without_time().with_target(false).try_init();
    }

    /// Styles a text if stdout is coloured.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        paint(self.terminal_info.out_colour, style, text)
    }

    /// Writes a text to stderr as it is.
    pub(crate) fn write_stderr(&self, text: &str) {
        let mut err = self.err.lock();
        // A closed stderr cannot be reported.
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

/// The bytes of a line that are kept; the rest of a longer line is dropped.
const MAX_LINE: usize = 64 * 1024;

fn next_line(input: &mut dyn Read) -> std::io::Result<Option<String>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    // An input without a line break can be an endless device.
    let mut input = input.take(MIB);
    // The streams of the process have buffers of their own.
    loop {
        match input.read(&mut byte) {
            Ok(0) if input.limit() == 0 => {
                return Err(std::io::Error::new(ErrorKind::FileTooLarge, "a line is larger than 1 MiB"));
            }
            Ok(0) if line.is_empty() => return Ok(None),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if line.len() < MAX_LINE => line.push(byte[0]),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned()))
}

fn paint(coloured: bool, style: Style, text: &str) -> String {
    if coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Stdout for prompts.
struct PromptOut<'a>(&'a Io);

impl Write for PromptOut<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.out.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.out.lock().flush()
    }
}

mod hangup;
mod messages;
mod pager;

pub(crate) use messages::clean;

#[cfg(test)]
pub(crate) mod fake;

#[cfg(test)]
mod tests;
