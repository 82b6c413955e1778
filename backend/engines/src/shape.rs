//! The infrastructure shapes that a test runs on.

use crate::Engine;

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

/// The constructors that [`on_shapes!`](crate::on_shapes) calls.
impl Shape {
    /// [`Shape::Embedded`]
    #[must_use]
    pub const fn embedded() -> Self {
        Self::Embedded
    }

    /// [`Shape::Postgres`]
    #[must_use]
    pub const fn postgres() -> Self {
        Self::Postgres
    }

    /// [`Shape::Nats`]
    #[must_use]
    pub const fn nats() -> Self {
        Self::Nats
    }

    /// [`Shape::PostgresAndNats`]
    #[must_use]
    pub const fn postgres_and_nats() -> Self {
        Self::PostgresAndNats
    }

    /// [`Shape::Processes`]
    #[must_use]
    pub const fn processes() -> Self {
        Self::Processes
    }
}

impl Shape {
    /// Returns the kind of the databases.
    #[must_use]
    pub fn engine(self) -> Engine {
        match self {
            Self::Embedded | Self::Nats => Engine::Sqlite,
            Self::Postgres | Self::PostgresAndNats | Self::Processes => Engine::Postgres,
        }
    }

    /// Returns whether the bus is a NATS server.
    #[must_use]
    pub fn has_nats(self) -> bool {
        matches!(self, Self::Nats | Self::PostgresAndNats | Self::Processes)
    }
}

impl From<Engine> for Shape {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::Embedded,
            Engine::Postgres => Self::Postgres,
        }
    }
}

impl From<Shape> for Engine {
    fn from(shape: Shape) -> Self {
        shape.engine()
    }
}

/// Runs each test function on the listed shapes. A function takes a [`Shape`], or an [`Engine`] if only the databases matter.
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
            ::std::boxed::Box::pin(super::$name($crate::Shape::$shape().into())).await;
        }
    };
}

/// Runs each test function on both kinds of database. A function takes an [`Engine`].
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])+ $($name:ident),+ $(,)?;)+) => {
        $crate::on_shapes! {
            $([embedded, postgres] $(#[$attribute])+ $($name),+;)+
        }
    };
}
