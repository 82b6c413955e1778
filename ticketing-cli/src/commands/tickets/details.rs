//! The options for the details of a ticket, made from the list of its fields.

use clap::error::{Error, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};
use ticketing_sdk::{DetailField, DetailsUpdate};
use ticketing_tui::option_name;

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
                let fault = |error| {
                    Error::raw(ErrorKind::ValueValidation, format!("--{}: {error}\n", option_name(*field)))
                };
                self.update.set(*field, text).map_err(fault)?;
            } else if CLEAR && matches.get_flag(&clear_option(*field)) {
                self.update.clear(*field);
            }
        }
        Ok(())
    }
}
