//! The reference model of passes: holders, transfers, resales and admissions. Tickets owns the passes; orders decides
//! whether a withdrawn listing can still be sold.

use ticketing_events::EventName;

use super::{Model, Terms, Ticket};

/// When a door admitted a pass, and which one.
pub(crate) type Admission = (i64, String);

/// How long a transfer can be claimed, in milliseconds.
const TRANSFER_TTL: i64 = 7 * 24 * 3600 * 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transfer {
    pub(crate) claim_code: String,
    pub(crate) ends_at: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// Known once the service has issued it.
    pub(crate) id: Option<String>,
    pub(crate) issuer: u8,
    pub(crate) holder: u8,
    /// The order of the holder; none after a claim.
    pub(crate) order: Option<String>,
    /// The terms of the last sale: the price is the limit of a resale.
    pub(crate) sold: Terms,
    pub(crate) serial: usize,
    /// `valid`, `offered` or `used`.
    pub(crate) status: &'static str,
    pub(crate) listing: Option<String>,
    pub(crate) transfer: Option<Transfer>,
    /// The earliest admission of the holder, by a code of this serial.
    pub(crate) first: Option<Admission>,
    /// The others, by time: doors without a network do not know of each other, nor of a new holder.
    pub(crate) doubles: Vec<Admission>,
    /// The event of each version.
    pub(crate) events: Vec<EventName>,
}

impl Pass {
    fn change(&mut self, name: EventName) {
        self.events.push(name);
    }

    fn move_to(&mut self, holder: u8, order: Option<String>) {
        (self.holder, self.order) = (holder, order);
        (self.status, self.listing, self.transfer) = ("valid", None, None);
        if let Some(first) = self.first.take() {
            self.add_double(first);
        }
        self.serial += 1;
        self.change(EventName::PassTransferred);
    }

    fn add_double(&mut self, admission: Admission) {
        let place = self.doubles.iter().take_while(|(at, _)| *at <= admission.0).count();
        self.doubles.insert(place, admission);
    }

    fn ensure_valid_for(&self, by: u8) -> Result<(), &'static str> {
        match self.status {
            _ if self.holder != by => Err("not_found"),
            "valid" => Ok(()),
            _ => Err("pass_not_valid"),
        }
    }
}

impl Model {
    /// Applies a completed order at tickets: a first sale issues a pass, a resale transfers it.
    pub(super) fn sell_pass(&mut self, order_id: &str) {
        let order = &self.orders[order_id];
        let Ticket { seller, resale_of, .. } = &self.tickets[&order.ticket];
        let (buyer, sold, order_id) = (order.user, order.terms.clone(), Some(order_id.to_owned()));
        match resale_of {
            Some(first) => {
                let pass = self.passes.get_mut(first).unwrap();
                assert_eq!(pass.listing.as_ref(), Some(&order.ticket), "a pass was sold that is not offered");
                pass.sold = sold;
                pass.move_to(buyer, order_id);
            }
            None => {
                let pass = Pass {
                    id: None,
                    issuer: *seller,
                    holder: buyer,
                    order: order_id,
                    sold,
                    serial: 0,
                    status: "valid",
                    listing: None,
                    transfer: None,
                    first: None,
                    doubles: Vec::new(),
                    events: vec![EventName::PassIssued],
                };
                self.passes.insert(order.ticket.clone(), pass);
            }
        }
    }

    /// Applies a closed listing: its pass is valid again, or used if its holder has entered.
    pub(super) fn close_listing(&mut self, listing: &str) {
        let first = self.tickets[listing].resale_of.clone();
        let Some(pass) = first.and_then(|first| self.passes.get_mut(&first)) else { return };
        if pass.listing.as_deref() == Some(listing) {
            let has_entered = pass.first.is_some();
            (pass.status, pass.listing) = (if has_entered { "used" } else { "valid" }, None);
            pass.change(if has_entered { EventName::PassAdmitted } else { EventName::PassUpdated });
        }
    }

    /// Withdraws the resales that are available although their event has started, the earliest first and at most `limit` of
    /// them. Returns their number.
    pub(crate) fn end_resales(&mut self, limit: usize) -> usize {
        let is_open = |ticket: &Ticket| ticket.resale_of.is_some() && ticket.status() == "available";
        let open = self.tickets.iter().filter(|(_, ticket)| is_open(ticket));
        let starts = open.filter_map(|(id, ticket)| Some((ticket.listing.starts_at?, id.clone())));
        let mut started: Vec<_> = starts.filter(|(starts_at, _)| *starts_at <= self.now).collect();
        started.sort();
        started.truncate(limit);
        for (_, listing) in &started {
            self.withdraw(listing);
        }
        started.len()
    }

    /// Returns whether orders knows that the listing is withdrawn and has no active order.
    pub(crate) fn is_closed(&self, listing: &str) -> bool {
        let Some(version) = self.copies.get(&(super::Service::Orders, listing.to_owned())) else {
            return false;
        };
        let mut known = self.tickets[listing].versions[..=*version].iter();
        known.any(|shown| shown.status == "deleted") && self.active_order(listing).is_none()
    }

