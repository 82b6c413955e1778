//! Passes: `/api/passes`.

#[cfg(feature = "passes")]
mod refusal;

use std::time::Duration;

use http::Method;
use tokio::time::{Instant, sleep};

use crate::{
    Admission, ClaimCode, Client, List, Money, NewCheckIn, NewClaim, NewResale, OrderId, Pass, PassId,
    PassKeys, PassStatus, PassTransfer, Request, Response, Result, Ticket, Write,
};

const PATH: &str = "/api/passes";

/// The time between two requests for a pass that is to be issued; it doubles from the first to the second.
const POLL_INTERVALS: [Duration; 2] = [Duration::from_millis(20), Duration::from_millis(320)];

/// The passes of a user, and check-ins at the door. See [`Client::passes`].
///
/// ```no_run
/// use ticketing_sdk::{Client, NewCheckIn, OrderId};
///
/// # async fn example(buyer: Client, friend: Client, door: Client, order: OrderId) -> ticketing_sdk::Result<()> {
/// let pass = buyer.passes().list().order(&order).await?.items.remove(0);
/// buyer.passes().transfer(&pass.id).await?;
/// buyer.passes().cancel_transfer(&pass.id).await?;
/// println!("{}", buyer.passes().get(&pass.id).await?.status);
/// let transfer = buyer.passes().transfer(&pass.id).await?;
/// println!("give this to the next holder: {}", transfer.claim_code.as_str());
/// let pass = friend.passes().claim(transfer.claim_code).await?;
/// let code = pass.code.expect("the holder of a valid pass sees its code");
/// let admission = door.passes().check_in(NewCheckIn::new(code.as_str())).await?;
/// println!("{} {}", admission.title, admission.admitted_at);
/// println!("{} keys verify codes", door.passes().keys().await?.keys.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Passes {
    pub(super) client: Client,
}

impl Passes {
    /// The passes that the user holds, newest first.
    pub fn list(&self) -> ListPasses {
        List::new(self.client.request(Method::GET, PATH))
    }

    /// Waits for the pass of an order. A pass is issued shortly after its order is complete; `None` if it is not there
    /// after `timeout`.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use ticketing_sdk::{Client, OrderId};
    ///
    /// # async fn example(client: Client, order: OrderId) -> ticketing_sdk::Result<()> {
    /// if let Some(pass) = client.passes().wait_for_order(&order, Duration::from_secs(3)).await? {
    ///     println!("pass {}", pass.id);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `not_signed_in`; [`Error::Unsupported`](crate::Error::Unsupported) if the server has no passes.
    pub async fn wait_for_order(&self, order: impl Into<OrderId>, timeout: Duration) -> Result<Option<Pass>> {
        let list = self.list().order(order);
        let end = Instant::now() + timeout;
        let [mut pause, longest] = POLL_INTERVALS;
        loop {
            if let Some(pass) = list.clone().limit(1).await?.items.pop() {
                return Ok(Some(pass));
            }
            if Instant::now() + pause > end {
                return Ok(None);
            }
            sleep(pause).await;
            pause = longest.min(pause * 2);
        }
    }

    /// One pass, for its holder or its issuer.
    ///
    /// # Errors
    /// `not_found`, `not_signed_in`.
    pub async fn get(&self, id: impl Into<PassId>) -> Result<Pass> {
        self.one(Method::GET, &id.into(), "").send_checked().await?.json()
    }

    /// Starts a transfer of a pass: the user who claims it with the code becomes its holder. A second call replaces the
    /// code.
    ///
    /// Fails with `pass_not_valid`, `not_found`.
    pub fn transfer(&self, id: impl Into<PassId>) -> Write<PassTransfer> {
        Write::with_generated_key(self.one(Method::POST, &id.into(), "/transfer"))
    }

    /// Cancels a transfer that was not claimed.
    ///
    /// Fails with `pass_not_valid`, `not_found`.
    pub fn cancel_transfer(&self, id: impl Into<PassId>) -> Write<()> {
        Write::new(self.one(Method::DELETE, &id.into(), "/transfer"), Response::no_content)
    }

