//! `ticketing checkin`: the door.

mod sync;
mod verdict;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use ticketing_sdk::text::{has_visible, normalize};
use ticketing_sdk::{PassCode, Ruling, STARTS_WITHIN_SECONDS, Timestamp, Verdict};
use ticketing_tui::{ClockSkew, Operation, Scan};

use crate::clock;
use crate::context::{ApiContext, Context};
use crate::door::{DoorList, OfflineDoor};
use crate::failure::CliResult;
use crate::help;
use crate::io::Io;
use crate::output::{OpenList, Printer};
use crate::span;

/// The arguments of `ticketing checkin`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(after_long_help = help::long(
    &[
        "ticketing checkin --device \"north door\"",
        "ticketing checkin --output jsonl < codes.txt",
        "ticketing checkin --offline door.json --device \"north door\"",
        "ticketing checkin --within 12h",
    ],
    "A scanner types a code and a line end. Only the user who listed the ticket first can admit its passes. The exit code is 10 if a pass was \
     refused, and 7 if the server could not be asked: the same code again is then sent with the same key, and admitted once.\n\
     Without a network, --offline admits by a door list that `prepare` has fetched, and `sync` uploads the admissions later. A wrong clock \
     is warned of, and stops nobody.",
))]
pub(crate) struct Args {
    /// The codes; without any, they are read from stdin, one per line
    #[arg(value_name = "CODE", value_parser = parse_code)]
    codes: Vec<String>,
    /// Name this device, which the server keeps with each admission
    #[arg(long, help_heading = help::DOOR, value_name = "NAME")]
    device: Option<String>,
    /// Admit without a network by this door list
    #[arg(long, help_heading = help::DOOR, value_name = "FILE")]
    offline: Option<PathBuf>,
    /// Refuse events that start longer than this before or after now, like 12h
    ///
    /// A refused ticket stays valid. Without the option, a ticket whose event starts more than 12 hours away is admitted with a warning.
    #[arg(long, help_heading = help::DOOR, value_name = "SPAN", value_parser = parse_within)]
    within: Option<Duration>,
    #[command(subcommand)]
    command: Option<CheckinCommand>,
}

/// The subcommands of `ticketing checkin`.
#[derive(Debug, Subcommand)]
enum CheckinCommand {
    /// Fetch the door list for a door without a network
    #[command(after_long_help = help::long(
        &["ticketing checkin prepare door.json", "ticketing checkin --offline door.json"],
        "The door list contains the public keys and the passes that this account has issued, without codes. Fetch it shortly before the doors open: a pass \
         that is sold later is not on it. The list also has the difference between the clock of the server and that of this machine, by \
         which an offline door on this machine notes its times.",
    ))]
    Prepare {
        /// The file of the door list; an earlier one is replaced, and its journal stays
        file: PathBuf,
    },
    /// Upload the admissions of a door without a network
    #[command(after_long_help = help::long(
        &["ticketing checkin sync door.json", "ticketing checkin sync door.json --output jsonl"],
        "Shows every pass that another device has admitted too, also one that was uploaded since, and every pass that the server \
         refuses; the exit code is 10 if there is one. A pass that its holder has entered with and offered for resale is none: the upload withdraws its offer, unless a buyer is paying at that moment. Admissions that the server no longer has, because it was restored from a backup, are uploaded again. \
         After an interruption, the same command continues.",
    ))]
    Sync {
        /// The file of the door list; its journal lies beside it
        file: PathBuf,
    },
}

impl Args {
    /// Runs the command.
    pub(crate) async fn run(self, context: Context) -> CliResult {
        let Self { codes, device, offline, within, command } = self;
        // As the server keeps it, so that its answers name the same device.
        let device = device.map(|name| normalize(&name)).filter(|name| has_visible(name));
        match command {
            Some(CheckinCommand::Prepare { file }) => {
                return prepare(&context.connect_and_report()?, &file).await;
            }
            Some(CheckinCommand::Sync { file }) => {
                return sync::sync(&context.connect_and_report()?, &file).await;
            }
            None => {}
        }
        let scan = |code: String, at| Scan { code: PassCode::new(code), device: device.clone(), at, within };
        if let Some(list) = offline {
            let is_dry_run = context.settings.writes.dry_run;
            let mut door = OfflineDoor::open(&list)?;
            if is_dry_run {
                context.io.info("nothing is noted, so the same code is admitted again");
            }
            for text in door.damage() {
                context.io.warn(&text);
            }
            let printer = context.printer();
            let mut skew = None;
            let check_code = async |code: String| {
                let at = door.clock().server_time(clock::now());
                warn_of_clock(&printer, &door, at, &mut skew);
                let scan = scan(code, at);
                if is_dry_run {
                    return Ok(door.decide(&scan));
                }
                door.check_in(&scan, None)
            };
            return each_code(&context.io, &printer, codes, check_code).await;
        }
        let api = context.connect_and_report()?;
        if api.is_dry_run() {
            return preview(&api, codes, |code| scan(code, api.now())).await;
        }
        let check_code = async |code: String| check_in(&api, &scan(code, api.now())).await;
        each_code(api.io(), &api.printer(), codes, check_code).await
    }
}

