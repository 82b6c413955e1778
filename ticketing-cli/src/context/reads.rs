//! Reads of records that interrupted writes may be about: a write whose outcome they show is settled.

use std::slice;

use ticketing_sdk::{Error, Order, OrderId, Pass, PassId};
use ticketing_tui::Evidence;

use super::ApiContext;

impl ApiContext {
    /// Reads an order.
    pub(crate) async fn read_order(&self, id: &OrderId) -> Result<Order, Error> {
        let order = self.client.orders().get(id).await?;
        self.settle_known(Evidence::Orders(slice::from_ref(&order)));
        Ok(order)
    }

    /// Reads a pass.
    pub(crate) async fn read_pass(&self, id: &PassId) -> Result<Pass, Error> {
        let pass = self.client.passes().get(id).await?;
        self.settle_known(Evidence::Passes(slice::from_ref(&pass)));
        Ok(pass)
    }

    /// Settles the interrupted writes about an order that has just ended, if there are any.
    pub(crate) async fn settle_order(&self, id: &OrderId) {
        if !self.journal.claim_interrupted().is_empty() {
            // If it cannot be read, the records stay.
            let _ = self.read_order(id).await;
        }
    }

    /// Removes the records of the interrupted writes whose outcome is known by now.
    pub(crate) fn settle_known(&self, evidence: Evidence<'_>) {
        self.journal.settle_known(self.client.server(), evidence);
    }
}
