//! `ticketing doctor`: checks the client, its surroundings and the server, and says what to do.

mod checks;

use serde::Serialize;

use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::output::{Cell, Columns, Format, Record, Tone};

/// The arguments of `ticketing doctor`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing doctor", "ticketing doctor --jq '.items[] | select(.status != \"ok\") | .advice'"],
    "Exits with 1 if something does not work, and with 7 if the server cannot be reached. A warning is no failure.",
))]
pub(crate) struct Args {}

/// The result of one check.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    name: &'static str,
    status: Health,
    finding: String,
    /// The hint, unless the check has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
    /// The exit code of a failed check.
    #[serde(skip)]
    exit: Exit,
}

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    Ok,
    Warning,
    Failed,
}

impl Check {
    fn ok(name: &'static str, finding: impl Into<String>) -> Self {
        Self { name, status: Health::Ok, finding: finding.into(), advice: None, exit: Exit::Done }
    }

    fn warning(name: &'static str, finding: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status: Health::Warning, advice: Some(advice.into()), ..Self::ok(name, finding) }
    }

    fn failed(name: &'static str, finding: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { status: Health::Failed, exit: Exit::Failed, ..Self::warning(name, finding, advice) }
    }
}

impl Record for Check {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("name", |it, _| Cell::text(&it.name));
        columns.add_whole("status", |it, _| match it.status {
            Health::Ok => Cell::label("ok", "ok", Tone::Good),
            Health::Warning => Cell::label("warning", "warning", Tone::Waiting),
            Health::Failed => Cell::label("failed", "failed", Tone::Bad),
        });
        columns.add_cut("finding", |it, _| Cell::text(&it.finding));
        columns.add_hidden("advice", |it, _| Cell::opt(it.advice.as_ref()));
    }
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let checks = checks::all(api).await;
        if api.context.settings.format == Format::Table {
            for check in &checks {
                let mark = match check.status {
                    Health::Ok => "✓",
                    Health::Warning => "!",
                    Health::Failed => "✗",
                };
                api.io().message(&format!("{mark} {:9} ", check.name), &check.finding)?;
                if let Some(advice) = &check.advice {
                    api.io().message("            ", advice)?;
                }
            }
        } else {
            api.printer().list(&checks)?;
        }
        let failed: Vec<&Check> = checks.iter().filter(|check| check.status == Health::Failed).collect();
        match failed.as_slice() {
            [] => Ok(()),
            [first, ..] => {
                let names: Vec<&str> = failed.iter().map(|check| check.name).collect();
                Err(Failure::new(first.exit, format!("failed checks: {}", names.join(", "))))
            }
        }
    }
}
