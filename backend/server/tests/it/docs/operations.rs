//! `docs/OPERATIONS.md` and the code agree: each metric of the code is in the document, and each log line of the document is in
//! the code.

use std::collections::BTreeSet;

use super::{read, spans, split_fences};
use crate::workspace::sources;

/// Returns the names of the metrics that a source file counts.
fn metrics(source: &str) -> BTreeSet<String> {
    let names = ["counter!(", "gauge!(", "histogram!("].iter().flat_map(|call| source.split(call).skip(1));
    let names = names.filter_map(|arguments| arguments.trim_start().strip_prefix('"')?.split_once('"'));
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    names.filter(|(name, _)| is_name(name)).map(|(name, _)| name.to_owned()).collect()
}

/// Returns whether a code span is a quoted log line: three words or more, in lower case.
fn is_log_line(span: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    span.split(' ').count() >= 3 && span.split(' ').all(is_word)
}

#[test]
fn every_metric_is_in_the_operations_guide() {
    let guide = read("docs/OPERATIONS.md");
    let metrics: BTreeSet<String> = sources("backend").iter().flat_map(|(_, text)| metrics(text)).collect();
    assert!(metrics.len() > 20, "{metrics:?}");
    let lacking: Vec<_> = metrics.iter().filter(|name| !guide.contains(&***name)).collect();
    assert!(lacking.is_empty(), "docs/OPERATIONS.md lacks {lacking:?}");
}

#[test]
fn log_lines_of_the_operations_guide_are_in_the_code() {
    let guide = read("docs/OPERATIONS.md");
    let (_, prose) = split_fences(&guide);
    let sources: Vec<_> = ["backend", "ticketing-cli"].into_iter().flat_map(sources).collect();
    let lines: Vec<&str> = spans(&prose).filter(|span| is_log_line(span)).collect();
    assert!(lines.len() >= 3, "{lines:?}");
    let lacking: Vec<_> =
        lines.iter().filter(|line| !sources.iter().any(|(_, text)| text.contains(**line))).collect();
    assert!(lacking.is_empty(), "no source file has {lacking:?}");
}

#[test]
fn metrics_and_log_lines_are_recognised() {
    let source = "metrics::counter!(\n  \"a_total\", \"x\" => 1); histogram!(\"b_seconds\"); counter!(name)";
    assert_eq!(metrics(source), BTreeSet::from(["a_total".to_owned(), "b_seconds".to_owned()]));
    assert!(
        is_log_line("the writer pauses") && !is_log_line("cargo xtask") && !is_log_line("rate(x[5m]) > 0")
    );
}
