//! QR codes on a terminal, as SVG and as PNG. They are black on white whatever the theme of the terminal is.

use qrcode::render::{svg, unicode::Dense1x2};
use qrcode::{Color, EcLevel, QrCode};

use crate::environment::environment;
use crate::failure::{CliResult, Failure};

/// The light modules on each side.
const QUIET_ZONE: usize = 4;
/// Black on white from the fixed part of the 256 colours, which no theme changes.
const BLACK_ON_WHITE: &str = "\u{1b}[38;5;16;48;5;231m";
const BLACK: &str = "\u{1b}[48;5;16m";
const WHITE: &str = "\u{1b}[48;5;231m";
const RESET: &str = "\u{1b}[0m";
/// The pixels of a module in a PNG.
const PNG_SCALE: usize = 8;

/// A QR code of a text.
pub(crate) struct Qr(QrCode);

/// How a terminal shows the modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawing {
    /// Half blocks: two modules a character.
    Blocks,
    /// Coloured spaces, two a module: no character beyond ASCII.
    Spaces,
    /// `#` for a light module, for a dark terminal without colours.
    Signs,
}

impl Drawing {
    /// Selects the drawing of this terminal.
    pub(crate) fn of_terminal(ascii: bool) -> Self {
        Self::select(ascii, environment("TERM").as_deref(), locale().as_deref())
    }

    fn select(ascii: bool, term: Option<&str>, locale: Option<&str>) -> Self {
        let is_unicode = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        match (term, ascii || !is_unicode) {
            (Some("dumb"), _) => Self::Signs,
            (_, true) => Self::Spaces,
            (_, false) => Self::Blocks,
        }
    }
}

/// Returns the locale of characters, if one is set.
fn locale() -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(environment)
}

impl Qr {
    /// Encodes a text. A screen damages no module, so the level of error correction is the lowest, and the code small.
    ///
    /// # Errors
    /// If the text is too long for a code.
    pub(crate) fn new(text: &str) -> CliResult<Self> {
        QrCode::with_error_correction_level(text, EcLevel::L)
            .map(Self)
            .map_err(|error| Failure::failed(format!("this is no text for a QR code: {error}")))
    }

    /// The modules of a side, with the quiet zone.
    fn side(&self) -> usize {
        self.0.width() + 2 * QUIET_ZONE
    }

    /// The columns of a drawing.
    pub(crate) fn columns(&self, drawing: Drawing) -> usize {
        match drawing {
            Drawing::Blocks => self.side(),
            Drawing::Spaces | Drawing::Signs => 2 * self.side(),
        }
    }

    /// Returns the lines of a drawing.
    pub(crate) fn lines(&self, drawing: Drawing) -> Vec<String> {
        match drawing {
            Drawing::Blocks => {
                let blocks = self.0.render::<Dense1x2>().module_dimensions(1, 1).build();
                blocks.lines().map(|line| format!("{BLACK_ON_WHITE}{line}{RESET}")).collect()
            }
            Drawing::Spaces => self.rows(|dark| format!("{}  ", if dark { BLACK } else { WHITE }), RESET),
            Drawing::Signs => self.rows(|dark| if dark { "  ".to_owned() } else { "##".to_owned() }, ""),
        }
    }

    fn rows(&self, module: impl Fn(bool) -> String, end: &str) -> Vec<String> {
        let side = self.side();
        let row = |y| (0..side).map(|x| module(self.is_dark(x, y))).collect::<String>() + end;
        (0..side).map(row).collect()
    }

    /// Returns whether a module is dark. The quiet zone is light.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inner = QUIET_ZONE..QUIET_ZONE + self.0.width();
        inner.contains(&x) && inner.contains(&y) && self.0[(x - QUIET_ZONE, y - QUIET_ZONE)] == Color::Dark
    }

    /// Returns the code as an SVG document.
    pub(crate) fn svg(&self) -> String {
        self.0.render::<svg::Color<'_>>().min_dimensions(360, 360).build()
    }

    /// Returns the code as a PNG file.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub(crate) fn png(&self) -> CliResult<Vec<u8>> {
        let side = self.side() * PNG_SCALE;
        let pixels: Vec<u8> = (0..side * side)
            .map(|at| if self.is_dark(at % side / PNG_SCALE, at / side / PNG_SCALE) { 0 } else { u8::MAX })
            .collect();
        let mut file = Vec::new();
        let width = u32::try_from(side).unwrap_or(u32::MAX);
        let mut encoder = png::Encoder::new(&mut file, width, width);
        encoder.set_color(png::ColorType::Grayscale);
        let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
        written.map_err(|error| Failure::failed(format!("cannot make the PNG: {error}")))?;
        Ok(file)
    }
}

#[cfg(test)]
pub(crate) mod tests;
