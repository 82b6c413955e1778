//! Payments: `/api/payments`.

use std::time::Duration;

use http::Method;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, sleep};

use crate::{
    Client, Error, List, NewPayment, OrderId, Payment, PaymentId, PaymentStatus, Phase, Result, Write,
};

const PATH: &str = "/api/payments";
const SETTLE_TIMEOUT: Duration = Duration::from_secs(60);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LAST_WAIT: Duration = Duration::from_secs(2);

/// The payments of the signed-in user. See [`Client::payments`].
///
/// ```no_run
/// use ticketing_sdk::{CardToken, Client, OrderId, PaymentStatus};
///
/// # async fn example(client: Client, order: OrderId) -> ticketing_sdk::Result<()> {
/// let payment = client.payments().create(&order, CardToken::new("tok_visa")).wait_until_settled().await?;
/// assert_eq!(payment.status, Some(PaymentStatus::Succeeded));
/// assert_eq!(client.payments().get(&payment.id).await?.order_id, Some(order));
/// // Another program made this payment.
/// let other = client.payments().wait_until_settled("5ea9b8f0c1d2e3f405162738").await?;
/// let payments = client.payments().list().all().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Payments {
    pub(super) client: Client,
}

/// A card, as a token of the card provider (`tok_visa`); never a card number. `Debug` redacts it.
///
/// ```
/// use ticketing_sdk::CardToken;
///
/// let card = CardToken::new("tok_visa");
/// assert!(!format!("{card:?}").contains("visa"));
/// ```
#[derive(Debug, Clone)]
pub struct CardToken(SecretString);

impl CardToken {
    /// A token that the provider gave.
    pub fn new(token: impl Into<String>) -> Self {
        Self(SecretString::from(token.into()))
    }

    /// Returns whether a text looks like a card number, which is no token: 12 to 19 digits, however they are grouped.
    /// Programs refuse it before it gets anywhere.
    ///
    /// ```
    /// use ticketing_sdk::CardToken;
    ///
    /// assert!(CardToken::looks_like_a_card_number("4242 4242 4242 4242"));
    /// assert!(!CardToken::looks_like_a_card_number("tok_visa"));
    /// ```
    #[must_use]
    pub fn looks_like_a_card_number(text: &str) -> bool {
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let separator = |c: &char| matches!(c, ' ' | '-' | '.' | '_' | '\u{a0}');
        let others = text.chars().filter(|c| !c.is_numeric() && !separator(c)).count();
        (12..=19).contains(&digits) && others == 0
    }

    fn into_token(self) -> String {
        self.0.expose_secret().to_owned()
    }
}

/// How a buyer's card gets to the payment provider. See [`Payments::card_entry`].
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use ticketing_sdk::CardEntry;
///
/// if client.payments().card_entry().await? == CardEntry::Page {
///     println!("pay at {}", client.pages().order(&"5ea9b8f0c1d2e3f405162738".into()));
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CardEntry {
    /// As a token that the buyer knows, for [`Payments::create`]: the marketplace simulates cards.
    Token,
    /// On the page of the order ([`Pages::order`](crate::Pages::order)): the provider's form creates a token there that
    /// no other party receives.
    Page,
}

/// The element of the pages that holds the key of the provider's card form; its content is empty where cards are simulated.
const CARD_FORM_KEY: &str = r#"name="ticketing-stripe-key""#;

