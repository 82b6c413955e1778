//! What people do from beginning to end, and what must not happen meanwhile: on the pure core, with a clock by hand.

mod account;
mod buy;
mod card_page;
mod check_in;
mod expiry;
mod idle;
mod keys;
mod late;
mod link;
mod live;
mod mouse;
mod passes;
mod paying;
mod sell;
