//! The verdict of the door on one code: large and coloured on a terminal, a line of JSON on a pipe.

use anstyle::{Ansi256Color, Color, Style};
use serde::Serialize;
use ticketing_sdk::text::{date, time_of_day};
use ticketing_sdk::{Admission, Error, ErrorCode, PassId, Timestamp};

use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::io::{Io, clean};
use crate::output::{Cell, Column, OpenList, Record, Tone};

/// The verdict of the door on one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    pub(crate) verdict: Ruling,
    /// Why it is refused or not known: the code of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pass_id: Option<PassId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seat: Option<String>,
    /// When the pass was admitted: now, or before by `device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) admitted_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
}

/// Whether a guest enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ruling {
    Admitted,
    Refused,
    /// The server cannot be reached, or did not decide.
    Unknown,
}

impl Ruling {
    fn heading(self) -> &'static str {
        match self {
            Self::Admitted => "ADMITTED",
            Self::Refused => "REFUSED",
            Self::Unknown => "CANNOT TELL",
        }
    }

    /// Black on green, white on red, black on yellow, from the fixed part of the 256 colours.
    fn style(self) -> Style {
        let colours = |front, back| {
            let colour = |index| Some(Color::from(Ansi256Color(index)));
            Style::new().bold().fg_color(colour(front)).bg_color(colour(back))
        };
        match self {
            Self::Admitted => colours(16, 46),
            Self::Refused => colours(231, 160),
            Self::Unknown => colours(16, 226),
        }
    }
}

impl Verdict {
    pub(crate) fn admitted(pass_id: PassId, title: String, seat: Option<String>, at: Timestamp) -> Self {
        let (pass_id, title) = (Some(pass_id), Some(title));
        let message = format!("admitted at {}", moment(at));
        Self {
            verdict: Ruling::Admitted,
            pass_id,
            title,
            seat,
            admitted_at: Some(at),
            ..Self::unknown(message)
        }
    }

    pub(crate) fn refused(reason: &str, message: impl Into<String>) -> Self {
        let reason = Some(reason.to_owned());
        Self { verdict: Ruling::Refused, reason, ..Self::unknown(message) }
    }

    pub(crate) fn unknown(message: impl Into<String>) -> Self {
        Self {
            verdict: Ruling::Unknown,
            reason: None,
            message: message.into(),
            pass_id: None,
            title: None,
            seat: None,
            admitted_at: None,
            device: None,
        }
    }

    /// The refusal of a pass that was admitted before.
    pub(crate) fn already_admitted(at: Option<Timestamp>, device: Option<String>) -> Self {
        let when = at.map_or(String::new(), |at| format!(" at {}", moment(at)));
        let by = device.as_ref().map_or(String::new(), |device| format!(" by {device}"));
        let message = format!("already admitted{when}{by}");
        Self { admitted_at: at, device, ..Self::refused(ErrorCode::AlreadyAdmitted.as_str(), message) }
    }

    /// The verdict of the server.
    ///
    /// # Errors
    /// If nobody can be admitted like this, for example without a session.
    pub(crate) fn of_answer(answer: Result<Admission, Error>) -> Outcome<Self> {
        let error = match answer {
            Ok(Admission { pass_id, title, seat, admitted_at }) => {
                return Ok(Self::admitted(pass_id, title, seat, admitted_at));
            }
            Err(error) => error,
        };
        let is_about_code = |error: &Error| match error {
            Error::Api(answer) => answer.faults.iter().all(|fault| fault.field.as_deref() == Some("code")),
            _ => false,
        };
        match error.code() {
            _ if error.must_keep_key() || error.is_transient() => {
                let why = error.user_message();
                Ok(Self::unknown(format!("{why}; scan the code again: it is admitted once")))
            }
            Some(ErrorCode::AlreadyAdmitted) => {
                let first = match &error {
                    Error::Api(answer) => answer.faults.first(),
                    _ => None,
                };
                let device = first.and_then(|fault| fault.device.clone());
                Ok(Self::already_admitted(first.and_then(|fault| fault.admitted_at), device))
            }
            Some(code) => match refusal(code) {
                Some(why) => Ok(Self::refused(code.as_str(), why)),
                None if *code == ErrorCode::InvalidInput && is_about_code(&error) => {
                    Ok(Self::refused(ErrorCode::PassInvalid.as_str(), NO_CODE))
                }
                None => Err(Failure::from(&error)),
            },
            None => Err(Failure::from(&error)),
        }
    }

