//! A QR code in half blocks: two modules in each cell, one above the other; or twice as large where there is room. In
//! ASCII each module is two spaces in its colour.

use qrcode::{Color as Module, EcLevel, QrCode};
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Style};

use super::painter::Painter;

/// A QR code, which is as large as its text needs.
#[derive(Debug)]
pub(crate) struct Qr {
    modules: Vec<Module>,
    width: usize,
}

/// Black and white from the fixed part of the 256 colours. Scanners need dark modules on a light background, so a code has
/// them in every theme, also in those that do without colours: it is a picture, and the terminal may be light or dark.
const BLACK: Color = Color::Indexed(16);
const WHITE: Color = Color::Indexed(231);
const DARK_ON_LIGHT: Style = Style::new().fg(BLACK).bg(WHITE);
const DARK_SPACE: Style = Style::new().bg(BLACK);

/// The widths of the quiet zone in modules, in order of preference: the standard's, then the narrowest that scanners accept.
const QUIET_ZONES: [usize; 3] = [4, 3, 2];

impl Qr {
    /// `None` where the text is longer than a code can be.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        Some(Self { width: code.width(), modules: code.to_colors() })
    }

    /// Draws it at the right end of an area, where that leaves `beside` columns. Returns the rest of the area.
    pub(crate) fn view(&self, painter: &mut Painter<'_>, area: Rect, beside: u16) -> Rect {
        let Some((zone, scale, size)) = self.fit(painter, area, beside) else { return area };
        let x = area.right() - size.width;
        for row in 0..size.height {
            if !painter.glyphs.is_drawn() {
                for column in 0..size.width {
                    let place = Rect { x: x + column, y: area.y + row, width: 1, height: 1 };
                    let is_dark = self.is_dark(zone, usize::from(column / 2), usize::from(row));
                    painter.text(place, " ", if is_dark { DARK_SPACE } else { DARK_ON_LIGHT });
                }
                continue;
            }
            let line: String = (0..size.width).map(|column| self.cell(zone, scale, column, row)).collect();
            painter.text(Rect { x, y: area.y + row, width: size.width, height: 1 }, &line, DARK_ON_LIGHT);
        }
        Rect { width: area.width.saturating_sub(size.width + 1), ..area }
    }

    /// Returns how large [`Self::view`] draws it; `None` where it does not.
    pub(crate) fn fitting_size(&self, painter: &Painter<'_>, area: Rect, beside: u16) -> Option<Size> {
        self.fit(painter, area, beside).map(|(_, _, size)| size)
    }

    /// Returns the smallest size in which [`Self::view`] draws it.
    pub(crate) fn least_size(&self, painter: &Painter<'_>) -> Option<Size> {
        let scale = if painter.glyphs.is_drawn() { 1 } else { 2 };
        QUIET_ZONES.into_iter().filter_map(|zone| self.size(zone, scale)).min_by_key(|size| size.width)
    }

    fn fit(&self, painter: &Painter<'_>, area: Rect, beside: u16) -> Option<(usize, u16, Size)> {
        // ASCII has no half blocks.
        let scales: &[u16] = if painter.glyphs.is_drawn() { &[2, 1] } else { &[2] };
        let mut sizes = scales.iter().flat_map(|scale| {
            QUIET_ZONES.into_iter().filter_map(move |zone| Some((zone, *scale, self.size(zone, *scale)?)))
        });
        sizes.find(|(_, _, size)| {
            size.width.saturating_add(beside) <= area.width && size.height <= area.height
        })
    }

    /// The size with modules of this number of columns, and half as many lines.
    fn size(&self, zone: usize, scale: u16) -> Option<Size> {
        let side = u16::try_from(self.width + 2 * zone).ok()?.checked_mul(scale)?;
        Some(Size::new(side, side.div_ceil(2)))
    }

    fn cell(&self, zone: usize, scale: u16, column: u16, row: u16) -> char {
        let is_dark = |half: u16| {
            self.is_dark(zone, usize::from(column / scale), usize::from((row * 2 + half) / scale))
        };
        match (is_dark(0), is_dark(1)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        }
    }

    fn is_dark(&self, zone: usize, column: usize, line: usize) -> bool {
        let within = |at: usize| at.checked_sub(zone).filter(|at| *at < self.width);
        let (Some(column), Some(line)) = (within(column), within(line)) else { return false };
        self.modules.get(line * self.width + column) == Some(&Module::Dark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_a_local_order_fits_beside_text_on_80_columns() {
        let address = "http://127.0.0.1:3000/orders/01a203b8-8236-746e-a89d-93efb98a99e5";
        let size = Qr::new(address).unwrap().size(2, 1).unwrap();
        assert!(size.width <= 40 && size.height <= 19, "{size:?}");
    }

    #[test]
    fn cells_are_those_of_the_crate_s_own_rendering() {
        let address = "http://127.0.0.1:3000/orders/o1";
        let code = QrCode::with_error_correction_level(address, EcLevel::L).unwrap();
        let expected = code.render::<qrcode::render::unicode::Dense1x2>().build();
        let qr = Qr::new(address).unwrap();
        let size = qr.size(4, 1).unwrap();
        let line = |row| (0..size.width).map(|column| qr.cell(4, 1, column, row)).collect::<String>();
        let drawn: Vec<_> = (0..size.height).map(line).collect();
        assert_eq!(drawn, expected.lines().collect::<Vec<_>>());
    }

    #[test]
    fn code_is_twice_as_large_where_there_is_room() {
        let qr = Qr::new("http://127.0.0.1:3000/orders/o1").unwrap();
        let size = qr.size(4, 1).unwrap();
        let line = |scale, row| (0..2 * size.width).map(|x| qr.cell(4, scale, x, row)).collect::<String>();
        let drawn: Vec<_> = (0..2 * size.height).map(|row| line(2, row)).collect();
        // The upper left finder: seven modules of two columns.
        assert!(drawn[4].starts_with(&format!("{}{}  ", " ".repeat(8), "█".repeat(14))), "{}", drawn[4]);
        assert_eq!(drawn[5].trim_start().chars().take(4).collect::<String>(), "██  ");
    }

    #[test]
    fn text_beyond_the_largest_code_has_none() {
        assert!(Qr::new(&"x".repeat(4_000)).is_none());
    }
}
