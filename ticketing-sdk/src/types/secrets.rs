//! Texts that give a right to who has them, and that `Debug` does not print.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares one kind of secret. `from` adds the conversions of a text.
macro_rules! secret_text {
    ($(#[$doc:meta])* $name:ident, from $text:ident) => {
        secret_text! { $(#[$doc])* $name, $text }

        impl From<&str> for $name {
            fn from($text: &str) -> Self {
                Self($text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from($text: String) -> Self {
                Self($text)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $text:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            ///
            /// ```
            #[doc = concat!("let secret = ticketing_sdk::", stringify!($name), "::new(\"A TEXT\");")]
            #[doc = concat!("assert_eq!(format!(\"{secret:?}\"), \"", stringify!($name), "(…)\");")]
            /// ```
            pub fn new($text: impl Into<String>) -> Self {
                Self($text.into())
            }

            /// Returns the text, which is a bearer secret.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

secret_text! {
    /// The code of a pass: `TK1` and the base45 text of its identifier, serial and signature. Its `Debug` hides it.
    PassCode, from code
}

secret_text! {
    /// The secret with which another user claims a pass. The service shows it once. Its `Debug` hides it.
    ClaimCode, from code
}

secret_text! {
    /// The secret with which Stripe.js continues a payment in the browser of the buyer. Its `Debug` hides it.
    ClientSecret, secret
}
