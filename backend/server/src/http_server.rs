//! The HTTP server of a process: its listeners, and its graceful shutdown.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use ticketing_bus::Bus;
use ticketing_platform::http::{self, LayerSettings, ServeLimits};
use ticketing_platform::shutdown::Shutdown;
use tokio::net::{TcpListener, TcpSocket};

use crate::{Service, StackSettings, StartError, openapi};

/// How long the background workers may take to end.
const WORKER_TIMEOUT: Duration = Duration::from_secs(5);

/// The most connections that wait to be accepted. The system drops the first packet of further ones, and their clients send it again after
/// a second. `TcpListener::bind` has 128, fewer than the clients that come back together after a restart.
const BACKLOG: u32 = 4096;

/// The two phases of a shutdown.
#[derive(Clone, Debug, Default)]
pub(crate) struct ShutdownPhases {
    /// The first phase: the listeners and the live streams. Requests in progress finish before the second phase.
    pub(crate) serving: Shutdown,
    /// The second phase: the background workers.
    pub(crate) workers: Shutdown,
}

/// The running HTTP server of a process. Dropping it does not stop it: call [`stop`](Self::stop).
#[derive(Debug)]
pub(crate) struct HttpServer {
    pub(crate) address: SocketAddr,
    pub(crate) metrics_address: Option<SocketAddr>,
    shutdown: ShutdownPhases,
    grace: Duration,
}

impl HttpServer {
    /// Waits until the consumers of `bus` are ready, binds the ports, and serves `routes`. On an error, ends the
    /// workers.
    pub(crate) async fn start(
        settings: &StackSettings,
        bus: Option<&Bus>,
        routes: Router,
        shutdown: ShutdownPhases,
    ) -> Result<Self, StartError> {
        match bind(settings, bus).await {
            Ok((listener, metrics)) => Ok(Self::serve(settings, listener, metrics, routes, shutdown)),
            Err(error) => {
                shutdown.workers.trigger();
                shutdown.workers.wait(WORKER_TIMEOUT).await;
                Err(error)
            }
        }
    }

    fn serve(
        settings: &StackSettings,
        listener: TcpListener,
        metrics: Option<TcpListener>,
        routes: Router,
        shutdown: ShutdownPhases,
    ) -> Self {
        let address = local(&listener, settings.listen);
        let metrics_address = metrics.as_ref().map(|bound| local(bound, settings.listen));
        let layers = LayerSettings {
            allowed_origins: settings.allowed_origins.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            // A `Secure` cookie shows that browsers use TLS.
            tls_only: settings.cookie.is_secure(),
            paths: openapi::canonical_paths(),
            signed_paths: vec![ticketing_payments::WEBHOOK_PATH.to_owned()],
            body_limits: vec![(
                ticketing_payments::WEBHOOK_PATH.to_owned(),
                ticketing_payments::WEBHOOK_BODY_LIMIT,
            )],
            owners: Service::ALL
                .into_iter()
                .flat_map(|service| service.paths().iter().map(move |path| (*path, service.name())))
                .collect(),
        };
        let limits =
            ServeLimits { allowed_origins: layers.allowed_origins.clone().into(), ..settings.serve.clone() };
        let router = http::wrap(routes, layers);
        let serving = &shutdown.serving;
        spawn(serving, http::serve(listener, router, limits, serving.clone()));
        if let Some(listener) = metrics {
            spawn(serving, http::serve_metrics(listener, serving.clone()));
        }
        tracing::info!(%address, "listening");
        Self { address, metrics_address, grace: settings.serve.grace, shutdown }
    }

    /// Stops accepting, lets requests in progress finish, then ends the workers. Returns `false` if a request was cut off
    /// or a worker did not end in time.
    pub(crate) async fn stop(self) -> bool {
        let ShutdownPhases { serving, workers } = self.shutdown;
        serving.trigger();
        let served = serving.wait(self.grace + Duration::from_secs(1)).await;
        workers.trigger();
        workers.wait(WORKER_TIMEOUT).await && served
    }
}

async fn bind(
    settings: &StackSettings,
    bus: Option<&Bus>,
) -> Result<(TcpListener, Option<TcpListener>), StartError> {
    if let Some(bus) = bus {
        bus.ready().await.map_err(StartError::nats)?;
    }
    let listener = listen(settings.listen)?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(listen(address)?),
        None => None,
    };
    Ok((listener, metrics))
}

fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    let bound = || -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A port is free at once after its process has ended. On Windows the option would share the port.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|source| StartError::Listen { address, source })
}

fn local(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

fn spawn(serving: &Shutdown, server: impl Future<Output = io::Result<()>> + Send + 'static) {
    serving.spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the listener failed");
        }
    });
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn connections_wait_for_a_busy_server() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        // The system may allow fewer.
        let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
        let count = allowed.trim().parse::<usize>().unwrap().min(300);
        let mut connected = Vec::new();
        while connected.len() < count {
            // Less than the time after which a dropped packet is sent again.
            let connection = timeout(Duration::from_millis(900), TcpStream::connect(address)).await;
            connected.push(connection.unwrap_or_else(|_| panic!("connection {} waits", connected.len())));
        }
    }
}
