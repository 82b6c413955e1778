//! Passes: the right to enter, its transfers, and admissions.

mod door;

use serde::{Deserialize, Serialize};

pub use self::door::{
    Admission, DOOR_ANSWER_TIMEOUT, DoubleAdmission, NewCheckIn, PassKey, PassKeys, STARTS_WITHIN_SECONDS,
};
use super::{
    ClaimCode, Money, OrderId, PassCode, PassId, TicketDetails, TicketId, Timestamp, UserId, setters,
    tolerant, wire_words,
};

/// The right to enter, held by one user at a time. The service issues it when the order of a ticket completes; it
/// outlives transfers and resales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
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
    /// When the present holder was admitted, by a code of this serial: the first time, if several devices did. Also while the
    /// pass is `offered`, if a door without a network has admitted its holder: then its listing is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_at: Option<Timestamp>,
    /// The device that admitted it, if it gave a name. Only the issuer sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The other admissions, by time: of earlier holders, with codes of earlier serials, and of further devices. A door without
    /// a network does not know of another door, nor of a new holder or an offer, so a pass that is not used can have some too.
    /// The holder sees the times, the issuer also the devices. A pass of an earlier holder who has entered is not sold on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub double_admissions: Vec<DoubleAdmission>,
    /// The order with which the holder bought it; absent where the holder claimed it. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// The highest price in US dollars at which the holder may sell it on; absent if it cannot be sold on. Only the holder sees
    /// it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "tolerant")]
    pub resale_limit: Option<Money>,
    /// The listing under which the pass is for sale while it is `offered`. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing_id: Option<TicketId>,
    /// When the pending transfer ends, if the holder has started one. Only the holder sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_expires_at: Option<Timestamp>,
}

setters!(Pass {
    title: into String, details: as TicketDetails, serial: as u16, status: as PassStatus, version: as i64,
    code: some_into PassCode, admitted_at: some Timestamp, device: some_into String,
    double_admissions: as Vec<DoubleAdmission>, order_id: some_into OrderId, resale_limit: some Money,
    listing_id: some_into TicketId, transfer_expires_at: some Timestamp, issuer_id: into UserId,
});

impl Pass {
    /// Creates a valid pass of the first holder: without details and code, with the serial and the version 0.
    ///
    /// ```
    /// use ticketing_sdk::{Pass, PassStatus};
    ///
    /// let pass = Pass::new("p-1", "t-1", "seller", "RustConf, day 1", "2026-11-22T10:15:00Z".parse()?);
    /// assert_eq!(pass.status, PassStatus::Valid);
    /// let given = pass.serial(1).version(1).code("TK1…");
    /// # Ok::<(), ticketing_sdk::TimestampError>(())
    /// ```
    pub fn new(
        id: impl Into<PassId>,
        ticket_id: impl Into<TicketId>,
        issuer_id: impl Into<UserId>,
        title: impl Into<String>,
        issued_at: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            ticket_id: ticket_id.into(),
            issuer_id: issuer_id.into(),
            title: title.into(),
            details: TicketDetails::default(),
            serial: 0,
            status: PassStatus::Valid,
            version: 0,
            issued_at,
            code: None,
            admitted_at: None,
            device: None,
            double_admissions: Vec::new(),
            order_id: None,
            resale_limit: None,
            listing_id: None,
            transfer_expires_at: None,
        }
    }

    /// Returns when the transfer ends that the holder has started, if a claim code of it works. `now` is the server's time.
    ///
    /// ```
    /// # use ticketing_sdk::{Pass, Timestamp};
    /// # fn example(pass: &Pass, server_time: Timestamp) {
    /// if let Some(end) = pass.pending_transfer(server_time) {
    ///     println!("a person with the claim code can claim the pass until {end}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn pending_transfer(&self, now: Timestamp) -> Option<Timestamp> {
        self.transfer_expires_at.filter(|end| self.status == PassStatus::Valid && *end > now)
    }

    /// Returns the status as people read it: that of the pass, or `Transfer pending` while a claim code works. `now` is the
    /// server's time.
    ///
    /// ```
    /// use ticketing_sdk::Pass;
    ///
    /// let pass = Pass::new("p-1", "t-1", "seller", "RustConf, day 1", "2026-11-22T10:15:00Z".parse()?)
    ///     .transfer_expires_at("2026-11-29T10:15:00Z".parse()?);
    /// assert_eq!(pass.label("2026-11-23T00:00:00Z".parse()?), "Transfer pending");
    /// assert_eq!(pass.label("2026-11-29T10:15:00Z".parse()?), "Valid");
    /// # Ok::<(), ticketing_sdk::TimestampError>(())
    /// ```
    #[must_use]
    pub fn label(&self, now: Timestamp) -> &'static str {
        if self.pending_transfer(now).is_some() { "Transfer pending" } else { self.status.label() }
    }

    /// Returns whether a claim that was answered with this pass has taken back a transfer of the claimant, who held these passes
    /// before: the holder and the serial are the same.
    ///
    /// ```
    /// use ticketing_sdk::{Timestamp, fixtures};
    ///
    /// let before = fixtures::pass("p-1").transfer_expires_at(Timestamp::from_millis(fixtures::NOW));
    /// assert!(fixtures::pass("p-1").is_taken_back(&[before.clone()]));
    /// assert!(!fixtures::pass("p-1").serial(1).is_taken_back(&[before]));
    /// ```
    #[must_use]
    pub fn is_taken_back(&self, held: &[Self]) -> bool {
        // Without an open transfer, the claim is repeated after its answer was lost.
        let is_it = |pass: &Self| {
            pass.id == self.id && pass.serial == self.serial && pass.transfer_expires_at.is_some()
        };
        held.iter().any(is_it)
    }
}

