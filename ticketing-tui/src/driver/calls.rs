//! Calls, answered by the marketplace through the SDK.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use ticketing_sdk::{
    CardToken, Client, DOOR_ANSWER_TIMEOUT, Error, ErrorCode, OrderId, OrderStatus, Pass, PassId, PassStatus,
    Payment, PaymentStatus, Ruling, SecretString, Ticket, TicketId, TicketSort, TicketStatus, TicketUpdate,
    UserId, Verdict, Write,
};
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep};

use crate::call_error::CallError;
use crate::door::{Door, Scan};
use crate::effect::{ApiCall, CallId};
use crate::event::{Event, Reply};
use crate::journal::{Evidence, Journal, JournalEntry, Operation};

/// How many tickets a page of the market has: as many as the marketplace gives.
const PAGE: u32 = 500;

/// How long the pass of a paid order may take to be issued.
const ISSUE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a pass may take to be valid after its listing was withdrawn.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(10);
const RELEASE_POLL_INTERVAL: Duration = Duration::from_millis(300);
/// How far the time of a scan may be ahead of the clock of the server, whose responses state it in seconds.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(2);

/// Executes the calls of the core with the SDK, and sends the replies back.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) client: Client,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) door: Arc<dyn Door>,
    pub(crate) events: Sender<Event>,
}

impl Caller {
    /// Makes a call to its end.
    pub(crate) async fn call(self, id: CallId, call: ApiCall) {
        let reply = self.answer(id, call).await;
        if let Ok(reply) = &reply {
            self.settle_known(reply);
        }
        // A program that has ended needs no reply.
        let _ = self.events.send(Event::Reply(id, reply)).await;
    }

