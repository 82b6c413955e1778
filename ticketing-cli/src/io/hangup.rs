//! Detects that the reader of stdout has closed it, without a write.

use std::future::pending;

/// Completes when the reader of stdout closes the pipe. Never completes if stdout is not a pipe.
#[cfg(unix)]
pub(super) async fn wait_for_stdout_hangup() {
    let (sender, gone) = tokio::sync::oneshot::channel();
    // A thread of its own, which the end of the program does not wait for.
    std::thread::spawn(move || {
        if wait_for_hangup() {
            let _ = sender.send(());
        }
    });
    if gone.await.is_err() {
        pending::<()>().await;
    }
}

/// Other systems cannot report it; there the next write fails.
#[cfg(not(unix))]
pub(super) async fn wait_for_stdout_hangup() {
    pending::<()>().await;
}

/// Waits until stdout hangs up. Returns `false` if the system cannot report it.
#[cfg(unix)]
fn wait_for_hangup() -> bool {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;

    let stdout = std::io::stdout();
    loop {
        // Without an event of its own: poll always reports hang-ups and errors.
        let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(_) if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) => return true,
            Ok(_) => return false,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
