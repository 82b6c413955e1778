//! Parses settings from a command line and the environment, and collects every error.

use std::any::TypeId;
use std::error::Error as _;
use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Command};
use secrecy::SecretString;

use super::SettingsError;

/// An error of a command line.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Settings are invalid.
    #[error("{0}")]
    Settings(#[from] SettingsError),
    /// The command line asks for help, or has another form.
    #[error("{0}")]
    Usage(#[from] clap::Error),
}

/// Parses a command line over the environment. Settings that are missing or cannot be read are left out of the matches
/// and returned beside them.
///
/// # Errors
/// If the command line has another form.
pub fn parse(command: Command, words: &[OsString]) -> Result<(ArgMatches, SettingsError), ParseError> {
    let (mut command, mut words) = (with_environment(command), words.to_vec());
    let mut errors = SettingsError::default();
    loop {
        // The parser adds the arguments of the command that is used, which are looked up below.
        let error = match command.try_get_matches_from_mut(&words) {
            Ok(matches) => return Ok((matches, errors)),
            Err(error) => error,
        };
        let settings = settings_of(&command, &error);
        if settings.is_empty() {
            return Err(errors.or(error)?.into());
        }
        let expected = error.source().map_or_else(|| "a value".to_owned(), ToString::to_string);
        let given = text(&error, ContextKind::InvalidValue);
        for arg in settings {
            let name = variable(&arg).unwrap_or_default();
            let given = given.clone().filter(|_| !is_secret(&arg));
            errors.add(&name, given, expected.trim_start_matches("expected "));
            // The next iteration finds the next error.
            remove_flag(&mut words, &arg);
            command = map_args(command, &|other| match other.get_id() == arg.get_id() {
                true => other.env(Resettable::Reset).required(false),
                false => other,
            });
        }
    }
}

/// Removes a flag and its value from a command line.
fn remove_flag(words: &mut Vec<OsString>, arg: &Arg) {
    let flag = format!("--{}", arg.get_long().unwrap_or_default());
    let joined = format!("{flag}=");
    while let Some(index) = words.iter().position(|word| {
        let word = word.to_string_lossy();
        word == flag || word.starts_with(&joined)
    }) {
        if words.remove(index) == *flag && index < words.len() {
            words.remove(index);
        }
    }
}

/// Returns the command with empty variables ignored, and with no values of variables in its help.
pub fn with_environment(command: Command) -> Command {
    map_args(command, &|arg| {
        let arg = arg.hide_env_values(true);
        let value = arg.get_env().and_then(std::env::var_os);
        let is_empty = value.is_some_and(|value| value.to_string_lossy().trim().is_empty());
        if is_empty { arg.env(Resettable::Reset) } else { arg }
    })
}

fn map_args(command: Command, map: &dyn Fn(Arg) -> Arg) -> Command {
    command.mut_args(map).mut_subcommands(|subcommand| map_args(subcommand, map))
}

/// Returns the settings of an error: the one that cannot be read, or those that are missing.
fn settings_of(command: &Command, error: &clap::Error) -> Vec<Arg> {
    // Like `--listen <HOST:PORT>`.
    let shown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::ValueValidation | ErrorKind::InvalidValue, Some(ContextValue::String(one))) => {
            std::slice::from_ref(one)
        }
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(all))) => all,
        _ => return Vec::new(),
    };
    let settings = shown.iter().map(|shown| {
        let flag = shown.strip_prefix("--")?.split(' ').next();
        every_arg(command).into_iter().find(|arg| arg.get_env().is_some() && arg.get_long() == flag).cloned()
    });
    settings.collect::<Option<_>>().unwrap_or_default()
}

/// Returns the arguments of a command and of its subcommands.
pub(crate) fn every_arg(command: &Command) -> Vec<&Arg> {
    command.get_arguments().chain(command.get_subcommands().flat_map(every_arg)).collect()
}

/// Returns the environment variable of an argument.
pub(crate) fn variable(arg: &Arg) -> Option<String> {
    arg.get_env().map(|name| name.to_string_lossy().into_owned())
}

/// Returns whether the value of an argument is secret.
pub(crate) fn is_secret(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == TypeId::of::<SecretString>()
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}
