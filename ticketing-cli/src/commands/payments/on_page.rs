//! Payment on the page of an order, where the form of the payment provider takes the card.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use ticketing_sdk::{ErrorCode, Order, OrderStatus, Payment};

use super::create::payment_of;
use crate::commands::orders::watch::{countdown, follow};
use crate::context::ApiContext;
use crate::failure::{Failure, Outcome};
use crate::io::Io;

/// Shows the page of the order, and waits until the order is paid, cancelled or expired.
pub(crate) async fn pay_on_page(api: &ApiContext, order: &Order) -> Outcome<Payment> {
    if !order.status.is_final() {
        show(api.io(), &api.client.pages().order(&order.id));
    }
    let end = follow(api, &order.id, |_| Ok(()), |order| countdown(api, order)).await?;
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
    Err(Failure::of_order(&code, &order.id).detail("nothing was charged"))
}

/// Shows the address as text, and on a terminal also as a QR code for another device.
fn show(io: &Io, address: &str) {
    io.instruction(&format!("pay on this page: {address}"));
    if io.can_ask()
        && let Some(code) = qr_code(address, io.terminal_info().err_colour, io.terminal_info().width)
    {
        io.drawing(&code);
    }
}

/// The light columns on either side of a QR code.
const QUIET_ZONE: usize = 4;

/// Returns a QR code in half blocks, if it is narrower than the terminal: black on white with colour, else for a dark terminal.
fn qr_code(text: &str, coloured: bool, width: u16) -> Option<String> {
    let code = QrCode::new(text).ok()?;
    if code.width() + 2 * QUIET_ZONE >= usize::from(width) {
        return None;
    }
    let mut image = code.render::<Dense1x2>();
    if !coloured {
        image.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark);
    }
    let (start, end) = if coloured { ("\u{1b}[30;107m", "\u{1b}[0m") } else { ("", "") };
    Some(image.build().lines().map(|line| format!("{start}{line}{end}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fake;

    const ADDRESS: &str = "https://shop.example/orders/01a203b9-d806-71eb-8d06-dbab9285e702";

    #[test]
    fn address_is_a_code_on_a_terminal_alone() {
        let terminal = fake::terminal(&[]);
        show(&terminal.io, ADDRESS);
        let shown = terminal.err.text();
        assert!(shown.starts_with(&format!("pay on this page: {ADDRESS}\n")), "{shown}");
        let code: Vec<_> = shown.lines().skip(1).collect();
        assert!(code.len() > 10 && code.iter().all(|line| line.chars().count() == code[0].chars().count()));
        let narrow = fake::terminal_of(30, false);
        show(&narrow.io, ADDRESS);
        let pipe = fake::pipe("");
        show(&pipe.io, ADDRESS);
        for fake in [narrow, pipe] {
            assert_eq!(fake.err.text(), format!("pay on this page: {ADDRESS}\n"));
        }
    }

    #[test]
    fn code_is_black_on_white_where_there_is_colour() {
        let coloured = qr_code(ADDRESS, true, 80).unwrap();
        assert!(
            coloured.lines().all(|line| line.starts_with("\u{1b}[30;107m") && line.ends_with("\u{1b}[0m"))
        );
        let plain = qr_code(ADDRESS, false, 80).unwrap();
        // The quiet zone around the code is light: blocks on a dark terminal, nothing on white.
        assert!(plain.starts_with('\u{2588}') && coloured.starts_with("\u{1b}[30;107m "));
    }
}
