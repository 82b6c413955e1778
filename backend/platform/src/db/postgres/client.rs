//! A client that waits, on the thread of its caller. What is sent together goes out together: the way to the server and back
//! is paid once for all of it.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_util::future::{join_all, join3};
use postgres::types::ToSql;
use postgres::{Error, NoTls, Row, Statement};
use tokio::runtime::{Builder, Runtime};

use super::tls::{Tls, connector};
use super::url::Target;
use crate::db::Arg;
use crate::db::arg::OwnedArg;

type Driven = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

pub(super) struct Client {
    // Dropped before the driver, which then says goodbye.
    client: tokio_postgres::Client,
    driver: Driver,
}

/// Sees to the connection while somebody waits.
struct Driver {
    runtime: Runtime,
    connection: Driven,
    /// The connection has come to its end, and is not to be looked at again.
    ended: bool,
}

/// Why there is no client.
#[derive(Debug)]
pub(super) enum Unconnected {
    /// This machine has nothing left to make a connection with.
    Here(std::io::Error),
    /// What came of the try.
    There(Error),
}

/// A statement that goes out with the next one.
pub(super) struct Posted {
    pub(super) statement: Statement,
    pub(super) args: Vec<OwnedArg>,
}

/// The last of what is sent together: the one whose answer is waited for.
pub(super) enum Last<'a> {
    /// Its rows are wanted.
    Query(&'a Statement, &'a [Arg<'a>]),
    /// How many rows it has changed is wanted.
    Execute(&'a Statement, &'a [Arg<'a>]),
    /// Plain SQL, such as `COMMIT`.
    Control(&'a str),
}

/// What came of the last.
pub(super) enum Done {
    Rows(Vec<Row>),
    Changed(u64),
    Controlled,
}

/// What came of everything that was sent together.
pub(super) struct Answers {
    /// Of what was sent before the last: the first failure, if there was one.
    pub(super) before: Result<(), Error>,
    /// Of the last.
    pub(super) last: Result<Done, Error>,
}

impl Client {
    pub(super) fn connect(target: &Target) -> Result<Self, Unconnected> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Unconnected::Here)?;
        let config = target.config();
        let connected = runtime.block_on(async {
            let (client, connection): (_, Driven) = match target.tls() {
                Tls::None => {
                    let (client, connection) = config.connect(NoTls).await?;
                    (client, Box::pin(connection))
                }
                Tls::Checked(tls) => {
                    let (client, connection) = config.connect(connector(tls)).await?;
                    (client, Box::pin(connection))
                }
            };
            Ok((client, connection))
        });
        let (client, connection) = connected.map_err(Unconnected::There)?;
        Ok(Self { client, driver: Driver { runtime, connection, ended: false } })
    }

    /// Whether the connection has come to its end, also while nobody used it.
    pub(super) fn is_closed(&mut self) -> bool {
        self.driver.catch_up();
        self.driver.ended || self.client.is_closed()
    }

    /// Runs plain SQL.
    pub(super) fn control(&mut self, sql: &str) -> Result<(), Error> {
        self.wait(async |client| client.batch_execute(sql).await)
    }

    pub(super) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        self.wait(async |client| client.prepare(sql).await)
    }

    /// Sends `begin`, what was posted, and the last one, in this order, and waits for all of them.
    ///
    /// # Errors
    /// When the connection has come to its end meanwhile. What was done by then is not known.
    pub(super) fn send(
        &mut self,
        begin: Option<&str>,
        posted: &[Posted],
        last: &Last<'_>,
    ) -> Result<Answers, Error> {
        self.wait(async |client| {
            let begun = async {
                match begin {
                    Some(sql) => client.batch_execute(sql).await,
                    None => Ok(()),
                }
            };
            let posted = join_all(posted.iter().map(|posted| async {
                let args: Vec<Arg<'_>> = posted.args.iter().map(OwnedArg::as_arg).collect();
                client.execute(&posted.statement, &params(&args)).await.map(drop)
            }));
            let last = async {
                match last {
                    Last::Query(statement, args) => {
                        client.query(*statement, &params(args)).await.map(Done::Rows)
                    }
                    Last::Execute(statement, args) => {
                        client.execute(*statement, &params(args)).await.map(Done::Changed)
                    }
                    Last::Control(sql) => client.batch_execute(sql).await.map(|()| Done::Controlled),
                }
            };
            // Each of them is sent when it is looked at first, which is in this order.
            let (begun, posted, last) = join3(begun, posted, last).await;
            Ok(Answers { before: begun.and_then(|()| posted.into_iter().collect()), last })
        })
    }

    fn wait<T>(
        &mut self,
        ask: impl AsyncFnOnce(&tokio_postgres::Client) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.driver.wait(ask(&self.client))
    }
}

impl Driver {
    /// Takes in what has come since somebody waited last. A unit may be sent with its commit at once: over a connection
    /// that was lost before, nobody would know whether that was done.
    fn catch_up(&mut self) {
        let Self { runtime, connection, ended } = self;
        runtime.block_on(async {
            // The runtime looks at the socket meanwhile.
            tokio::task::yield_now().await;
            poll_fn(|context| {
                *ended = *ended || connection.as_mut().poll(context).is_ready();
                Poll::Ready(())
            })
            .await;
        });
    }

    fn wait<T>(&mut self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Self { runtime, connection, ended } = self;
        let mut answer = pin!(answer);
        runtime.block_on(poll_fn(|context| {
            if !*ended && let Poll::Ready(end) = connection.as_mut().poll(context) {
                *ended = true;
                // It knows better than the answer why there will be none.
                if let Err(error) = end {
                    return Poll::Ready(Err(error));
                }
            }
            answer.as_mut().poll(context)
        }))
    }
}

fn params<'a>(args: &'a [Arg<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect()
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.ended {
            // Where the goodbye does not arrive, the server finds out by itself.
            drop(self.runtime.block_on(&mut self.connection));
        }
    }
}