    /// Shows the verdict.
    ///
    /// # Errors
    /// If stdout cannot be written.
    pub(crate) fn show(&self, list: &mut OpenList<'_>) -> Outcome {
        list.push(self, |io| self.banner(io))
    }

    /// Returns a band across the terminal, and what it is about below.
    fn banner(&self, io: &Io) -> String {
        let width = usize::from(io.terminal_info().width);
        let style = self.verdict.style();
        let heading = self.verdict.heading();
        let band = if io.terminal_info().out_colour {
            let line = |text: &str| io.paint(style, &format!("{text:^width$}")) + "\n";
            [line(""), line(heading), line("")].concat()
        } else {
            format!("{:=^width$}\n", format!("  {heading}  "))
        };
        let facts = [self.title.as_deref(), self.seat.as_deref(), Some(self.message.as_str())];
        let facts: Vec<String> = facts.into_iter().flatten().map(clean).collect();
        format!("{band}{}\n\n", facts.join(" · "))
    }
}

/// The message for a text that is no code of a pass.
pub(crate) const NO_CODE: &str = "this is no code of a pass";

/// Returns why the door refuses a code for this reason; `None` if the error is about something else.
pub(crate) fn refusal(code: &ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::PassInvalid => NO_CODE,
        ErrorCode::PassSuperseded => "this code is old: the pass has another holder now",
        ErrorCode::PassOffered => "the pass is offered for resale",
        ErrorCode::NotOwner => "the pass is for the event of another issuer",
        _ => return None,
    })
}

/// A time of the day that both sides of a border read alike.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{} {} UTC", date(at), time_of_day(at))
}

/// The verdicts of a run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    admitted: usize,
    refused: usize,
    unknown: usize,
}

impl Tally {
    pub(crate) fn count(&mut self, ruling: Ruling) {
        match ruling {
            Ruling::Admitted => self.admitted += 1,
            Ruling::Refused => self.refused += 1,
            Ruling::Unknown => self.unknown += 1,
        }
    }

    /// Ends the run: with a remark if there were several codes, and with an exit code if one was not admitted.
    pub(crate) fn end(self, io: &Io) -> Outcome {
        let Self { admitted, refused, unknown } = self;
        if admitted + refused + unknown > 1 {
            let open = if unknown > 0 { format!(", {unknown} not known") } else { String::new() };
            io.remark(&format!("{admitted} admitted, {refused} refused{open}"));
        }
        match (refused, unknown) {
            (0, 0) => Ok(()),
            (0, _) => Err(Failure::silent(Exit::Unreachable)),
            _ => Err(Failure::silent(Exit::Refused)),
        }
    }
}

