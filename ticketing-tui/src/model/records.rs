//! The lists of the user's records, each in its newest known version.

use std::collections::HashSet;
use std::hash::Hash;

use ticketing_sdk::{Order, OrderId, Pass, PassId, Timestamp};

use super::Load;
use crate::effect::CallId;

/// Something of the user.
pub(crate) trait Record: Clone {
    type Id: Clone + Eq + Hash + Ord;

    fn id(&self) -> &Self::Id;

    /// Returns when it was made: the newest record is the first.
    fn created_at(&self) -> Option<Timestamp>;
}

/// The records, the newest first.
#[derive(Debug)]
pub(crate) struct Records<R: Record> {
    list: Vec<R>,
    pub(crate) load: Load,
    /// The records received since the list was requested, which the list may lack.
    updated_since_load: HashSet<R::Id>,
}

impl<R: Record> Default for Records<R> {
    fn default() -> Self {
        Self { list: Vec::new(), load: Load::default(), updated_since_load: HashSet::new() }
    }
}

impl<R: Record> Records<R> {
    pub(crate) fn list(&self) -> &[R] {
        &self.list
    }

    pub(crate) fn get(&self, id: &R::Id) -> Option<&R> {
        self.list.iter().find(|record| record.id() == id)
    }

    pub(super) fn get_mut(&mut self, id: &R::Id) -> Option<&mut R> {
        self.list.iter_mut().find(|record| record.id() == id)
    }

    /// Records the request of the list.
    pub(crate) fn begin_load(&mut self, call: CallId) {
        self.load = Load::Loading(call);
        self.updated_since_load.clear();
    }

    /// Ends the load, once every record of the list was updated. A record received after the request of the list stays,
    /// even if the list lacks it.
    pub(super) fn end_load(&mut self) {
        let updated = std::mem::take(&mut self.updated_since_load);
        self.list.retain(|record| updated.contains(record.id()));
        self.load = Load::Ready;
    }

    /// Adds a record, or hands the known one to `merge`.
    pub(super) fn update(&mut self, record: R, merge: impl FnOnce(&mut R, R)) {
        self.updated_since_load.insert(record.id().clone());
        match self.get_mut(record.id()) {
            Some(known) => merge(known, record),
            None => {
                let key = |record: &R| (record.created_at(), record.id().clone());
                let place = self.list.partition_point(|known| key(known) > key(&record));
                self.list.insert(place, record);
            }
        }
    }

    pub(super) fn remove(&mut self, id: &R::Id) {
        self.list.retain(|record| record.id() != id);
    }
}

impl Record for Order {
    type Id = OrderId;

    fn id(&self) -> &OrderId {
        &self.id
    }

    fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }
}

impl Record for Pass {
    type Id = PassId;

    fn id(&self) -> &PassId {
        &self.id
    }

    fn created_at(&self) -> Option<Timestamp> {
        Some(self.issued_at)
    }
}
