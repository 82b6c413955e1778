//! A conversation with `ticketing tui --plain` on pipes: the test waits for output and answers with a number or a line.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use super::pty::DEADLINE;

/// A conversation. Dropping it ends the program.
pub(super) struct PlainSession {
    child: Child,
    input: Option<ChildStdin>,
    transcript: Arc<Transcript>,
    /// The length of the output that was consumed already.
    consumed: usize,
}

#[derive(Default)]
struct Transcript {
    so_far: Mutex<(String, bool)>,
    more: Condvar,
}

/// The number of what can be picked, in a menu: the last line that begins with a number and these words.
pub(super) fn number(menu: &str, words: &str) -> Option<usize> {
    let picked = |line: &str| {
        let (number, what) = line.split_once(". ")?;
        if what.starts_with(words) { number.parse().ok() } else { None }
    };
    menu.lines().rev().find_map(picked)
}

impl PlainSession {
    pub(super) fn begin(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let transcript = Arc::new(Transcript::default());
        std::thread::spawn({
            let transcript = Arc::clone(&transcript);
            move || {
                let mut bytes = [0; 4096];
                loop {
                    let read = out.read(&mut bytes).unwrap();
                    let mut so_far = transcript.so_far.lock().unwrap();
                    // All that the tests let it say is ASCII, so no character is torn apart.
                    so_far.0.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
                    so_far.1 = read == 0;
                    drop(so_far);
                    transcript.more.notify_all();
                    if read == 0 {
                        return;
                    }
                }
            }
        });
        let input = child.stdin.take();
        Self { child, input, transcript, consumed: 0 }
    }

    /// Writes a line.
    pub(super) fn write(&mut self, line: &str) {
        self.input.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Waits until the output has these words, and consumes it up to their end.
    #[track_caller]
    pub(super) fn wait_for_output(&mut self, words: &str) {
        let end = self.wait(words, |new| new.find(words).map(|at| at + words.len()));
        self.consumed += end;
    }

    /// Picks something from the next menu.
    #[track_caller]
    pub(super) fn pick(&mut self, words: &str) {
        let number = self.wait(words, |new| {
            // The menu is complete when one is asked.
            let (menu, _) = new.rsplit_once("\n> ")?;
            number(menu, words)
        });
        self.consumed = self.transcript.so_far.lock().unwrap().0.len();
        self.write(&number.to_string());
    }

    /// Writes a line into a field when it is asked for.
    #[track_caller]
    pub(super) fn fill(&mut self, label: &str, line: &str) {
        self.wait_for_output(&format!("{label}: "));
        self.write(line);
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, mut find: impl FnMut(&str) -> Option<T>) -> T {
        let end = Instant::now() + DEADLINE;
        let mut so_far = self.transcript.so_far.lock().unwrap();
        loop {
            if let Some(found) = find(&so_far.0[self.consumed..]) {
                return found;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || so_far.1 {
                let (before, new) = so_far.0.split_at(self.consumed);
                let dump =
                    format!("{what:?} is missing from the output; before it\n{before}\n---- and then\n{new}");
                drop(so_far);
                panic!("{dump}");
            }
            so_far = self.transcript.more.wait_timeout(so_far, left).unwrap().0;
        }
    }

    /// Ends the input, and waits for the end. Returns the exit code, and the whole output.
    #[track_caller]
    pub(super) fn end(mut self) -> (i32, String) {
        self.input = None;
        let end = Instant::now() + DEADLINE;
        let mut so_far = self.transcript.so_far.lock().unwrap();
        while !so_far.1 {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it does not end: {}", so_far.0);
            so_far = self.transcript.more.wait_timeout(so_far, left).unwrap().0;
        }
        let output = so_far.0.clone();
        drop(so_far);
        (self.child.wait().unwrap().code().unwrap(), output)
    }
}

impl Drop for PlainSession {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
