//! The socket of a connection, with timeouts of request heads and writes, and a lingering close.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::rejection;
use super::web_origin::WebOrigin;

/// How long unread bytes are discarded before the socket is closed.
const LINGER: Duration = Duration::from_secs(1);
/// The maximum number of discarded bytes.
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// The state of a connection, shared between the service of requests and the socket.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The number of complete heads.
    heads: AtomicU32,
    /// Whether a response is in progress.
    answering: AtomicBool,
    /// Whether a part of a request body is unread.
    unread: AtomicBool,
    /// Whether a part of a response is unsent.
    unsent: AtomicBool,
    /// Whether the connection waits for the head of a request.
    waiting: AtomicBool,
    /// The start of that wait, as [`now_millis`].
    pub(super) waiting_since: AtomicU64,
}

/// Returns the milliseconds since the first call in this process.
fn now_millis() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    u64::try_from(FIRST.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Progress {
    /// Returns whether the connection is idle, so that closing it loses no response.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) && !self.unsent.load(Ordering::Relaxed)
    }

    /// Records that no complete head has arrived.
    pub(super) fn begin_waiting(&self) {
        if !self.waiting.swap(true, Ordering::Relaxed) {
            self.waiting_since.store(now_millis(), Ordering::Relaxed);
        }
    }

    /// Records that a head is complete and its response is in progress.
    pub(super) fn begin_answer(&self) {
        self.heads.fetch_add(1, Ordering::Relaxed);
        self.waiting.store(false, Ordering::Relaxed);
        self.answering.store(true, Ordering::Relaxed);
    }

    /// Records that the response is complete: the next bytes belong to another head.
    pub(super) fn end_answer(&self) {
        self.answering.store(false, Ordering::Relaxed);
    }

    /// Sets whether a part of a request body is unread.
    pub(super) fn set_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Relaxed);
    }
}

/// A socket that closes the connection of a client that sends its head or reads its response too slowly.
///
/// The header timeout of hyper starts when a connection becomes idle, so it serves as the idle timeout. The timeout of the
/// head here starts with its first byte, or with the connection.
pub(super) struct Socket {
    stream: TcpStream,
    progress: Arc<Progress>,
    head_within: Duration,
    head: Option<Head>,
    write_within: Duration,
    write_deadline: Option<Pin<Box<Sleep>>>,
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
    allowed_origins: Arc<[WebOrigin]>,
    /// The response that replaces one of hyper, and the number of its written bytes.
    rejection: Option<(Bytes, usize)>,
}

/// A head in progress.
struct Head {
    /// The number of complete heads before it.
    after: u32,
    began: Instant,
    // Created when a read first has to wait: most heads arrive in one piece.
    deadline: Option<Pin<Box<Sleep>>>,
    /// The allowed origin in its `Origin` header, if that has arrived.
    origin: Option<WebOrigin>,
}

impl Head {
    fn begin(after: u32) -> Self {
        Self { after, began: Instant::now(), deadline: None, origin: None }
    }
}

impl Socket {
    pub(super) fn new(
        stream: TcpStream,
        progress: Arc<Progress>,
        head_within: Duration,
        write_within: Duration,
        allowed_origins: Arc<[WebOrigin]>,
    ) -> Self {
        let head = Some(Head::begin(0));
        Self {
            stream,
            progress,
            head_within,
            head,
            write_within,
            write_deadline: None,
            lingering: None,
            allowed_origins,
            rejection: None,
        }
    }

    /// Writes a rejection in place of hyper's response `bare`, and reports that `bare` was written.
    fn write_rejection(&mut self, bare: &[u8], cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let progress = &self.progress;
        let (answer, written) = self.rejection.get_or_insert_with(|| {
            // Unread bytes of the request would reset the connection before the client reads the response.
            progress.set_unread(true);
            let origin = self.head.as_ref().and_then(|head| head.origin.as_ref());
            (rejection::answer(bare, origin), 0)
        });
        while let Some(rest) = answer.get(*written..).filter(|rest| !rest.is_empty()) {
            *written += ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
        }
        self.rejection = None;
        Poll::Ready(Ok(bare.len()))
    }

    /// Fails a write that has made no progress for too long.
    fn check_stalled<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            if self.write_deadline.take().is_some() {
                self.progress.unsent.store(false, Ordering::Relaxed);
            }
            return outcome;
        }
        self.progress.unsent.store(true, Ordering::Relaxed);
        let within = self.write_within;
        let deadline = self.write_deadline.get_or_insert_with(|| Box::pin(sleep(within)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read its response")))
    }
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let outcome = Pin::new(&mut this.stream).poll_read(cx, buf);
        let heads = this.progress.heads.load(Ordering::Relaxed);
        if this.head.as_ref().is_some_and(|head| head.after != heads) {
            this.head = None;
        }
        if this.progress.answering.load(Ordering::Relaxed) {
            return outcome;
        }
        if outcome.is_ready() {
            if buf.filled().len() > before && this.head.is_none() {
                this.head = Some(Head::begin(heads));
            }
            if let Some(head) = &mut this.head
                && let Some(origin) = rejection::find_origin(&buf.filled()[before..], &this.allowed_origins)
            {
                head.origin = Some(origin.clone());
            }
            return outcome;
        }
        this.progress.begin_waiting();
        let Some(head) = &mut this.head else { return Poll::Pending };
        let until = head.began + this.head_within;
        let deadline = head.deadline.get_or_insert_with(|| Box::pin(sleep_until(until)));
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the request's head is late")))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = if rejection::is_bare(buf) {
            this.write_rejection(buf, cx)
        } else {
            Pin::new(&mut this.stream).poll_write(cx, buf)
        };
        this.check_stalled(outcome, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let mut filled = bufs.iter().filter(|buf| !buf.is_empty());
        let outcome = match (filled.next(), filled.next()) {
            (Some(only), None) if rejection::is_bare(only) => this.write_rejection(only, cx),
            _ => Pin::new(&mut this.stream).poll_write_vectored(cx, bufs),
        };
        this.check_stalled(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    /// Discards the rest of a request body for a moment before the close: closing a socket with unread bytes resets the
    /// connection, and the client may lose the response that explains why its body was refused.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            if !this.progress.unread.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
        }
        let (deadline, left) = this.lingering.get_or_insert_with(|| (Box::pin(sleep(LINGER)), LINGER_BYTES));
        let mut scratch = [0_u8; 8 * 1024];
        loop {
            if deadline.as_mut().poll(cx).is_ready() || deadline.deadline() <= Instant::now() {
                return Poll::Ready(Ok(()));
            }
            let mut buf = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buf)) {
                Ok(()) if buf.filled().is_empty() => return Poll::Ready(Ok(())),
                Ok(()) => match left.checked_sub(buf.filled().len()) {
                    Some(rest) => *left = rest,
                    None => return Poll::Ready(Ok(())),
                },
                Err(_) => return Poll::Ready(Ok(())),
            }
        }
    }
}
