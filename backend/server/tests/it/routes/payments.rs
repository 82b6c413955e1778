//! `/api/payments`

mod create;
mod read;
