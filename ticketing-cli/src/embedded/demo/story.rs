//! The scripted sales, one line a step: a sale, a lost race, a declined card, an expired reservation, the door, and the audit.

use std::time::{Duration, Instant};

use ticketing_sdk::{
    CardToken, Client, Error, ErrorCode, IdempotencyKey, NewCheckIn, Order, OrderStatus, Pass, PassCode,
    Payment, PaymentStatus, Ticket, TicketStatus, text,
};
use ticketing_server::Stack;

use super::{BUYER, RIVAL, SELLER, samples};
use crate::failure::{CliResult, Failure};
use crate::io::Io;

/// The time limit for other services in one step.
const STEP_TIMEOUT: Duration = Duration::from_secs(10);
/// The time between two checks.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// More events than the scripted sales publish.
const ALL_EVENTS: u32 = 1000;

/// The accounts, the server, and the current step.
pub(super) struct Story<'a> {
    io: &'a Io,
    stack: &'a Stack,
    seller: Client,
    buyer: Client,
    rival: Client,
    hold: Duration,
    steps: u32,
    /// The current step, for the error message.
    pub(super) at: &'static str,
}

impl<'a> Story<'a> {
    pub(super) fn new(io: &'a Io, stack: &'a Stack, people: [Client; 3], hold: Duration) -> Self {
        let [seller, buyer, rival] = people;
        Self { io, stack, seller, buyer, rival, hold, steps: 0, at: "starting" }
    }

    /// Runs all steps. Stops at the first unexpected outcome.
    pub(super) async fn play(&mut self) -> CliResult {
        self.sign_up().await?;
        let tickets = self.list_tickets().await?;
        let [first, .., last] = tickets.as_slice() else {
            return Err(Failure::failed("no tickets are listed"));
        };
        let sold = self.sell(first).await?;
        let expired = self.decline(last).await?;
        self.expire(&expired).await?;
        self.sell_again(last).await?;
        self.admit(&sold).await?;
        self.at = "waiting for the services to agree";
        eventually(async || Ok(self.stack.auditor().is_settled().await.map_err(to_failure)?)).await?;
        self.event_log(&sold).await?;
        self.audit().await
    }

    async fn sign_up(&mut self) -> CliResult {
        self.at = "signing up";
        sign_up(&self.seller, &self.buyer, &self.rival).await?;
        self.step(&format!("{SELLER}, {BUYER} and {RIVAL} signed up"))
    }

    async fn list_tickets(&mut self) -> CliResult<Vec<Ticket>> {
        self.at = "listing tickets";
        let mut tickets = Vec::new();
        for new in samples::tickets(0).map_err(to_failure)? {
            tickets.push(self.seller.tickets().create(new).await?);
        }
        let listed = self.rival.tickets().list().all().await?;
        expect(listed == tickets, "the market shows other tickets than were listed")?;
        self.step(&format!("{} tickets are listed, and visible to all", tickets.len()))?;
        Ok(tickets)
    }

    /// Sells one ticket while another buyer orders it, too.
    async fn sell(&mut self, ticket: &Ticket) -> CliResult<Order> {
        self.at = "ordering a ticket";
        let order = self.buyer.orders().create(&ticket.id).await?;
        self.step(&format!(
            "{BUYER} ordered \"{}\": it is reserved for {}",
            ticket.title,
            text::span(self.hold)
        ))?;
        self.at = "ordering a reserved ticket";
        let refused = self.rival.orders().create(&ticket.id).await;
        let why = refusal(refused, &[ErrorCode::TicketReserved])?;
        self.step(&format!("{RIVAL} tried to order it too, and was refused: {why}"))?;

        self.at = "paying";
        let key = IdempotencyKey::generate();
        let payments = self.buyer.payments();
        let pay = || payments.create(&order.id, CardToken::new("tok_visa")).idempotency_key(key.clone());
        let payment = pay().wait_until_settled().await?;
        expect(payment.status == Some(PaymentStatus::Succeeded), "the payment did not succeed")?;
        expect(payment.amount == Some(ticket.price), "the payment is not the price")?;
        self.step(&format!("{BUYER} paid {} with tok_visa", text::price(ticket.price)))?;
        self.at = "sending the same payment again";
        expect(pay().wait_until_settled().await?.id == payment.id, "a repeated payment is another payment")?;
        let mine = payments.list().all().await?;
        expect(mine.len() == 1, "a repeated payment was taken twice")?;
        self.step(
            "the same payment was sent again, as after a lost response: the same response, and no second charge",
        )?;

        self.at = "ordering a sold ticket";
        self.ticket_becomes(ticket, TicketStatus::Sold).await?;
        let why = refusal(self.rival.orders().create(&ticket.id).await, &[ErrorCode::TicketReserved])?;
        self.step(&format!("it is sold; {RIVAL} tried to order it, and was refused: {why}"))?;
        Ok(order)
    }

