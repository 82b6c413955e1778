//! The streams of the program, on buffers.

use super::*;
use crate::exit::Exit;

#[test]
fn closed_reader_ends_the_program_quietly() {
    let failure = fake::broken_pipe().line("one").unwrap_err();
    assert_eq!(failure.exit, Exit::Done);
    let quiet = fake::pipe("");
    quiet.io.failure(&failure);
    assert_eq!(quiet.err.text(), "");
}

#[test]
fn errors_name_the_next_step_and_hide_control_characters() {
    let fake = fake::pipe("");
    fake.io.failure(
        &Failure::failed("the \u{1b}[2Jserver \u{202e}refused").detail("title: no").hint("try again"),
    );
    assert_eq!(fake.err.text(), "error: the [2Jserver refused\n  title: no\nhint: try again\n");
    assert_eq!(fake.out.text(), "");
}

#[test]
fn title_with_line_breaks_forges_no_line_of_the_program() {
    let fake = fake::pipe("");
    let title = "x\nerror: not charged\r\nhint: pay again\u{2028}notice: done";
    fake.io.info(&format!("paid $20 for {title}"));
    fake.io.failure(&Failure::failed(title).detail(title).hint(title));
    assert_eq!(fake.err.text().lines().count(), 4, "{}", fake.err.text());
    assert!(!fake.err.text().contains('\u{2028}'));
}

#[test]
fn line_without_an_end_is_refused() {
    let line = |length| next_line(&mut std::io::repeat(b'x').take(length));
    assert_eq!(line(MIB - 1).unwrap().map(|line| line.len()), Some(MAX_LINE));
    assert_eq!(line(2 * MIB).unwrap_err().kind(), ErrorKind::FileTooLarge);
}

#[test]
fn data_and_remarks_go_their_own_ways() {
    let fake = fake::pipe("");
    fake.io.line("data").unwrap();
    fake.io.info("remark");
    fake.io.status(Some("never on a pipe"));
    assert_eq!((fake.out.text(), fake.err.text()), ("data\n".to_owned(), "remark\n".to_owned()));
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let coloured = fake::terminal_of(80, true);
    coloured.io.warn("look");
    assert!(coloured.err.text().contains("\u{1b}[33mnotice:\u{1b}[0m look"));
    assert_eq!(fake::terminal_of(80, false).io.paint(anstyle::Style::new().bold(), "x"), "x");
}

/// A message with an id, a date and a command, and its lines on a terminal of 60 columns.
const ID: &str = "01a203b9-d806-71eb-8d06-dbab9285e702";

#[test]
fn messages_are_wrapped_under_their_text_on_a_terminal() {
    let failure = Failure::failed(format!("order {ID} is over since 2026-11-22 10:15:00 UTC"))
        .detail("request id: req_sim_0123456789abcdef0123456789abcdef".to_owned() + " of the server")
        .hint("to order it again, use `ticketing orders create TICKET`, or look for another one");
    let narrow = fake::terminal_of(60, false);
    narrow.io.failure(&failure);
    narrow.io.info(&format!("order {ID}: RustConf is reserved for you for 15 min"));
    let wrapped = [
        format!("error: order {ID} is over"),
        "       since 2026-11-22 10:15:00 UTC".to_owned(),
        "  request id: req_sim_0123456789abcdef0123456789abcdef of".to_owned(),
        "    the server".to_owned(),
        "hint: to order it again, use".to_owned(),
        "      `ticketing orders create TICKET`, or look for another".to_owned(),
        "      one".to_owned(),
        format!("order {ID}: RustConf is"),
        "  reserved for you for 15 min".to_owned(),
    ];
    assert_eq!(narrow.err.text(), wrapped.join("\n") + "\n");
    let pipe = fake::pipe("");
    pipe.io.failure(&failure);
    assert_eq!(pipe.err.text().lines().count(), 3);
}

#[test]
fn errors_of_the_argument_parser_are_wrapped_with_their_styles() {
    let styled = "\u{1b}[1merror:\u{1b}[0m invalid value for \u{1b}[1m--max-price\u{1b}[0m: an amount has at most two decimals\n\n  tip: short\n";
    let narrow = fake::terminal_of(40, true);
    narrow.io.failure(&Failure::rendered(Exit::Usage, styled.to_owned()));
    let text = anstream::adapter::strip_str(&narrow.err.text()).to_string();
    assert!(text.lines().all(|line| line.len() <= 40), "{text}");
    // Styles take no columns.
    assert_eq!(text.lines().next().unwrap(), "error: invalid value for --max-price: an", "{text}");
    assert!(
        text.starts_with("error: ") && text.contains("\n       ") && text.ends_with("\n\n  tip: short\n"),
        "{text}"
    );
    let wide = fake::terminal_of(120, true);
    wide.io.failure(&Failure::rendered(Exit::Usage, styled.to_owned()));
    assert_eq!(wide.err.text(), styled);
}

#[test]
fn results_are_wrapped_on_a_terminal_only() {
    let text = "the server answers, but its clock differs by more than a minute";
    let (narrow, pipe) = (fake::terminal_of(40, false), fake::pipe(""));
    narrow.io.message("! clock     ", text).unwrap();
    pipe.io.message("! clock     ", text).unwrap();
    let lines: Vec<_> = narrow.out.text().lines().map(str::to_owned).collect();
    assert_eq!(
        lines[..2],
        ["! clock     the server answers, but its", "            clock differs by more than a"]
    );
    assert_eq!(pipe.out.text(), format!("! clock     {text}\n"));
}
