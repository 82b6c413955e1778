//! An address of the loopback interface for the servers of a test, also after their restarts.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpSocket;

/// A free port of the loopback interface, which the system gives to no other process. A server with `SO_REUSEADDR` can listen there;
/// without one, connections are refused.
#[derive(Debug)]
pub struct ReservedAddress(TcpSocket);

impl ReservedAddress {
    /// Reserves a free port until the drop.
    ///
    /// # Panics
    /// If no port is free.
    pub fn reserve() -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // The socket is bound and never listens, so a server can bind the same port beside it.
        socket.set_reuseaddr(true).expect("an option of a socket");
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        Self(socket)
    }

    /// Returns the address.
    ///
    /// # Panics
    /// If the system does not know the socket.
    pub fn addr(&self) -> SocketAddr {
        self.0.local_addr().expect("a bound address")
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream};

    use super::ReservedAddress;

    #[test]
    fn reserved_address_is_bound_again_and_refuses_meanwhile() {
        let reserved = ReservedAddress::reserve();
        for _ in 0..2 {
            assert_eq!(TcpStream::connect(reserved.addr()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
            let server = TcpListener::bind(reserved.addr()).unwrap();
            drop((TcpStream::connect(reserved.addr()).unwrap(), server.accept().unwrap()));
        }
    }
}
