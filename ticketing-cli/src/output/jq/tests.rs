//! Filters as users of jq and gh write them.

use super::*;
use crate::exit::Exit;

fn document() -> Value {
    serde_json::json!({"items": [{"title": "Opera\u{1b}[2J", "price": 20.5}, {"title": "Gig", "price": 7}]})
}

fn lines(filter: &str) -> String {
    let shaped = run(filter, &document(), false).unwrap();
    assert!(shaped.failure.is_none(), "{filter}: {:?}", shaped.failure);
    shaped.text
}

#[test]
fn filter_yields_text_without_quotes_and_other_values_as_json() {
    assert_eq!(lines(".items[] | select(.price < 10) | .title"), "Gig\n");
    assert_eq!(lines("[.items[].price]"), "[20.5,7]\n");
    assert_eq!(lines(".items | length, null"), "2\nnull\n");
    assert_eq!(lines(".items[0].title"), "Opera\u{1b}[2J\n");
    assert_eq!(run(".items[0].title", &document(), true).unwrap().text, "Opera[2J\n");
}

#[test]
fn formats_of_jq_are_defined() {
    for (filter, expected) in [
        (r#"["a\"b", 1, null, true, 2.5] | @csv"#, r#""a""b",1,,true,2.5"#),
        (r#"["a\tb\nc\\d", 1, null, false] | @tsv"#, r"a\tb\nc\\d	1		false"),
        (r#".items[1] | [.title, .price] | @csv"#, r#""Gig",7"#),
        (r#""a b&é" | @uri"#, "a%20b%26%C3%A9"),
        (r#""x" | @base64, (@base64 | @base64d)"#, "eA==\nx"),
        (r#""it's" | @sh"#, r"'it'\''s'"),
        (r#""<a>" | @html"#, "&lt;a&gt;"),
        (r#"@csv "row: \(["a", 1])""#, r#"row: "a",1"#),
        ("[1] | @json, @text", "[1]\n[1]"),
        ("[., inputs] | length", "1"),
        ("$ENV.CARGO_PKG_NAME, env.CARGO_PKG_NAME", "ticketing-cli\nticketing-cli"),
        ("try input catch .", "there is no further input"),
        (r#"[{a: [1, 2]}] | [leaf_paths]"#, r#"[[0,"a",0],[0,"a",1]]"#),
        (r#"2 | IN(1, 2), IN(3)"#, "true\nfalse"),
        (r#"[{id: 1}] | INDEX(.id)"#, r#"{"1":{"id":1}}"#),
        (r#"[{a: 1}] | [tostream] | length"#, "3"),
        (r#""aba" | trimstr("a"), toarray"#, "b\n[\"aba\"]"),
    ] {
        assert_eq!(lines(filter), format!("{expected}\n"), "{filter}");
    }
}

#[test]
fn functions_that_users_of_gh_know_are_defined() {
    let mut missing = Vec::new();
    for filter in [
        "map(.)",
        "to_entries",
        "with_entries(.)",
        "group_by(.a)",
        "unique_by(.a)",
        "sort_by(.a)",
        "min_by(.a)",
        "any",
        "all",
        "flatten",
        "add",
        "limit(1; .[])",
        "first(.[])",
        "until(true; .)",
        "paths",
        "leaf_paths",
        "getpath([])",
        "del(.a)",
        "walk(.)",
        "env",
        "ascii_downcase",
        "ltrimstr(\"a\")",
        "splits(\"a\")",
        "test(\"a\")",
        "capture(\"a\")",
        "sub(\"a\"; \"b\")",
        "gsub(\"a\"; \"b\")",
        "tojson",
        "fromjson",
        "todate",
        "fromdate",
        "now",
        "strftime(\"%Y\")",
        "mktime",
        "gmtime",
        "strptime(\"%Y\")",
        "localtime",
        "IN(1)",
        "INDEX(.a)",
        "combinations",
        "tostream",
        "input_line_number",
        "input_filename",
        "halt",
        "halt_error",
        "halt_error(1)",
        "debug",
        "debug(\"a\")",
        "stderr",
        "getpath([\"a\"])",
        "error",
        "pick(.a)",
        "abs",
        "toarray",
        "trim",
        "ltrim",
        "rtrim",
        "splits(\"a\"; \"g\")",
        "significand",
        "bsearch(1)",
        "transpose",
        "inside([])",
        "range(1; 2; 3)",
        "limit(3; range(10))",
        "nth(1; .[])",
        "env.PATH",
        "implode",
        "explode",
        "date",
        "getpath([\"a\"]) as $x | $x",
        "reduce .[] as $x (0; . + $x)",
        "foreach .[] as $x (0; . + $x)",
        "label $out | break $out",
        "recurse",
        "..",
        "ltrimstr(1)",
        "trimstr(\"a\")",
        "strflocaltime(\"%Y\")",
        "todateiso8601",
        "min",
        "max",
        "unique",
        "reverse",
        "contains([])",
        "startswith(\"a\")",
        "endswith(\"a\")",
        "join(\",\")",
        "while(false; .)",
        "repeat(empty)",
        "inputs",
        "skip(1; .[])",
        "ascii_upcase",
        "utf8bytelength",
        "infinite",
        "nan",
        "isnan",
        "isinfinite",
        "isnormal",
        "not",
        "map_values(.)",
        "path(.a)",
        "delpaths([])",
        "setpath([]; 1)",
        "from_entries",
        "limit(0; 1)",
        "error(\"x\")",
        "sqrt",
        "pow(2; 3)",
        "log",
        "floor",
        "round",
        "ceil",
        "tonumber",
        "tostring",
        "toboolean",
        "type",
        "objects",
        "arrays",
        "strings",
        "numbers",
        "booleans",
        "nulls",
        "scalars",
        "iterables",
        "values",
        "getpath([0])",
        "indices(1)",
        "index(\"a\")",
        "rindex(\"a\")",
        "has(\"a\")",
        "in({})",
        "keys_unsorted",
        "splits(\"x\")",
        "halt_error(\"x\")",
    ] {
        if let Err(failure) = check(filter) {
            missing.push(format!("{filter}: {:?}", failure.message));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn wrong_filter_is_a_usage_error_that_says_where() {
    for (wrong, why) in [
        ("", "expected term at character 1"),
        (".[", "expected"),
        ("nonsense(1)", "nonsense is not defined"),
        ("[1,2,,3]", "character 6, and found \",3]\""),
        (".a )", "character 4"),
    ] {
        let failure = check(wrong).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage, "{wrong:?}");
        let message = failure.message.unwrap();
        assert!(message.starts_with("--jq: ") && message.contains(why), "{wrong:?}: {message}");
    }
}

#[test]
fn failure_is_short_and_keeps_the_lines_before_it() {
    let big = serde_json::json!({"items": vec![document(); 500]});
    let shaped = run(".items | length, .title", &big, false).unwrap();
    let failure = shaped.failure.unwrap();
    assert_eq!((failure.exit, shaped.text.as_str()), (Exit::Failed, "500\n"));
    let message = failure.message.unwrap();
    assert!(
        message.starts_with("--jq: cannot index [{") && message.ends_with(" with \"title\""),
        "{message}"
    );
    assert!(message.chars().count() < 250, "{message}");
}

#[test]
fn halt_ends_the_output_and_its_error_is_no_conflict() {
    assert_eq!(lines("1, halt, 2"), "1\n");
    for (filter, message) in [
        (r#"1, ("no \u001b[2J tickets" | halt_error), 2"#, "no \u{1b}[2J tickets"),
        (r#"1, ({a: 1} | halt_error(5))"#, "{\"a\":1}"),
        ("1, halt(3)", "--jq: the filter halted"),
    ] {
        let shaped = run(filter, &document(), false).unwrap();
        let failure = shaped.failure.unwrap();
        assert_eq!(
            (failure.exit, failure.message.as_deref(), shaped.text.as_str()),
            (Exit::Failed, Some(message), "1\n")
        );
        assert!(shaped.messages.is_empty());
    }
}

#[test]
fn filter_says_something_beside_its_output() {
    let shaped = run("1 | debug | stderr", &document(), false).unwrap();
    assert_eq!(shaped.text, "1\n");
    assert_eq!(shaped.messages, ["[\"DEBUG:\",1]", "1"]);
}
