//! The shapes of a marketplace that a test may run on.

use crate::Engine;

/// Which engines a marketplace stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Files, and a log in a file.
    Embedded,
    /// PostgreSQL, and a log in a file.
    Postgres,
    /// Files, and a NATS server.
    Nats,
    /// PostgreSQL, and a NATS server.
    PostgresAndNats,
    /// The same, with two processes of each service behind an nginx.
    Processes,
}

/// What a list of shapes calls them.
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
    /// The kind of its databases.
    #[must_use]
    pub fn engine(self) -> Engine {
        match self {
            Self::Embedded | Self::Nats => Engine::Sqlite,
            Self::Postgres | Self::PostgresAndNats | Self::Processes => Engine::Postgres,
        }
    }

    /// Whether a NATS server carries its events.
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

/// Runs tests on the shapes that are named before them: functions that take a [`Shape`], or an [`Engine`] where only the
/// databases matter.
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

/// Runs tests that take an [`Engine`] on both kinds of database.
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])+ $($name:ident),+ $(,)?;)+) => {
        $crate::on_shapes! {
            $([embedded, postgres] $(#[$attribute])+ $($name),+;)+
        }
    };
}
