//! A list, and beside it what is selected, where there is room for both.

use ratatui::layout::Rect;

use super::columns;
use super::painter::inset;
use super::stub;

/// From this width on there is room for what is selected beside the list.
const MIN_SPLIT_WIDTH: u16 = 100;
/// The minimum width of the pane of the selected item.
const MIN_PANE_WIDTH: u16 = 40;

/// The areas of a list and of its selected item: in the middle of a window that is wider than both.
pub(crate) fn split(area: Rect) -> (Rect, Option<Rect>) {
    if area.width < MIN_SPLIT_WIDTH {
        return (area, None);
    }
    let detail = (area.width / 3).clamp(MIN_PANE_WIDTH, stub::MAX_WIDTH + 4);
    let area = centre(area, columns::MAX_WIDTH + detail);
    let width = area.width - detail;
    let detail = Rect { x: area.x + width, width: detail, ..area };
    (Rect { width, ..area }, Some(inset(detail, 1, 1)))
}

/// The middle columns of an area, as many as these at most.
pub(crate) fn centre(area: Rect, widest: u16) -> Rect {
    let width = area.width.min(widest);
    Rect { x: area.x + (area.width - width) / 2, width, ..area }
}

/// The lines of a list at the whole width of its screen, for a text that stands alone.
pub(crate) fn whole_width(screen: Rect, list: Rect) -> Rect {
    Rect { x: screen.x, width: screen.width, ..list }
}
