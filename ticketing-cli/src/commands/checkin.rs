//! `ticketing checkin`: the door.

pub(crate) mod verdict;

use std::ops::AsyncFnMut;

use ticketing_sdk::NewCheckIn;

use self::verdict::{Tally, Verdict};
use crate::context::{ApiContext, Context};
use crate::failure::Outcome;
use crate::help;
use crate::io::Io;
use crate::output::Printer;

/// The arguments of `ticketing checkin`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
#[command(after_long_help = help::long(
    &[
        "ticketing checkin --device \"north door\"",
        "ticketing checkin --output jsonl < codes.txt",
    ],
    "A scanner types a code and a line end. Only who listed the ticket first admits its passes. The exit code is 10 if a pass was \
     refused, and 7 if the server could not be asked: the same code again is then sent with the same key, and admitted once.",
))]
pub(crate) struct Args {
    /// The codes; without any, they are read from stdin, one a line
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
    /// Name this device, which the server keeps with each admission
    #[arg(long, help_heading = help::DOOR, value_name = "NAME")]
    device: Option<String>,
}

impl Args {
    /// Runs the command.
    pub(crate) async fn run(self, context: Context) -> Outcome {
        let Self { codes, device } = self;
        let api = context.connect_and_report()?;
        let judge = async |code: String| check_in(&api, &code, device.as_deref()).await;
        each_code(api.io(), &api.printer(), codes, judge).await
    }
}

/// Judges the codes of the arguments, else those of stdin, and shows each verdict at once.
async fn each_code(
    io: &Io,
    printer: &Printer<'_>,
    codes: Vec<String>,
    mut judge: impl AsyncFnMut(String) -> Outcome<Verdict>,
) -> Outcome {
    let mut tally = Tally::default();
    let are_given = !codes.is_empty();
    if !are_given && io.terminal_info().in_terminal {
        io.remark("scan a code, or type it and press Enter; Ctrl-D ends");
    }
    let mut given = codes.into_iter();
    loop {
        let code = if are_given { given.next() } else { io.read_line().await? };
        let Some(code) = code else { break };
        // No code begins or ends with a space.
        let code = code.trim();
        if code.is_empty() {
            continue;
        }
        let verdict = judge(code.to_owned()).await?;
        verdict.show(printer)?;
        tally.count(verdict.verdict);
    }
    tally.end(io)
}

/// Asks the server. The key of a check-in whose outcome is not known stays on disk, and is sent with the same code again.
async fn check_in(api: &ApiContext, code: &str, device: Option<&str>) -> Outcome<Verdict> {
    let mut check_in = NewCheckIn::new(code);
    if let Some(device) = device {
        check_in = check_in.device(device);
    }
    let parts: Vec<&str> = [code].into_iter().chain(device).collect();
    let answer = api
        .write("checkin", &parts, |key, resumed| {
            api.client.passes().check_in(check_in).idempotency_key(key).resumed(resumed)
        })
        .await?;
    Verdict::of_answer(answer)
}

#[cfg(test)]
mod tests;
