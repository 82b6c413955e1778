//! The units of work of tickets, in SQL.

mod change_publisher;
mod changes;
mod ended_resales;
mod list;
pub mod passes;
mod reservations;
mod shown_ticket;
mod terms;
mod ticket_row;
mod tickets;
mod timeline;

pub use change_publisher::ChangePublisher;
pub use changes::{
    Change, Changes, ResumePoint, changes_after, delete_foreign_changes, latest, prune, resume,
};
pub use ended_resales::{end_started, next_end};
pub use list::{Position, list};
pub use reservations::{complete, confirm, release, reserve};
pub use tickets::{EditError, NewListing, create, delete, find, list_terms, update};
pub use timeline::timeline;
