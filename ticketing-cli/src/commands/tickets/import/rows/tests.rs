//! Rows of files of tickets, valid and invalid.

use ticketing_sdk::text::normalize;

use super::*;

fn faults(text: &str, format: FileFormat) -> Vec<String> {
    let faults = match parse(text.as_bytes(), format) {
        Ok(parsed) => parsed.faults,
        Err(faults) => faults,
    };
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn csv_has_every_field_of_a_ticket() {
    let text = "\u{feff}Starts At,title,venue,price,id\n\n2026-12-24T19:30:00+01:00,\"A, \"\"B\"\"\nC\",,1.50,7\n,'=D,'x,2,\n";
    let parsed = parse(text.as_bytes(), FileFormat::Csv).unwrap();
    assert_eq!(parsed.faults, []);
    let [first, second] = &parsed.rows[..] else { panic!("{parsed:?}") };
    assert_eq!(first.label, "line 3");
    assert_eq!(first.ticket.title, normalize("A, \"B\"\nC"));
    assert_eq!(first.ticket.price.cents(), 150);
    assert_eq!(first.ticket.details.get(DetailField::StartsAt), Some("2026-12-24T19:30:00+01:00"));
    assert_eq!(first.ticket.details.get(DetailField::Venue), None);
    assert_eq!((second.label.as_str(), second.ticket.title.as_str()), ("line 5", "=D"));
    assert_eq!(second.ticket.details.get(DetailField::Venue), Some("'x"));
}

#[test]
fn every_fault_of_a_csv_has_its_line_and_column() {
    let text = "title,price,startsAt\nA,free,soon\n,5,\nB,5\nC,5,\n";
    assert_eq!(
        faults(text, FileFormat::Csv),
        [
            "line 2, column 2 (price): not an amount of money: expected a number like 20 or 149.99",
            "line 2, column 3 (startsAt): StartsAt must be a time with its offset like 2026-12-24T19:30:00+01:00",
            "line 3: the title is missing",
            "line 4: has 2 fields, and the header has 3",
        ]
    );
    assert_eq!(parse(text.as_bytes(), FileFormat::Csv).unwrap().rows.len(), 1);
    let found = faults("title,prize,title\n", FileFormat::Csv);
    assert!(found[0].starts_with("line 1, column 2: unknown column \"prize\""), "{found:?}");
    assert_eq!(
        found[1..],
        [
            "line 1, column 3 (title): there is another column of this name",
            "line 1: the column price is missing"
        ]
    );
    assert_eq!(faults("", FileFormat::Csv), ["line 1: the row of column names is missing"]);
}

#[test]
fn quoted_field_ends_with_its_quote() {
    let fault = |rows: &str| faults(&format!("title,price,description\n{rows}"), FileFormat::Csv);
    assert_eq!(fault("A,5,x\nB,5,\"oops\nC,6,y\n"), ["line 3: the quote that begins here has no end"]);
    let twice = "text follows a closing quote; a quote within quotes is written twice";
    assert_eq!(fault("A,5,\"oops\nB,6,\"y\"\n"), [format!("line 3: {twice}")]);
    assert_eq!(fault("A,5,\"a\nb\" c\n"), [format!("line 3: {twice}")]);
    for valid in
        ["A,5,\"\"\n", "A,5,\"a \"\"b\"\"\"", "A 5\" nail,5,x\r\n\"B\",5,\"y\"\r\n", "\"A, \nB\",5,x\n"]
    {
        assert_eq!(fault(valid), [""; 0], "{valid}");
    }
}

#[test]
fn every_fault_of_json_lines_has_its_line() {
    let text = "{\"title\":\"A\",\"price\":20,\"venue\":null}\n\n{\"title\":1,\"price\":\"0\",\"sear\":\"x\"}\n{\"title\":}\n[]\n";
    let found = faults(text, FileFormat::Jsonl);
    assert_eq!(found[0], "line 3, price: an amount must be greater than 0");
    assert!(found[1].starts_with("line 3, sear: unknown column"), "{found:?}");
    assert_eq!(found[2], "line 3, title: must be a string");
    assert_eq!(found[3], "line 4, column 10: expected value");
    assert!(found[4].starts_with("line 5, column "), "{found:?}");
    assert_eq!(parse(text.as_bytes(), FileFormat::Jsonl).unwrap().rows.len(), 1);
}

#[test]
fn text_that_is_not_utf_8_is_reported_with_its_line() {
    let faults = parse(b"title,price\nA\xff,1\n", FileFormat::Csv).unwrap_err();
    assert_eq!(faults[0].to_string(), "line 2: not UTF-8");
}
