//! The door: check-ins, admissions, and the keys that verify codes.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::{EventTime, PassCode, PassId, Timestamp, setters, tolerant};

/// The values of [`NewCheckIn::starts_within`], in seconds: up to 31 days.
///
/// ```
/// assert!(ticketing_sdk::STARTS_WITHIN_SECONDS.contains(&(12 * 3600)));
/// ```
pub const STARTS_WITHIN_SECONDS: RangeInclusive<u64> = 1..=31 * 86_400;

/// How long a door that can decide by its list waits for the verdict of the server.
///
/// ```no_run
/// use ticketing_sdk::{Client, DOOR_ANSWER_TIMEOUT, NewCheckIn, Verdict};
///
/// # async fn example(client: Client, code: &str) -> ticketing_sdk::Result<()> {
/// let answer = client.passes().check_in(NewCheckIn::new(code)).timeout(DOOR_ANSWER_TIMEOUT).await;
/// println!("{}", Verdict::of_answer(answer)?.verdict.heading());
/// # Ok(()) }
/// ```
pub const DOOR_ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

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
#[non_exhaustive]
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
    /// Admits the pass only if its event starts at most this many seconds before or after the admission; a pass that does not
    /// state a start is admitted. Otherwise the answer is 400 `pass_other_day`, and nothing is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 2_678_400))]
    pub starts_within: Option<u64>,
}

setters!(NewCheckIn { at: some Timestamp, device: some_into String });

impl NewCheckIn {
    /// Creates a check-in of this code, at the time at which the service receives it.
    pub fn new(code: impl Into<PassCode>) -> Self {
        Self { code: code.into(), at: None, device: None, starts_within: None }
    }

    /// Sets the field `starts_within`, in whole seconds: see [`STARTS_WITHIN_SECONDS`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let check_in = ticketing_sdk::NewCheckIn::new("TK1…").starts_within(Duration::from_secs(12 * 3600));
    /// assert_eq!(check_in.starts_within, Some(43_200));
    /// ```
    #[must_use]
    pub fn starts_within(mut self, span: Duration) -> Self {
        self.starts_within = Some(span.as_secs());
        self
    }
}

/// An admission: a pass that was checked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Admission {
    /// Identifies the pass.
    pub pass_id: PassId,
    /// The title of its ticket.
    pub title: String,
    /// The seat, if the ticket has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// The venue of the event, if the ticket states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// When the event starts, if the ticket states it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "tolerant")]
    pub starts_at: Option<EventTime>,
    /// When it was admitted.
    pub admitted_at: Timestamp,
    /// The other admissions on record, by time: doors without a network have admitted an earlier holder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub double_admissions: Vec<DoubleAdmission>,
}

setters!(Admission {
    seat: some_into String, venue: some_into String, starts_at: some EventTime,
    double_admissions: as Vec<DoubleAdmission>,
});

impl Admission {
    /// Creates the admission of a pass without details.
    ///
    /// ```
    /// use ticketing_sdk::{Admission, Timestamp};
    ///
    /// let admission = Admission::new("p-1", "RustConf, day 1", Timestamp::from_millis(0)).seat("Row 4");
    /// assert_eq!(admission.seat.as_deref(), Some("Row 4"));
    /// ```
    pub fn new(pass_id: impl Into<PassId>, title: impl Into<String>, admitted_at: Timestamp) -> Self {
        let (pass_id, title, double_admissions) = (pass_id.into(), title.into(), Vec::new());
        Self { pass_id, title, seat: None, venue: None, starts_at: None, admitted_at, double_admissions }
    }
}

/// The public keys that verify the codes of passes, as a JWK set (RFC 7517, RFC 8037).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub struct PassKeys {
    /// The keys; the service signs with the first one.
    pub keys: Vec<PassKey>,
}

impl PassKeys {
    /// Creates a set of keys. The service signs with the first one.
    ///
    /// ```
    /// use ticketing_sdk::{PassKey, PassKeys};
    ///
    /// let keys = PassKeys::new([PassKey::new("key-1", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]);
    /// assert_eq!(keys.keys[0].alg, "EdDSA");
    /// ```
    pub fn new(keys: impl Into<Vec<PassKey>>) -> Self {
        Self { keys: keys.into() }
    }
}

/// A public key of Ed25519.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
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

impl PassKey {
    /// Creates a key that verifies signatures: `x` is base64url without padding of its 32 bytes.
    ///
    /// ```
    /// let key = ticketing_sdk::PassKey::new("key-1", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    /// assert_eq!((key.kty.as_str(), key.crv.as_str(), key.usage.as_str()), ("OKP", "Ed25519", "sig"));
    /// ```
    pub fn new(kid: impl Into<String>, x: impl Into<String>) -> Self {
        let [kty, crv, alg, usage] = ["OKP", "Ed25519", "EdDSA", "sig"].map(str::to_owned);
        Self { kty, crv, x: x.into(), kid: kid.into(), alg, usage }
    }
}

/// An admission by a door without a network that the service would have refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DoubleAdmission {
    /// When the device admitted it.
    pub admitted_at: Timestamp,
    /// The device, if it gave a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl DoubleAdmission {
    /// Creates an admission by a device, if it gave a name.
    ///
    /// ```
    /// use ticketing_sdk::{DoubleAdmission, Timestamp};
    ///
    /// let again = DoubleAdmission::new(Timestamp::from_millis(0), Some("south door".to_owned()));
    /// assert_eq!(again.device.as_deref(), Some("south door"));
    /// ```
    #[must_use]
    pub fn new(admitted_at: Timestamp, device: Option<String>) -> Self {
        Self { admitted_at, device }
    }
}
