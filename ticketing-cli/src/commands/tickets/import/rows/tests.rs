//! Rows of files of tickets, valid and invalid.

use ticketing_sdk::text::normalize;

use super::*;

fn errors(text: &str, format: FileFormat) -> Vec<String> {
    let errors = match parse(text.as_bytes(), format) {
        Ok(parsed) => parsed.errors,
        Err(errors) => errors,
    };
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn csv_has_every_field_of_a_ticket() {
    let text = "\u{feff}Starts At,title,venue,price,id\n\n2026-12-24T19:30:00+01:00,\"A, \"\"B\"\"\nC\",,1.50,7\n,'=D,'x,2,\n";
    let parsed = parse(text.as_bytes(), FileFormat::Csv).unwrap();
    assert_eq!(parsed.errors, []);
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
        errors(text, FileFormat::Csv),
        [
            "line 2, column 2 (price): not an amount of money: expected a number like 20 or 149.99",
            "line 2, column 3 (startsAt): StartsAt must be a time with its offset like 2026-12-24T19:30:00+01:00",
            "line 3: the title is missing",
            "line 4: has 2 fields, and the header has 3",
        ]
    );
    assert_eq!(parse(text.as_bytes(), FileFormat::Csv).unwrap().rows.len(), 1);
    let found = errors("title,prize,title\n", FileFormat::Csv);
    assert!(found[0].starts_with("line 1, column 2: unknown column \"prize\""), "{found:?}");
    assert_eq!(
        found[1..],
        [
            "line 1, column 3 (title): there is another column of this name",
            "line 1: the column price is missing"
        ]
    );
    for empty in ["", "\n \r\n"] {
        assert_eq!(errors(empty, FileFormat::Csv), ["line 1: the file is empty"]);
    }
    let found = errors("\n,\nOpera,5\n", FileFormat::Csv);
    assert!(
        found.len() == 1 && found[0].starts_with("line 3: the row of column names is missing"),
        "{found:?}"
    );
    // As spreadsheets write empty rows.
    assert_eq!(errors("title,price\nA,5\n,\n , \n \n", FileFormat::Csv), [""; 0]);
}

#[test]
fn quoted_field_ends_with_its_quote() {
    let error = |rows: &str| errors(&format!("title,price,description\n{rows}"), FileFormat::Csv);
    assert_eq!(error("A,5,x\nB,5,\"oops\nC,6,y\n"), ["line 3: the quote that begins here has no end"]);
    // The errors of the rows before it and after it are reported, too.
    assert_eq!(
        error(",5,x\nB,5,\"oops\nmore words\nC,abc,y\n"),
        [
            "line 2: the title is missing",
            "line 3: the quote that begins here has no end",
            "line 5, column 2 (price): not an amount of money: expected a number like 20 or 149.99",
        ]
    );
    assert_eq!(
        errors("title,\"price\nA,5\n", FileFormat::Csv),
        ["line 1: the quote that begins here has no end"]
    );
    let twice = "text follows a closing quote; a quote within quotes is written twice";
    assert_eq!(error("A,5,\"oops\nB,6,\"y\"\n"), [format!("line 3: {twice}")]);
    assert_eq!(error("A,5,\"a\nb\" c\n"), [format!("line 3: {twice}")]);
    for valid in
        ["A,5,\"\"\n", "A,5,\"a \"\"b\"\"\"", "A 5\" nail,5,x\r\n\"B\",5,\"y\"\r\n", "\"A, \nB\",5,x\n"]
    {
        assert_eq!(error(valid), [""; 0], "{valid}");
    }
}

#[test]
fn semicolons_and_tabs_separate_fields() {
    for text in ["title;price;seat\n\"A;B\";5;1,2\n", "title\tprice\tseat\r\n\"A;B\"\t5\t1,2\r\n"] {
        let parsed = parse(text.as_bytes(), FileFormat::Csv).unwrap();
        let row = &parsed.rows[0];
        assert_eq!(
            (row.ticket.title.as_str(), row.ticket.details.get(DetailField::Seat)),
            ("A;B", Some("1,2"))
        );
    }
    // As spreadsheets name it.
    for (first, delimiter, line) in
        [("sep=;\n", ";", "line 3"), ("\u{feff}\"sep=,\"\r\n", ",", "line 3"), ("SEP=\t\n\n", "\t", "line 4")]
    {
        let text = format!("{first}title{delimiter}price\nOpera{delimiter}5\n");
        let parsed = parse(text.as_bytes(), FileFormat::Csv).unwrap();
        assert_eq!((parsed.rows[0].label.as_str(), parsed.errors.len()), (line, 0), "{first:?}");
    }
    let found = errors("sep=|\ntitle|price\n", FileFormat::Csv);
    assert_eq!(found, ["line 1: \"|\" cannot separate fields: use a comma, a semicolon or a tab"]);
    assert_eq!(errors("sep=;\ntitle;price\nA;free\n", FileFormat::Csv).len(), 1);
    let found = errors("name;cost\n", FileFormat::Csv);
    assert!(found[0].contains("the row of column names is missing"), "{found:?}");
}

