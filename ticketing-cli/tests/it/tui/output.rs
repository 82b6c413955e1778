//! The output of a program in a terminal: its bytes, and the screen that they draw.

use std::io::Read;
use std::sync::{Condvar, Mutex};

use vt100::{Parser, Screen};

/// The marks of a synchronized update, which a terminal draws at once.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// The output so far; `more` is notified when it grows.
pub(super) struct Output {
    pub(super) so_far: Mutex<ProgramOutput>,
    pub(super) more: Condvar,
}

pub(super) struct ProgramOutput {
    pub(super) parser: Parser<TerminalEvents>,
    pub(super) raw: Vec<u8>,
    /// The bytes of an incomplete synchronized update, which are not drawn yet.
    held: Vec<u8>,
    pub(super) ended: bool,
}

/// The events of a terminal besides drawing.
#[derive(Debug, Clone, Default)]
pub(super) struct TerminalEvents {
    pub(super) rings: usize,
    pub(super) titles: Vec<String>,
    pub(super) copied: Vec<String>,
}

impl vt100::Callbacks for TerminalEvents {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.rings += 1;
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.titles.push(String::from_utf8(title.to_vec()).unwrap());
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.copied.push(String::from_utf8(data.to_vec()).unwrap());
    }
}

/// Returns the text of a screen.
pub(super) fn text(screen: &Screen) -> String {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).map(|row| row.trim_end().to_owned() + "\n").collect()
}

impl Output {
    /// Reads the output until the program ends.
    pub(super) fn read(&self, mut reader: Box<dyn Read + Send>) {
        let mut bytes = [0; 1 << 14];
        loop {
            // On Linux the end of a terminal is an error.
            let read = reader.read(&mut bytes).unwrap_or(0);
            let mut so_far = self.so_far.lock().unwrap();
            if read == 0 {
                so_far.ended = true;
            }
            so_far.take(&bytes[..read]);
            drop(so_far);
            self.more.notify_all();
            if read == 0 {
                return;
            }
        }
    }
}

impl ProgramOutput {
    pub(super) fn new(parser: Parser<TerminalEvents>) -> Self {
        Self { parser, raw: Vec::new(), held: Vec::new(), ended: false }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.held.extend_from_slice(bytes);
        let find = |what: &[u8]| self.held.windows(what.len()).rposition(|part| part == what);
        let whole = match (find(BEGIN), find(END)) {
            _ if self.ended => self.held.len(),
            (Some(begin), Some(end)) if begin < end => self.held.len(),
            (Some(begin), _) => begin,
            (None, _) => self.held.len(),
        };
        // A possible first part of a mark waits for the rest.
        let cut = (1..BEGIN.len()).find(|half| self.held[..whole].ends_with(&BEGIN[..*half]));
        let whole = whole - cut.filter(|_| !self.ended).unwrap_or(0);
        let ready: Vec<u8> = self.held.drain(..whole).collect();
        self.parser.process(&ready);
    }

    pub(super) fn dump(&self) -> String {
        let tail = String::from_utf8_lossy(&self.raw[self.raw.len().saturating_sub(400)..]).into_owned();
        let ended = if self.ended { "it has ended, " } else { "" };
        format!("{ended}the screen is\n{}\nand its last output {tail:?}", text(self.parser.screen()))
    }
}
