//! A list, and beside it what is selected, where there is room for both.

use ratatui::layout::Rect;

use super::columns;
use super::painter::inset;
use super::stub;

/// From this width on there is room for what is selected beside the list.
const SPLIT: u16 = 100;
/// The minimum width of the pane of the selected item.
const NARROWEST: u16 = 40;

/// The areas of a list and of its selected item.
pub(crate) fn split(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < SPLIT {
        return (Rect { width: area.width.min(columns::MAX_WIDTH), ..area }, None);
    }
    let detail = (area.width / 3).clamp(NARROWEST, stub::WIDEST + 4);
    let width = (area.width - detail).min(columns::MAX_WIDTH);
    let detail = Rect { x: area.x + width, width: detail, ..area };
    (Rect { width, ..area }, Some(inset(detail, 1, 1)))
}
