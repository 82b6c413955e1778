//! Exhausts the connection slots of a PostgreSQL server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::server::{PrivateServer, SUPERUSER};

/// The number of threads that connect. Together they take a freed slot before other clients do.
const THREADS: usize = 4;
/// The pause after the server has refused a connection.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Holds all connection slots of a server until it is dropped.
#[derive(Debug)]
pub struct ConnectionExhaustion {
    stopped: Arc<AtomicBool>,
    refused: Arc<AtomicU32>,
    threads: Vec<JoinHandle<()>>,
}

impl ConnectionExhaustion {
    /// Starts to take the connection slots of a server.
    pub fn start(server: &PrivateServer) -> Self {
        let (stopped, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let port = server.port();
        let spawn = |_| {
            let (stopped, refused) = (stopped.clone(), refused.clone());
            std::thread::spawn(move || {
                let mut held = Vec::new();
                while !stopped.load(Ordering::Relaxed) {
                    if let Some(connection) = connect(port) {
                        held.push(connection);
                    } else {
                        refused.fetch_add(1, Ordering::Relaxed);
                        std::thread::park_timeout(RETRY_DELAY);
                    }
                }
            })
        };
        let threads = (0..THREADS).map(spawn).collect();
        Self { stopped, refused, threads }
    }

    /// Returns whether the server has refused a connection, so that all slots are in use.
    pub fn is_complete(&self) -> bool {
        self.refused.load(Ordering::Relaxed) > 0
    }
}

impl Drop for ConnectionExhaustion {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // The connections close when the thread ends.
            drop(thread.join());
        }
    }
}

/// Opens a connection. Returns `None` if the server refuses it.
fn connect(port: u16) -> Option<TcpStream> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    // Protocol version 3.0.
    let mut startup = 196_608_i32.to_be_bytes().to_vec();
    for word in ["user", SUPERUSER, "database", "postgres", ""] {
        startup.extend_from_slice(word.as_bytes());
        startup.push(0);
    }
    let length = i32::try_from(startup.len() + 4).ok()?;
    connection.write_all(&[&length.to_be_bytes()[..], &startup].concat()).ok()?;
    // Skip the messages before ReadyForQuery (`Z`).
    loop {
        let mut head = [0; 5];
        connection.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]).saturating_sub(4);
        std::io::copy(&mut (&mut connection).take(u64::from(length)), &mut std::io::sink()).ok()?;
        match head[0] {
            b'Z' => return Some(connection),
            b'E' => return None,
            _ => {}
        }
    }
}
