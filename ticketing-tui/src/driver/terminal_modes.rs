//! Saves and restores the modes of the terminal.

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// The modes of the terminal at a moment; nothing where there is none, and on systems without modes.
pub(crate) struct TerminalModes {
    #[cfg(unix)]
    modes: Option<Termios>,
}

impl TerminalModes {
    /// Notes the modes down as they are.
    pub(crate) fn save() -> Self {
        Self {
            #[cfg(unix)]
            modes: tcgetattr(std::io::stdin()).ok(),
        }
    }

    /// Puts them back.
    pub(crate) fn restore(&self) {
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            // A failure means that the terminal was closed.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, modes);
        }
    }
}
