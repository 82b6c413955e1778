//! `ticketing passes show`

use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::Style;
use clap_complete::ArgValueCompleter;
use ticketing_sdk::{EventTime, Pass, PassCode, PassId, PassStatus};

use crate::browser::WebArgs;
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure, Subject};
use crate::files;
use crate::help;
use crate::io::Io;
use crate::output::{Format, short_end};
use crate::qr::{Drawing, Qr};
use crate::wrap::wrap;
use crate::{complete, resolve};

/// The arguments of `ticketing passes show`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing passes show 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10",
        "ticketing passes show 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 --png pass.png",
        "ticketing passes show 01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10 | ticketing checkin",
    ],
    "On a terminal, the code is a QR code, black on white whatever the colours are. On a pipe it is text. A person with the code can \
     enter with it.",
))]
pub(crate) struct Args {
    /// The id, or several; a part of 8 characters or more is enough where it is unique
    #[arg(value_name = "PASS", required = true, add = ArgValueCompleter::new(complete::by_id(complete::valid_passes)))]
    ids: Vec<PassId>,
    /// Write the QR code as SVG into this file; `-` is stdout
    #[arg(long, help_heading = help::OUTPUT, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the QR code as PNG into this file; `-` is stdout
    #[arg(long, help_heading = help::OUTPUT, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Draw the QR code with ASCII characters, which takes more room
    #[arg(long, help_heading = help::APPEARANCE)]
    ascii: bool,
    #[command(flatten)]
    web: WebArgs,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let is_picture = self.svg.is_some() || self.png.is_some();
        if is_picture && self.ids.len() > 1 {
            return Err(Failure::usage("--svg and --png are for one pass"));
        }
        let ids = resolve::all(api, self.ids, resolve::pass).await?;
        if self.web.open(api, &ids, |pages, id| pages.pass(id)).await? {
            return Ok(());
        }
        let get = async |id: &PassId| api.read_pass(id).await;
        let mut passes = Vec::new();
        for pass in resolve::get_all(ids, Subject::Pass, get).await? {
            match &pass.code {
                Some(code) => {
                    for double in &pass.double_admissions {
                        let at = api.printer().local(double.admitted_at);
                        api.io()
                            .warn(&format!("someone entered with an earlier code of this ticket at {at}"));
                    }
                    passes.push((code.clone(), pass));
                }
                None => return Err(without_code(&pass)),
            }
        }
        if let ([(code, _)], true) = (passes.as_slice(), is_picture) {
            let picture = Qr::new(code.as_str())?;
            if let Some(file) = &self.svg {
                write(api.io(), file, picture.svg().as_bytes())?;
            }
            if let Some(file) = &self.png {
                write(api.io(), file, &picture.png()?)?;
            }
            return Ok(());
        }
        match api.context.settings.format {
            Format::Table => {
                let (width, drawing) = (api.io().terminal_info().width, Drawing::of_terminal(self.ascii));
                for (code, pass) in &passes {
                    let Screen { lines, code_lines } = screen(pass, code, drawing, width, api.io())?;
                    api.io().data(lines.join("\n") + "\n")?;
                    warn_of_height(code_lines, api.io());
                }
                Ok(())
            }
            Format::Tsv => passes.iter().try_for_each(|(code, _)| api.io().line(code.as_str())),
            Format::Json | Format::Jsonl | Format::Yaml | Format::Csv => {
                let passes: Vec<Pass> = passes.into_iter().map(|(_, pass)| pass).collect();
                api.printer().one_or_many(&passes)
            }
        }
    }
}

/// Returns why a pass has no code, and what to do about it.
fn without_code(pass: &Pass) -> Failure {
    let conflict = |why: &str| Failure::new(Exit::Conflict, format!("pass {} {why}", pass.id));
    match pass.status {
        PassStatus::Valid => {
            Failure::new(Exit::NotAllowed, format!("only the holder of pass {} sees its code", pass.id))
        }
        PassStatus::Offered => match &pass.listing_id {
            Some(listing) => conflict("is offered for resale, so it has no code")
                .hint(format!("`ticketing tickets withdraw {listing}` takes it back")),
            None => conflict("is offered for resale, so it has no code"),
        },
        PassStatus::Used => conflict("is used: its holder was admitted"),
        PassStatus::Void => conflict("is void"),
        _ => conflict("has a status that this version does not know"),
    }
}

/// Writes a file that only its owner can read, or to stdout.
fn write(io: &Io, file: &Path, bytes: &[u8]) -> CliResult {
    if file == Path::new("-") {
        return io.data(bytes);
    }
    let written = files::private().truncate(true).open(file).and_then(|mut opened| opened.write_all(bytes));
    written.map_err(|error| Failure::failed(format!("cannot write {}: {error}", file.display())))?;
    io.info(&format!("wrote {}; a person with the code can enter with it", file.display()));
    Ok(())
}

/// The columns between the code and the text beside it.
const COLUMN_GAP: usize = 2;
/// The least width of a text beside the code.
const MIN_TEXT: usize = 20;

/// A pass on a terminal.
struct Screen {
    lines: Vec<String>,
    /// The lines of the code, which are among the last ones; 0 if it is not drawn.
    code_lines: usize,
}

