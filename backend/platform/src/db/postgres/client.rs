//! A blocking client, which runs on the thread of its caller. Statements that are sent together take one round trip to
//! the server.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::future::{join_all, join3};
use postgres::types::ToSql;
use postgres::{Error, Statement};
use tokio::runtime::{Builder, Runtime};

use super::run_error::RunError;
use super::url::Target;
use crate::db::Arg;

type ConnectionFuture = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

pub(in crate::db) struct Client {
    // Dropped before the driver, which then closes the connection.
    client: tokio_postgres::Client,
    driver: Driver,
}

/// Drives the connection while a caller waits.
struct Driver {
    runtime: Runtime,
    connection: ConnectionFuture,
    /// Whether the connection has ended, and must not be polled again.
    has_ended: bool,
}

/// A statement that is sent with the next one.
pub(in crate::db) struct DeferredStatement {
    pub(in crate::db) statement: Statement,
    pub(in crate::db) args: Vec<Arg<'static>>,
}

/// The result of a batch.
pub(in crate::db) struct BatchResult<T> {
    /// The first failure of the statements before the last one.
    pub(in crate::db) deferred: Result<(), Error>,
    /// The result of the last statement.
    pub(in crate::db) last: Result<T, Error>,
}

impl Client {
    pub(in crate::db) fn connect(target: &Target) -> Result<Self, RunError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| RunError::Unreachable(error.to_string()))?;
        let config = target.config();
        let connected = runtime.block_on(config.connect(target.tls()));
        let (client, connection) = connected.map_err(|error| RunError::from_connect(&error))?;
        Ok(Self { client, driver: Driver { runtime, connection: Box::pin(connection), has_ended: false } })
    }

    /// Returns whether the connection has ended, also if it ended while it was idle.
    pub(in crate::db) fn is_closed(&mut self) -> bool {
        self.driver.poll_connection();
        self.driver.has_ended || self.client.is_closed()
    }

    /// Runs plain SQL.
    pub(in crate::db) fn control(&mut self, sql: &str) -> Result<(), Error> {
        self.wait(async |client| client.batch_execute(sql).await)
    }

    pub(in crate::db) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        self.wait(async |client| client.prepare(sql).await)
    }

    /// Sends `begin`, the deferred statements and the request `last`, in this order, and waits for all results.
    ///
    /// # Errors
    /// If the connection ends meanwhile. The effect of the statements is then unknown.
    pub(in crate::db) fn send<T>(
        &mut self,
        begin: Option<&str>,
        deferred: &[DeferredStatement],
        last: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
    ) -> Result<BatchResult<T>, Error> {
        self.wait(async |client| {
            let begun = async {
                match begin {
                    Some(sql) => client.batch_execute(sql).await,
                    None => Ok(()),
                }
            };
            let deferred = join_all(deferred.iter().map(|deferred| async {
                client.execute(&deferred.statement, &params(&deferred.args)).await.map(drop)
            }));
            // Each statement is sent when its future is first polled: in this order.
            let (begun, deferred, last) = join3(begun, deferred, last(client)).await;
            Ok(BatchResult { deferred: begun.and_then(|()| deferred.into_iter().collect()), last })
        })
    }

    fn wait<T>(
        &mut self,
        request: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.driver.wait(request(&self.client))
    }
}

impl Driver {
    /// Polls the connection once, so that its end is detected before the next unit. A unit may be sent together with
    /// its commit: on a connection that has ended, its outcome would be unknown.
    fn poll_connection(&mut self) {
        let Self { runtime, connection, has_ended } = self;
        runtime.block_on(async {
            // Lets the runtime poll the socket.
            tokio::task::yield_now().await;
            poll_fn(|context| {
                *has_ended = *has_ended || connection.as_mut().poll(context).is_ready();
                Poll::Ready(())
            })
            .await;
        });
    }

    fn wait<T>(&mut self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Self { runtime, connection, has_ended } = self;
        let mut answer = pin!(answer);
        runtime.block_on(poll_fn(|context| {
            if !*has_ended && let Poll::Ready(end) = connection.as_mut().poll(context) {
                *has_ended = true;
                // The error of the connection says more than that of the request.
                if let Err(error) = end {
                    return Poll::Ready(Err(error));
                }
            }
            answer.as_mut().poll(context)
        }))
    }
}

pub(in crate::db) fn params<'a>(args: &'a [Arg<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect()
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.has_ended {
            // If the termination message is lost, the server detects the closed socket.
            drop(self.runtime.block_on(&mut self.connection));
        }
    }
}
