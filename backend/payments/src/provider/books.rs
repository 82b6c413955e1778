//! A provider's own book, for those who check it against ours.

use ticketing_sdk::OrderId;

use super::Reply;

/// A provider whose book can be read.
pub trait Books: std::fmt::Debug + Send + Sync + 'static {
    /// Every charge that was made for an order of ours.
    fn ledger(&self) -> Reply<'_, Ledger>;
}

/// Every charge there ever was, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The charges. A declined card leaves none.
    pub charges: Vec<LedgerCharge>,
}

/// One charge. All amounts in cents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerCharge {
    /// The provider's name for it.
    pub id: String,
    /// What it pays for.
    pub order_id: OrderId,
    /// The currency, ISO 4217 in small letters.
    pub currency: String,
    /// What was held.
    pub authorized: i64,
    /// What was taken.
    pub captured: i64,
    /// What of the hold was given up.
    pub voided: i64,
    /// What was given back.
    pub refunded: i64,
    /// How often money was taken.
    pub captures: i64,
    /// Whether the money is still held, neither taken nor given up.
    pub held: bool,
}

impl Ledger {
    /// The charges of an order.
    pub fn of<'a>(&'a self, order_id: &'a OrderId) -> impl Iterator<Item = &'a LedgerCharge> {
        self.charges.iter().filter(move |charge| &charge.order_id == order_id)
    }

    /// How often money was taken for an order.
    #[must_use]
    pub fn captures(&self, order_id: &OrderId) -> i64 {
        self.of(order_id).map(|charge| charge.captures).sum()
    }

    /// What was taken for an order and not given back, in cents.
    #[must_use]
    pub fn kept(&self, order_id: &OrderId) -> i64 {
        self.of(order_id).map(|charge| charge.captured - charge.refunded).sum()
    }

    /// What is held for an order, neither taken nor given up, in cents.
    #[must_use]
    pub fn held(&self, order_id: &OrderId) -> i64 {
        self.of(order_id).filter(|charge| charge.held).map(|charge| charge.authorized).sum()
    }
}
