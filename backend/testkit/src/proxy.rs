//! A TCP proxy with fault injection: between a process and a server, on a free port of the loopback interface.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// The size of a chunk, in bytes.
const MAX_CHUNK_BYTES: usize = 16 * 1024;
/// How often a second a throttled direction passes its bytes on.
const CHUNKS_PER_SECOND: usize = 20;

/// One of the two directions of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Direction {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::ToServer, Self::ToClient];
}

/// A proxy. Faults apply to open and to new connections. It ends when it is dropped, with its
/// connections.
#[derive(Debug)]
pub struct FaultProxy {
    address: SocketAddr,
    faults: watch::Sender<Faults>,
    live: Arc<AtomicUsize>,
    listener: AbortHandle,
}

/// The current faults.
#[derive(Clone, Debug, Default)]
struct Faults {
    refuses: bool,
    stalled: [bool; 2],
    delay: Duration,
    bytes_per_second: Option<usize>,
    /// Rises with each cut.
    cuts: u64,
}

impl Faults {
    /// Returns the additional delay of this number of bytes.
    fn pause(&self, bytes: usize) -> Duration {
        let narrow =
            |rate: usize| Duration::from_secs(bytes as u64) / u32::try_from(rate.max(1)).unwrap_or(u32::MAX);
        self.delay + self.bytes_per_second.map_or(Duration::ZERO, narrow)
    }
}

impl FaultProxy {
    /// Creates a proxy of the server at this address, which need not be there yet.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (faults, watched) = watch::channel(Faults::default());
        let live = Arc::new(AtomicUsize::new(0));
        let count = live.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server, watched.clone(), count.clone()));
            }
        });
        Self { address, faults, live, listener: task.abort_handle() }
    }

    /// Returns where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns how many connections pass through it.
    pub fn connections(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }

    /// Closes all connections, with their held bytes. New ones pass.
    pub fn cut(&self) {
        self.faults.send_modify(|faults| faults.cuts += 1);
    }

    /// Cuts open connections and closes new ones at once.
    pub fn refuse(&self) {
        self.faults.send_modify(|faults| (faults.refuses, faults.cuts) = (true, faults.cuts + 1));
    }

    /// Stalls this direction from now on; connections stay open. Sent bytes are held, and forwarded once the fault is healed;
    /// if the connection is cut before, they are lost.
    pub fn stall(&self, direction: Direction) {
        self.faults.send_modify(|faults| faults.stalled[direction as usize] = true);
    }

    /// Delays all bytes by this time from now on, in each direction.
    pub fn delay(&self, by: Duration) {
        self.faults.send_modify(|faults| faults.delay = by);
    }

    /// Limits the throughput from now on, in each direction of each connection.
    pub fn throttle(&self, bytes_per_second: usize) {
        self.faults.send_modify(|faults| faults.bytes_per_second = Some(bytes_per_second));
    }

    /// Everything passes again.
    pub fn heal(&self) {
        self.faults.send_modify(|faults| *faults = Faults { cuts: faults.cuts, ..Faults::default() });
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.listener.abort();
        self.cut();
    }
}

async fn serve(
    client: TcpStream,
    server: SocketAddr,
    faults: watch::Receiver<Faults>,
    live: Arc<AtomicUsize>,
) {
    // Both at the same time: `refuse` also cuts.
    let Faults { refuses, cuts, .. } = faults.borrow().clone();
    if refuses {
        return;
    }
    let mut cut = faults.clone();
    let connected = async {
        // Where there is no server, there is no connection.
        let server = TcpStream::connect(server).await.ok()?;
        // The proxy itself must add no latency.
        client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).ok()?;
        live.fetch_add(1, Ordering::SeqCst);
        let _gone = ConnectionCount(&live);
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::join!(
            pump(from_client, to_server, Direction::ToServer, faults.clone()),
            pump(from_server, to_client, Direction::ToClient, faults.clone()),
        );
        Some(())
    };
    tokio::select! {
        _ended = connected => {}
        // Both halves of both connections are dropped.
        _cut = cut.wait_for(|faults| faults.cuts != cuts) => {}
    }
}

struct ConnectionCount<'l>(&'l AtomicUsize);

impl Drop for ConnectionCount<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Forwards bytes until the end of the stream.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    direction: Direction,
    mut faults: watch::Receiver<Faults>,
) {
    let mut buffer = vec![0; MAX_CHUNK_BYTES];
    loop {
        let size = faults
            .borrow()
            .bytes_per_second
            .map_or(MAX_CHUNK_BYTES, |rate| (rate / CHUNKS_PER_SECOND).clamp(1, MAX_CHUNK_BYTES));
        let Ok(count) = from.read(&mut buffer[..size]).await else { return };
        let passes = faults.wait_for(|faults| !faults.stalled[direction as usize]).await;
        let Ok(pause) = passes.map(|faults| faults.pause(count)) else { return };
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        // At its end, the write side of the other connection is closed.
        let passed = if count == 0 { to.shutdown().await } else { to.write_all(&buffer[..count]).await };
        if count == 0 || passed.is_err() {
            return;
        }
    }
}