    async fn answer(&self, id: CallId, call: ApiCall) -> Result<Reply, CallError> {
        let (auth, tickets, orders) = (self.client.auth(), self.client.tickets(), self.client.orders());
        let passes = self.client.passes();
        Ok(match call {
            ApiCall::Session => self.session().await?,
            ApiCall::Market => self.market(id).await?,
            ApiCall::Ticket(id) => ticket(tickets.get(id).await?),
            ApiCall::Listings => Reply::Listings(tickets.list().mine().any_status().past().all().await?),
            ApiCall::Orders => Reply::Orders(orders.list().all().await?),
            ApiCall::OpenOrders => {
                let open = [OrderStatus::Created, OrderStatus::AwaitingPayment];
                Reply::OpenOrders(orders.list().status(open).all().await?)
            }
            ApiCall::Order(id) => Reply::Order(Box::new(orders.get(id).await?)),
            ApiCall::Passes => Reply::Passes(passes.list().all().await?),
            ApiCall::Pass(id) => pass(passes.get(id).await?),
            ApiCall::PassOfOrder(order) => match passes.wait_for_order(&order, ISSUE_TIMEOUT).await? {
                Some(issued) => pass(issued),
                None => return Err(CallError::other("The ticket is not issued yet")),
            },
            ApiCall::ReleasedPass(id) => self.fetch_released_pass(&id).await?,
            ApiCall::SaveCalendar(id) => {
                let saved = super::calendar_file::save(&id, &passes.calendar(&id).await?);
                let not_saved = |why: std::io::Error| {
                    CallError::other(format!("The calendar file was not written: {why}"))
                };
                Reply::Saved(saved.map_err(not_saved)?.display().to_string())
            }
            ApiCall::GiveAway(id) => {
                let write = passes.transfer(&id);
                let operation = Operation::TransferPass { pass: id };
                Reply::Transfer(self.send_journaled(&operation, write).await?)
            }
            ApiCall::TakeBack(id) => {
                passes.cancel_transfer(&id).await?;
                self.journal.settle_known(Evidence::TakenBack(&id));
                Reply::Done
            }
            ApiCall::Claim(code) => {
                let held = passes.list().status([PassStatus::Valid]).all().await.unwrap_or_default();
                let pass = self.send_journaled(&Operation::ClaimPass, passes.claim(code)).await?;
                let is_taken_back = pass.is_taken_back(&held);
                Reply::Claimed { pass: Box::new(pass), is_taken_back }
            }
            ApiCall::Resell(id, price) => {
                let write = passes.resell(&id, price);
                let operation = Operation::ResellPass { pass: id, price };
                ticket(self.send_journaled(&operation, write).await?)
            }
            ApiCall::CheckIn { issuer, scan, by_list } => self.check_in(&issuer, &scan, by_list).await?,
            ApiCall::OpenDoor(issuer) => Reply::Door(self.door.open(&issuer)?.map(Box::new)),
            ApiCall::WaitingScans => Reply::WaitingScans(self.door.waiting_count()),
            ApiCall::PrepareDoor(issuer) => Reply::Door(Some(Box::new(self.door.prepare(&issuer).await?))),
            ApiCall::SyncDoor(issuer) => Reply::DoorSync(Box::new(self.door.sync(&issuer).await?)),
            ApiCall::UsedPasses => {
                // A pass that is not used can have admissions, too: of a holder who sells it, or of an earlier one.
                let issued = passes.list().issued().limit(PAGE).all().await?;
                let is_admitted =
                    |pass: &Pass| pass.admitted_at.is_some() || !pass.double_admissions.is_empty();
                Reply::UsedPasses(issued.into_iter().filter(is_admitted).collect())
            }
            ApiCall::CardEntry => Reply::CardEntry(self.client.payments().card_entry().await?),
            ApiCall::SignIn { email, password } => {
                auth.sign_in(email, password).await?;
                self.session().await?
            }
            ApiCall::SignUp { email, password } => {
                auth.sign_up(email, password).await?;
                self.session().await?
            }
            ApiCall::SignOut => {
                auth.sign_out().await?;
                self.session().await?
            }
            ApiCall::Sell(new) => {
                let operation = Operation::create_ticket(&new, None);
                ticket(self.send_journaled(&operation, tickets.create(new)).await?)
            }
            ApiCall::Change(id, new, version) => ticket(update(&self.client, &id, new, version).await?),
            ApiCall::Withdraw(id, version) => withdraw(&self.client, &id, version).await?,
            ApiCall::Reserve(id, price) => {
                let write = orders.create_at_price(&id, price);
                let operation = Operation::CreateOrder { ticket: id, price: Some(price) };
                Reply::Order(Box::new(self.send_journaled(&operation, write).await?))
            }
            ApiCall::Cancel(id) => orders.cancel(id).await.map(|()| Reply::Done)?,
            ApiCall::Pay { order, token } => Reply::Payment(Box::new(self.pay(&order, &token).await?)),
        })
    }

    /// Settles the interrupted writes whose outcome a reply shows.
    fn settle_known(&self, reply: &Reply) {
        match reply {
            Reply::Orders(orders) => self.journal.settle_known(Evidence::Orders(orders)),
            Reply::Order(order) => self.journal.settle_known(Evidence::Orders(slice::from_ref(order))),
            Reply::Passes(passes) => self.journal.settle_known(Evidence::Passes(passes)),
            Reply::Pass(pass) => self.journal.settle_known(Evidence::Passes(slice::from_ref(pass))),
            _ => {}
        }
    }

    /// Returns the signed-in user.
    async fn session(&self) -> Result<Reply, CallError> {
        Ok(Reply::Session(self.client.auth().current_user().await?))
    }

    /// A pass whose listing was withdrawn. The orders of the listing prevail, so that it is valid a moment later.
    async fn fetch_released_pass(&self, id: &PassId) -> Result<Reply, CallError> {
        let end = Instant::now() + RELEASE_TIMEOUT;
        loop {
            let found = self.client.passes().get(id).await?;
            if found.status != PassStatus::Offered || Instant::now() >= end {
                return Ok(pass(found));
            }
            sleep(RELEASE_POLL_INTERVAL).await;
        }
    }