impl CardEntry {
    /// Reads it from the marketplace's page.
    fn of_page(html: &str) -> Self {
        let tag = html.split_once(CARD_FORM_KEY).and_then(|(_, rest)| rest.split_once('>'));
        let content = tag.and_then(|(tag, _)| tag.split_once(r#"content=""#)?.1.split_once('"'));
        match content {
            Some((key, _)) if !key.trim().is_empty() => Self::Page,
            _ => Self::Token,
        }
    }
}

impl Payments {
    /// One's own payments.
    pub fn list(&self) -> ListPayments {
        List::new(self.client.request(Method::GET, PATH))
    }

    /// One payment.
    ///
    /// # Errors
    /// `not_found`, `not_owner`, `not_signed_in`.
    pub async fn get(&self, id: impl Into<PaymentId>) -> Result<Payment> {
        let id = id.into();
        crate::Request::with_route(&self.client, Method::GET, PATH, id.as_str(), "", "payment id")
            .send_checked()
            .await?
            .json()
    }

    /// Returns how buyers of this marketplace give their card. A program without a browser shows the address of the
    /// order's page where the answer is [`CardEntry::Page`], and follows the order. See [`CardEntry`].
    ///
    /// The page of the marketplace states it; a server without pages accepts tokens.
    ///
    /// # Errors
    /// If the server cannot be reached, or fails.
    pub async fn card_entry(&self) -> Result<CardEntry> {
        let page = self.client.request(Method::GET, "/").header("accept", "text/html").without_session();
        let page = page.send().await?;
        match page.status() {
            status if status.is_success() => Ok(CardEntry::of_page(&page.text())),
            status if status.is_server_error() => Err(page.to_error()),
            _ => Ok(CardEntry::Token),
        }
    }

    /// Pays for an order.
    ///
    /// The payment may still be pending when it returns: check its status, or use [`Write::wait_until_settled`] in place of
    /// awaiting it. Never charges twice, however often it is sent.
    ///
    /// Fails with `card_declined`, `order_expired`, `order_cancelled`, `order_paid`, `not_owner`, `not_found` and
    /// `provider_unavailable`.
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::{CardToken, ErrorCode};
    ///
    /// match client.payments().create("5ea9b8f0c1d2e3f405162738", CardToken::new("tok_visa")).wait_until_settled().await {
    ///     Ok(payment) => println!("{:?}", payment.status),
    ///     Err(error) if error.code() == Some(&ErrorCode::CardDeclined) => println!("try another card"),
    ///     Err(error) => return Err(error.into()),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn create(&self, order: impl Into<OrderId>, card: CardToken) -> Write<Payment> {
        let body = NewPayment::new(order, card.into_token());
        let request = self.client.request(Method::POST, PATH).json(&body);
        Write::with_generated_key(request.references("/api/orders", body.order_id.as_str()))
    }

    /// Follows a payment until its outcome is known.
    ///
    /// # Errors
    /// As [`Self::get`], and [`Error::Timeout`] if it is still open after a minute. After a transient error
    /// ([`Error::is_transient`]) the payment is polled again within that minute.
    pub async fn wait_until_settled(&self, id: impl Into<PaymentId>) -> Result<Payment> {
        let id = id.into();
        let deadline = Instant::now() + SETTLE_TIMEOUT;
        let mut wait = FIRST_WAIT;
        loop {
            let error = match self.get(&id).await {
                Ok(payment) if payment.status.is_none_or(PaymentStatus::is_final) => return Ok(payment),
                Ok(_) => Error::Timeout { phase: Phase::Settle, after: SETTLE_TIMEOUT },
                // The payment continues while the server is unreachable.
                Err(error) if error.is_transient() => error,
                Err(error) => return Err(error),
            };
            if Instant::now() + wait > deadline {
                return Err(error);
            }
            sleep(wait).await;
            wait = (wait * 2).min(LAST_WAIT);
        }
    }
}

/// A list of payments. See [`Payments::list`].
pub type ListPayments = List<Payment>;

/// The filter of payments.
///
/// ```no_run
/// # async fn example(client: ticketing_sdk::Client) -> ticketing_sdk::Result<()> {
/// use ticketing_sdk::ListPayments;
///
/// let of_order: ListPayments = client.payments().list().order("5ea9b8f0c1d2e3f405162738");
/// for payment in of_order.all().await? {
///     println!("{} {:?}", payment.id, payment.status);
/// }
/// # Ok(()) }
/// ```
impl List<Payment> {
    /// The payments of one order.
    pub fn order(self, order: impl Into<OrderId>) -> Self {
        let order = order.into();
        self.filter("order", order.clone(), move |payment, _| payment.order_id.as_ref() == Some(&order))
    }
}

impl Write<Payment> {
    /// Sends the payment, and polls it until its outcome is known, for at most a minute. See [`Payments`].
    ///
    /// # Errors
    /// As sending it and as [`Payments::wait_until_settled`].
    pub async fn wait_until_settled(self) -> Result<Payment> {
        let payments = self.request.client.payments();
        let payment = self.await?;
        // A backend without a status responds only after the capture.
        if payment.status.is_none_or(PaymentStatus::is_final) {
            return Ok(payment);
        }
        payments.wait_until_settled(payment.id).await
    }
}
