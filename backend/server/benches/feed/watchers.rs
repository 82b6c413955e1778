//! The process of the watchers: it reads what they are sent and counts the changes, and costs as little as possible.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

/// How often it is looked whether every watcher has seen enough.
const LOOK: Duration = Duration::from_millis(5);

thread_local! {
    /// What is read: one buffer for all of them.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 256 * 1024]);
}

/// Says so once each of so many watchers stands, then answers each number on its input once each of them has seen so
/// many changes.
pub(crate) async fn run(address: SocketAddr, count: usize) {
    LocalSet::new().run_until(watch(address, count)).await;
}

async fn watch(address: SocketAddr, count: usize) {
    let mut seen = Vec::with_capacity(count);
    for _ in 0..count {
        let stream = open(address).await;
        let changes = Rc::new(Cell::new(0));
        seen.push(Rc::clone(&changes));
        tokio::task::spawn_local(async move {
            while let Some(more) = read(&stream).await {
                changes.set(changes.get() + more);
            }
        });
    }
    println!("ready");
    let (sender, mut wanted) = mpsc::unbounded_channel::<usize>();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            sender.send(line.parse().unwrap()).unwrap();
        }
    });
    while let Some(wanted) = wanted.recv().await {
        while seen.iter().any(|changes| changes.get() < wanted) {
            tokio::time::sleep(LOOK).await;
        }
        println!("done");
    }
}

/// A watcher that has been greeted.
async fn open(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /api/tickets HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n\r\n")
        .await
        .unwrap();
    let mut text = Vec::new();
    while !text.windows(4).any(|window| window == b"id: ") {
        stream.readable().await.unwrap();
        match stream.try_read_buf(&mut text) {
            Ok(0) => panic!("the server ended the stream"),
            Err(error) if error.kind() != ErrorKind::WouldBlock => panic!("{error}"),
            Ok(_) | Err(_) => {}
        }
        assert!(text.len() < 12 || text.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&text));
    }
    stream
}

/// The changes in what is there to read: each is one flat object. Nothing at the end.
async fn read(stream: &TcpStream) -> Option<usize> {
    stream.readable().await.ok()?;
    BUFFER.with_borrow_mut(|buffer| match stream.try_read(buffer) {
        Ok(0) => None,
        Ok(count) => Some(buffer[..count].iter().map(|byte| usize::from(*byte == b'{')).sum()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Some(0),
        Err(_) => None,
    })
}
