//! The request body, with a limit on its size and its duration.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::LengthLimitError;
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};

use super::problem::ApiError;
use super::socket::Progress;
use crate::error_chain::causes;

/// The largest request body of a route without its own limit, in bytes.
pub const BODY_LIMIT: u64 = 64 * 1024;
/// The largest request body of any route, in bytes.
pub const LARGEST_BODY: u64 = 1024 * 1024;

/// A request body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum BodyError {
    /// It is larger than the limit.
    #[error("the request body is too large")]
    TooLarge,
    /// It did not arrive in time.
    #[error("the request body did not arrive in time")]
    TimedOut,
}

/// Reads a request body of at most `limit` bytes.
///
/// # Errors
/// 413 if it is larger, 408 if it does not arrive in time, 400 if it ends early.
pub async fn read_body(body: axum::body::Body, limit: u64) -> Result<Bytes, ApiError> {
    let bytes = axum::body::to_bytes(body, usize::try_from(limit).unwrap_or(usize::MAX)).await;
    bytes.map_err(|error| {
        let is_too_large = |cause: &(dyn Error + 'static)| {
            cause.downcast_ref() == Some(&BodyError::TooLarge) || cause.is::<LengthLimitError>()
        };
        if causes(&error).any(is_too_large) {
            ApiError::payload_too_large(limit)
        } else if causes(&error).any(|cause| cause.downcast_ref() == Some(&BodyError::TimedOut)) {
            ApiError::request_timeout()
        } else {
            ApiError::invalid_json("The request body could not be read")
        }
    })
}

/// A body that returns an error when it is too large or too slow.
pub(super) struct RequestBody {
    inner: Incoming,
    left: u64,
    within: Duration,
    // Created when a read first has to wait: most bodies arrive with their head.
    deadline: Option<Pin<Box<Sleep>>>,
    progress: Arc<Progress>,
}

impl RequestBody {
    pub(super) fn new(inner: Incoming, limit: u64, within: Duration, progress: Arc<Progress>) -> Self {
        progress.set_unread(!inner.is_end_stream());
        Self { inner, left: limit, within, deadline: None, progress }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let size = frame.data_ref().map_or(0, |data| data.len() as u64);
                match this.left.checked_sub(size) {
                    Some(left) => this.left = left,
                    None => return Poll::Ready(Some(Err(BodyError::TooLarge.into()))),
                }
                if this.inner.is_end_stream() {
                    this.progress.set_unread(false);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => {
                this.progress.set_unread(false);
                Poll::Ready(None)
            }
            Poll::Pending => {
                let deadline = this.deadline.get_or_insert_with(|| Box::pin(sleep(this.within)));
                match deadline.as_mut().poll(cx) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(BodyError::TimedOut.into()))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
