//! The rules of a pass: its states, and which user may change it how.

mod resale_cap;

use std::time::Duration;

use ticketing_sdk::{
    DoubleAdmission, EventTime, Money, OrderId, Pass, PassId, PassStatus, TicketDetails, TicketId, Timestamp,
    UserId,
};

pub use resale_cap::{ResaleCap, ResaleCapError};

/// How long a transfer can be claimed.
pub const TRANSFER_TTL: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The number of recorded admissions, besides that of the present holder, from which on only the first one of a new holder is
/// recorded. It becomes one of them when that holder sells the pass.
pub const MAX_DOUBLE_ADMISSIONS: usize = 32;

/// A pass as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPass {
    /// The pass.
    pub id: PassId,
    /// The ticket of the first sale.
    pub ticket_id: TicketId,
    /// The order of the first sale.
    pub issuing_order_id: OrderId,
    /// The issuer.
    pub issuer_id: UserId,
    /// The title under which it was sold.
    pub title: String,
    /// The details with which it was sold.
    pub details: TicketDetails,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// The holder.
    pub holder_id: UserId,
    /// The order with which the holder bought it; `None` where the holder claimed it.
    pub order_id: Option<OrderId>,
    /// The price of the last sale.
    pub paid: Money,
    /// The number of changes of holder.
    pub serial: u16,
    /// The state.
    pub state: PassState,
    /// The admissions besides that of the present holder, by time: by codes of earlier holders, and of doors that had no
    /// network, so that they did not know of the first one.
    pub double_admissions: Vec<DoubleAdmission>,
    /// The number of changes.
    pub version: i64,
}

/// The state of a pass, with the data of that state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassState {
    /// It admits its holder.
    Valid {
        /// The transfer that the holder has started, if any.
        transfer: Option<Transfer>,
    },
    /// A listing sells it on.
    Offered {
        /// The listing.
        listing: TicketId,
        /// The earliest admission of the holder, if a door without a network has admitted them. The listing is withdrawn then.
        admission: Option<DoubleAdmission>,
    },
    /// Its holder has entered.
    Used {
        /// When; the first time, if several devices have admitted them.
        admitted_at: Timestamp,
        /// The device that admitted it.
        device: Option<String>,
    },
    /// The pass is void and admits nobody.
    Void,
}

/// A transfer that nobody has claimed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The hash of its claim code.
    pub claim_hash: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A pass cannot be given away or sold on now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassUnavailable {
    /// For its status.
    #[error("the pass is {}", .0.as_str())]
    Status(PassStatus),
    /// It cannot be sold on, because a door has admitted an earlier holder.
    #[error("an earlier holder has entered with the pass")]
    Entered,
}

/// Why a code does not admit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckInError {
    /// No such pass, or one that no code admits.
    #[error("the code is not valid")]
    Invalid,
    /// Another user admits people with this pass.
    #[error("the pass is of another issuer")]
    NotIssuer,
    /// The pass has another holder since the code was made.
    #[error("the pass has another holder")]
    Superseded,
    /// It was admitted before.
    #[error("the pass was admitted at {admitted_at}")]
    AlreadyAdmitted {
        /// The time of the admission.
        admitted_at: Timestamp,
        /// The device that admitted it.
        device: Option<String>,
    },
    /// It is for sale.
    #[error("the pass is for sale")]
    Offered,
    /// Its event starts earlier or later than the door admits.
    #[error("the event starts at {starts_at}")]
    OtherDay {
        /// The title of the pass.
        title: String,
        /// When its event starts.
        starts_at: EventTime,
        /// When the code was read.
        at: Timestamp,
    },
}

impl PassState {
    /// Returns the status on the wire.
    pub fn status(&self) -> PassStatus {
        match self {
            Self::Valid { .. } => PassStatus::Valid,
            Self::Offered { .. } => PassStatus::Offered,
            Self::Used { .. } => PassStatus::Used,
            Self::Void => PassStatus::Void,
        }
    }

    /// Returns the admission of the present holder, the earliest by a code of this serial, if there is one.
    pub fn admission(&self) -> Option<DoubleAdmission> {
        match self {
            Self::Used { admitted_at, device } => Some(DoubleAdmission::new(*admitted_at, device.clone())),
            Self::Offered { admission, .. } => admission.clone(),
            Self::Valid { .. } | Self::Void => None,
        }
    }

