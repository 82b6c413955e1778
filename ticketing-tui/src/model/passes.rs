//! The passes of the user.

use ticketing_sdk::{OrderId, Pass, PassId, TicketId};

use super::notices::Level;
use super::{Load, Model};
use crate::call_error::CallError;
use crate::effect::Call;
use crate::event::Reply;

/// One's passes, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Passes {
    list: Vec<Pass>,
    pub(crate) load: Load,
}

/// Names a pass: also one that is not issued yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PassKey {
    Id(PassId),
    /// The pass that was bought with this order.
    Order(OrderId),
}

impl Passes {
    /// All of them, the newest first.
    pub(crate) fn list(&self) -> &[Pass] {
        &self.list
    }

    pub(crate) fn get(&self, key: &PassKey) -> Option<&Pass> {
        self.list.iter().find(|pass| match key {
            PassKey::Id(id) => pass.id == *id,
            PassKey::Order(order) => pass.order_id.as_ref() == Some(order),
        })
    }

    /// The pass that is for sale under a listing.
    pub(crate) fn of_listing(&self, listing: &TicketId) -> Option<&Pass> {
        self.list.iter().find(|pass| pass.listing_id.as_ref() == Some(listing))
    }

    /// Replaces the list. A newer version of a pass stays.
    pub(crate) fn replace(&mut self, passes: &[Pass]) {
        let known = std::mem::replace(&mut self.list, passes.to_vec());
        for pass in known {
            if self.list.iter().any(|listed| listed.id == pass.id) {
                self.update(&pass);
            }
        }
        self.load = Load::Ready;
    }

    /// Updates a pass unless a newer version is known.
    pub(crate) fn update(&mut self, pass: &Pass) {
        match self.list.iter_mut().find(|known| known.id == pass.id) {
            Some(known) if known.version > pass.version => {}
            Some(known) => *known = pass.clone(),
            None => {
                let key = |pass: &Pass| (pass.issued_at, pass.id.clone());
                let place = self.list.partition_point(|known| key(known) > key(pass));
                self.list.insert(place, pass.clone());
            }
        }
    }
}

impl Model {
    /// Takes back a pass that nobody has claimed.
    pub(crate) fn take_back(&mut self, id: &PassId) {
        self.call(Call::TakeBack(id.clone()));
    }

    /// Applies the reply to a write: the pass has changed, or must be loaded again.
    pub(super) fn finish_pass_write(&mut self, id: &PassId, reply: &Result<Reply, CallError>) {
        match reply {
            Ok(reply) => {
                if matches!(reply, Reply::Done) {
                    self.notify(Level::Success, "Taken back: the claim code is void");
                }
                self.call(Call::Pass(id.clone()));
            }
            Err(_) => self.load_passes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{PassStatus, fixtures};

    use super::*;

    #[test]
    fn list_read_before_a_change_does_not_undo_it() {
        let mut passes = Passes::default();
        let used = Pass { version: 2, status: PassStatus::Used, ..fixtures::pass("p") };
        passes.update(&used);
        passes.replace(&[fixtures::pass("p"), fixtures::pass("q")]);
        assert_eq!(passes.get(&PassKey::Id("p".into())), Some(&used));
        passes.replace(&[fixtures::pass("q")]);
        assert_eq!(passes.get(&PassKey::Id("p".into())), None, "a pass that was claimed is gone");
    }

    #[test]
    fn pass_is_found_by_its_order_and_its_listing() {
        let mut passes = Passes::default();
        let bought = Pass { order_id: Some("o".into()), ..fixtures::pass("p") };
        passes.update(&bought);
        assert_eq!(passes.get(&PassKey::Order("o".into())), Some(&bought));
        assert_eq!(passes.get(&PassKey::Order("other".into())), None);
        let offered = Pass { listing_id: Some("l".into()), version: 1, ..bought };
        passes.update(&offered);
        assert_eq!(passes.of_listing(&"l".into()), Some(&offered));
    }
}
