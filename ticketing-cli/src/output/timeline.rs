//! The explanation of an order for people: one sentence, and a line for each entry of its timeline.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use ticketing_sdk::text::{sanitize, span};
use ticketing_sdk::{Explanation, TicketHolder, TimelineEntry, TimelineKind};
use unicode_width::UnicodeWidthStr;

use super::table::style;
use super::{Printer, Tone, when};
use crate::wrap::{hang, wrap};

/// The width of a sentence that is read with ease.
const MAX_SENTENCE: usize = 100;
/// The width below which an entry has its time and its service on a line of their own.
const MIN_COLUMNS: usize = 72;
/// The space between two columns.
const COLUMN_GAP: &str = "  ";
/// The text between two facts of an entry.
const SEPARATOR: &str = " · ";
/// The pause from which a line shows it.
const MIN_PAUSE: Duration = Duration::from_secs(5);

/// A fact of an entry, and its style.
type Fact = (String, Style);

/// Returns the sentence and the timeline.
pub(super) fn draw(explanation: &Explanation, printer: &Printer<'_>) -> String {
    let width = usize::from(printer.io.terminal_info().width);
    let sentence = explanation.summary_with(|at| printer.local(at));
    let mut text = hang(&sanitize(&sentence), width.min(MAX_SENTENCE), 0, 0) + "\n";
    let dim = |text: &str| printer.io.paint(Style::new().dimmed(), text);
    let service_width = explanation.entries.iter().map(|entry| entry.service.width()).max().unwrap_or(0);
    let (mut day, mut before) = (String::new(), None);
    for entry in &explanation.entries {
        let today = when::day(entry.at, &printer.zone);
        let pause = before.map_or(Duration::ZERO, |before| entry.at.saturating_duration_since(before));
        if today != day {
            text += &format!("\n{}\n", dim(&today));
        } else if pause >= MIN_PAUSE {
            text += &format!("{}\n", dim(&format!("{COLUMN_GAP}⋮ {}", span(pause))));
        }
        (day, before) = (today, Some(entry.at));
        let (verb, tone) = verb(entry);
        let columns = [
            when::clock(entry.at, &printer.zone),
            format!("{:service_width$}", sanitize(&entry.service)),
            printer.io.paint(tone, &format!("{verb:VERB$}")),
        ];
        let head = columns.join(COLUMN_GAP);
        let indent = if width < MIN_COLUMNS { 0 } else { TIME + service_width + VERB + 2 * COLUMN_GAP.len() }
            + COLUMN_GAP.len();
        let lines = flow(facts(entry), width, indent);
        for (number, line) in lines.into_iter().enumerate() {
            let line = line.iter().map(|(text, style)| printer.io.paint(*style, text)).collect::<String>();
            text += match number {
                0 if width < MIN_COLUMNS => head.trim_end().to_owned() + "\n" + COLUMN_GAP + &line,
                0 => format!("{head}{COLUMN_GAP}{line}"),
                _ => line,
            }
            .trim_end();
            text.push('\n');
        }
    }
    text
}

/// The width of the time of a day.
const TIME: usize = "10:15:00.123".len();
/// The width of the longest verb.
const VERB: usize = "published".len();

/// Returns what the service did, and its style.
fn verb(entry: &TimelineEntry) -> (&'static str, Style) {
    match (entry.kind, entry.outcome.as_deref()) {
        (TimelineKind::Command, _) => ("request", Style::new().bold()),
        (TimelineKind::Delivery, None | Some("applied")) => ("received", style(Tone::Past)),
        (TimelineKind::Delivery, _) => ("failing", style(Tone::Bad)),
        (TimelineKind::Call, _) => ("provider", AnsiColor::Cyan.on_default()),
        (TimelineKind::Deadline, _) => ("deadline", style(Tone::Waiting)),
        (TimelineKind::Event, None | Some("published")) => ("published", style(Tone::Good)),
        (TimelineKind::Event, _) => ("waiting", style(Tone::Waiting)),
        _ => ("", Style::new()),
    }
}

/// Returns the name of an entry, and what else is known of it.
fn facts(entry: &TimelineEntry) -> Vec<Fact> {
    let plain = Style::new();
    let name = match entry.version {
        Some(version) => format!("{} v{version}", entry.name),
        None => entry.name.clone(),
    };
    let mut facts = vec![(name, plain)];
    let has_outcome = matches!(entry.kind, TimelineKind::Command | TimelineKind::Call);
    if let Some(outcome) = entry.outcome.as_ref().filter(|_| has_outcome) {
        let tone = match outcome.as_str() {
            "done" | "succeeded" => style(Tone::Good),
            "declined" | "failed" => style(Tone::Bad),
            _ => style(Tone::Waiting),
        };
        facts.push((format!("→ {outcome}"), tone));
    }
    facts.extend(entry.detail.clone().map(|detail| (detail, plain)));
    facts.extend(entry.holder.map(|holder| (holder_label(holder).to_owned(), plain)));
    facts.extend(repetitions(entry).map(|text| (text, style(Tone::Waiting))));
    facts.extend(entry.request_ids.iter().map(|id| (id.clone(), style(Tone::Past))));
    facts.into_iter().map(|(text, style)| (sanitize(&text).into_owned(), style)).collect()
}

/// Returns the holder of a ticket in words.
pub(super) fn holder_label(holder: TicketHolder) -> &'static str {
    match holder {
        TicketHolder::ThisOrder => "held by this order",
        TicketHolder::OtherOrder => "held by another order",
        _ => "held by no order",
    }
}

/// Returns how often an event was delivered or a step was tried, if that was more than once.
fn repetitions(entry: &TimelineEntry) -> Option<String> {
    match (entry.deliveries, entry.attempt, entry.calls) {
        (Some(times @ 2..), ..) => Some(format!("delivered {times} times")),
        (_, Some(attempt), Some(calls)) => Some(format!("attempts {attempt} to {}", attempt + calls - 1)),
        (_, Some(attempt @ 2..), None) => Some(format!("attempt {attempt}")),
        _ => None,
    }
}

/// Puts facts into lines of at most `width` columns. Lines but the first begin with the indentation; a fact that fits
/// only without it is whole on a line of its own.
fn flow(facts: Vec<Fact>, width: usize, indent: usize) -> Vec<Vec<Fact>> {
    let room = width.saturating_sub(indent).max(1);
    let space = || (" ".repeat(indent), Style::new());
    let (mut lines, mut used) = (vec![Vec::new()], 0);
    for (text, style) in facts {
        let separator = if text.starts_with('→') { " " } else { SEPARATOR };
        if used > 0 && used + separator.width() + text.width() <= room {
            used += separator.width() + text.width();
            lines
                .last_mut()
                .into_iter()
                .for_each(|line| line.extend([(separator.to_owned(), Style::new()), (text.clone(), style)]));
            continue;
        }
        let is_word = !text.contains(' ');
        let pieces = if is_word && text.width() <= width { vec![text] } else { wrap(&text, room) };
        for piece in pieces {
            if used > 0 {
                lines.push(if piece.width() <= room { vec![space()] } else { Vec::new() });
            }
            used = piece.width();
            lines.last_mut().into_iter().for_each(|line| line.push((piece.clone(), style)));
        }
    }
    lines
}

#[cfg(test)]
mod tests;
