//! One timer for all time limits of an attempt.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::time::{Instant, Sleep};

/// Waits for a future until a deadline, which is `None` if the deadline comes first.
///
/// The runtime wakes itself for a new timer that is the earliest, so the limits of an attempt share one: a timer that fires
/// before the deadline is set again.
pub(super) async fn wait_until<F: Future>(
    mut timer: Pin<&mut Sleep>,
    deadline: Instant,
    future: F,
) -> Option<F::Output> {
    if deadline < timer.deadline() {
        timer.as_mut().reset(deadline);
    }
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= deadline {
                return Poll::Ready(None);
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Duration;

    use tokio::time::{Instant, sleep, sleep_until};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn each_wait_ends_at_its_own_deadline() {
        let start = Instant::now();
        let mut timer = pin!(sleep_until(start + 2 * SECOND));
        for (deadline, expected) in [(2, 2), (7, 7), (5, 7), (9, 9)] {
            let waited = wait_until(timer.as_mut(), start + deadline * SECOND, pending::<()>()).await;
            assert_eq!((waited, start.elapsed()), (None, expected * SECOND));
        }
        let waited = wait_until(timer.as_mut(), start + 20 * SECOND, sleep(5 * SECOND)).await;
        assert_eq!((waited, start.elapsed()), (Some(()), 14 * SECOND));
        // Earlier than the timer, which is at 20 s.
        let waited = wait_until(timer.as_mut(), start + 15 * SECOND, pending::<()>()).await;
        assert_eq!((waited, start.elapsed()), (None, 15 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn finished_future_comes_before_a_past_deadline() {
        let past = Instant::now();
        let mut timer = pin!(sleep_until(past));
        assert_eq!(wait_until(timer.as_mut(), past, std::future::ready(1)).await, Some(1));
    }
}
