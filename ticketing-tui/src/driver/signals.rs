//! Signals, and going to the background.

#[cfg(unix)]
pub(crate) use unix::{Signals, stop};

#[cfg(not(unix))]
pub(crate) use other::{Signals, stop};

/// A received signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The program should end.
    Terminate,
    /// The program should go to the background.
    Stop,
    /// The program is in front again.
    Continue,
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::time::Duration;

    use nix::sys::signal::{self, Signal as Kind};
    use nix::unistd::{self, Pid};
    use tokio::signal::unix::{self, SignalKind};

    use super::Signal;

    /// Listens to the signals that a terminal program gets.
    pub(crate) struct Signals {
        end: [unix::Signal; 3],
        stop: unix::Signal,
        resume: unix::Signal,
    }

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self {
                end: [
                    unix::signal(SignalKind::terminate())?,
                    unix::signal(SignalKind::hangup())?,
                    unix::signal(SignalKind::interrupt())?,
                ],
                stop: unix::signal(SignalKind::from_raw(Kind::SIGTSTP as i32))?,
                resume: unix::signal(SignalKind::from_raw(Kind::SIGCONT as i32))?,
            })
        }

        pub(crate) async fn next(&mut self) -> Signal {
            let [terminate, hangup, interrupt] = &mut self.end;
            tokio::select! {
                _ = terminate.recv() => Signal::Terminate,
                _ = hangup.recv() => Signal::Terminate,
                _ = interrupt.recv() => Signal::Terminate,
                _ = self.stop.recv() => Signal::Stop,
                _ = self.resume.recv() => Signal::Continue,
            }
        }

        /// The signals that arrived in the background have been handled.
        pub(crate) async fn discard_pending(&mut self) {
            let moment = Duration::from_millis(1);
            while tokio::time::timeout(moment, async {
                tokio::select! { _ = self.stop.recv() => {}, _ = self.resume.recv() => {} }
            })
            .await
            .is_ok()
            {}
        }
    }

    /// Stops the program until a shell continues it, and with `all` its process group (such as `cargo run`). Nothing is
    /// stopped where no shell could ever continue it.
    pub(crate) fn stop(all: bool) {
        if is_orphaned() {
            return;
        }
        if all {
            // This program handles the signal, and stops itself with the next line.
            let _ = signal::kill(Pid::from_raw(0), Kind::SIGTSTP);
        }
        let _ = signal::raise(Kind::SIGSTOP);
    }

    /// Returns whether no process outside of the group could continue it, for example if a terminal runs the program
    /// without a shell.
    ///
    /// A process or session outside of this container has the number 0, so these are plain numbers: a parent
    /// there belongs to another session and is not the shell of this one.
    fn is_orphaned() -> bool {
        let group = unistd::getpgrp();
        let Ok(session) = unistd::getsid(None) else { return true };
        // The leader of the group has a parent in the same session, and in another group, where a shell waits.
        let parent = if unistd::getpid() == group { Some(unistd::getppid()) } else { parent_of(group) };
        let Some(parent) = parent.filter(|parent| parent.as_raw() != 0) else { return true };
        unistd::getsid(Some(parent)) != Ok(session) || unistd::getpgid(Some(parent)) == Ok(group)
    }

    /// Returns the parent of the group's leader. If the system does not reveal it, a shell is assumed.
    fn parent_of(leader: Pid) -> Option<Pid> {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{leader}/status")) else {
            return Some(unistd::getppid());
        };
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()?;
        Some(Pid::from_raw(parent))
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;

    use super::Signal;

    /// Listens to Ctrl-C and the other console events.
    pub(crate) struct Signals;

    impl Signals {
        pub(crate) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn next(&mut self) -> Signal {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::Terminate,
                Err(_) => std::future::pending().await,
            }
        }

        pub(crate) async fn discard_pending(&mut self) {}
    }

    /// There is no background here.
    pub(crate) fn stop(_: bool) {}
}