    pub(crate) fn may_transfer(&self, ticket: &str, by: u8) -> Result<(), &'static str> {
        self.passes[ticket].ensure_valid_for(by)
    }

    pub(crate) fn start_transfer(&mut self, ticket: &str, claim_code: String) {
        let ends_at = self.now + TRANSFER_TTL;
        let pass = self.passes.get_mut(ticket).unwrap();
        pass.transfer = Some(Transfer { claim_code, ends_at });
        pass.change(EventName::PassUpdated);
    }

    pub(crate) fn cancel_transfer(&mut self, ticket: &str) {
        let pass = self.passes.get_mut(ticket).unwrap();
        if pass.transfer.take().is_some() {
            pass.change(EventName::PassUpdated);
        }
    }

    /// Claims a pass and returns its ticket. A claim by the holder cancels the transfer.
    pub(crate) fn claim(&mut self, claim_code: &str, by: u8) -> Result<String, &'static str> {
        let now = self.now;
        let is_it = |pass: &&mut Pass| {
            let transfer = pass.transfer.as_ref();
            transfer.is_some_and(|transfer| transfer.claim_code == claim_code && now < transfer.ends_at)
        };
        let mut passes = self.passes.iter_mut();
        let (ticket, pass) = passes.find(|(_, pass)| is_it(pass)).ok_or("claim_invalid")?;
        if pass.holder == by {
            pass.transfer = None;
            pass.change(EventName::PassUpdated);
        } else {
            pass.move_to(by, None);
        }
        Ok(ticket.clone())
    }

    pub(crate) fn may_resell(&self, ticket: &str, by: u8, price: i64) -> Result<(), &'static str> {
        let pass = &self.passes[ticket];
        pass.ensure_valid_for(by)?;
        match pass.sold.starts_at {
            // Nobody pays for a pass that an earlier holder has entered with.
            _ if !pass.doubles.is_empty() => Err("pass_not_valid"),
            Some(starts) if starts <= self.now => Err("ticket_past"),
            _ if price > pass.sold.price => Err("invalid_input"),
            _ => Ok(()),
        }
    }

    pub(crate) fn resell(&mut self, ticket: &str, listing: &str, price: i64) {
        let pass = self.passes.get_mut(ticket).unwrap();
        let (seller, terms) = (pass.holder, Terms { price, ..pass.sold.clone() });
        (pass.status, pass.listing, pass.transfer) = ("offered", Some(listing.to_owned()), None);
        pass.change(EventName::PassUpdated);
        self.list(listing, seller, terms);
        self.tickets.get_mut(listing).unwrap().resale_of = Some(ticket.to_owned());
    }

    /// Admits a pass by the code of `serial`, which a door has read at `at`, or now. Returns the expected result: the
    /// admissions that are on record already, or the refusal.
    pub(crate) fn check_in(
        &mut self,
        ticket: &str,
        serial: usize,
        by: u8,
        at: Option<i64>,
        device: String,
    ) -> Result<Vec<Admission>, &'static str> {
        let (now, pass) = (self.now, self.passes.get_mut(ticket).unwrap());
        if pass.issuer != by {
            return Err("not_owner");
        }
        let admission = (at.unwrap_or(now), device);
        let expected = match pass.status {
            _ if pass.first.is_some() && (serial == pass.serial || at.is_some()) => Err("already_admitted"),
            _ if serial < pass.serial => Err("pass_superseded"),
            "offered" => Err("pass_offered"),
            _ => Ok(pass.doubles.clone()),
        };
        let is_known = pass.first.as_ref() == Some(&admission) || pass.doubles.contains(&admission);
        if expected.is_ok() {
            (pass.status, pass.transfer, pass.first) = ("used", None, Some(admission));
            pass.change(EventName::PassAdmitted);
        } else if at.is_some() && !is_known {
            // At a door without a network the holder has entered, whatever the service would have answered.
            let is_first = pass.first.is_none() && pass.doubles.is_empty();
            let admitted_at = admission.0;
            if serial < pass.serial {
                pass.add_double(admission);
            } else {
                let (first, other) = match pass.first.take() {
                    Some(first) if first.0 <= admission.0 => (first, Some(admission)),
                    first => (admission, first),
                };
                pass.first = Some(first);
                other.into_iter().for_each(|other| pass.add_double(other));
            }
            pass.change(EventName::PassUpdated);
            if let Some(listing) = pass.listing.clone().filter(|_| is_first) {
                self.withdraw_admitted(&listing, admitted_at);
            }
        }
        expected
    }

    /// Withdraws the listing of a pass that a door has admitted, also if its seller has withdrawn it. The event states it. An
    /// order holds the listing until tickets has consumed the end of that order.
    fn withdraw_admitted(&mut self, listing: &str, admitted_at: i64) {
        let ticket = self.tickets.get_mut(listing).unwrap();
        let before = ticket.current().clone();
        ticket.withdrawn = true;
        ticket.admitted.insert(ticket.versions.len(), admitted_at);
        ticket.versions.push(ticket.unreserved_version());
        if before.holder.is_some() {
            ticket.push_version(before);
        }
    }
}