    /// Asks the server about a code. If it gives no verdict in time, or `by_list`, a prepared door decides by its list.
    async fn check_in(&self, issuer: &UserId, scan: &Scan, by_list: bool) -> Result<Reply, CallError> {
        let is_prepared = self.is_prepared(issuer);
        let mut check_in = self.client.passes().check_in(scan.into());
        if is_prepared {
            check_in = check_in.timeout(DOOR_ANSWER_TIMEOUT);
        }
        let (check_in, entry) = self.note_down(&Operation::CheckIn, check_in).await?;
        let answer = if by_list { None } else { Some(check_in.await) };
        let must_keep_key = match &answer {
            Some(answer) => answer.as_ref().is_err_and(Error::must_keep_key),
            None => entry.is_resumed(),
        };
        let (verdict, is_settled) = match answer.map(Verdict::of_answer) {
            Some(Ok(verdict)) if verdict.verdict != Ruling::Unknown || !is_prepared => {
                (self.note_verdict(issuer, scan, verdict).await, false)
            }
            Some(Err(error)) => (Err(error.into()), false),
            _ => match self.door.check_in(issuer, scan, &entry.key()) {
                Ok(verdict) if must_keep_key && may_be_same_admission(&verdict, scan, entry.is_resumed()) => {
                    (Ok(cannot_tell(verdict)), false)
                }
                verdict => {
                    // The journal of the door has the key of an admission, and an earlier admission keeps the server from another.
                    // A list can refuse for other reasons whom the server has admitted.
                    let is_settled = verdict
                        .as_ref()
                        .is_ok_and(|verdict| verdict.verdict == Ruling::Admitted || is_repeated(verdict));
                    (verdict, is_settled)
                }
            },
        };
        if is_settled || !must_keep_key {
            entry.settle();
        }
        let door = self.door.open(issuer).ok().flatten().map(Box::new);
        Ok(Reply::Verdict { verdict: Box::new(verdict?), door })
    }

    /// Whether the door can decide by its list.
    fn is_prepared(&self, issuer: &UserId) -> bool {
        matches!(self.door.open(issuer), Ok(Some(_)))
    }

    /// Notes an admission of the server at the door. Returns the verdict with the name of its pass.
    async fn note_verdict(
        &self,
        issuer: &UserId,
        scan: &Scan,
        verdict: Verdict,
    ) -> Result<Verdict, CallError> {
        let verdict = self.client.passes().name_refused(verdict, &scan.code).await;
        if verdict.verdict == Ruling::Admitted && self.is_prepared(issuer) {
            self.door.note(issuer, scan, &verdict)?;
        }
        Ok(verdict)
    }

    /// Loads the market, the newest first, page by page. Reserved tickets belong to it: they may become available
    /// again.
    async fn market(&self, id: CallId) -> Result<Reply, CallError> {
        let list = self.client.tickets().list().limit(PAGE).sort(TicketSort::Newest);
        let mut page = list.status([TicketStatus::Available, TicketStatus::Reserved]).await?;
        loop {
            let next = if page.has_more() { page.next_page().await } else { Ok(None) };
            let last = matches!(next, Ok(None));
            let part = Reply::Market { tickets: page.into_items(), last };
            if last {
                return Ok(part);
            }
            if self.events.send(Event::Reply(id, Ok(part))).await.is_err() {
                return Ok(Reply::Done);
            }
            let Some(following) = next? else { return Ok(Reply::Done) };
            page = following;
        }
    }

    async fn pay(&self, order: &OrderId, token: &SecretString) -> Result<Payment, CallError> {
        let payments = self.client.payments();
        let operation = Operation::CreatePayment { order: order.clone() };
        let write = payments.create(order, CardToken::new(token.expose_secret()));
        let payment = self.send_journaled(&operation, write).await?;
        if payment.status.is_none_or(PaymentStatus::is_final) {
            return Ok(payment);
        }
        payments.wait_until_settled(&payment.id).await.map_err(|error| {
            let why = CallError::from(&error).message;
            CallError {
                hint: Some("Your orders show its outcome".to_owned()),
                ..CallError::other(format!("The payment continues, but its outcome cannot be loaded: {why}"))
            }
        })
    }