    /// Pays with a card that is declined. The ticket stays reserved.
    async fn decline(&mut self, ticket: &Ticket) -> CliResult<Order> {
        self.at = "paying with a card that is declined";
        let order = self.buyer.orders().create(&ticket.id).await?;
        let why = refusal(pay(&self.buyer, &order, "tok_chargeDeclined").await, &[ErrorCode::CardDeclined])?;
        let held = self.buyer.orders().get(&order.id).await?;
        expect(held.status == OrderStatus::Created, "a declined card ended the order")?;
        self.step(&format!(
            "{BUYER} ordered \"{}\", and the card was declined ({why}): it stays reserved",
            ticket.title
        ))?;
        Ok(order)
    }

    /// Moves the clock past the deadline of an order.
    async fn expire(&mut self, order: &Order) -> CliResult {
        self.at = "expiring a reservation";
        let moved = self.hold + Duration::from_secs(1);
        self.stack.clock().advance(moved);
        let orders = self.buyer.orders();
        eventually(async || Ok(orders.get(&order.id).await?.status == OrderStatus::Cancelled)).await?;
        let ticket = self.buyer.tickets().get(&order.ticket.id).await?;
        self.ticket_becomes(&ticket, TicketStatus::Available).await?;
        self.step(&format!(
            "the clock was moved by {}: the reservation expired, and the ticket is available again",
            text::span(moved)
        ))?;
        self.at = "paying too late";
        let late = pay(&self.buyer, order, "tok_visa").await;
        let why = refusal(late, &[ErrorCode::OrderExpired, ErrorCode::OrderCancelled])?;
        self.step(&format!("{BUYER} tried to pay for it too late, and was refused: {why}"))
    }

    async fn sell_again(&mut self, ticket: &Ticket) -> CliResult {
        self.at = "selling the ticket again";
        let order = self.rival.orders().create(&ticket.id).await?;
        let payment = pay(&self.rival, &order, "tok_visa").await?;
        expect(payment.status == Some(PaymentStatus::Succeeded), "the payment did not succeed")?;
        self.ticket_becomes(ticket, TicketStatus::Sold).await?;
        self.step(&format!("{RIVAL} bought it for {}", text::price(ticket.price)))
    }

    /// Transfers the pass of the first sale, and checks it in.
    async fn admit(&mut self, order: &Order) -> CliResult {
        self.at = "waiting for the pass";
        let passes = self.buyer.passes();
        let bought = passes.wait_for_order(&order.id, STEP_TIMEOUT).await?;
        let bought = bought.ok_or_else(|| Failure::failed("no pass was issued for the order"))?;
        let old = code_of(&bought)?;
        self.step(&format!("{BUYER} holds a pass for \"{}\", with a signed code", bought.title))?;

        self.at = "giving the pass away";
        let transfer = passes.transfer(&bought.id).await?;
        let claimed = self.rival.passes().claim(transfer.claim_code).await?;
        expect(claimed.id == bought.id && claimed.serial == bought.serial + 1, "another pass was claimed")?;
        let current = code_of(&claimed)?;
        self.step(&format!("{BUYER} gave it away, and {RIVAL} claimed it: the code is a new one"))?;

        let door = self.seller.passes();
        let device = "north door";
        let check_in = |code: &PassCode| door.check_in(NewCheckIn::new(code.clone()).device(device));
        self.at = "entering with the old code";
        let why = refusal(check_in(&old).await, &[ErrorCode::PassSuperseded])?;
        self.step(&format!("{BUYER} tried to enter with the old code, and was refused: {why}"))?;
        self.at = "entering";
        let admission = check_in(&current).await?;
        expect(admission.pass_id == claimed.id, "another pass was admitted")?;
        self.step(&format!("{RIVAL} entered by the {device} with the new code"))?;
        self.at = "entering again";
        let why = refusal(check_in(&current).await, &[ErrorCode::AlreadyAdmitted])?;
        self.step(&format!("a copy of that code was shown, and refused: {why}"))
    }