wire_words! {
    /// Whether a pass admits.
    ///
    /// ```
    /// use ticketing_sdk::PassStatus;
    ///
    /// assert_eq!("offered".parse(), Ok(PassStatus::Offered));
    /// ```
    PassStatus, "pass status" {
        /// It admits its holder once.
        Valid = "valid", "Valid";
        /// It is for sale; nobody enters with it until the listing is withdrawn or sold.
        Offered = "offered", "For resale";
        /// Its holder has entered.
        Used = "used", "Used";
        /// It admits nobody any more.
        Void = "void", "Void";
    }
}

/// A started transfer of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PassTransfer {
    /// The secret for the next holder.
    pub claim_code: ClaimCode,
    /// When it ends: seven days after the start of the transfer.
    pub expires_at: Timestamp,
}

impl PassTransfer {
    /// Creates a transfer that the owner of the claim code can claim until `expires_at`.
    ///
    /// ```
    /// use ticketing_sdk::{PassTransfer, Timestamp};
    ///
    /// let transfer = PassTransfer::new("CLAIM-1", Timestamp::from_millis(0));
    /// assert_eq!(transfer.claim_code.as_str(), "CLAIM-1");
    /// ```
    pub fn new(claim_code: impl Into<ClaimCode>, expires_at: Timestamp) -> Self {
        Self { claim_code: claim_code.into(), expires_at }
    }
}

/// A claim of a pass that another user gives away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewClaim {
    /// The secret of the transfer.
    pub claim_code: ClaimCode,
}

impl NewClaim {
    /// Creates a claim with the code of a transfer.
    ///
    /// ```
    /// let claim = ticketing_sdk::NewClaim::new("CLAIM-1");
    /// assert_eq!(serde_json::to_string(&claim)?, r#"{"claimCode":"CLAIM-1"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(claim_code: impl Into<ClaimCode>) -> Self {
        Self { claim_code: claim_code.into() }
    }
}

/// An offer of a pass for resale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NewResale {
    /// The price in US dollars: at most [`Pass::resale_limit`].
    #[cfg_attr(feature = "openapi", schema(schema_with = Money::input_schema))]
    pub price: Money,
}

impl NewResale {
    /// Creates an offer at this price.
    ///
    /// ```
    /// let offer = ticketing_sdk::NewResale::new("40".parse()?);
    /// assert_eq!(serde_json::to_string(&offer)?, r#"{"price":40}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(price: Money) -> Self {
        Self { price }
    }
}
