//! The program in a pseudo-terminal, and what is on its screen.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

use crate::server::Server;

const SIZE: PtySize = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
/// The deadline of every wait.
const DEADLINE: Duration = Duration::from_secs(30);

/// One read of the program's output, with its time.
type OutputChunk = (Instant, Vec<u8>);

/// A run of the program.
pub(crate) struct Program {
    /// When it was started.
    pub(crate) began: Instant,
    screen: Parser,
    written: Receiver<OutputChunk>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Program {
    /// Starts it with these words.
    pub(crate) fn start(server: &Server, words: &[&str]) -> Self {
        let terminal = native_pty_system().openpty(SIZE).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ticketing"));
        command.args(words);
        command.env_clear();
        command.env("TICKETING_HOME", server.home.path());
        command.env("TICKETING_SERVER", &server.url);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let screen = terminal.master.try_clone_reader().unwrap();
        let keyboard = terminal.master.take_writer().unwrap();
        let (sender, written) = channel();
        std::thread::spawn(move || read(screen, &sender));

        let began = Instant::now();
        let child = terminal.slave.spawn_command(command).unwrap();
        let size = |cells| NonZero::new(cells).unwrap();
        let screen = Parser::new(size(SIZE.rows), size(SIZE.cols), 0);
        Self { began, screen, written, keyboard, child, _terminal: terminal.master }
    }

    /// Waits until the screen satisfies the condition. Returns that time.
    pub(crate) fn wait_until(&mut self, what: &str, condition: impl Fn(&Screen) -> bool) -> Instant {
        let end = Instant::now() + DEADLINE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok((at, bytes)) = self.written.recv_timeout(left) else {
                panic!(
                    "not within {DEADLINE:?}: {what}; the screen is:\n{}",
                    self.screen.screen().contents()
                );
            };
            self.screen.process(&bytes);
            if condition(self.screen.screen()) {
                return at;
            }
        }
    }

    /// Waits until the screen shows these words. Returns that time.
    pub(crate) fn wait_until_shown(&mut self, words: &str) -> Instant {
        self.wait_until(words, |screen| screen.contents().contains(words))
    }

    /// Leaves the program idle for this time. Returns the number of bytes that it wrote.
    pub(crate) fn idle(&mut self, span: Duration) -> usize {
        let end = Instant::now() + span;
        let mut count = 0;
        loop {
            match self.written.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((_, bytes)) => {
                    count += bytes.len();
                    self.screen.process(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => return count,
                Err(RecvTimeoutError::Disconnected) => panic!("the program has ended"),
            }
        }
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).and_then(|()| self.keyboard.flush()).unwrap();
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Leaves it, and waits until it has ended.
    pub(crate) fn leave(mut self) {
        self.press("\x03");
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Hands on what the program writes.
fn read(mut screen: Box<dyn Read + Send>, written: &Sender<OutputChunk>) {
    let mut bytes = vec![0; 1 << 16];
    // On some systems the read fails after the end of the program.
    while let Ok(count @ 1..) = screen.read(&mut bytes) {
        if written.send((Instant::now(), bytes[..count].to_vec())).is_err() {
            return;
        }
    }
}