    /// Claims a pass that another user gives away.
    ///
    /// Fails with `claim_invalid`.
    pub fn claim(&self, claim_code: impl Into<ClaimCode>) -> Write<Pass> {
        let body = NewClaim::new(claim_code);
        Write::with_generated_key(self.client.request(Method::POST, format!("{PATH}/claims")).json(&body))
    }

    /// Offers a pass for resale, at most at [`Pass::resale_limit`]. The answer is its listing; withdrawing that makes
    /// the pass valid again.
    ///
    /// Fails with `pass_not_valid`, `invalid_input`, `ticket_past`, `not_found`.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let listing = client.passes().resell("0192f3a4-0000-7000-8000-0000000000a1", "40".parse()?).await?;
    /// // Takes it back, unless a buyer has ordered it.
    /// client.tickets().delete(&listing.id).await?;
    /// # Ok(()) }
    /// ```
    pub fn resell(&self, id: impl Into<PassId>, price: Money) -> Write<Ticket> {
        let request = self.one(Method::POST, &id.into(), "/resale");
        Write::with_generated_key(request.json(&NewResale::new(price)))
    }

    /// Admits the holder of a code.
    ///
    /// Fails with `already_admitted`, `pass_invalid`, `pass_superseded`, `pass_offered`, `not_owner`, and `pass_other_day` where
    /// [`NewCheckIn::starts_within`] is set.
    #[expect(clippy::needless_pass_by_value, reason = "a check-in is made for this call")]
    pub fn check_in(&self, check_in: NewCheckIn) -> Write<Admission> {
        let request = self.client.request(Method::POST, format!("{PATH}/check-ins")).json(&check_in);
        Write::with_generated_key(request)
    }

    /// The public keys that verify codes.
    ///
    /// # Errors
    /// If the server cannot be reached, or fails.
    pub async fn keys(&self) -> Result<PassKeys> {
        self.client
            .request(Method::GET, format!("{PATH}/keys"))
            .without_session()
            .send_checked()
            .await?
            .json()
    }

    /// The event of a pass as a calendar file (RFC 5545).
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let file = client.passes().calendar("0192f3a4-0000-7000-8000-0000000000a1").await?;
    /// std::fs::write("event.ics", file)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `not_found`, also where the pass does not say when its event starts.
    pub async fn calendar(&self, id: impl Into<PassId>) -> Result<String> {
        Ok(self.one(Method::GET, &id.into(), "/calendar.ics").send_checked().await?.text().into_owned())
    }

    fn one(&self, method: Method, id: &PassId, rest: &str) -> Request {
        Request::with_route(&self.client, method, PATH, id.as_str(), rest, "pass id")
    }
}

/// A list of passes. See [`Passes::list`].
pub type ListPasses = List<Pass>;

/// The filters of passes.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> ticketing_sdk::Result<()> {
/// use ticketing_sdk::{ListPasses, PassStatus};
///
/// let valid: ListPasses = client.passes().list().status([PassStatus::Valid]);
/// let bought = client.passes().list().order("5ea9b8f0c1d2e3f405162738").await?;
/// let door_list = client.passes().list().issued().all().await?;
/// # Ok(()) }
/// ```
impl List<Pass> {
    /// Passes of these statuses.
    pub fn status(self, statuses: impl IntoIterator<Item = PassStatus>) -> Self {
        let statuses: Vec<_> = statuses.into_iter().collect();
        let words: Vec<_> = statuses.iter().map(PassStatus::as_str).collect();
        self.filter("status", words.join(","), move |pass, _| statuses.contains(&pass.status))
    }

    /// The pass that was bought with this order.
    pub fn order(self, order: impl Into<OrderId>) -> Self {
        let order = order.into();
        self.filter("order", order.clone(), move |pass, _| pass.order_id.as_ref() == Some(&order))
    }

    /// The passes of the events of the signed-in user, without codes: the door list.
    pub fn issued(self) -> Self {
        self.filter("issued", "me", |pass, user| user.is_none_or(|user| pass.issuer_id == *user))
    }
}
