//! The ledger of a provider, which the audit compares with the payments.

use ticketing_sdk::OrderId;

/// All charges, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The charges. A declined card leaves none.
    pub charges: Vec<LedgerCharge>,
}

/// One charge. All amounts in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerCharge {
    /// The provider's id of the charge.
    pub id: String,
    /// The order it pays for.
    pub order_id: OrderId,
    /// The currency, ISO 4217 in lower case.
    pub currency: String,
    /// The authorized amount.
    pub authorized: i64,
    /// The captured amount.
    pub captured: i64,
    /// The voided amount.
    pub voided: i64,
    /// The refunded amount.
    pub refunded: i64,
    /// The number of captures.
    pub captures: i64,
    /// Whether the amount is still held, neither captured nor voided.
    pub held: bool,
}

impl Ledger {
    /// Returns the charges of an order.
    pub fn charges_of<'a>(&'a self, order_id: &'a OrderId) -> impl Iterator<Item = &'a LedgerCharge> {
        self.charges.iter().filter(move |charge| &charge.order_id == order_id)
    }

    /// Returns the number of captures of an order.
    pub fn captures(&self, order_id: &OrderId) -> i64 {
        self.charges_of(order_id).map(|charge| charge.captures).sum()
    }

    /// Returns the amount captured for an order minus refunds, in cents.
    pub fn kept_cents(&self, order_id: &OrderId) -> i64 {
        self.charges_of(order_id).map(|charge| charge.captured - charge.refunded).sum()
    }

    /// Returns the amount held for an order, neither captured nor voided, in cents.
    pub fn held_cents(&self, order_id: &OrderId) -> i64 {
        self.charges_of(order_id).filter(|charge| charge.held).map(|charge| charge.authorized).sum()
    }
}
