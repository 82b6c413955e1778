//! Where a process answers: its ports, and the orderly way in which they are given up.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use ticketing_bus::Bus;
use ticketing_platform::http::{self, LayerSettings, ServeLimits};
use ticketing_platform::shutdown::Shutdown;
use ticketing_platform::telemetry;
use tokio::net::TcpListener;

use crate::{Service, StackSettings, StartError, openapi};

/// How long the loops behind the routes may take to end.
const LOOPS_WITHIN: Duration = Duration::from_secs(5);

/// What runs in a process, and how it ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running {
    /// Ends what answers requests; then [`loops`](Self::loops) end, so that requests under way can finish.
    pub(crate) serving: Shutdown,
    /// Ends what works behind the routes.
    pub(crate) loops: Shutdown,
}

/// Where a process answers.
#[derive(Debug)]
pub(crate) struct Listening {
    pub(crate) address: SocketAddr,
    pub(crate) metrics_address: Option<SocketAddr>,
    running: Running,
    grace: Duration,
}

impl Listening {
    /// Binds the ports, once everybody who has to be allowed to listen on the bus is, if there is one, and answers with
    /// `routes`. If that fails, nothing is left running.
    pub(crate) async fn begin(
        settings: &StackSettings,
        bus: Option<&Bus>,
        routes: Router,
        running: Running,
    ) -> Result<Self, StartError> {
        match bind(settings, bus).await {
            Ok((listener, metrics)) => Ok(Self::serve(settings, listener, metrics, routes, running)),
            Err(error) => {
                running.loops.trigger();
                running.loops.wait(LOOPS_WITHIN).await;
                Err(error)
            }
        }
    }

    fn serve(
        settings: &StackSettings,
        listener: TcpListener,
        metrics: Option<TcpListener>,
        routes: Router,
        running: Running,
    ) -> Self {
        let address = local(&listener, settings.listen);
        let metrics_address = metrics.as_ref().map(|bound| local(bound, settings.listen));
        let layers = LayerSettings {
            allowed_origins: settings.allowed_origins.clone(),
            trusted_proxies: settings.trusted_proxies.clone(),
            // The cookie is for TLS alone where there is TLS.
            tls_only: settings.cookie.is_secure(),
            paths: openapi::paths(),
            signed_paths: vec![ticketing_payments::WEBHOOK_PATH.to_owned()],
            body_limits: vec![(
                ticketing_payments::WEBHOOK_PATH.to_owned(),
                ticketing_payments::WEBHOOK_BODY_LIMIT,
            )],
            owners: Service::ALL.into_iter().filter_map(|it| Some((it.path()?, it.name()))).collect(),
            ..LayerSettings::default()
        };
        let limits =
            ServeLimits { allowed_origins: layers.allowed_origins.clone().into(), ..settings.serve.clone() };
        let router = http::wrap(routes, layers);
        let serving = &running.serving;
        spawn(serving, http::serve(listener, router, limits, serving.clone()));
        if let Some(listener) = metrics {
            spawn(serving, telemetry::serve_metrics(listener, serving.clone()));
        }
        tracing::info!(%address, "listening");
        Self { address, metrics_address, grace: settings.serve.grace, running }
    }

    /// Stops accepting, lets requests under way finish, then ends the loops. `false` when something had to be cut.
    pub(crate) async fn stop(self) -> bool {
        let Running { serving, loops } = self.running;
        serving.trigger();
        let served = serving.wait(self.grace + Duration::from_secs(1)).await;
        loops.trigger();
        loops.wait(LOOPS_WITHIN).await && served
    }
}

async fn bind(
    settings: &StackSettings,
    bus: Option<&Bus>,
) -> Result<(TcpListener, Option<TcpListener>), StartError> {
    if let Some(bus) = bus {
        bus.ready().await.map_err(StartError::nats)?;
    }
    let listener = listen(settings.listen).await?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    Ok((listener, metrics))
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
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
