//! The fault proxy: each fault, on connections that are open when it begins.

use std::net::SocketAddr;
use std::time::Duration;

use ticketing_testkit::{Direction, FaultProxy, ReservedAddress, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

/// How long a test waits to see that no data arrives.
const NEVER: Duration = Duration::from_millis(200);

/// Starts a server that echoes all bytes.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                drop(tokio::io::copy(&mut from, &mut to).await);
            });
        }
    });
    address
}

async fn pair() -> (FaultProxy, TcpStream) {
    let proxy = FaultProxy::start(echo().await).await;
    let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
    assert_eq!(exchange(&mut client, b"hello").await, b"hello");
    (proxy, client)
}

/// Sends bytes, and returns as many received bytes.
async fn exchange(client: &mut TcpStream, bytes: &[u8]) -> Vec<u8> {
    client.write_all(bytes).await.unwrap();
    read_exactly(client, bytes.len()).await
}

async fn read_exactly(client: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut back = vec![0; count];
    timeout(Duration::from_secs(10), client.read_exact(&mut back)).await.unwrap().unwrap();
    back
}

/// Returns whether the peer has closed the connection.
async fn is_closed(client: &mut TcpStream) -> bool {
    let mut byte = [0];
    let read = timeout(Duration::from_secs(10), client.read(&mut byte))
        .await
        .expect("the connection is closed or readable");
    matches!(read, Ok(0) | Err(_))
}

#[tokio::test]
async fn proxy_passes_bytes_unchanged() {
    let (proxy, mut client) = pair().await;
    let much: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let (mut from, mut to) = client.split();
    let mut back = vec![0; much.len()];
    let (sent, received) = tokio::join!(to.write_all(&much), from.read_exact(&mut back));
    sent.and(received).unwrap();
    assert!(back == much);
    assert_eq!(proxy.connections(), 1);
    client.shutdown().await.unwrap();
    assert!(is_closed(&mut client).await, "the end of the stream is forwarded");
    eventually!(proxy.connections() == 0);
}

#[tokio::test]
async fn cut_closes_open_connections_only() {
    let (proxy, mut client) = pair().await;
    proxy.cut();
    assert!(is_closed(&mut client).await);
    let mut next = TcpStream::connect(proxy.addr()).await.unwrap();
    assert_eq!(exchange(&mut next, b"again").await, b"again");
}

#[tokio::test]
async fn refused_connections_fail_until_healed() {
    let (proxy, mut client) = pair().await;
    proxy.refuse();
    assert!(is_closed(&mut client).await);
    let mut refused = TcpStream::connect(proxy.addr()).await.unwrap();
    assert!(is_closed(&mut refused).await);
    proxy.heal();
    let mut next = TcpStream::connect(proxy.addr()).await.unwrap();
    assert_eq!(exchange(&mut next, b"again").await, b"again");
}

#[tokio::test]
async fn stalled_direction_holds_bytes() {
    for direction in Direction::ALL {
        let (proxy, mut client) = pair().await;
        proxy.stall(direction);
        client.write_all(b"held").await.unwrap();
        let mut nothing = [0];
        assert!(timeout(NEVER, client.read(&mut nothing)).await.is_err(), "{direction:?} is stalled");
        proxy.heal();
        assert_eq!(read_exactly(&mut client, 4).await, b"held");
        proxy.stall(direction);
        client.write_all(b"lost").await.unwrap();
        proxy.cut();
        assert!(is_closed(&mut client).await, "held bytes are lost with their connection");
    }
}

#[tokio::test]
async fn other_direction_continues_during_stall() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = FaultProxy::start(listener.local_addr().unwrap()).await;
    let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    proxy.stall(Direction::ToServer);
    client.write_all(b"held").await.unwrap();
    server.write_all(b"passes").await.unwrap();
    assert_eq!(read_exactly(&mut client, 6).await, b"passes");
    proxy.heal();
    assert_eq!(read_exactly(&mut server, 4).await, b"held");
}

#[tokio::test]
async fn delay_and_throttle_slow_transfers() {
    let (proxy, mut client) = pair().await;
    proxy.delay(Duration::from_millis(50));
    let began = Instant::now();
    exchange(&mut client, b"late").await;
    assert!(began.elapsed() >= Duration::from_millis(100), "there and back: {:?}", began.elapsed());
    proxy.heal();
    proxy.throttle(20_000);
    let began = Instant::now();
    exchange(&mut client, &[7; 6_000]).await;
    assert!(began.elapsed() >= Duration::from_millis(250), "{:?}", began.elapsed());
}

#[tokio::test]
async fn proxy_without_server_closes_connections() {
    let nobody = ReservedAddress::reserve();
    let proxy = FaultProxy::start(nobody.addr()).await;
    let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
    assert!(is_closed(&mut client).await);
    assert_eq!(proxy.connections(), 0);
}
