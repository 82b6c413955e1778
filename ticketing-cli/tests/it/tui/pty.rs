//! A pseudo-terminal that runs a program: it sends keys, and keeps the output as a screen and as bytes.

use std::io::Write;
use std::num::NonZeroU16;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{MouseProtocolMode, Parser, Screen};

pub(super) use super::output::text;
use super::output::{Output, ProgramOutput, TerminalEvents};

/// The deadline of a wait, which no step reaches on a busy machine.
pub(super) const DEADLINE: Duration = Duration::from_secs(40);

/// A terminal with a program in it. Dropping it ends the program.
pub(crate) struct Pty {
    output: Arc<Output>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
}

/// Returns a command in the environment of a terminal with all capabilities.
pub(crate) fn terminal(command: &Command) -> CommandBuilder {
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    builder.env_clear();
    builder.env("TERM", "xterm-256color");
    builder.env("COLORTERM", "truecolor");
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => builder.env(name, value),
            None => builder.env_remove(name),
        }
    }
    builder.cwd(std::env::temp_dir());
    builder
}

fn size((width, height): (u16, u16)) -> PtySize {
    PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 }
}

fn whole(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

impl Pty {
    /// Runs a command in a terminal of this width and height.
    pub(crate) fn spawn(command: CommandBuilder, (width, height): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(size((width, height))).unwrap();
        let program = command.get_argv()[0].clone();
        let child = pair.slave.spawn_command(command);
        let child = child.unwrap_or_else(|error| panic!("{} must run: {error:#}", program.display()));
        // While the slave is open, the output does not end when the program exits.
        drop(pair.slave);
        let parser = Parser::new_with_callbacks(whole(height), whole(width), 0, TerminalEvents::default());
        let output =
            Arc::new(Output { so_far: Mutex::new(ProgramOutput::new(parser)), more: Condvar::new() });
        let reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        std::thread::spawn({
            let output = Arc::clone(&output);
            move || output.read(reader)
        });
        Self { output, master: pair.master, keys, child }
    }

    /// Types keys.
    pub(crate) fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Types keys, and waits until the screen shows a text.
    #[track_caller]
    pub(super) fn press(&mut self, keys: &str, shows: &str) {
        self.send(keys);
        self.wait_until_shown(shows);
    }

    /// Changes the size of the window.
    pub(super) fn resize(&self, (width, height): (u16, u16)) {
        self.output.so_far.lock().unwrap().parser.set_size(whole(height), whole(width));
        self.master.resize(size((width, height))).unwrap();
    }

    /// Waits until the screen shows a text.
    #[track_caller]
    pub(super) fn wait_until_shown(&self, shown: &str) {
        self.wait(&format!("{shown:?} is shown"), |screen| text(screen).contains(shown));
    }

    /// Waits until the screen does not show a text.
    #[track_caller]
    pub(super) fn wait_until_hidden(&self, hidden: &str) {
        self.wait(&format!("{hidden:?} is gone"), |screen| !text(screen).contains(hidden));
    }

    /// Waits until the screen has a line with all of these.
    #[track_caller]
    pub(super) fn line(&self, parts: &[&str]) {
        self.wait(&format!("a line has {parts:?}"), |screen| {
            text(screen).lines().any(|line| parts.iter().all(|part| line.contains(part)))
        });
    }

    /// Waits until the screen satisfies a condition.
    #[track_caller]
    pub(super) fn wait(&self, what: &str, mut is_so: impl FnMut(&Screen) -> bool) {
        self.wait_for(what, |so_far| is_so(so_far.parser.screen()));
    }

    /// Waits until the events of the terminal satisfy a condition.
    #[track_caller]
    pub(super) fn wait_for_event(&self, what: &str, mut is_so: impl FnMut(&TerminalEvents) -> bool) {
        self.wait_for(what, |so_far| is_so(so_far.parser.callbacks()));
    }

    #[track_caller]
    fn wait_for(&self, what: &str, mut is_so: impl FnMut(&ProgramOutput) -> bool) {
        let end = Instant::now() + DEADLINE;
        let mut so_far = self.output.so_far.lock().unwrap();
        while !is_so(&so_far) {
            let left = end.saturating_duration_since(Instant::now());
            // An ended program writes nothing more.
            if left.is_zero() || so_far.ended {
                let dump = so_far.dump();
                drop(so_far);
                panic!("timed out waiting until {what}; {dump}");
            }
            so_far = self.output.more.wait_timeout(so_far, left).unwrap().0;
        }
    }

    /// Waits for the end of the program. Returns its exit code.
    #[track_caller]
    pub(crate) fn end(&mut self) -> u32 {
        let end = Instant::now() + DEADLINE;
        let mut so_far = self.output.so_far.lock().unwrap();
        while !so_far.ended {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the program does not end; {}", so_far.dump());
            so_far = self.output.more.wait_timeout(so_far, left).unwrap().0;
        }
        drop(so_far);
        self.child.wait().unwrap().exit_code()
    }

    /// Returns the text of the screen.
    pub(super) fn text(&self) -> String {
        text(self.output.so_far.lock().unwrap().parser.screen())
    }

    /// Returns the screen.
    pub(crate) fn screen(&self) -> Screen {
        self.output.so_far.lock().unwrap().parser.screen().clone()
    }

    /// Returns the events that the terminal has received.
    pub(super) fn terminal_events(&self) -> TerminalEvents {
        self.output.so_far.lock().unwrap().parser.callbacks().clone()
    }

    /// Returns the whole output of the program.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.output.so_far.lock().unwrap().raw).into_owned()
    }

    /// Returns the process group in the foreground.
    pub(super) fn in_front(&self) -> i32 {
        self.master.process_group_leader().unwrap()
    }

    /// Sends a signal to the program in the foreground.
    pub(super) fn signal(&self, name: &str) {
        let id = self.in_front().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Returns whether the terminal shows what is typed.
    pub(crate) fn has_echo(&self) -> bool {
        /// The bit of `ECHO` among the local flags.
        const ECHO: u32 = 0o10;
        self.discipline()[3] & ECHO != 0
    }

    /// Returns the modes of the line discipline, such as line buffering and echo.
    pub(super) fn discipline(&self) -> [u32; 4] {
        let modes = self.master.get_termios().unwrap();
        [
            modes.input_flags.bits(),
            modes.output_flags.bits(),
            modes.control_flags.bits(),
            modes.local_flags.bits(),
        ]
    }

    /// Asserts that the program has restored the terminal: screen, cursor, mouse, paste mode and colours.
    #[track_caller]
    pub(super) fn is_clean(&self) {
        let screen = self.screen();
        let dump = || self.output.so_far.lock().unwrap().dump();
        assert!(!screen.alternate_screen(), "the alternate screen is still there; {}", dump());
        assert!(!screen.hide_cursor(), "the cursor is hidden; {}", dump());
        assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None, "{}", dump());
        assert!(!screen.bracketed_paste() && !screen.application_cursor(), "{}", dump());
        assert_eq!((screen.fgcolor(), screen.bgcolor()), Default::default(), "{}", dump());
        assert!(!screen.bold() && !screen.inverse() && !screen.underline(), "{}", dump());
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
