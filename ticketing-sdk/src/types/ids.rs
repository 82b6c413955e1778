//! Identifiers: opaque strings, with a type for each kind of resource.

/// Declares one kind of identifier.
macro_rules! id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        ///
        /// Opaque: compare it, print it, send it back, but read nothing into it.
        ///
        /// ```
        #[doc = concat!("use ticketing_sdk::", stringify!($name), ";")]
        ///
        #[doc = concat!("let id = ", stringify!($name), "::new(\"5ea9b8f0c1d2e3f405162738\");")]
        /// assert_eq!(id.as_str(), "5ea9b8f0c1d2e3f405162738");
        /// ```
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(description = $doc, min_length = 1))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes any text as it is.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The text, as on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, without a copy.
            #[must_use]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                Ok(Self(id.to_owned()))
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(UserId, "Identifies a user.");
id!(TicketId, "Identifies a ticket.");
id!(OrderId, "Identifies an order.");
id!(PaymentId, "Identifies a payment.");
id!(PassId, "Identifies a pass.");
