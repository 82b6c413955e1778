//! A semaphore for hashes whose queue is shared fairly between client addresses and accounts.
//!
//! Free slots are assigned to addresses in turn. If the queue is full, a request of an address with few requests displaces
//! the newest one of the address with most, so that a flood from some addresses refuses only its own requests. Attempts at
//! one account from addresses that have never signed in to it use at most half of the queue, shared likewise.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

/// The requester of a hash.
#[derive(Debug, Clone)]
pub(crate) struct Requester {
    /// The address of the client, by subscriber.
    pub(crate) address: IpAddr,
    /// The account of the attempt, unless the address has signed in to it before.
    pub(crate) guessed_account: Option<String>,
}

/// The queue is full, and the request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct QueueFull;

/// The slots and their queue. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct FairSemaphore(Arc<Mutex<Queue>>);

/// A slot, which is assigned to the next request when it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(FairSemaphore);

#[derive(Debug)]
struct Queue {
    free: usize,
    /// The length of the queue.
    room: usize,
    /// The length of the queue for one account, from addresses that have never signed in to it.
    room_of_account: usize,
    waiting: usize,
    by_address: HashMap<IpAddr, VecDeque<Waiter>>,
    by_account: HashMap<String, usize>,
    /// The waiting addresses; the first one is next.
    order: VecDeque<IpAddr>,
    next_id: u64,
}

#[derive(Debug)]
struct Waiter {
    id: u64,
    account: Option<String>,
    /// Sends the slot. It is dropped if the request is displaced.
    granted: oneshot::Sender<()>,
}

/// A request in the queue, which it leaves when this is dropped.
struct QueuedRequest {
    semaphore: FairSemaphore,
    address: IpAddr,
    id: u64,
    granted: oneshot::Receiver<()>,
    is_over: bool,
}

impl FairSemaphore {
    /// Creates slots (at least 1) and their queue.
    pub(crate) fn new(slots: usize, room: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            free: slots.max(1),
            room,
            room_of_account: (room / 2).max(1),
            waiting: 0,
            by_address: HashMap::new(),
            by_account: HashMap::new(),
            order: VecDeque::new(),
            next_id: 0,
        })))
    }

    /// Waits for a slot.
    pub(crate) async fn acquire(&self, requester: Requester) -> Result<Permit, QueueFull> {
        let mut queued = match self.0.lock().enter(requester) {
            Acquisition::Free => return Ok(Permit(self.clone())),
            Acquisition::Full => return Err(QueueFull),
            Acquisition::Waits { address, id, granted } => {
                QueuedRequest { semaphore: self.clone(), address, id, granted, is_over: false }
            }
        };
        let granted = (&mut queued.granted).await;
        queued.is_over = true;
        granted.map(|()| Permit(self.clone())).map_err(|_| QueueFull)
    }
}

enum Acquisition {
    Free,
    Full,
    Waits { address: IpAddr, id: u64, granted: oneshot::Receiver<()> },
}

impl Queue {
    fn enter(&mut self, requester: Requester) -> Acquisition {
        if self.free > 0 {
            self.free -= 1;
            return Acquisition::Free;
        }
        let Requester { address, guessed_account: account } = requester;
        let of_account = account.as_ref().and_then(|account| self.by_account.get(account)).copied();
        let is_account_full = of_account.unwrap_or_default() >= self.room_of_account;
        let crowd = account.as_deref().filter(|_| is_account_full);
        if (crowd.is_some() || self.waiting >= self.room) && !self.make_room(address, crowd) {
            return Acquisition::Full;
        }
        let (granting, granted) = oneshot::channel();
        let id = self.next_id;
        self.next_id += 1;
        self.waiting += 1;
        if let Some(account) = &account {
            *self.by_account.entry(account.clone()).or_default() += 1;
        }
        let waiters = self.by_address.entry(address).or_default();
        if waiters.is_empty() {
            self.order.push_back(address);
        }
        waiters.push_back(Waiter { id, account, granted: granting });
        Acquisition::Waits { address, id, granted }
    }

    /// Displaces the newest request of the address with most requests, if that has at least two more than `address`.
    /// With an account `crowd`, only requests for that account count.
    fn make_room(&mut self, address: IpAddr, crowd: Option<&str>) -> bool {
        let counts = |waiter: &&Waiter| crowd.is_none_or(|crowd| waiter.account.as_deref() == Some(crowd));
        let count = |waiters: &VecDeque<Waiter>| waiters.iter().filter(counts).count();
        let own = self.by_address.get(&address).map_or(0, count);
        let longest = self.by_address.iter().map(|(address, waiters)| (count(waiters), *address)).max();
        let Some((length, longest)) = longest.filter(|(length, _)| *length >= own + 2) else { return false };
        debug_assert!(length > 0, "the queue of the address is not empty");
        let waiters = self.by_address.get(&longest);
        let newest = waiters.and_then(|waiters| waiters.iter().rev().find(counts)).map(|waiter| waiter.id);
        // Dropping its sender refuses it.
        newest.and_then(|id| self.remove(longest, id)).is_some()
    }

    fn remove(&mut self, address: IpAddr, id: u64) -> Option<Waiter> {
        let waiters = self.by_address.get_mut(&address)?;
        let at = waiters.iter().position(|waiter| waiter.id == id)?;
        let waiter = waiters.remove(at)?;
        if waiters.is_empty() {
            self.by_address.remove(&address);
            self.order.retain(|waiting| *waiting != address);
        }
        self.forget(&waiter);
        Some(waiter)
    }

