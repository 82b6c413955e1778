//! The title and the details of a ticket: their options, made from the list of the fields, and what is checked before anything is sent.

use clap::error::{Error, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use ticketing_sdk::text::{has_visible, normalize};
use ticketing_sdk::{DetailField, DetailsUpdate, TicketDetails};
use ticketing_tui::option_name;

use crate::context::ApiContext;
use crate::help;

/// The details that were given. With `CLEAR` there are also options that clear a field.
#[derive(Debug, Clone, Default)]
pub(super) struct DetailArgs<const CLEAR: bool> {
    /// The changes.
    pub(super) update: DetailsUpdate,
}

impl<const CLEAR: bool> DetailArgs<CLEAR> {
    /// Returns whether an option was given.
    pub(super) fn is_given(&self) -> bool {
        self.update != DetailsUpdate::default()
    }
}

fn clear_option(field: DetailField) -> String {
    format!("no-{}", option_name(field))
}

fn value(field: DetailField) -> Arg {
    let (name, help) = match field {
        DetailField::StartsAt => {
            ("TIME", "Set the start, with the offset of the place, like 2026-12-24T19:30:00+01:00".to_owned())
        }
        _ => ("TEXT", format!("Set the {}, 1 to {} characters", field.name(), field.max_chars())),
    };
    Arg::new(option_name(field))
        .long(option_name(field))
        .value_name(name)
        .help(help)
        .help_heading(help::TICKET)
        .allow_hyphen_values(true)
}

fn clear(field: DetailField) -> Arg {
    Arg::new(clear_option(field))
        .long(clear_option(field))
        .help(format!("Remove the {}", if field == DetailField::StartsAt { "start" } else { field.name() }))
        .help_heading(help::TICKET)
        .hide_short_help(true)
        .action(ArgAction::SetTrue)
        .conflicts_with(option_name(field))
}

impl<const CLEAR: bool> clap::Args for DetailArgs<CLEAR> {
    fn augment_args(command: Command) -> Command {
        let command = DetailField::ALL.iter().fold(command, |command, field| command.arg(value(*field)));
        let cleared = if CLEAR { DetailField::ALL } else { &[] };
        cleared.iter().fold(command, |command, field| command.arg(clear(*field)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const CLEAR: bool> clap::FromArgMatches for DetailArgs<CLEAR> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut args = Self::default();
        args.update_from_arg_matches(matches)?;
        Ok(args)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for field in DetailField::ALL {
            if let Some(text) = matches.get_one::<String>(&option_name(*field)) {
                let invalid = |error| {
                    Error::raw(ErrorKind::ValueValidation, format!("--{}: {error}\n", option_name(*field)))
                };
                self.update.set(*field, text).map_err(invalid)?;
            } else if CLEAR && matches.get_flag(&clear_option(*field)) {
                self.update.clear(*field);
            }
        }
        Ok(())
    }
}

/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 200;

/// Checks a title as the server does.
pub(super) fn check_title(text: &str) -> Result<String, String> {
    let title = normalize(text);
    if title.contains('\0') {
        Err("Title must not contain U+0000".to_owned())
    } else if !has_visible(&title) {
        Err("Title is required".to_owned())
    } else if title.chars().count() > MAX_TITLE_CHARS {
        Err(format!("Title must be at most {MAX_TITLE_CHARS} characters"))
    } else {
        Ok(title)
    }
}

/// Warns if tickets with these details start in the past, by the clock of the server.
pub(super) fn warn_of_past_starts<'a>(api: &ApiContext, tickets: impl Iterator<Item = &'a TicketDetails>) {
    let now = api.now();
    let (mut total, mut past) = (0, 0);
    for details in tickets {
        total += 1;
        past += usize::from(details.starts_at.as_ref().is_some_and(|starts| starts.instant() <= now));
    }
    match past {
        0 => {}
        1 if total == 1 => api.io().warn("the start is in the past: nobody can buy the ticket"),
        _ => api
            .io()
            .warn(&format!("the start is in the past for {past} of {total} tickets: nobody can buy them")),
    }
}
