//! `ticketing passes calendar`

use clap_complete::ArgValueCompleter;
use ticketing_sdk::{PassId, text};

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure, Subject};
use crate::help;
use crate::{complete, resolve};

/// The arguments of `ticketing passes calendar`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing passes calendar 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 > event.ics"],
    "Only a pass that says when its event starts has an event for a calendar.",
))]
pub(crate) struct Args {
    /// The pass's id
    #[arg(value_name = "PASS", add = ArgValueCompleter::new(complete::by_id(complete::passes)))]
    id: PassId,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let id = resolve::pass(api, self.id).await?;
        let passes = api.client.passes();
        let error = match passes.calendar(&id).await {
            Ok(event) => return api.io().data(for_stdout(event, api.io().terminal_info().out_terminal)),
            Err(error) => error,
        };
        let is_undated =
            error.is_not_found() && passes.get(&id).await.is_ok_and(|pass| pass.details.starts_at.is_none());
        if is_undated {
            return Err(Failure::failed(format!("pass {} does not say when its event starts", id)));
        }
        Err(Failure::from_error(&error, &Subject::Pass(id)))
    }
}

/// Returns a calendar file as it is, but on a terminal without the characters that control it.
fn for_stdout(event: String, is_terminal: bool) -> String {
    if !is_terminal {
        return event;
    }
    event.lines().flat_map(|line| [text::sanitize(line), "\n".into()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_unchanged_and_a_terminal_is_not_controlled() {
        let event = "SUMMARY:\u{202e}evil\u{1b}[2J\r\nEND:VEVENT\r\n";
        assert_eq!(for_stdout(event.to_owned(), false), event);
        assert_eq!(for_stdout(event.to_owned(), true), "SUMMARY:evil[2J\nEND:VEVENT\n");
    }
}
