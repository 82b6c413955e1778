//! The process of the watchers, which drains their sockets at the least cost.
//!
//! It shares the processors with the measured server, so one thread polls all watchers. The first watcher reads its
//! bytes and counts the changes. The server sends the same bytes to each watcher, so the others compare the number of
//! bytes only: the kernel discards them.

use std::io::{BufRead, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use mio::{Events, Interest, Poll, Token, Waker};
use rustix::net::RecvFlags;

/// The bytes of one read of a socket.
const READ_BYTES: usize = 1024 * 1024;
/// The token of a number on the input.
const INPUT: Token = Token(usize::MAX);

struct Watcher {
    stream: mio::net::TcpStream,
    /// The bytes received since it watches.
    bytes: u64,
}

/// Opens `count` watchers and prints `ready`. Then prints `done` for each number on the input, once each watcher has
/// received that number of changes.
pub(crate) fn run(address: SocketAddr, count: usize) {
    let mut poll = Poll::new().unwrap();
    let mut watchers: Vec<Watcher> = (0..count)
        .map(|number| {
            let mut stream = mio::net::TcpStream::from_std(open(address));
            poll.registry().register(&mut stream, Token(number), Interest::READABLE).unwrap();
            Watcher { stream, bytes: 0 }
        })
        .collect();
    let wanted = read_numbers(Waker::new(poll.registry(), INPUT).unwrap());
    println!("ready");

    let (mut buffer, mut changes, mut waited_for) = (vec![0; READ_BYTES], 0, None);
    let mut events = Events::with_capacity(1024);
    loop {
        poll.poll(&mut events, None).unwrap();
        for event in &events {
            if let Some(watcher) = watchers.get_mut(event.token().0) {
                changes += watcher.take(&mut buffer, event.token() == Token(0));
            }
        }
        waited_for = waited_for.or_else(|| wanted.try_recv().ok());
        let all = watchers.first().map_or(0, |first| first.bytes);
        if waited_for.is_some_and(|wanted| changes >= wanted)
            && watchers.iter().all(|watcher| watcher.bytes >= all)
        {
            println!("done");
            waited_for = None;
        }
    }
}

impl Watcher {
    /// Drains the socket. If `is_read`, counts the changes, each of which is one flat JSON object.
    fn take(&mut self, buffer: &mut [u8], is_read: bool) -> usize {
        let flags = if is_read { RecvFlags::empty() } else { RecvFlags::TRUNC };
        let mut changes = 0;
        loop {
            match rustix::net::recv(&self.stream, &mut *buffer, flags).map_err(std::io::Error::from) {
                Ok((_, 0)) => panic!("the server ended a stream"),
                Ok((_, count)) => {
                    self.bytes += u64::try_from(count).unwrap();
                    if is_read {
                        changes += buffer[..count].iter().filter(|byte| **byte == b'{').count();
                    }
                    if count < buffer.len() {
                        return changes;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return changes,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Reads the numbers on the input, and wakes the poll for each.
fn read_numbers(waker: Waker) -> Receiver<usize> {
    let (sender, numbers) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            sender.send(line.parse().unwrap()).unwrap();
            waker.wake().unwrap();
        }
    });
    numbers
}

/// Opens a stream, and reads its first event.
fn open(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /api/tickets HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n\r\n")
        .unwrap();
    let (mut text, mut buffer) = (Vec::new(), [0; 4096]);
    // The first event is a chunk that ends with an empty line.
    while !text.ends_with(b"\n\n\r\n") {
        let count = stream.read(&mut buffer).unwrap();
        assert_ne!(count, 0, "the server ended a stream: {}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&buffer[..count]);
        assert!(text.len() < 12 || text.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&text));
    }
    stream.set_nonblocking(true).unwrap();
    stream
}
