//! Somebody else who takes every connection that a PostgreSQL server has.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::server::{PrivateServer, SUPERUSER};

/// How many try at once: quicker than anybody else who comes.
const HANDS: usize = 4;
/// The pause after the server has refused one more.
const PAUSE: Duration = Duration::from_millis(10);

/// Holds every connection that it can get, until it is dropped.
#[derive(Debug)]
pub struct Hoard {
    enough: Arc<AtomicBool>,
    refused: Arc<AtomicU32>,
    hands: Vec<JoinHandle<()>>,
}

impl Hoard {
    /// Begins to take the connections of a server.
    #[must_use]
    pub fn of(server: &PrivateServer) -> Self {
        let (enough, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let port = server.port();
        let hand = |_| {
            let (enough, refused) = (enough.clone(), refused.clone());
            std::thread::spawn(move || {
                let mut held = Vec::new();
                while !enough.load(Ordering::Relaxed) {
                    if let Some(connection) = connect(port) {
                        held.push(connection);
                    } else {
                        refused.fetch_add(1, Ordering::Relaxed);
                        std::thread::park_timeout(PAUSE);
                    }
                }
            })
        };
        let hands = (0..HANDS).map(hand).collect();
        Self { enough, refused, hands }
    }

    /// Whether the server has none left.
    #[must_use]
    pub fn is_refused_more(&self) -> bool {
        self.refused.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Hoard {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
        for hand in self.hands.drain(..) {
            // Its connections end with it.
            drop(hand.join());
        }
    }
}

/// A connection that was let in; nothing where it was not.
fn connect(port: u16) -> Option<TcpStream> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    // Protocol 3.0.
    let mut startup = 196_608_i32.to_be_bytes().to_vec();
    for word in ["user", SUPERUSER, "database", "postgres", ""] {
        startup.extend_from_slice(word.as_bytes());
        startup.push(0);
    }
    let length = i32::try_from(startup.len() + 4).ok()?;
    connection.write_all(&[&length.to_be_bytes()[..], &startup].concat()).ok()?;
    // Everything up to `Z`, which says that it is ready.
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