    fn used(admission: DoubleAdmission) -> Self {
        let DoubleAdmission { admitted_at, device, .. } = admission;
        Self::Used { admitted_at, device }
    }
}

impl StoredPass {
    fn step(&mut self, state: PassState) {
        self.state = state;
        self.version += 1;
    }

    fn change_holder(&mut self, holder: UserId, order: Option<OrderId>) -> bool {
        let Some(serial) = self.serial.checked_add(1) else { return false };
        (self.serial, self.holder_id, self.order_id) = (serial, holder, order);
        self.step(PassState::Valid { transfer: None });
        true
    }

    fn ensure_valid(&self) -> Result<Option<&Transfer>, PassUnavailable> {
        match &self.state {
            // A serial is never used twice, so the last one stays.
            PassState::Valid { transfer } if self.serial < u16::MAX => Ok(transfer.as_ref()),
            other => Err(PassUnavailable::Status(other.status())),
        }
    }

    /// Starts a transfer, in place of one that is pending.
    ///
    /// # Errors
    /// If the pass is not valid.
    pub fn start_transfer(&mut self, transfer: Transfer) -> Result<(), PassUnavailable> {
        self.ensure_valid()?;
        self.step(PassState::Valid { transfer: Some(transfer) });
        Ok(())
    }

    /// Takes the pending transfer back. Returns whether there was one.
    ///
    /// # Errors
    /// If the pass is not valid.
    pub fn cancel_transfer(&mut self) -> Result<bool, PassUnavailable> {
        let is_pending = self.ensure_valid()?.is_some();
        if is_pending {
            self.step(PassState::Valid { transfer: None });
        }
        Ok(is_pending)
    }

    /// Claims the pass by its pending transfer; its own holder takes the transfer back that way. Returns whether it was
    /// pending at `now`.
    pub fn claim(&mut self, claimant: &UserId, now: Timestamp) -> bool {
        let is_pending = matches!(self.ensure_valid(), Ok(Some(transfer)) if transfer.expires_at > now);
        if !is_pending {
            return false;
        }
        if self.holder_id == *claimant {
            self.step(PassState::Valid { transfer: None });
            return true;
        }
        self.change_holder(claimant.clone(), None)
    }

    /// Offers the pass for sale. A pending transfer ends.
    ///
    /// # Errors
    /// If the pass is not valid, or an earlier holder has entered with it.
    pub fn offer(&mut self, listing: TicketId) -> Result<(), PassUnavailable> {
        self.ensure_valid()?;
        if !self.double_admissions.is_empty() {
            return Err(PassUnavailable::Entered);
        }
        self.step(PassState::Offered { listing, admission: None });
        Ok(())
    }

    /// The listing will never be sold: the pass is valid again, or used if its holder has entered. Returns whether this
    /// listing offered it.
    pub fn close_listing(&mut self, of: &TicketId) -> bool {
        let state = match &self.state {
            PassState::Offered { listing, admission } if listing == of => match admission.clone() {
                Some(admission) => PassState::used(admission),
                None => PassState::Valid { transfer: None },
            },
            _ => return false,
        };
        self.step(state);
        true
    }

    /// The listing is sold: the buyer holds the pass. An admission of the seller becomes a double one. Returns whether
    /// this listing offered it.
    pub fn sell(&mut self, of: &TicketId, buyer: &UserId, order: &OrderId, price: Money) -> bool {
        let admission = match &self.state {
            PassState::Offered { listing, admission } if listing == of => admission.clone(),
            _ => return false,
        };
        let is_sold = self.change_holder(buyer.clone(), Some(order.clone()));
        if is_sold {
            self.paid = price;
            self.add_admissions(admission);
        }
        is_sold
    }

