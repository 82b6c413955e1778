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
    assert_eq!(fake::terminal_of(80, false).io.paint(NOTICE, "x"), "x");
}
