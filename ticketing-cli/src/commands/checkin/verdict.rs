//! The verdict on one code: large and coloured on a terminal, a line of JSON on a pipe.

use anstyle::{Ansi256Color, Color, Style};
use ticketing_sdk::{ErrorCode, EventTime, Ruling, Verdict};

use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::io::{Io, clean};
use crate::output::{Cell, Columns, OpenList, Printer, Record, Tone, double_admissions};
use crate::wrap::hang;

/// Black on green, white on red, black on yellow, from the fixed part of the 256 colours.
fn style(ruling: Ruling) -> Style {
    let (front, back) = match ruling {
        Ruling::Admitted => (16, 46),
        Ruling::Refused => (231, 160),
        Ruling::Unknown => (16, 226),
    };
    let colour = |index| Some(Color::from(Ansi256Color(index)));
    Style::new().bold().fg_color(colour(front)).bg_color(colour(back))
}

/// Shows a verdict.
///
/// # Errors
/// If stdout cannot be written.
pub(crate) fn show(verdict: &Verdict, list: &mut OpenList<'_>) -> CliResult {
    list.push(verdict, |printer| banner(verdict, printer))
}

/// Returns a band across the terminal, with the ticket and the reason below it.
fn banner(verdict: &Verdict, printer: &Printer<'_>) -> String {
    let io = printer.io;
    let width = usize::from(io.terminal_info().width);
    let style = style(verdict.verdict);
    let heading = verdict.verdict.heading();
    let band = if io.terminal_info().out_colour {
        let line = |text: &str| io.paint(style, &format!("{text:^width$}")) + "\n";
        [line(""), line(heading), line("")].concat()
    } else {
        format!("{:=^width$}\n", format!("  {heading}  "))
    };
    let message = verdict.message_with(|at| printer.local(at));
    let is_other_day = verdict.reason.as_deref() == Some(ErrorCode::PassOtherDay.as_str());
    let starts = verdict.starts_at.as_ref().filter(|_| !is_other_day).map(EventTime::full_label);
    let facts =
        [verdict.title.as_deref(), verdict.seat.as_deref(), starts.as_deref(), Some(message.as_str())];
    let facts: Vec<String> = facts.into_iter().flatten().map(clean).collect();
    let fit = |text: &str| {
        if io.terminal_info().out_terminal { hang(text, width, 0, 0) } else { text.to_owned() }
    };
    let warning = verdict.warning_with(|at| printer.local(at)).map(|warning| fit(&clean(&warning)));
    let warning = warning.unwrap_or_default();
    let warning = warning.lines().map(|line| io.paint(self::style(Ruling::Unknown), line) + "\n");
    let warning = warning.collect::<String>();
    format!("{band}{}\n{warning}\n", fit(&facts.join(" · ")))
}

/// Ends a run: with a remark if there were several codes, and with an exit code if one was not admitted, or none was read but from a
/// terminal.
pub(crate) fn end(io: &Io, rulings: &[Ruling]) -> CliResult {
    let count = |ruling| rulings.iter().filter(|other| **other == ruling).count();
    let [admitted, refused, unknown] = [Ruling::Admitted, Ruling::Refused, Ruling::Unknown].map(count);
    if rulings.len() > 1 {
        let open = if unknown > 0 { format!(", {unknown} not known") } else { String::new() };
        io.info(&format!("{admitted} admitted, {refused} refused{open}"));
    }
    match (refused, unknown) {
        (0, 0) if admitted == 0 && !io.terminal_info().in_terminal => {
            Err(Failure::usage("no code was given"))
        }
        (0, 0) => Ok(()),
        (0, _) => Err(Failure::silent(Exit::Unreachable)),
        _ => Err(Failure::silent(Exit::Refused)),
    }
}

