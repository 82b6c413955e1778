//! Passes: the right to enter, its transfers, and admissions.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Money, OrderId, PassId, TicketDetails, TicketId, Timestamp, UnknownValue, UserId, tolerant, wire_words,
};

/// The right to enter, held by one user at a time. The service issues it when the order of a ticket completes; it
/// outlives transfers and resales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pass {
    /// Identifies the pass.
    pub id: PassId,
    /// The ticket whose sale issued the pass.
    pub ticket_id: TicketId,
    /// The user who listed that ticket, and who admits people.
    pub issuer_id: UserId,
    /// The title under which the ticket was sold: to be sanitised before it reaches a terminal.
    pub title: String,
    /// The details of the ticket at its sale.
    #[serde(flatten)]
    pub details: TicketDetails,
    /// The number of changes of holder, from 0. A code of an earlier serial admits nobody.
    pub serial: u16,
    /// Whether the pass admits.
    pub status: PassStatus,
    /// Rises by one with each change, from 0.
    pub version: i64,
    /// When the pass was issued.
    pub issued_at: Timestamp,
    /// The code that the door reads. Only its holder sees it, and only while the pass is `valid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<PassCode>,
    /// When the pass was admitted: the first time, if several devices did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_at: Option<Timestamp>,
    /// The device that admitted it, if it gave a name. Only the issuer sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The other admissions, by time: a door without a network does not know of another door, nor of a new holder or an
    /// offer, so a pass that is not used can have some too. Only the issuer sees them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub double_admissions: Vec<DoubleAdmission>,
    /// The order with which the holder bought it; absent where the holder claimed it. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The highest price in US dollars at which the holder may sell it on. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "tolerant")]
    pub resale_limit: Option<Money>,
    /// The listing under which the pass is for sale while it is `offered`. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_id: Option<TicketId>,
    /// When the pending transfer ends, if the holder has started one. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_expires_at: Option<Timestamp>,
}

/// An admission by a door without a network that the service would have refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DoubleAdmission {
    /// When the device admitted it.
    pub admitted_at: Timestamp,
    /// The device, if it gave a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// Whether a pass admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PassStatus {
    /// It admits its holder once.
    Valid,
    /// It is for sale; nobody enters with it until the listing is withdrawn or sold.
    Offered,
    /// Its holder has entered.
    Used,
    /// It admits nobody any more.
    Void,
    /// A value that this version does not know.
    Other(UnknownValue),
}

wire_words!(PassStatus, "pass status", { Valid => "valid", Offered => "offered", Used => "used", Void => "void" });

impl PassStatus {
    /// Returns the status as people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Valid => "Valid",
            Self::Offered => "For resale",
            Self::Used => "Used",
            Self::Void => "Void",
            Self::Other(_) => "Unknown",
        }
    }
}

/// Declares a text that gives its holder a right, and that `Debug` does not print.
macro_rules! secret_text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(code: impl Into<String>) -> Self {
                Self(code.into())
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

        impl From<&str> for $name {
            fn from(code: &str) -> Self {
                Self(code.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(code: String) -> Self {
                Self(code)
            }
        }
    };
}

secret_text! {
    /// The code of a pass: `TK1` and the base45 text of its identifier, serial and signature. Its `Debug` hides it.
    PassCode
}

secret_text! {
    /// The secret with which another user claims a pass. The service shows it once. Its `Debug` hides it.
    ClaimCode
}

/// A started transfer of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PassTransfer {
    /// The secret for the next holder.
    pub claim_code: ClaimCode,
    /// When it ends: seven days after the start of the transfer.
    pub expires_at: Timestamp,
}

/// A claim of a pass that another user gives away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewClaim {
    /// The secret of the transfer.
    pub claim_code: ClaimCode,
}

/// An offer of a pass for resale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewResale {
    /// The price in US dollars: at most [`Pass::resale_limit`].
    #[cfg_attr(feature = "openapi", schema(schema_with = Money::input_schema))]
    pub price: Money,
}

/// A check-in at the door.
///
/// ```
/// use ticketing_sdk::NewCheckIn;
///
/// let check_in = NewCheckIn::new("TK1…").device("north door");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewCheckIn {
    /// The code of the pass, as read.
    pub code: PassCode,
    /// When the door admitted it, where it did so offline; otherwise the service takes its own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The name of the device: at most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 60))]
    pub device: Option<String>,
}

impl NewCheckIn {
    /// A check-in of this code now.
    pub fn new(code: impl Into<PassCode>) -> Self {
        Self { code: code.into(), at: None, device: None }
    }

    /// States when the door admitted it.
    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    /// Names the device.
    #[must_use]
    pub fn device(mut self, device: impl Into<String>) -> Self {
        self.device = Some(device.into());
        self
    }
}

/// An admission: a pass that was checked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Admission {
    /// Identifies the pass.
    pub pass_id: PassId,
    /// The title of its ticket.
    pub title: String,
    /// The seat, if the ticket has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// When it was admitted.
    pub admitted_at: Timestamp,
}

/// The public keys that verify the codes of passes, as a JWK set (RFC 7517, RFC 8037).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassKeys {
    /// The keys; the service signs with the first one.
    pub keys: Vec<PassKey>,
}

/// A public key of Ed25519.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassKey {
    /// The key type: `OKP`.
    pub kty: String,
    /// The curve: `Ed25519`.
    pub crv: String,
    /// The public key: base64url without padding of 32 bytes.
    pub x: String,
    /// Identifies the key: its thumbprint (RFC 7638).
    pub kid: String,
    /// `EdDSA`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}
