//! The rules of payments, without I/O.

mod admission;
mod outcome;
mod state;
mod timeouts;
mod token;

pub use admission::{AdmissionError, PaymentAdmission, admit};
pub use outcome::{PaymentOutcome, payment_outcome};
pub use state::{OutgoingEvent, PaymentState, PaymentStep, StepResult, Transition};
pub use timeouts::{PaymentTimeouts, TimeoutsError};
pub use token::{CardToken, TokenError};
