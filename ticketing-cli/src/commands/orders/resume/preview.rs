//! `ticketing orders resume --dry-run`: the requests that would settle the interrupted writes.

use ticketing_sdk::{CardToken, OrderId, OrderStatus};

use super::UnpaidAction;
use super::operation::{Operation, repetition};
use super::settle::newest_order;
use crate::clock;
use crate::context::ApiContext;
use crate::failure::Outcome;
use crate::journal::NOTE_RETENTION;

/// The name of the order that a repeated request would create.
const NEW_ORDER: &str = "ORDER";

/// Prints the requests that would settle the interrupted writes. The server is only read, and the notes stay.
pub(super) async fn preview(api: &ApiContext, action: &UnpaidAction) -> Outcome {
    let writes = api.journal().claim_interrupted();
    if writes.is_empty() {
        api.io().remark("no interrupted write is on record");
        return Ok(());
    }
    for write in writes {
        let operation = write.operation();
        if write.server() != api.client.server() {
            api.io().remark(&format!("`{operation}` was for {}; --server names it", write.server()));
            continue;
        }
        let can_repeat = write.age(clock::now()) < NOTE_RETENTION;
        match Operation::parse(operation) {
            Operation::Order { ticket, price } if can_repeat => {
                let orders = api.client.orders();
                let order = match price {
                    Some(price) => orders.create_at_price(&ticket, price),
                    None => orders.create(&ticket),
                };
                let order = order.idempotency_key(write.key().clone());
                api.print_request(order.request()).await?;
                print_action(api, &NEW_ORDER.into(), action).await?;
            }
            Operation::Order { .. } => {
                api.io().remark(&format!("`{operation}`: the server no longer keeps the key"));
            }
            Operation::Payment { order } => of_order(api, operation, &order, action).await?,
            Operation::Purchase { ticket } => match newest_order(api, &ticket).await? {
                Some(order) => of_order(api, operation, &order, action).await?,
                None => api.io().remark(&format!("`{operation}`: nothing was ordered")),
            },
            Operation::Other => {
                api.io().remark(&format!("`{operation}`: {}", repetition(operation, can_repeat)));
            }
        }
    }
    api.io().remark("nothing was sent");
    Ok(())
}

/// Prints the request about an order that is reserved and not paid, and what is known of another.
async fn of_order(api: &ApiContext, operation: &str, id: &OrderId, action: &UnpaidAction) -> Outcome {
    match api.client.orders().get(id).await {
        Ok(order) if order.status == OrderStatus::Created => print_action(api, id, action).await,
        Ok(order) => {
            api.io().remark(&format!("`{operation}`: order {id} is {}", order.status.label().to_lowercase()));
            Ok(())
        }
        Err(error) if error.is_not_found() => {
            api.io().remark(&format!("`{operation}`: there is no order {id}"));
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn print_action(api: &ApiContext, order: &OrderId, action: &UnpaidAction) -> Outcome {
    match action {
        UnpaidAction::Pay(token) => {
            let payment = api.client.payments().create(order, CardToken::new(token));
            api.print_request(payment.request()).await
        }
        UnpaidAction::Cancel => api.print_request(api.client.orders().cancel(order).request()).await,
        UnpaidAction::Ask | UnpaidAction::Leave => {
            api.io().remark(&format!(
                "order {order}: reserved and not paid; --token pays for it, --cancel cancels it"
            ));
            Ok(())
        }
    }
}
