//! The ticket marketplace as a full-screen program, and as plain numbered text.
//!
//! [`App`] is the whole program without I/O: [`Event`]s in, [`Effect`]s out, and a frame of its state. A
//! driver runs the effects through the SDK: [`run`] on a whole terminal, [`run_plain`] line by line.

mod action;
mod app;
mod call_error;
pub mod config;
mod door;
mod door_clock;
mod driver;
mod effect;
mod event;
mod event_period;
mod glyphs;
mod journal;
mod keymap;
mod local_time;
mod model;
mod route;
mod screens;
mod settings;
mod terminal;
mod text;
mod theme;
mod widgets;

pub use crate::{
    action::{Action, Scope},
    app::{App, AppConfig},
    call_error::{CallError, CallErrorKind},
    door::{AdmissionConflict, Door, DoorState, DoorSync, Scan},
    door_clock::{ClockSkew, DoorClock},
    driver::{Environment, ExitReason, run, run_plain},
    effect::{ApiCall, CallId, Effect},
    event::{Event, Feed, Reply},
    journal::{Evidence, Journal, JournalEntry, Operation, option_name, quote_word},
    keymap::{Chord, Keymap, ParseChordError},
    model::notices::Level,
    settings::{Borders, Setting, SettingChange, Settings},
    text::{wrap, wrap_between_words},
    theme::{Colours, ThemeName},
};