    /// The events by which the services communicated the first sale.
    async fn event_log(&mut self, order: &Order) -> CliResult {
        self.at = "reading the event log";
        let events = self.stack.bus().recent(ALL_EVENTS).await.map_err(to_failure)?;
        let of_the_sale: Vec<_> = events
            .iter()
            .filter(|event| event.aggregate == order.id.as_str() || event.body.contains(order.id.as_str()))
            .collect();
        expect(!of_the_sale.is_empty(), "the event log has no event of the sale")?;
        self.step(&format!(
            "the event log has {} events; these are the events of the first sale:",
            events.len()
        ))?;
        for event in of_the_sale {
            let time = event.time.to_string();
            let time = time.get(11..23).unwrap_or(&time);
            self.io.line(&format!(
                "      {time}  {:<18} version {}",
                event.name.to_string(),
                event.version
            ))?;
        }
        Ok(())
    }

    async fn audit(&mut self) -> CliResult {
        self.at = "auditing";
        let report = self.stack.auditor().audit().await.map_err(to_failure)?;
        expect(!report.checks.is_empty(), "the audit checked nothing")?;
        if !report.is_clean() {
            self.io.data(report.to_string())?;
            return Err(Failure::failed(format!(
                "the audit found {} invariant violations",
                report.count_violations()
            )));
        }
        let examined: usize = report.checks.iter().map(|check| check.examined).sum();
        self.step(&format!(
            "the audit of databases, bus and the provider's ledger: {} invariants hold ({examined} records examined)",
            report.checks.len()
        ))
    }

    async fn ticket_becomes(&self, ticket: &Ticket, status: TicketStatus) -> CliResult {
        let tickets = self.seller.tickets();
        eventually(async || Ok(tickets.get(&ticket.id).await?.status == status)).await
    }

    fn step(&mut self, what: &str) -> CliResult {
        self.steps += 1;
        self.io.message(&format!("{:>3}. ", self.steps), what)
    }
}

/// Signs the people up. Their passwords are never used: the accounts end with the demo.
pub(super) async fn sign_up(seller: &Client, buyer: &Client, rival: &Client) -> CliResult {
    for (client, email) in [(seller, SELLER), (buyer, BUYER), (rival, RIVAL)] {
        client.auth().sign_up(email, IdempotencyKey::generate().to_string()).await?;
    }
    Ok(())
}

async fn pay(client: &Client, order: &Order, card: &str) -> Result<Payment, Error> {
    client.payments().create(&order.id, CardToken::new(card)).wait_until_settled().await
}

/// Returns the code of a pass, which its holder sees.
fn code_of(pass: &Pass) -> CliResult<PassCode> {
    pass.code.clone().ok_or_else(|| Failure::failed("the holder does not see the code of the pass"))
}

/// Returns the message of a request that was refused with one of these codes.
fn refusal<T>(answer: Result<T, Error>, codes: &[ErrorCode]) -> CliResult<String> {
    match answer {
        Ok(_) => Err(Failure::failed("the request must be refused, but succeeded")),
        Err(error) if error.code().is_some_and(|code| codes.contains(code)) => Ok(format!("\"{error}\"")),
        Err(error) => Err(Failure::failed(format!("refused for an unexpected reason: {error}"))),
    }
}

fn expect(holds: bool, otherwise: &str) -> CliResult {
    if holds { Ok(()) } else { Err(Failure::failed(otherwise)) }
}

fn to_failure(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}

/// Waits for the effect of other services.
async fn eventually(holds: impl AsyncFn() -> CliResult<bool>) -> CliResult {
    let end = Instant::now() + STEP_TIMEOUT;
    while !holds().await? {
        expect(Instant::now() < end, "the services did not reach the expected state in 10 s")?;
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}