/// Warns if a code is taller than the terminal. The last line of the terminal is that of the prompt.
fn warn_of_height(code_lines: usize, io: &Io) {
    let terminal_info = io.terminal_info();
    if terminal_info.out_terminal && code_lines >= usize::from(terminal_info.height) {
        io.warn(&format!(
            "the QR code needs {} lines, and the terminal has {}; --svg or --png writes it into a file",
            code_lines + 1,
            terminal_info.height
        ));
    }
}

/// Returns the lines of a terminal: the code and what it admits to, side by side if there is room.
fn screen(pass: &Pass, code: &PassCode, drawing: Drawing, width: u16, io: &Io) -> CliResult<Screen> {
    let (picture, width) = (Qr::new(code.as_str())?, usize::from(width));
    let columns = picture.columns(drawing);
    if columns > width {
        let mut lines = text_lines(pass, width, io);
        lines.push(code.as_str().to_owned());
        io.warn(&format!("the QR code needs {columns} columns; --svg or --png writes it into a file"));
        return Ok(Screen { lines, code_lines: 0 });
    }
    let drawn = picture.lines(drawing);
    let code_lines = drawn.len();
    let Some(room) = width.checked_sub(columns + COLUMN_GAP).filter(|room| *room >= MIN_TEXT) else {
        let mut lines = text_lines(pass, width, io);
        lines.extend(drawn);
        return Ok(Screen { lines, code_lines });
    };
    let mut beside = text_lines(pass, room, io).into_iter().take(drawn.len());
    let gap = " ".repeat(COLUMN_GAP);
    let lines = drawn.into_iter().map(|line| match beside.next() {
        Some(text) => line + &gap + &text,
        None => line,
    });
    Ok(Screen { lines: lines.collect(), code_lines })
}

/// Returns what a pass admits to, in lines of at most this width.
fn text_lines(pass: &Pass, width: usize, io: &Io) -> Vec<String> {
    let mut lines: Vec<String> =
        wrap(&pass.title, width).iter().map(|line| io.paint(Style::new().bold(), line)).collect();
    let details = &pass.details;
    let starts = details.starts_at.as_ref().map(EventTime::full_label);
    let facts = [starts.as_ref(), details.venue.as_ref(), details.seat.as_ref()];
    for fact in facts.into_iter().flatten() {
        lines.push(String::new());
        lines.extend(wrap(fact, width));
    }
    lines.push(String::new());
    lines.extend(wrap(&format!("Pass {}", short_end(pass.id.as_str()).unwrap_or(pass.id.as_str())), width));
    if pass.transfer_expires_at.is_some() {
        lines.push(String::new());
        lines.extend(wrap("A transfer is pending: this code admits until the pass is claimed.", width));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fake;
    use crate::qr::tests::{CODE, decode_screen};
    use ticketing_sdk::fixtures;

    fn pass() -> Pass {
        let title =
            "RustConf, day 1: the long title of an evening with many words\u{1b}[31m \u{202e}".to_owned();
        fixtures::pass("01a203ba-11c4-7d52-9d0e-7a3b8c5e2f10").title(title).code(CODE)
    }

    fn draw(width: u16, drawing: Drawing) -> Vec<String> {
        let fake = fake::terminal_of(width, false);
        screen(&pass(), &CODE.into(), drawing, width, &fake.io).unwrap().lines
    }

    #[test]
    fn pass_and_its_facts_fit_a_terminal_of_80_by_24() {
        let lines = draw(80, Drawing::Blocks);
        assert!(lines.len() <= 23, "{} lines", lines.len());
        let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        terminal.process((lines.join("\r\n") + "\r\n$ ").as_bytes());
        let text = terminal.screen().contents();
        for fact in [
            "RustConf, day 1",
            "24 Dec 2026, 19:30",
            "+01:00",
            "Palais de Tokyo",
            "Row 4",
            "Pass 8c5e2f10",
            "$ ",
        ] {
            assert!(text.contains(fact), "no {fact:?} in\n{text}");
        }
        assert_eq!(decode_screen(&lines.join("\n")), CODE);
        assert!(!lines.iter().any(|line| line.contains("\u{1b}[31m") || line.contains('\u{202e}')));
    }

    #[test]
    fn narrow_terminal_shows_the_facts_and_then_the_code_as_text() {
        let lines = draw(50, Drawing::Blocks);
        assert!(lines[0].starts_with("RustConf") && lines.last().unwrap().contains('\u{1b}'));
        let lines = draw(40, Drawing::Blocks);
        assert_eq!(lines.last().unwrap(), CODE);
    }

    #[test]
    fn code_that_is_taller_than_the_terminal_is_noticed() {
        let fake = fake::terminal_of(80, false);
        warn_of_height(23, &fake.io);
        assert_eq!(fake.err.text(), "");
        warn_of_height(24, &fake.io);
        let notice = "notice: the QR code needs 25 lines, and the terminal has 24; --svg or --png\n        writes it into a file\n";
        assert_eq!(fake.err.text(), notice);
    }

    #[test]
    fn pass_without_a_code_says_why() {
        let offered = fixtures::pass("p-1").status(PassStatus::Offered).listing_id("t-9");
        let failure = without_code(&offered);
        assert_eq!(failure.exit, Exit::Conflict);
        assert!(failure.hint.unwrap().contains("withdraw t-9"));
        assert_eq!(without_code(&fixtures::pass("p-1")).exit, Exit::NotAllowed);
    }
}