/// Refuses a blank argument: a variable of a script without a value must not count as a code that was admitted.
fn parse_code(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("a code is not blank") } else { Ok(text.to_owned()) }
}

/// Fetches the door list into a file. An earlier one is replaced, and its journal stays.
async fn prepare(api: &ApiContext, file: &Path) -> CliResult {
    let list = DoorList::fetch(&api.client).await?;
    let count = OfflineDoor::prepare(file, list)?.passes();
    let file = file.display();
    api.io().info(&format!(
        "passes on the door list {file}: {count}; `ticketing checkin --offline {file}` admits them"
    ));
    Ok(())
}

/// Warns if the clock of this machine is off, when that begins and when it changes. `known` is what the last warning was about.
fn warn_of_clock(printer: &Printer<'_>, door: &OfflineDoor, at: Timestamp, known: &mut Option<ClockSkew>) {
    let clock = door.clock();
    let skew = clock.skew(at);
    if let Some(skew) = skew.filter(|skew| *known != Some(*skew)) {
        printer.io.warn(&clock.warning(skew, at, |at| printer.local(at)));
    }
    *known = skew;
}

/// Checks the codes of the arguments, else those of stdin, and shows each verdict at once.
async fn each_code(
    io: &Io,
    printer: &Printer<'_>,
    codes: Vec<String>,
    mut check_code: impl AsyncFnMut(String) -> CliResult<Verdict>,
) -> CliResult {
    let mut list = printer.begin_list::<Verdict>()?;
    let rulings = show_verdicts(io, &mut list, codes, &mut check_code).await;
    // A list that was begun is whole, also where a code could not be checked.
    list.end()?;
    verdict::end(io, &rulings?)
}

async fn show_verdicts(
    io: &Io,
    list: &mut OpenList<'_>,
    codes: Vec<String>,
    check_code: &mut impl AsyncFnMut(String) -> CliResult<Verdict>,
) -> CliResult<Vec<Ruling>> {
    let mut rulings = Vec::new();
    let mut codes = Codes::new(io, codes);
    while let Some(code) = codes.next().await? {
        let verdict = check_code(code).await?;
        verdict::show(&verdict, list)?;
        rulings.push(verdict.verdict);
    }
    Ok(rulings)
}

/// The maximum length of a scanned text that is read; a code has 128 characters.
const MAX_CODE_CHARS: usize = 1024;

/// The codes of the arguments, else those of stdin.
struct Codes<'i> {
    io: &'i Io,
    given: Option<std::vec::IntoIter<String>>,
}

impl<'i> Codes<'i> {
    fn new(io: &'i Io, codes: Vec<String>) -> Self {
        let given = (!codes.is_empty()).then(|| codes.into_iter());
        if given.is_none() && io.terminal_info().in_terminal {
            io.info("scan a code, or type it and press Enter; Ctrl-D ends");
        }
        Self { io, given }
    }

    /// Returns the next code; `None` after the last.
    async fn next(&mut self) -> CliResult<Option<String>> {
        loop {
            let code = match &mut self.given {
                Some(codes) => codes.next(),
                None => self.io.read_line().await?,
            };
            let Some(code) = code else { return Ok(None) };
            // No code begins or ends with a space. What is too long for one is refused like any other text that is none.
            let code: String = code.trim().chars().take(MAX_CODE_CHARS).collect();
            if !code.is_empty() {
                return Ok(Some(code));
            }
        }
    }
}

/// Prints the request of each code.
async fn preview(api: &ApiContext, codes: Vec<String>, scan: impl Fn(String) -> Scan) -> CliResult {
    let (mut codes, mut requests) = (Codes::new(api.io(), codes), Vec::new());
    while let Some(code) = codes.next().await? {
        let check_in = api.client.passes().check_in((&scan(code)).into());
        requests.push(check_in.request().clone());
    }
    Err(api.preview_all(requests).await)
}

/// Asks the server. The key of a check-in whose outcome is not known stays on disk, and is sent with the same code again.
async fn check_in(api: &ApiContext, scan: &Scan) -> CliResult<Verdict> {
    let check_in = api.client.passes().check_in(scan.into());
    let verdict = Verdict::of_answer(api.write(&Operation::CheckIn, check_in).await?)?;
    let verdict = api.client.passes().name_refused(verdict, &scan.code).await;
    Ok(match scan.within {
        Some(span) => verdict.expected_within(span),
        None => verdict,
    })
}

/// Reads a span that the server takes.
fn parse_within(text: &str) -> Result<Duration, String> {
    let span = span::parse(text)?;
    if STARTS_WITHIN_SECONDS.contains(&span.as_secs()) {
        Ok(Duration::from_secs(span.as_secs()))
    } else {
        Err("the span must be from 1s to 31d".to_owned())
    }
}

#[cfg(test)]
mod tests;
