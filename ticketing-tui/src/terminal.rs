//! The terminal: taken over, drawn on, and given back as it was, also after a panic.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::style::{Print, ResetColor, force_color_output};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};

use crate::app::App;
use crate::effect::Effect;
use crate::settings::{Setting, Settings};

/// Whether the terminal is taken over, and so has to be given back.
static IS_ACTIVE: AtomicBool = AtomicBool::new(false);

/// Pushes the title of the window on the stack of the terminal, and pops it.
const PUSH_TITLE: &str = "\x1b[22;2t";
const POP_TITLE: &str = "\x1b[23;2t";

/// The terminal. Dropping it gives it back.
pub(crate) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
}

impl Terminal {
    pub(crate) fn new() -> io::Result<Self> {
        restore_after_panic();
        // The theme honours NO_COLOR. Without this a QR code, which has colours in every theme, would lose them.
        force_color_output(true);
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()));
        Ok(Self { inner: ratatui::Terminal::new(backend)?, mouse: false })
    }

    pub(crate) fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    /// Takes the terminal over, or makes sure that it is.
    pub(crate) fn enter(&mut self, settings: &Settings) -> io::Result<()> {
        let again = IS_ACTIVE.swap(true, Ordering::SeqCst);
        if again {
            // A shell may have put the modes back while the program was stopped; without this, they count as set.
            let _ = disable_raw_mode();
        }
        enable_raw_mode()?;
        let mut out = io::stdout();
        queue!(out, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        if settings.is_on(Setting::Title) && !again {
            queue!(out, Print(PUSH_TITLE), SetTitle("ticketing"))?;
        }
        out.flush()?;
        self.mouse = false;
        self.set_mouse_capture(settings.is_on(Setting::Mouse))?;
        self.invalidate()
    }

    /// Redraws the whole screen at the next draw. `Terminal::clear` of ratatui would ask the terminal for the position
    /// of its cursor, and wait for a reply that the key reader consumes.
    fn invalidate(&mut self) -> io::Result<()> {
        let size = self.inner.size()?;
        self.inner.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Gives the terminal back.
    pub(crate) fn leave(&mut self) -> io::Result<()> {
        restore()
    }

    /// Draws a frame.
    pub(crate) fn draw(&mut self, app: &mut App) -> io::Result<()> {
        queue!(self.inner.backend_mut(), BeginSynchronizedUpdate)?;
        self.inner.draw(|frame| {
            if let Some(cursor) = app.draw(frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        })?;
        execute!(self.inner.backend_mut(), EndSynchronizedUpdate)
    }

    /// Performs an effect of the core on the terminal.
    pub(crate) fn perform(&mut self, effect: &Effect, settings: &Settings) -> io::Result<()> {
        match effect {
            Effect::Copy(text) => execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text)),
            Effect::Bell => execute!(io::stdout(), Print('\x07')),
            Effect::Title(title) => execute!(io::stdout(), SetTitle(title)),
            Effect::Redraw => {
                self.set_mouse_capture(settings.is_on(Setting::Mouse))?;
                self.invalidate()
            }
            _ => Ok(()),
        }
    }

    fn set_mouse_capture(&mut self, listen: bool) -> io::Result<()> {
        if std::mem::replace(&mut self.mouse, listen) == listen {
            return Ok(());
        }
        if listen {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A destructor cannot report an error.
        let _ = restore();
    }
}

/// Puts everything back as it was, if it was changed.
fn restore() -> io::Result<()> {
    if !IS_ACTIVE.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = io::stdout();
    let written = queue!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        ResetColor,
        LeaveAlternateScreen,
        Print(POP_TITLE),
        Show
    )
    .and_then(|()| out.flush());
    // Also where nothing can be written any more.
    disable_raw_mode().and(written)
}

/// Restores the terminal before a panic prints its message.
fn restore_after_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = restore();
            before(panic);
        }));
    });
}
