//! The rules of payments, without I/O.

mod admission;
mod outcome;
mod pace;
mod position;
mod token;

pub use admission::{Admission, Refusal, admit};
pub use outcome::{Outcome, outcome};
pub use pace::{Pace, PaceError};
pub use position::{Answer, Move, Position, Say, Step};
pub use token::{CardToken, TokenError};
