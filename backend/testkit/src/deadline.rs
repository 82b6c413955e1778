//! Waiting for a condition, as an expression.

/// Waits until an expression, which may await, is true: `eventually!(stack.is_settled().await, seconds 5)`. Fails the
/// test when that takes longer.
#[macro_export]
macro_rules! eventually {
    ($condition:expr, seconds $seconds:expr) => {{
        let deadline = $crate::Deadline::from_now(::std::time::Duration::from_secs($seconds));
        while !$condition {
            deadline.pause(stringify!($condition)).await;
        }
    }};
    ($condition:expr) => {
        $crate::eventually!($condition, seconds 10)
    };
}
