//! A QR code in half blocks: two modules in each cell, one above the other.

use qrcode::{Color as Module, EcLevel, QrCode};
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier, Style};

use super::painter::Painter;
use crate::theme::Theme;

/// A QR code, which is as large as its text needs.
#[derive(Debug)]
pub(crate) struct Qr {
    modules: Vec<Module>,
    width: usize,
}

/// The light columns on either side: as many as readers want, or as few as they put up with.
const QUIET_ZONES: [usize; 3] = [4, 3, 2];

impl Qr {
    /// `None` where the text is longer than a code can be.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        Some(Self { width: code.width(), modules: code.to_colors() })
    }

    /// Draws it at the right end of an area, where that leaves `beside` columns. Answers with the rest of the area.
    pub(crate) fn view(&self, painter: &mut Painter<'_>, area: Rect, beside: u16) -> Rect {
        let fits = |size: &(usize, Size)| size.1.width + beside <= area.width && size.1.height <= area.height;
        let sizes = QUIET_ZONES.into_iter().filter_map(|zone| Some((zone, self.size(zone)?)));
        let Some((zone, size)) = sizes.into_iter().find(fits) else { return area };
        // ASCII has no half blocks.
        if !painter.glyphs.is_drawn() {
            return area;
        }
        let x = area.right() - size.width;
        for row in 0..size.height {
            let line: String = (0..size.width).map(|column| self.cell(zone, column, row)).collect();
            painter.text(
                Rect { x, y: area.y + row, width: size.width, height: 1 },
                &line,
                style(painter.theme),
            );
        }
        Rect { width: area.width - size.width - 1, ..area }
    }

    fn size(&self, zone: usize) -> Option<Size> {
        let side = u16::try_from(self.width + 2 * zone).ok()?;
        Some(Size::new(side, side.div_ceil(2)))
    }

    fn cell(&self, zone: usize, column: u16, row: u16) -> char {
        let is_dark = |line: usize| self.is_dark(zone, usize::from(column), line);
        match (is_dark(usize::from(row) * 2), is_dark(usize::from(row) * 2 + 1)) {
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

/// Black on white in every theme: scanners need dark modules on a light background. Without colours the terminal is
/// assumed to be dark.
fn style(theme: Theme) -> Style {
    match theme.base.bg {
        Some(_) => Style::new().fg(Color::Black).bg(Color::White),
        None => Style::new().add_modifier(Modifier::REVERSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_a_local_order_fits_beside_text_on_80_columns() {
        let address = "http://127.0.0.1:3000/orders/01a203b8-8236-746e-a89d-93efb98a99e5";
        let size = Qr::new(address).unwrap().size(2).unwrap();
        assert!(size.width <= 40 && size.height <= 19, "{size:?}");
    }

    #[test]
    fn cells_are_those_of_the_crate_s_own_rendering() {
        let address = "http://127.0.0.1:3000/orders/o1";
        let code = QrCode::with_error_correction_level(address, EcLevel::L).unwrap();
        let expected = code.render::<qrcode::render::unicode::Dense1x2>().build();
        let qr = Qr::new(address).unwrap();
        let size = qr.size(4).unwrap();
        let line = |row| (0..size.width).map(|column| qr.cell(4, column, row)).collect::<String>();
        let drawn: Vec<_> = (0..size.height).map(line).collect();
        assert_eq!(drawn, expected.lines().collect::<Vec<_>>());
    }

    #[test]
    fn text_beyond_the_largest_code_has_none() {
        assert!(Qr::new(&"x".repeat(4_000)).is_none());
    }
}
