//! Where a test takes place: which database, and who moves the money.

use ticketing_engines::Engine;

/// Who moves the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cards {
    Simulated,
    Stripe,
}

/// Where a test takes place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) cards: Cards,
}

impl Place {
    /// With Stripe, on this kind of database.
    pub(crate) fn stripe_on(engine: Engine) -> Self {
        Self { engine, cards: Cards::Stripe }
    }
}

impl From<Engine> for Place {
    fn from(engine: Engine) -> Self {
        Self { engine, cards: Cards::Simulated }
    }
}

/// Makes a test of a function on each kind of database with simulated cards, and one with Stripe.
#[macro_export]
macro_rules! everywhere {
    ($($(#[$attribute:meta])+ $($name:ident),+ $(,)?;)+) => {
        $($crate::everywhere!(@each [$(#[$attribute])+] $($name)+);)+
    };
    (@each $attributes:tt $($name:ident)+) => {
        $($crate::everywhere!(@one $attributes $name);)+
    };
    (@one [$(#[$attribute:meta])+] $name:ident) => {
        mod $name {
            $(#[$attribute])+
            async fn sqlite() {
                ::std::boxed::Box::pin(super::$name(::ticketing_engines::Engine::Sqlite.into())).await;
            }

            $(#[$attribute])+
            async fn postgres() {
                ::std::boxed::Box::pin(super::$name(::ticketing_engines::Engine::Postgres.into())).await;
            }

            $(#[$attribute])+
            async fn stripe() {
                ::std::boxed::Box::pin(super::$name($crate::house::Place::stripe_on(::ticketing_engines::Engine::Sqlite))).await;
            }
        }
    };
}