impl Record for Verdict {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_whole("verdict", |it, _| match it.verdict {
            Ruling::Admitted => Cell::label("admitted", "admitted", Tone::Good),
            Ruling::Refused => Cell::label("refused", "refused", Tone::Bad),
            Ruling::Unknown => Cell::label("unknown", "unknown", Tone::Waiting),
        });
        columns.add_whole("reason", |it, _| Cell::opt(it.reason.as_ref()));
        columns.add_whole("message", |it, _| Cell::text(&it.message));
        columns.add_whole("passId", |it, _| Cell::opt(it.pass_id.as_ref()));
        columns.add_cut("title", |it, _| Cell::opt(it.title.as_ref()));
        columns.add_whole("seat", |it, _| Cell::opt(it.seat.as_ref()));
        columns.add_whole("admittedAt", |it, _| Cell::time(it.admitted_at));
        columns.add_whole("device", |it, _| Cell::opt(it.device.as_ref()));
        columns.add_whole("doubleAdmissions", |it, _| double_admissions(&it.double_admissions));
        columns.add_cut("venue", |it, _| Cell::opt(it.venue.as_ref()));
        columns.add_whole("startsAt", |it, _| it.starts_at.clone().map_or(Cell::None, Cell::Start));
        columns.add_whole("warnings", |it, _| {
            let warnings: Vec<&str> = it.warnings.iter().map(|warning| warning.as_str()).collect();
            if warnings.is_empty() { Cell::None } else { Cell::Text(warnings.join(",")) }
        });
        columns.add_whole("listedAt", |it, _| Cell::time(it.listed_at));
    }
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::{Admission, DoubleAdmission, Timestamp};

    use super::*;
    use crate::io::fake;
    use crate::output::Format;

    const NO_CODE: &str = "this is not the code of a pass";

    fn show_verdicts(verdicts: &[Verdict], fake: &fake::FakeIo, format: Format) -> String {
        let printer = Printer::new(&fake.io, format, Timestamp::from_millis(0));
        let mut list = printer.begin_list::<Verdict>().unwrap();
        verdicts.iter().for_each(|verdict| show(verdict, &mut list).unwrap());
        list.end().unwrap();
        fake.out.text()
    }

    fn admitted_verdict() -> Verdict {
        let at = "2026-12-24T18:31:07.250Z".parse().unwrap();
        Verdict::admitted(Admission::new("p-1", "Rust\u{1b}[2JConf", at).seat("Row 4"))
    }

    #[test]
    fn verdict_fills_the_width_of_a_terminal_and_names_the_seat() {
        let coloured = show_verdicts(&[admitted_verdict()], &fake::terminal_of(40, true), Format::Table);
        assert_eq!(coloured.matches("\u{1b}[1m\u{1b}[38;5;16m\u{1b}[48;5;46m").count(), 3, "{coloured:?}");
        assert!(coloured.contains(&format!("{:^40}", "ADMITTED")), "{coloured:?}");
        let plain = show_verdicts(
            &[Verdict::already_admitted(None, None)],
            &fake::terminal_of(40, false),
            Format::Table,
        );
        assert_eq!(plain, "==============  REFUSED  ===============\nalready admitted\n\n");
        let plain = show_verdicts(&[admitted_verdict()], &fake::terminal_of(40, false), Format::Table);
        assert!(plain.ends_with("Rust[2JConf · Row 4 · admitted at\n2026-12-24 18:31:07 UTC\n\n"), "{plain}");
    }

    #[test]
    fn verdict_has_the_clock_of_the_user() {
        let fake = fake::terminal_of(40, false);
        let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
        let printer = Printer { zone, ..Printer::new(&fake.io, Format::Table, Timestamp::from_millis(0)) };
        show(&admitted_verdict(), &mut printer.begin_list::<Verdict>().unwrap()).unwrap();
        assert!(fake.out.text().contains("admitted at\n2026-12-25 03:31:07 JST"), "{}", fake.out.text());
    }

    #[test]
    fn door_that_admits_a_new_holder_says_who_has_entered_before() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let earlier = DoubleAdmission::new(at("2026-12-24T18:02:09Z"), Some("N\u{1b}[2J".to_owned()));
        let admission = Admission::new("p-1", "RustConf", at("2026-12-24T18:31:07Z"));
        let verdict = Verdict::admitted(admission.double_admissions(vec![earlier]));
        let warning = "an earlier holder has entered with this pass at 2026-12-24 18:02:09 UTC by N[2J";
        let plain =
            show_verdicts(std::slice::from_ref(&verdict), &fake::terminal_of(100, false), Format::Table);
        assert!(plain.ends_with(&format!("admitted at 2026-12-24 18:31:07 UTC\n{warning}\n\n")), "{plain}");
        let coloured =
            show_verdicts(std::slice::from_ref(&verdict), &fake::terminal_of(60, true), Format::Table);
        let lines = ["an earlier holder has entered with this pass at", "2026-12-24 18:02:09 UTC by N[2J"];
        for line in lines {
            let painted = format!("\u{1b}[1m\u{1b}[38;5;16m\u{1b}[48;5;226m{line}\u{1b}[0m\n");
            assert!(coloured.contains(&painted), "{coloured:?}");
        }
        let lines = show_verdicts(&[verdict], &fake::pipe(""), Format::Jsonl);
        let line: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
        assert_eq!(line["doubleAdmissions"][0]["admittedAt"], "2026-12-24T18:02:09.000Z");
    }

    #[test]
    fn verdict_on_a_pipe_is_a_line_of_json() {
        let verdict = Verdict::already_admitted(None, Some("north".to_owned()));
        let lines = show_verdicts(&[verdict], &fake::pipe(""), Format::Jsonl);
        let line: serde_json::Value = serde_json::from_str(lines.trim()).unwrap();
        let expected = serde_json::json!({
            "verdict": "refused", "reason": "already_admitted", "message": "already admitted by north", "device": "north",
        });
        assert_eq!((line, lines.lines().count()), (expected, 1));
    }

    #[test]
    fn verdicts_are_one_document_in_json_and_have_a_header_in_csv() {
        let shown = |verdicts: &[Verdict], format| show_verdicts(verdicts, &fake::pipe(""), format);
        let parse = |text: &str| {
            let document: serde_json::Value = serde_json::from_str(text).unwrap();
            document["items"].as_array().unwrap().clone()
        };
        assert_eq!(shown(&[], Format::Json), "{\"items\":[],\"hasMore\":false}\n");
        let json = shown(&[admitted_verdict(), Verdict::refused("pass_invalid", NO_CODE)], Format::Json);
        let verdicts: Vec<_> = parse(&json).iter().map(|verdict| verdict["verdict"].clone()).collect();
        assert_eq!((verdicts, json.lines().count()), (vec!["admitted".into(), "refused".into()], 4));
        let header = "verdict,reason,message,passId,title,seat,admittedAt,device,doubleAdmissions,venue,startsAt,warnings,listedAt\n";
        assert_eq!(shown(&[], Format::Csv), header);
        let csv = shown(&[Verdict::refused("pass_invalid", NO_CODE)], Format::Csv);
        assert_eq!(csv, format!("{header}refused,pass_invalid,{NO_CODE},,,,,,,,,,\n"));
    }

    #[test]
    fn exit_code_tells_of_the_worst_verdict() {
        let end =
            |rulings: &[Ruling]| super::end(&fake::pipe("").io, rulings).map_err(|failure| failure.exit);
        assert_eq!(end(&[Ruling::Admitted; 2]), Ok(()));
        assert_eq!(end(&[Ruling::Admitted, Ruling::Unknown]), Err(Exit::Unreachable));
        assert_eq!(end(&[Ruling::Unknown, Ruling::Refused]), Err(Exit::Refused));
    }
}