impl Record for Verdict {
    const COLUMNS: &'static [Column] = &[
        Column::whole("verdict"),
        Column::whole("reason"),
        Column::whole("message"),
        Column::whole("passId"),
        Column::cut("title"),
        Column::whole("seat"),
        Column::whole("admittedAt"),
        Column::whole("device"),
    ];

    fn cells(&self, _now: Timestamp) -> Vec<Cell> {
        let (word, tone) = match self.verdict {
            Ruling::Admitted => ("admitted", Tone::Good),
            Ruling::Refused => ("refused", Tone::Bad),
            Ruling::Unknown => ("unknown", Tone::Waiting),
        };
        vec![
            Cell::label(word, word, tone),
            Cell::opt(self.reason.as_ref()),
            Cell::text(&self.message),
            Cell::opt(self.pass_id.as_ref()),
            Cell::opt(self.title.as_ref()),
            Cell::opt(self.seat.as_ref()),
            Cell::time(self.admitted_at),
            Cell::opt(self.device.as_ref()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::fake;
    use crate::output::{Format, Printer};

    fn shown(verdicts: &[Verdict], fake: &fake::FakeIo, format: Format) -> String {
        let printer = Printer::new(&fake.io, format, Timestamp::from_millis(0));
        let mut list = printer.begin_list::<Verdict>().unwrap();
        verdicts.iter().for_each(|verdict| verdict.show(&mut list).unwrap());
        list.end().unwrap();
        fake.out.text()
    }

    fn admitted() -> Verdict {
        let at = "2026-12-24T18:31:07.250Z".parse().unwrap();
        Verdict::admitted("p-1".into(), "Rust\u{1b}[2JConf".to_owned(), Some("Row 4".to_owned()), at)
    }

    #[test]
    fn verdict_fills_the_width_of_a_terminal_and_names_the_seat() {
        let coloured = shown(&[admitted()], &fake::terminal_of(40, true), Format::Table);
        assert_eq!(coloured.matches("\u{1b}[1m\u{1b}[38;5;16m\u{1b}[48;5;46m").count(), 3, "{coloured:?}");
        assert!(coloured.contains(&format!("{:^40}", "ADMITTED")), "{coloured:?}");
        let plain =
            shown(&[Verdict::already_admitted(None, None)], &fake::terminal_of(40, false), Format::Table);
        assert_eq!(plain, "==============  REFUSED  ===============\nalready admitted\n\n");
        let plain = shown(&[admitted()], &fake::terminal_of(40, false), Format::Table);
        assert!(plain.ends_with("Rust[2JConf · Row 4 · admitted at 2026-12-24 18:31:07 UTC\n\n"), "{plain}");
    }

    #[test]
    fn verdict_on_a_pipe_is_a_line_of_json() {
        let verdict = Verdict::already_admitted(None, Some("north".to_owned()));
        let lines = shown(&[verdict], &fake::pipe(""), Format::Tsv);
        let line: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
        let expected = serde_json::json!({
            "verdict": "refused", "reason": "already_admitted", "message": "already admitted by north", "device": "north",
        });
        assert_eq!((line, lines.lines().count()), (expected, 1));
    }

    #[test]
    fn verdicts_are_one_document_in_json_and_have_a_header_in_csv() {
        let shown = |verdicts: &[Verdict], format| shown(verdicts, &fake::pipe(""), format);
        let parse = |text: &str| {
            let document: serde_json::Value = serde_json::from_str(text).unwrap();
            document["items"].as_array().unwrap().clone()
        };
        assert_eq!(shown(&[], Format::Json), "{\"items\":[],\"hasMore\":false}\n");
        let json = shown(&[admitted(), Verdict::refused("pass_invalid", NO_CODE)], Format::Json);
        let verdicts: Vec<_> = parse(&json).iter().map(|verdict| verdict["verdict"].clone()).collect();
        assert_eq!((verdicts, json.lines().count()), (vec!["admitted".into(), "refused".into()], 4));
        let header = "verdict,reason,message,passId,title,seat,admittedAt,device\n";
        assert_eq!(shown(&[], Format::Csv), header);
        let csv = shown(&[Verdict::refused("pass_invalid", NO_CODE)], Format::Csv);
        assert_eq!(csv, format!("{header}refused,pass_invalid,{NO_CODE},,,,,\n"));
    }

    #[test]
    fn exit_code_tells_of_the_worst_verdict() {
        let end = |rulings: &[Ruling]| {
            let mut tally = Tally::default();
            rulings.iter().for_each(|ruling| tally.count(*ruling));
            tally.end(&fake::pipe("").io).map_err(|failure| failure.exit)
        };
        assert_eq!(end(&[Ruling::Admitted; 2]), Ok(()));
        assert_eq!(end(&[Ruling::Admitted, Ruling::Unknown]), Err(Exit::Unreachable));
        assert_eq!(end(&[Ruling::Unknown, Ruling::Refused]), Err(Exit::Refused));
    }
}
