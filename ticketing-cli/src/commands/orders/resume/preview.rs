//! `ticketing orders resume --dry-run`: the requests that would settle the interrupted writes.

use std::collections::BTreeSet;

use ticketing_sdk::{CardToken, OrderId, OrderStatus};
use ticketing_tui::Operation;

use super::UnpaidAction;
use super::repeat::{skip_reason, unrepeatable};
use crate::clock;
use crate::commands::orders::create::newest_order;
use crate::context::ApiContext;
use crate::failure::CliResult;
use crate::journal::InterruptedWrite;

/// The name of the order that a repeated request would create.
const NEW_ORDER: &str = "ORDER";

/// Prints the requests that would settle the interrupted writes. Only reads from the server, and keeps the records.
pub(super) async fn preview(api: &ApiContext, action: &UnpaidAction) -> CliResult {
    let writes = api.journal.claim_interrupted();
    if writes.is_empty() {
        api.io().info("no interrupted write is on record");
        return Ok(());
    }
    let user = api.user().await;
    let mut shown = BTreeSet::new();
    for write in &writes {
        let operation = &write.record.operation;
        let info = |words: &str| api.io().info(&format!("`{operation}`: {words}"));
        if let Some(reason) = skip_reason(api, write, user.as_ref()) {
            info(&reason);
            continue;
        }
        let request = write.request(&api.client, clock::now());
        let order = match (operation, request) {
            (Operation::CreateOrder { .. }, Some(request)) => {
                api.print_requests([&request]).await?;
                NEW_ORDER.into()
            }
            (Operation::CreatePayment { order }, _) => order.clone(),
            (Operation::CreateOrder { ticket, .. } | Operation::Buy { ticket }, _) => {
                let is_ordered = |other: &InterruptedWrite| matches!(&other.record.operation, Operation::CreateOrder { ticket: of, .. } if of == ticket);
                match newest_order(api, ticket, OrderStatus::ALL).await? {
                    Some(order) => order.id,
                    // The write that orders it has a record of its own.
                    None if writes.iter().any(is_ordered) => continue,
                    None => {
                        info("nothing was ordered");
                        continue;
                    }
                }
            }
            (_, Some(request)) => {
                api.print_requests([&request]).await?;
                continue;
            }
            (_, None) => {
                info(&unrepeatable(write));
                continue;
            }
        };
        // A purchase can have several records.
        if shown.insert(order.clone()) {
            of_order(api, operation, &order, action).await?;
        }
    }
    api.io().info("nothing was sent");
    Ok(())
}

/// Prints the request about an order that is reserved and not paid, and what is known of another.
async fn of_order(api: &ApiContext, operation: &Operation, id: &OrderId, action: &UnpaidAction) -> CliResult {
    if id.as_str() == NEW_ORDER {
        return print_action(api, id, action).await;
    }
    match api.client.orders().get(id).await {
        Ok(order) if order.status == OrderStatus::Created => print_action(api, id, action).await,
        Ok(order) => {
            api.io().info(&format!("`{operation}`: order {id} is {}", order.status.label().to_lowercase()));
            Ok(())
        }
        Err(error) if error.is_not_found() => {
            api.io().info(&format!("`{operation}`: there is no order {id}"));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn print_action(api: &ApiContext, order: &OrderId, action: &UnpaidAction) -> CliResult {
    match action {
        UnpaidAction::Pay(token) => {
            let payment = api.client.payments().create(order, CardToken::new(token));
            api.print_requests([payment.request()]).await
        }
        UnpaidAction::Cancel => api.print_requests([api.client.orders().cancel(order).request()]).await,
        UnpaidAction::Ask | UnpaidAction::Leave => {
            api.io().info(&format!(
                "order {order}: reserved and not paid; --token pays for it, --cancel cancels it"
            ));
            Ok(())
        }
    }
}
