//! Payment on the page of an order, where the form of the payment provider takes the card.

use ticketing_sdk::{ErrorCode, Order, OrderStatus, Payment};

use super::pay::payment_of;
use super::unpaid::{ChargeStatus, describe_cancellation, unpaid};
use crate::commands::order_progress::follow;
use crate::context::ApiContext;
use crate::failure::{CliResult, Failure};
use crate::io::Io;
use crate::qr::{Drawing, Qr};

/// Shows the page of the order, and waits until the order is paid, cancelled or expired.
pub(crate) async fn pay_on_page(api: &ApiContext, order: &Order) -> CliResult<Payment> {
    if !order.status.is_final() {
        show(api.io(), &api.client.pages().order(&order.id), Drawing::of_terminal(false));
    }
    let end = follow(api, &order.id, |_| Ok(())).await;
    // The page takes the payment also while this command does not follow the order.
    let end = end.map_err(|failure| unpaid(api, order, failure, &ChargeStatus::Unknown))?;
    if end.status == OrderStatus::Complete {
        return payment_of(api, &end.id).await.ok_or_else(|| {
            Failure::failed(format!("order {} is paid, but its payment cannot be read", end.id))
                .hint("`ticketing payments list` shows it")
        });
    }
    let code = match end.expires_at <= api.now() {
        true => ErrorCode::OrderExpired,
        false => ErrorCode::OrderCancelled,
    };
    let failure = Failure::of_order(&code, &order.id);
    Err(match end.cancel_reason {
        Some(_) => describe_cancellation(api, &end, failure),
        None => failure.detail("nothing was charged"),
    })
}

/// Shows the address as text, and on a terminal also as a QR code for another device.
fn show(io: &Io, address: &str, drawing: Drawing) {
    io.say(&format!("pay on this page: {address}"));
    if io.can_ask()
        && let Ok(code) = Qr::new(address)
        && code.columns(drawing) < usize::from(io.terminal_info().width)
    {
        io.write_stderr(&(code.lines(drawing).join("\n") + "\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fake;

    const ADDRESS: &str = "https://shop.example/orders/01a203b9-d806-71eb-8d06-dbab9285e702";

    #[test]
    fn address_is_a_code_on_a_terminal_alone() {
        let terminal = fake::terminal(&[]);
        show(&terminal.io, ADDRESS, Drawing::Blocks);
        let shown = terminal.err.text();
        assert!(shown.starts_with(&format!("pay on this page:\n  {ADDRESS}\n")), "{shown}");
        let code: Vec<_> = shown.lines().skip(2).collect();
        assert!(code.len() > 10 && code.iter().all(|line| line.chars().count() == code[0].chars().count()));
        let narrow = fake::terminal_of(30, false);
        show(&narrow.io, ADDRESS, Drawing::Blocks);
        let pipe = fake::pipe("");
        show(&pipe.io, ADDRESS, Drawing::Blocks);
        assert_eq!(narrow.err.text(), format!("pay on this page:\n  {ADDRESS}\n"));
        assert_eq!(pipe.err.text(), format!("pay on this page: {ADDRESS}\n"));
    }
}
