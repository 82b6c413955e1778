//! The visible content of the cells of a screen. Box-drawing and block characters become areas, so that they join in any
//! font.

use std::fmt::Write;

use vt100::{Color, Screen};

/// A cell, in hundredths of a pixel, so that all is whole numbers until it is written.
pub(super) const WIDTH: i32 = 840;
pub(super) const HEIGHT: i32 = 1900;
/// The overlap of rows, so that no hairline is visible between them.
pub(super) const SEAM: i32 = 40;

/// A cell, as it is seen.
pub(super) struct Sign {
    /// Nothing behind a character that is two columns wide.
    pub(super) text: String,
    pub(super) ink: Color,
    pub(super) ground: Color,
    bold: bool,
    underlined: bool,
}

/// The cells of a row.
pub(super) fn signs(screen: &Screen, row: u16) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::new();
    for column in 0..screen.size().1.get() {
        let cell = screen.cell(row, column).unwrap();
        let (ink, ground) =
            if cell.inverse() { (cell.bgcolor(), cell.fgcolor()) } else { (cell.fgcolor(), cell.bgcolor()) };
        let mut sign = Sign {
            text: if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() },
            ink,
            ground,
            bold: cell.bold(),
            underlined: cell.underline(),
        };
        if let (true, Some(before)) = (cell.is_wide_continuation(), signs.last()) {
            sign = Sign { text: String::new(), ..*before };
        }
        signs.push(sign);
    }
    signs
}

impl Sign {
    pub(super) fn is_like(&self, other: &Self) -> bool {
        (self.ink, self.ground, self.bold, self.underlined, self.is_line())
            == (other.ink, other.ground, other.bold, other.underlined, other.is_line())
    }

    pub(super) fn symbol(&self) -> char {
        self.text.chars().next().unwrap_or(' ')
    }

    /// Returns whether it is drawn rather than written, so that it meets its neighbour.
    pub(super) fn is_line(&self) -> bool {
        matches!(self.symbol(), '─' | '━' | '│' | '┃' | '╭' | '╮' | '╰' | '╯' | '▌' | '▁'..='█')
    }

    pub(super) fn style(&self) -> String {
        let mut style = format!("fill:{}", hex(self.ink).unwrap_or_else(|| "currentColor".into()));
        for (is_so, more) in
            [(self.bold, ";font-weight:bold"), (self.underlined, ";text-decoration:underline")]
        {
            style.push_str(if is_so { more } else { "" });
        }
        style
    }
}

/// Returns where a run of signs that are alike ends.
pub(super) fn run(signs: &[Sign], start: usize, alike: impl Fn(&Sign, &Sign) -> bool) -> usize {
    (start..signs.len()).find(|index| !alike(&signs[start], &signs[*index])).unwrap_or(signs.len())
}

/// Draws a run of this many equal signs as an area.
pub(super) fn draw(path: &mut String, sign: char, x: i32, count: usize) {
    let across = scale(count, WIDTH);
    let (middle, centre) = (x + WIDTH / 2, HEIGHT / 2);
    let mut area = |x: i32, y: i32, width: i32, height: i32| {
        let _ = write!(
            path,
            "M{} {}h{}v{}h-{}z",
            pixels(x),
            pixels(y),
            pixels(width),
            pixels(height),
            pixels(width)
        );
    };
    match sign {
        '─' => area(x, centre - 60, across, 120),
        '━' => area(x, centre - 180, across, 360),
        '│' => (0..count).for_each(|next| area(middle + scale(next, WIDTH) - 60, 0, 120, HEIGHT + SEAM)),
        '┃' => (0..count).for_each(|next| area(middle + scale(next, WIDTH) - 180, 0, 360, HEIGHT + SEAM)),
        '▌' => (0..count).for_each(|next| area(x + scale(next, WIDTH), 0, WIDTH / 2, HEIGHT)),
        '▁'..='█' => {
            let height = HEIGHT * i32::try_from(u32::from(sign) - 0x2580).unwrap() / 8;
            area(x, HEIGHT - height, across, height + SEAM);
        }
        _ => {
            // A round corner: down or up from the middle, and to the left or the right.
            let down = if matches!(sign, '╭' | '╮') { 1 } else { -1 };
            let right = if matches!(sign, '╭' | '╰') { 1 } else { -1 };
            let (end_x, end_y) = (x + if right == 1 { WIDTH } else { 0 }, if down == 1 { HEIGHT } else { 0 });
            let _ = write!(
                path,
                "M{} {}V{}Q{} {} {} {}V{}Q{} {} {} {}V{}z",
                pixels(middle - 60 * right),
                pixels(end_y),
                pixels(centre + 400 * down),
                pixels(middle - 60 * right),
                pixels(centre - 60 * down),
                pixels(end_x),
                pixels(centre - 60 * down),
                pixels(centre + 60 * down),
                pixels(middle + 60 * right),
                pixels(centre + 60 * down),
                pixels(middle + 60 * right),
                pixels(centre + 400 * down),
                pixels(end_y),
            );
        }
    }
}

pub(super) fn scale(cells: usize, size: i32) -> i32 {
    i32::try_from(cells).unwrap() * size
}

/// Hundredths of a pixel, as pixels.
pub(super) fn pixels(hundredths: i32) -> String {
    let text = format!("{:.2}", f64::from(hundredths) / 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(super) fn hex(colour: Color) -> Option<String> {
    match colour {
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        _ => None,
    }
}
