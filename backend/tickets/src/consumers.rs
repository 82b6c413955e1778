//! The events that tickets listens to, one file each.

mod listing_closed;
mod order_cancelled;
mod order_completed;
mod order_confirmed;
mod order_created;
mod order_restated;

pub use listing_closed::OnListingClosed;
pub use order_cancelled::OnOrderCancelled;
pub use order_completed::OnOrderCompleted;
pub use order_confirmed::OnOrderConfirmed;
pub use order_created::OnOrderCreated;
pub use order_restated::OnOrderRestated;