    /// Sends a write whose key is noted down before it leaves, and removes the note once the outcome is known.
    async fn send_journaled<T: 'static>(
        &self,
        operation: &Operation,
        write: Write<T>,
    ) -> Result<T, CallError> {
        let (write, entry) = self.note_down(operation, write).await?;
        let answer = write.await;
        if !answer.as_ref().is_err_and(Error::must_keep_key) {
            entry.settle();
        }
        Ok(answer?)
    }

    /// Notes down the key of a write. Returns the write with that key, and the note.
    async fn note_down<T>(
        &self,
        operation: &Operation,
        write: Write<T>,
    ) -> Result<(Write<T>, Box<dyn JournalEntry>), CallError> {
        // Keys are scoped to an account.
        let user = self.client.session().await.ok().and_then(|session| session.user);
        let write = match &user {
            Some(user) => write.for_user(user),
            None => write,
        };
        let entry = self.journal.begin(operation, write.request()).map_err(|why| {
            CallError::other(format!("The write cannot be noted down, so it was not sent: {why}"))
        })?;
        Ok((write.idempotency_key(entry.key()).resumed(entry.is_resumed()), entry))
    }
}

/// Whether the code was admitted before.
fn is_repeated(verdict: &Verdict) -> bool {
    verdict.reason.as_deref() == Some(ErrorCode::AlreadyAdmitted.as_str())
}

/// Whether the admission for which the list refuses a code may be that of the request about this scan, which the server has not
/// answered: it is not older than the scan, or the request was sent for a scan before this one.
fn may_be_same_admission(verdict: &Verdict, scan: &Scan, is_resumed: bool) -> bool {
    let is_earlier = verdict.admitted_at.is_some_and(|at| at + CLOCK_TOLERANCE < scan.at);
    is_repeated(verdict) && (is_resumed || !is_earlier)
}

/// Takes back a refusal that may be wrong.
fn cannot_tell(mut verdict: Verdict) -> Verdict {
    (verdict.verdict, verdict.reason) = (Ruling::Unknown, None);
    "the server may have admitted this scan without an answer: scan the code again"
        .clone_into(&mut verdict.message);
    verdict
}

fn pass(pass: Pass) -> Reply {
    Reply::Pass(Box::new(pass))
}

fn ticket(ticket: Ticket) -> Reply {
    Reply::Ticket(Box::new(ticket))
}

/// Updates a listing that the user has seen. An ingress may send the request twice, and the second answer is then a mismatch.
async fn update(client: &Client, id: &TicketId, new: TicketUpdate, version: i64) -> Result<Ticket, Error> {
    let tickets = client.tickets();
    match tickets.update(id, new.clone()).if_match(version).await {
        Err(error) if error.code() == Some(&ErrorCode::VersionMismatch) => {
            let now = tickets.get(id).await.ok();
            now.filter(|now| now.is_updated_by(&new, version)).ok_or(error)
        }
        answer => answer,
    }
}

/// Withdraws a listing that the user has seen. An ingress may send the request twice, and the second answer is then 404.
async fn withdraw(client: &Client, id: &TicketId, version: i64) -> Result<Reply, CallError> {
    match client.tickets().delete(id).if_match(version).await {
        Err(error) if error.is_not_found() => match client.tickets().get(id).await {
            Err(error) if error.is_not_found() => Ok(Reply::Done),
            Ok(_) => Err(CallError::other("This server cannot withdraw tickets")),
            Err(error) => Err(error.into()),
        },
        answer => Ok(answer.map(|()| Reply::Done)?),
    }
}

#[cfg(test)]
mod tests;
