//! A countdown gauge, a progress bar and bar charts.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Sparkline, Widget};

use super::painter::Painter;
use crate::text;

/// Draws the remaining part of a duration as a bar that becomes shorter.
pub(crate) fn draw_remaining(
    painter: &mut Painter<'_>,
    area: Rect,
    part: Duration,
    whole: Duration,
    style: Style,
) {
    let share = if whole.is_zero() { 0.0 } else { part.as_secs_f64() / whole.as_secs_f64() };
    let filled = (0..area.width).filter(|x| f64::from(*x) < share * f64::from(area.width)).count();
    let empty = usize::from(area.width) - filled;
    let (filled, empty) = (painter.glyphs.full.repeat(filled), painter.glyphs.empty.repeat(empty));
    painter.spans(area, &[(&filled, style), (&empty, painter.theme.border)]);
}

/// Draws an indeterminate progress bar: a part of the line that moves back and forth.
pub(crate) fn draw_indeterminate(painter: &mut Painter<'_>, area: Rect, step: i64, style: Style) {
    let stretch = area.width / 6;
    let turn = i64::from(area.width.saturating_sub(stretch).max(1));
    let at = step.rem_euclid(2 * turn);
    let at = usize::try_from(at.min(2 * turn - at)).unwrap_or(0);
    let after = usize::from(area.width).saturating_sub(at + usize::from(stretch));
    let (empty, full) = (painter.glyphs.empty, painter.glyphs.full);
    let rail = painter.theme.border;
    let parts = [(empty.repeat(at), rail), (full.repeat(stretch.into()), style), (empty.repeat(after), rail)];
    painter.spans(area, &parts.each_ref().map(|(words, style)| (words.as_str(), *style)));
}

/// Minimum value of a full-height bar, so that single events stay low.
const MIN_FULL_BAR: u64 = 4;

/// Draws a sparkline, newest on the right.
pub(crate) fn draw_bars(painter: &mut Painter<'_>, area: Rect, values: &[u64], style: Style) {
    let shown = values.len().min(usize::from(area.width));
    let values = &values[values.len() - shown..];
    let area = Rect {
        x: area.right() - u16::try_from(shown).unwrap_or(area.width),
        width: area.width.min(u16::try_from(shown).unwrap_or(area.width)),
        ..area
    };
    Sparkline::default()
        .data(values.iter().copied())
        .max(values.iter().copied().max().unwrap_or(0).max(MIN_FULL_BAR))
        .bar_set(painter.glyphs.bars.clone())
        .style(style)
        .render(area, painter.buffer);
}

/// Draws a horizontal bar chart: label, bar and count per row.
pub(crate) fn draw_horizontal_bars(
    painter: &mut Painter<'_>,
    area: Rect,
    rows: &[(String, u32)],
    style: Style,
) {
    let label = rows.iter().map(|(label, _)| text::width(label)).max().unwrap_or(0);
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let number = text::width(&text::count(most as usize));
    let room = area.width.saturating_sub(label + number + 3);
    for ((words, count), place) in rows.iter().zip(area.rows()) {
        painter.right(Rect { width: label, ..place }, words, painter.theme.dim);
        let long = u32::from(room) * count / most + u32::from(*count > 0 && u32::from(room) * count < most);
        let bar = painter.glyphs.full.repeat(long as usize);
        painter.text(Rect { x: place.x + label + 1, width: room, ..place }, &bar, style);
        painter.right(place, &text::count(*count as usize), Style::new());
    }
}
