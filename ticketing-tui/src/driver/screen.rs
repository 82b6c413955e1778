//! The driver of the whole screen.

use std::io;
use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, EventStream};
use futures_util::StreamExt;
use ratatui::layout::Size;
use tokio::time::{Instant, sleep_until};

use super::signals::{Signal, Signals, stop};
use super::{Environment, ExitReason, Runtime};
use crate::app::App;
use crate::effect::Effect;
use crate::event::Event;
use crate::terminal::Terminal;

/// The shortest interval between two frames of events from the marketplace. Keys are drawn at once.
const FRAME_INTERVAL: Duration = Duration::from_millis(16);

/// Runs the marketplace on the whole terminal, until the user quits.
///
/// # Errors
/// If the terminal cannot be read or written. It is restored in any case.
pub async fn run(environment: Environment) -> io::Result<ExitReason> {
    let mut signals = Signals::listen()?;
    let mut terminal = Terminal::new()?;
    let (app, runtime) = Runtime::open(environment, terminal.size()?);
    terminal.enter(app.settings())?;
    let mut driver = Driver { app, runtime, terminal, dirty: true, drawn: Instant::now() };
    let exit_reason = driver.run(&mut signals).await;
    let left = driver.terminal.leave();
    exit_reason.and_then(|exit_reason| left.map(|()| exit_reason))
}

struct Driver {
    app: App,
    runtime: Runtime,
    terminal: Terminal,
    dirty: bool,
    drawn: Instant,
}

/// How the loop continues after an event; a later variant outweighs an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum LoopControl {
    Continue,
    Suspend,
    Quit,
}

/// Performs all effects of an event, also those after a suspension: the core emits each only once.
fn perform_all(
    effects: Vec<Effect>,
    mut perform: impl FnMut(Effect) -> io::Result<LoopControl>,
) -> io::Result<LoopControl> {
    effects.into_iter().try_fold(LoopControl::Continue, |next, effect| Ok(perform(effect)?.max(next)))
}

impl Driver {
    async fn run(&mut self, signals: &mut Signals) -> io::Result<ExitReason> {
        // The first frame is drawn before the first request.
        self.draw()?;
        let mut inputs = EventStream::new();
        let mut next = self.process_event(Event::Tick)?;
        loop {
            match next {
                LoopControl::Continue => {}
                LoopControl::Quit => return Ok(ExitReason::Quit),
                LoopControl::Suspend => {
                    next = self.suspend(signals, true).await?;
                    continue;
                }
            }
            let due = self.drawn + FRAME_INTERVAL;
            if self.dirty && Instant::now() >= due {
                self.draw()?;
            }
            next = tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Terminate => {
                        self.process_event(Event::Terminate)?;
                        return Ok(ExitReason::Terminated);
                    }
                    Signal::Stop => self.suspend(signals, false).await?,
                    Signal::Continue => {
                        self.terminal.enter(self.app.settings())?;
                        self.draw()?;
                        LoopControl::Continue
                    }
                },
                input = inputs.next() => match input {
                    // The terminal was closed.
                    None => return Ok(ExitReason::Terminated),
                    Some(input) => {
                        let next = self.process_event(Event::Terminal(input?))?;
                        if self.dirty {
                            self.draw()?;
                        }
                        next
                    }
                },
                event = self.runtime.next(&self.app) => self.process_event(event)?,
                () = sleep_until(due), if self.dirty => LoopControl::Continue,
            };
        }
    }

    /// Passes an event and the queued ones to the core, and executes their effects.
    fn process_event(&mut self, event: Event) -> io::Result<LoopControl> {
        let mut event = Some(event);
        let mut taken = 0;
        let mut next = LoopControl::Continue;
        while let Some(now) = event.take() {
            let effects = self.runtime.update(&mut self.app, now);
            next = perform_all(effects, |effect| match self.runtime.perform(effect) {
                None => Ok(LoopControl::Continue),
                Some(Effect::Quit) => Ok(LoopControl::Quit),
                Some(Effect::Suspend) => Ok(LoopControl::Suspend),
                Some(effect) => {
                    self.terminal.perform(&effect, self.app.settings()).map(|()| LoopControl::Continue)
                }
            })?;
            taken += 1;
            if taken < 64 && next == LoopControl::Continue {
                event = self.runtime.try_next();
            }
        }
        self.dirty = true;
        Ok(next)
    }

    fn draw(&mut self) -> io::Result<()> {
        self.terminal.draw(&mut self.app)?;
        self.dirty = false;
        self.drawn = Instant::now();
        Ok(())
    }

    /// Gives the terminal back to the shell until the program is in front again.
    async fn suspend(&mut self, signals: &mut Signals, all: bool) -> io::Result<LoopControl> {
        self.terminal.leave()?;
        stop(all);
        signals.discard_pending().await;
        self.terminal.enter(self.app.settings())?;
        let Size { width, height } = self.terminal.size()?;
        let next = self.process_event(Event::Terminal(TerminalEvent::Resize(width, height)))?;
        self.draw()?;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_behind_a_suspension_are_performed() {
        let mut performed = Vec::new();
        let next = perform_all(vec![Effect::Suspend, Effect::Follow, Effect::Bell], |effect| {
            let next =
                if matches!(effect, Effect::Suspend) { LoopControl::Suspend } else { LoopControl::Continue };
            performed.push(effect);
            Ok(next)
        });
        assert_eq!(next.unwrap(), LoopControl::Suspend);
        assert!(matches!(performed[..], [Effect::Suspend, Effect::Follow, Effect::Bell]));
    }
}
