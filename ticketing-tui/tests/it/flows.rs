//! Flows of users from beginning to end, on the pure core, with a manual clock.

mod account;
mod buy;
mod card_page;
mod check_in;
mod expiry;
mod idle;
mod keys;
mod late;
mod left;
mod link;
mod live;
mod messages;
mod mouse;
mod offered;
mod passes;
mod paying;
mod scans;
mod sell;
