//! The program as its users meet it: arguments, streams, exit codes, and a real server behind it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod support;

mod audit;
mod certificates;
mod client_kills;
mod clock;
mod completions;
mod created;
mod data_folder;
mod demo;
#[cfg(unix)]
mod documents;
mod events;
mod explain;
mod formats;
mod golden;
mod help;
mod hostile;
mod imports;
mod journal;
mod journey;
#[cfg(target_os = "linux")]
mod keyring;
mod keys;
mod newest;
mod on_page;
mod open;
mod original;
mod outages;
mod passes;
mod pipes;
mod profiles;
mod resume;
mod schemas;
mod serve;
mod sessions;
mod settled;
mod storm;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod tui;
mod unreachable;
mod usage;
