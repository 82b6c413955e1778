//! Units of work in SQL: the copy of the orders, the payments, their requests, the webhook events.

mod due;
mod orders;
mod payments;
mod provider_calls;
mod requests;
mod timeline;
mod transitions;
mod webhook_events;

pub use due::{claim_due, next_due, release_all_claims, release_claim};
use orders::update_order_status;
pub use orders::{OrderCopy, find_order, insert_order};
pub(crate) use payments::{COLUMNS, read, update_state};
pub use payments::{
    PaymentRow, PaymentToInsert, find_active_payment, find_payment, insert_payment, list_payments,
};
pub use provider_calls::{ProviderCallRecord, record_call};
pub use requests::{bind_request, bound_payment, prune};
pub use timeline::timeline;
pub use transitions::{PaymentPublisher, ProviderOutcome, apply_order_status, record_outcome};
pub use webhook_events::record_webhook_event;
