//! Buffers and a fake terminal.

use std::sync::Arc;

use super::*;

/// A buffer that a test can read while the program writes to it.
#[derive(Clone, Default)]
pub(crate) struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A pipe whose reader has closed it.
struct ClosedPipe;

impl Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Streams for a test, with what was written to them.
pub(crate) struct FakeIo {
    pub(crate) io: Io,
    pub(crate) out: Buffer,
    pub(crate) err: Buffer,
}

fn terminal_info(terminal: bool) -> TerminalInfo {
    TerminalInfo {
        out_terminal: terminal,
        err_terminal: terminal,
        in_terminal: terminal,
        width: 80,
        err_width: 80,
        height: 24,
        out_colour: false,
        err_colour: false,
        quiet: false,
        may_ask: true,
    }
}

fn new_fake(terminal_info: TerminalInfo, input: &'static str, answers: &[&str]) -> FakeIo {
    let (out, err) = (Buffer::default(), Buffer::default());
    let io = Io::new(
        Box::new(out.clone()),
        Box::new(err.clone()),
        Box::new(input.as_bytes()),
        Prompter::scripted(answers),
        terminal_info,
    );
    FakeIo { io, out, err }
}

/// A terminal of 80 columns with these answers to prompts.
pub(crate) fn terminal(answers: &[&str]) -> FakeIo {
    new_fake(terminal_info(true), "", answers)
}

/// A terminal of some width, in colour or not.
pub(crate) fn terminal_of(width: u16, colour: bool) -> FakeIo {
    new_fake(
        TerminalInfo {
            width,
            err_width: width,
            out_colour: colour,
            err_colour: colour,
            ..terminal_info(true)
        },
        "",
        &[],
    )
}

/// Pipes on every side, with this text piped in.
pub(crate) fn pipe(input: &'static str) -> FakeIo {
    new_fake(terminal_info(false), input, &[])
}

/// Returns output to a pipe whose reader has closed it.
pub(crate) fn broken_pipe() -> Io {
    Io::new(
        Box::new(ClosedPipe),
        Box::new(Buffer::default()),
        Box::new(std::io::empty()),
        Prompter::scripted(&[]),
        terminal_info(false),
    )
}