    /// Admits the holder of a code of this serial. `at` is the time of a door that has admitted them without a network, by
    /// its own clock, which can be wrong; `None` if the code was read at `now`. With `starts_within`, an event that starts
    /// earlier or later than that is none of this door's, whatever the state of the pass.
    ///
    /// # Errors
    /// Why it does not admit.
    pub fn admit(
        &mut self,
        user: &UserId,
        serial: u16,
        at: Option<Timestamp>,
        starts_within: Option<Duration>,
        device: Option<String>,
        now: Timestamp,
    ) -> Result<(), CheckInError> {
        if self.issuer_id != *user {
            return Err(CheckInError::NotIssuer);
        }
        if serial > self.serial || self.state == PassState::Void {
            return Err(CheckInError::Invalid);
        }
        if let (Some(span), Some(starts_at)) = (starts_within, &self.details.starts_at) {
            let at = at.unwrap_or(now);
            if !starts_at.is_within(span, at) {
                return Err(CheckInError::OtherDay {
                    title: self.title.clone(),
                    starts_at: starts_at.clone(),
                    at,
                });
            }
        }
        match self.state.admission() {
            // The holder of an old code who is at the door learns nothing about the present holder.
            Some(first) if serial == self.serial || at.is_some() => {
                let DoubleAdmission { admitted_at, device, .. } = first;
                return Err(CheckInError::AlreadyAdmitted { admitted_at, device });
            }
            _ if serial < self.serial => return Err(CheckInError::Superseded),
            _ if self.state.status() == PassStatus::Offered => return Err(CheckInError::Offered),
            _ => {}
        }
        self.step(PassState::used(DoubleAdmission::new(at.unwrap_or(now), device)));
        Ok(())
    }

    /// Records that a door without a network has admitted the holder of a code that the service would have refused: the pass
    /// was used, offered or had another holder. The earliest admission by a code of the present serial is that of the present
    /// holder: the pass is used, or will be if its listing is not sold. Returns whether the admission is new.
    pub fn record_double_admission(&mut self, user: &UserId, serial: u16, double: DoubleAdmission) -> bool {
        let is_refused = match &self.state {
            PassState::Valid { .. } => serial < self.serial,
            PassState::Offered { .. } | PassState::Used { .. } => serial <= self.serial,
            PassState::Void => false,
        };
        let first = self.state.admission();
        let is_known = first.as_ref() == Some(&double) || self.double_admissions.contains(&double);
        let is_own = serial == self.serial;
        // The admission of the present holder takes no place among the others.
        let is_full = self.double_admissions.len() >= MAX_DOUBLE_ADMISSIONS && (first.is_some() || !is_own);
        if self.issuer_id != *user || !is_refused || is_full || is_known {
            return false;
        }
        let mut state = self.state.clone();
        if is_own {
            let (earliest, other) = match first {
                Some(first) if first.admitted_at <= double.admitted_at => (first, Some(double)),
                first => (double, first),
            };
            self.add_admissions(other);
            match &mut state {
                PassState::Offered { admission, .. } => *admission = Some(earliest),
                _ => state = PassState::used(earliest),
            }
        } else {
            self.add_admissions(Some(double));
        }
        self.step(state);
        true
    }

    /// Returns every admission: that of the present holder, then the others by time.
    pub fn admissions(&self) -> impl Iterator<Item = DoubleAdmission> {
        self.state.admission().into_iter().chain(self.double_admissions.iter().cloned())
    }

    fn add_admissions(&mut self, admissions: Option<DoubleAdmission>) {
        self.double_admissions.extend(admissions);
        self.double_admissions.sort_by_key(|admission| admission.admitted_at);
    }

    /// Returns the pass as `viewer` may see it at this time, without its code.
    pub fn shown_to(&self, viewer: &UserId, cap: ResaleCap, now: Timestamp) -> Pass {
        let (is_holder, is_issuer) = (self.holder_id == *viewer, self.issuer_id == *viewer);
        let mut pass = Pass::new(&self.id, &self.ticket_id, &self.issuer_id, &self.title, self.issued_at)
            .details(self.details.clone())
            .serial(self.serial)
            .status(self.state.status())
            .version(self.version);
        if is_holder {
            pass.order_id.clone_from(&self.order_id);
            pass.resale_limit = cap.limit(self.paid).filter(|_| self.double_admissions.is_empty());
        }
        pass.double_admissions.clone_from(&self.double_admissions);
        if !is_issuer {
            pass.double_admissions.iter_mut().for_each(|double| double.device = None);
        }
        match &self.state {
            PassState::Valid { transfer } if is_holder => {
                let end = transfer.as_ref().map(|transfer| transfer.expires_at);
                pass.transfer_expires_at = end.filter(|end| *end > now);
            }
            PassState::Offered { listing, .. } if is_holder => pass.listing_id = Some(listing.clone()),
            _ => {}
        }
        if let Some(admission) = self.state.admission() {
            pass.admitted_at = Some(admission.admitted_at);
            pass.device = admission.device.filter(|_| is_issuer);
        }
        pass
    }
}

#[cfg(test)]
mod tests;