#[test]
fn comma_separates_decimals_and_never_thousands() {
    let price = |text: &str, delimiter: &str| {
        let text = format!("title{delimiter}price\nA{delimiter}{text}\n");
        match parse(text.as_bytes(), FileFormat::Csv).unwrap() {
            ParsedFile { rows, .. } if !rows.is_empty() => Ok(rows[0].ticket.price.cents()),
            ParsedFile { errors, .. } => Err(errors[0].message.clone()),
        }
    };
    for (text, cents) in
        [("12,50", 1250), ("12,5", 1250), (" 1234,00 ", 123_400), ("12.50", 1250), ("7", 700)]
    {
        assert_eq!(price(text, ";"), Ok(cents), "{text}");
        assert_eq!(price(text, "\t"), Ok(cents), "{text}");
    }
    for text in ["1,234", "1,234,567", "1.234,50", "1,234.50", "12,", ",50"] {
        let message =
            format!("the comma in {text} may separate thousands: write an amount like 1234 or 12,50");
        assert_eq!(price(text, ";"), Err(message), "{text}");
    }
    // A comma within quotes.
    let message = "the comma in 12,50 may separate thousands: write an amount like 1234 or 12.50";
    assert_eq!(price("\"12,50\"", ","), Err(message.to_owned()));
    assert_eq!(price("0,00", ";"), Err("an amount must be greater than 0".to_owned()));
    assert!(price("twelve, or so", ";").unwrap_err().starts_with("not an amount of money"));
}

#[test]
fn field_that_is_given_twice_is_refused() {
    let lines = "{\"title\":\"A\",\"price\":5}\n{\"title\":\"B\",\"price\":5,\"title\":\"C\"}\n\
         {\"title\":\"D\",\"price\":5,\"startsAt\":null,\"starts_at\":null,\"version\":1,\"version\":1,\"userId\":1}\n";
    let again = "there is another field of this name";
    assert_eq!(
        errors(lines, FileFormat::Jsonl),
        [
            format!("line 2, title: {again}"),
            format!("line 3, starts_at: {again}"),
            format!("line 3, version: {again}"),
        ]
    );
}

#[test]
fn sold_reserved_and_resold_rows_are_left_out() {
    let csv =
        "title,price,status,resaleOf\nA,5,available,\nB,5,sold,\n,free,Reserved,\nC,5,available,t-1\nD,5,,\n";
    let lines = "{\"title\":\"A\",\"price\":5,\"status\":\"available\",\"resaleOf\":null}\n{\"title\":\"B\",\"price\":5,\"status\":\"sold\"}\n\
         {\"price\":0,\"status\":\"reserved\"}\n{\"title\":\"C\",\"price\":5,\"resaleOf\":\"t-1\",\"status\":\"sold\"}\n{\"title\":\"D\",\"price\":5,\"status\":\"\"}\n";
    for (text, format) in [(csv, FileFormat::Csv), (lines, FileFormat::Jsonl)] {
        let parsed = parse(text.as_bytes(), format).unwrap();
        let titles: Vec<_> = parsed.rows.iter().map(|row| row.ticket.title.as_str()).collect();
        assert_eq!((&titles[..], &parsed.errors[..]), (&["A", "D"][..], &[][..]));
        assert_eq!(parsed.skipped.to_string(), "1 reserved, 1 sold, 1 resale");
    }
}

#[test]
fn every_fault_of_json_lines_has_its_line() {
    let text = "{\"title\":\"A\",\"price\":20,\"venue\":null}\n\n{\"title\":1,\"price\":\"0\",\"sear\":\"x\"}\n{\"title\":}\n[]\n";
    let found = errors(text, FileFormat::Jsonl);
    assert_eq!(found[0], "line 3, title: must be a string");
    assert_eq!(found[1], "line 3, price: an amount must be greater than 0");
    assert!(found[2].starts_with("line 3, sear: unknown column"), "{found:?}");
    assert_eq!(found[3], "line 4, column 10: expected value");
    assert_eq!(found[4], r#"line 5: must be an object like {"title":"Opera","price":20}"#);
    assert_eq!(parse(text.as_bytes(), FileFormat::Jsonl).unwrap().rows.len(), 1);
}

#[test]
fn text_that_is_not_utf_8_is_reported_with_its_line() {
    let errors = parse(b"title,price\nA\xff,1\n", FileFormat::Csv).unwrap_err();
    assert_eq!(errors[0].to_string(), "line 2: not UTF-8; save the file as UTF-8");
    for utf_16 in [&b"\xff\xfet\0i\0"[..], b"\xfe\xff\0t\0i", b"t\0i\0", b"\0t\0i"] {
        let errors = parse(utf_16, FileFormat::Csv).unwrap_err();
        assert_eq!(errors[0].to_string(), "line 1: the file is UTF-16; save it as UTF-8");
    }
}
