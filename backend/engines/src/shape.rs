//! The infrastructure shapes that a test runs on.

use crate::DbEngine;

/// The infrastructure of a marketplace: its databases, its bus and its processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// SQLite databases and the embedded bus.
    Embedded,
    /// PostgreSQL and the embedded bus.
    Postgres,
    /// SQLite databases and a NATS server.
    Nats,
    /// PostgreSQL and a NATS server.
    PostgresAndNats,
    /// PostgreSQL and a NATS server, with two processes of each service behind nginx.
    Processes,
}

impl Shape {
    /// Returns the kind of the databases.
    pub fn engine(self) -> DbEngine {
        match self {
            Self::Embedded | Self::Nats => DbEngine::Sqlite,
            Self::Postgres | Self::PostgresAndNats | Self::Processes => DbEngine::Postgres,
        }
    }

    /// Returns whether the bus is a NATS server.
    pub fn has_nats(self) -> bool {
        matches!(self, Self::Nats | Self::PostgresAndNats | Self::Processes)
    }
}

impl From<DbEngine> for Shape {
    fn from(engine: DbEngine) -> Self {
        match engine {
            DbEngine::Sqlite => Self::Embedded,
            DbEngine::Postgres => Self::Postgres,
        }
    }
}

impl From<Shape> for DbEngine {
    fn from(shape: Shape) -> Self {
        shape.engine()
    }
}

/// Runs each test function on the listed shapes. A function takes a [`Shape`], or a [`DbEngine`] if only the databases matter.
#[macro_export]
macro_rules! on_shapes {
    ($([$($shape:ident),+] $(#[$attribute:meta])+ $($name:ident),+ $(,)?;)+) => {
        $($crate::on_shapes!(@each [$($shape)+] [$(#[$attribute])+] $($name)+);)+
    };
    (@each $shapes:tt $attributes:tt $($name:ident)+) => {
        $($crate::on_shapes!(@one $shapes $attributes $name);)+
    };
    (@one [$($shape:ident)+] $attributes:tt $name:ident) => {
        mod $name {
            $($crate::on_shapes!(@test $shape $attributes $name);)+
        }
    };
    (@test $shape:ident [$(#[$attribute:meta])+] $name:ident) => {
        $(#[$attribute])+
        async fn $shape() {
            ::std::boxed::Box::pin(super::$name($crate::on_shapes!(@shape $shape).into())).await;
        }
    };
    (@shape embedded) => { $crate::Shape::Embedded };
    (@shape postgres) => { $crate::Shape::Postgres };
    (@shape nats) => { $crate::Shape::Nats };
    (@shape postgres_and_nats) => { $crate::Shape::PostgresAndNats };
    (@shape processes) => { $crate::Shape::Processes };
}

/// Runs each test function on both kinds of database. A function takes a [`DbEngine`].
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])+ $($name:ident),+ $(,)?;)+) => {
        $crate::on_shapes! {
            $([embedded, postgres] $(#[$attribute])+ $($name),+;)+
        }
    };
}
