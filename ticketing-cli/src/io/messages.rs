//! Messages: on one line each on a pipe, and wrapped between words on a terminal.

use anstyle::{AnsiColor, Style};
use ticketing_sdk::text::sanitize;
use unicode_truncate::UnicodeTruncateStr;
use unicode_width::UnicodeWidthStr;

use super::{Io, paint};
use crate::failure::{CliResult, Failure};
use crate::prompter::Prompter;
use crate::wrap::hang;

const HINT: Style = AnsiColor::Cyan.on_default();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTICE: Style = AnsiColor::Yellow.on_default();

impl Io {
    /// Writes a message to stdout. On a terminal it is wrapped, and its further lines begin where `text` does.
    pub(crate) fn message(&self, start: &str, text: &str) -> CliResult {
        let width = usize::from(self.terminal_info.width);
        let indent = start.width();
        let text = clean(text);
        let text = if self.terminal_info.out_terminal { hang(&text, width, indent, indent) } else { text };
        self.line(&format!("{start}{text}"))
    }

    /// Writes a notice to stderr, unless `--quiet` is set.
    pub(crate) fn info(&self, text: &str) {
        if !self.terminal_info.quiet {
            self.say(text);
        }
    }

    /// Writes a warning to stderr, unless `--quiet` is set.
    pub(crate) fn warn(&self, text: &str) {
        if !self.terminal_info.quiet {
            self.write_labelled("notice", NOTICE, text);
        }
    }

    /// Writes a status line that replaces the previous one to stderr, on a terminal that can; `None` clears it.
    pub(crate) fn status(&self, text: Option<&str>) {
        let is_dumb = matches!(self.prompter, Prompter::Dumb);
        if self.terminal_info.err_terminal && !self.terminal_info.quiet && !is_dumb {
            let text = sanitize(text.unwrap_or(""));
            let (cut, _) = text.unicode_truncate(usize::from(self.terminal_info.err_width) - 1);
            self.write_stderr(&format!("\r\u{1b}[K{cut}"));
        }
    }

    /// Writes a failure to stderr: message, cause and hint.
    pub(crate) fn failure(&self, failure: &Failure) {
        if let Some(text) = &failure.rendered {
            text.split_inclusive('\n').for_each(|line| self.write_stderr(&self.wrap_rendered(line)));
            return;
        }
        let Some(message) = &failure.message else { return };
        self.write_labelled("error", ERROR, message);
        for detail in &failure.details {
            self.say(&format!("  {detail}"));
        }
        if let Some(hint) = &failure.hint {
            self.write_labelled("hint", HINT, hint);
        }
    }

    fn write_labelled(&self, label: &str, style: Style, text: &str) {
        let indent = label.len() + 2;
        let label = paint(self.terminal_info.err_colour, style, &format!("{label}:"));
        self.write_stderr(&format!("{label} {}\n", self.wrap(&clean(text), indent, indent)));
    }

    /// Writes a message to stderr, even with `--quiet`, such as an instruction that the command waits for.
    pub(crate) fn say(&self, text: &str) {
        let text = clean(text);
        let words = text.trim_start_matches(' ');
        let indent = text.len() - words.len();
        self.write_stderr(&format!("{:indent$}{}\n", "", self.wrap(words, indent, indent + 2)));
    }

    /// Wraps a text that begins in the column `indent` of stderr, if that is a terminal.
    fn wrap(&self, text: &str, indent: usize, hanging: usize) -> String {
        if !self.terminal_info.err_terminal {
            return text.to_owned();
        }
        hang(text, usize::from(self.terminal_info.err_width), indent, hanging)
    }

    /// Wraps a line of the argument parser, which may have styles.
    fn wrap_rendered(&self, line: &str) -> String {
        let width = usize::from(self.terminal_info.err_width);
        let columns = |text: &str| anstream::adapter::strip_str(text).to_string().width();
        let words = line.trim_start_matches(' ');
        let indent = line.len() - words.len();
        if !self.terminal_info.err_terminal || indent + columns(words.trim_end()) <= width {
            return line.to_owned();
        }
        let mut words = words.split_whitespace();
        let mut text = " ".repeat(indent) + words.next().unwrap_or_default();
        // Under the text of a label such as `error:`.
        let label = columns(&text) + 1;
        let hanging =
            if anstream::adapter::strip_str(&text).to_string().ends_with(':') { label } else { indent + 2 };
        let mut column = columns(&text);
        for word in words {
            let is_full = column + 1 + columns(word) > width;
            let gap = if is_full { format!("\n{:hanging$}", "") } else { " ".to_owned() };
            column = if is_full { hanging } else { column + 1 } + columns(word);
            text += &(gap + word);
        }
        text + "\n"
    }
}

/// Puts a message on one line, without control characters. Servers and other users supply parts of it, and a line break
/// in a title could imitate a line of the program.
pub(crate) fn clean(text: &str) -> String {
    let words: Vec<_> =
        text.split(['\r', '\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']).collect();
    sanitize(&words.join(" ")).into_owned()
}
