//! Golden JSON of every request and every answer: a changed wire shows as a changed file.

mod answers;
mod requests;
