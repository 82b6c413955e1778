//! Units of work in SQL: the copy of the orders, the payments, the requests that began them, the provider's notices.

mod due;
mod notices;
mod orders;
mod payments;
mod requests;
mod settle;

pub use due::{claim_due, give_back, next_due, release_all};
pub use notices::heard;
pub use orders::{OrderCopy, find_order, insert_order, known_orders, move_order};
pub(crate) use payments::{COLUMNS, apply, read};
pub use payments::{PaymentRow, Wanted, find_payment, in_force, insert_payment, list_payments};
pub use requests::{bind_request, bound_payment, prune};
pub use settle::{Reached, order_cancelled, order_confirmed, settle};