    /// Assigns a slot to the first request of the next address, or frees it.
    fn release(&mut self) {
        while let Some(address) = self.order.pop_front() {
            let Some(waiters) = self.by_address.get_mut(&address) else { continue };
            let Some(waiter) = waiters.pop_front() else { continue };
            if waiters.is_empty() {
                self.by_address.remove(&address);
            } else {
                self.order.push_back(address);
            }
            self.forget(&waiter);
            if waiter.granted.send(()).is_ok() {
                return;
            }
        }
        self.free += 1;
    }

    fn forget(&mut self, waiter: &Waiter) {
        self.waiting -= 1;
        let Some(account) = &waiter.account else { return };
        if let Some(waiting) = self.by_account.get_mut(account) {
            *waiting -= 1;
            if *waiting == 0 {
                self.by_account.remove(account);
            }
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.0.lock().release();
    }
}

impl Drop for QueuedRequest {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.semaphore.0.lock();
        // Its client has disconnected. A slot that it has received goes to the next request.
        if state.remove(self.address, self.id).is_none() && self.granted.try_recv().is_ok() {
            state.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use futures_util::FutureExt;

    use super::*;

    type PendingPermit = Pin<Box<dyn Future<Output = Result<Permit, QueueFull>>>>;

    fn requester(address: u8) -> Requester {
        Requester { address: IpAddr::from([10, 0, 0, address]), guessed_account: None }
    }

    fn guessing_requester(address: u8, account: &str) -> Requester {
        Requester { guessed_account: Some(account.to_owned()), ..requester(address) }
    }

    /// Returns a request that is in the queue or was refused.
    fn enter(semaphore: &FairSemaphore, requester: Requester) -> PendingPermit {
        let semaphore = semaphore.clone();
        let mut waiting: PendingPermit = Box::pin(async move { semaphore.acquire(requester).await }.fuse());
        match (&mut waiting).now_or_never() {
            Some(outcome) => Box::pin(std::future::ready(outcome).fuse()),
            None => waiting,
        }
    }

    /// Returns the outcome of the request; `None` while it waits, and after the outcome was taken.
    fn outcome(waiting: &mut PendingPermit) -> Option<Result<Permit, QueueFull>> {
        waiting.now_or_never()
    }

    #[test]
    fn flood_from_some_addresses_refuses_only_its_own_requests() {
        let semaphore = FairSemaphore::new(1, 20);
        let busy = outcome(&mut enter(&semaphore, requester(99))).unwrap().unwrap();
        let mut flood: Vec<PendingPermit> =
            (0..200_u8).map(|number| enter(&semaphore, requester(number % 10))).collect();
        let mut owner = enter(&semaphore, requester(50));
        assert!(outcome(&mut owner).is_none(), "it waits");
        let refused = flood.iter_mut().filter_map(outcome).filter(Result::is_err).count();
        assert_eq!(refused, 181, "20 wait, of which the owner is one");
        // It gets a permit when each of the ten others has had one.
        drop(busy);
        let mut permits_before = 0;
        let owners = loop {
            if let Some(permit) = outcome(&mut owner) {
                break permit;
            }
            let permit = flood.iter_mut().find_map(|waiting| outcome(waiting).and_then(Result::ok));
            permits_before += usize::from(permit.is_some());
            assert!(permits_before <= 10, "the owner waits for ever");
        };
        assert!(owners.is_ok());
        drop(owners);
        drop(flood);
        let state = semaphore.0.lock();
        assert_eq!((state.free, state.waiting), (1, 0));
        assert!(state.by_address.is_empty() && state.by_account.is_empty() && state.order.is_empty());
    }

    #[test]
    fn guesses_of_one_account_get_half_of_the_queue() {
        let semaphore = FairSemaphore::new(1, 8);
        let _busy = outcome(&mut enter(&semaphore, requester(99))).unwrap().unwrap();
        // Each from an address of its own.
        let mut guesses: Vec<PendingPermit> =
            (0..20).map(|address| enter(&semaphore, guessing_requester(address, "ada"))).collect();
        assert_eq!(guesses.iter_mut().filter_map(outcome).count(), 16, "half of the queue waits");
        // Its owner, at a known address, and the others have the other half.
        let mut others = [enter(&semaphore, requester(50)), enter(&semaphore, guessing_requester(51, "bob"))];
        assert!(others.iter_mut().all(|waiting| outcome(waiting).is_none()));
    }

    #[test]
    fn owner_at_a_new_address_displaces_the_newest_guess() {
        let semaphore = FairSemaphore::new(1, 8);
        let _busy = outcome(&mut enter(&semaphore, requester(99))).unwrap().unwrap();
        let mut guesses: Vec<PendingPermit> =
            (0..4).map(|_| enter(&semaphore, guessing_requester(1, "ada"))).collect();
        let mut owner = enter(&semaphore, guessing_requester(2, "ada"));
        assert!(outcome(&mut owner).is_none(), "it waits");
        assert_eq!(guesses.iter_mut().rev().filter_map(outcome).count(), 1);
        assert!(outcome(guesses.last_mut().unwrap()).is_none_or(|outcome| outcome.is_err()));
    }

    #[test]
    fn cancelled_request_leaves_the_queue() {
        let semaphore = FairSemaphore::new(1, 1);
        let busy = outcome(&mut enter(&semaphore, requester(99))).unwrap().unwrap();
        let gone = enter(&semaphore, requester(1));
        assert!(matches!(outcome(&mut enter(&semaphore, requester(2))), Some(Err(QueueFull))));
        drop(gone);
        let granted = enter(&semaphore, requester(2));
        drop(busy);
        // The request is dropped after it was granted a slot and before it takes the slot.
        drop(granted);
        let state = semaphore.0.lock();
        assert_eq!((state.free, state.waiting), (1, 0));
    }
}
