//! Exhausts the connection slots of a PostgreSQL server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

use super::server::PrivateServer;

/// The number of tasks that connect. Together they take a freed slot before other clients do.
const TASKS: usize = 4;
/// The pause after the server has refused a connection.
const RETRY_DELAY: Duration = Duration::from_millis(10);

/// Holds all connection slots of a server until it is dropped.
#[derive(Debug)]
pub struct ConnectionExhaustion {
    refused: Arc<AtomicU32>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ConnectionExhaustion {
    /// Starts to take the connection slots of a server.
    pub fn start(server: &PrivateServer) -> Self {
        let (url, refused, (stop, stopped)) = (server.url(), Arc::default(), oneshot::channel());
        let count = Arc::clone(&refused);
        let thread = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut tasks = JoinSet::new();
                for _ in 0..TASKS {
                    tasks.spawn(take_slots(url.clone(), Arc::clone(&count)));
                }
                // The connections close when the thread ends.
                drop(stopped.await);
            });
        });
        Self { refused, stop: Some(stop), thread: Some(thread) }
    }

    /// Returns whether the server has refused a connection, so that all slots are in use.
    pub fn is_complete(&self) -> bool {
        self.refused.load(Ordering::Relaxed) > 0
    }
}

impl Drop for ConnectionExhaustion {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take().map(JoinHandle::join));
    }
}

async fn take_slots(url: String, refused: Arc<AtomicU32>) {
    let mut held = Vec::new();
    loop {
        match tokio_postgres::connect(&url, NoTls).await {
            Ok((client, connection)) => held.push((client, tokio::spawn(connection))),
            Err(_) => {
                refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(RETRY_DELAY).await;
            }
        }
    }
}
