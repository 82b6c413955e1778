//! `/api/payments`

mod create;
mod get;
mod idempotency;
mod input;
mod list;
mod lost;
mod unreachable;
mod webhook;
