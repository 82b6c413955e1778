//! The contrast of every letter on a screen, by WCAG 2, in the colours that terminals show.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// The least ratio of text.
const MIN_RATIO: f64 = 4.5;
/// The brightness of dim text, relative to its colour.
const DIMNESS: f64 = 2.0 / 3.0;

type Rgb = [f64; 3];

/// The 16 ANSI colours of a terminal, in the order of their numbers.
struct Terminal {
    name: &'static str,
    ansi: [u32; 16],
}

const TERMINALS: [Terminal; 3] = [
    Terminal {
        name: "xterm",
        ansi: [
            0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5,
            0x7f_7f7f, 0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
        ],
    },
    Terminal {
        name: "Linux console",
        ansi: [
            0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa,
            0x55_5555, 0xff_5555, 0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
        ],
    },
    Terminal {
        name: "Windows console",
        ansi: [
            0x0c_0c0c, 0xc5_0f1f, 0x13_a10e, 0xc1_9c00, 0x00_37da, 0x88_1798, 0x3a_96dd, 0xcc_cccc,
            0x76_7676, 0xe7_4856, 0x16_c60c, 0xf9_f1a5, 0x3b_78ff, 0xb4_009e, 0x61_d6d6, 0xf2_f2f2,
        ],
    },
];

impl Terminal {
    fn ansi(&self, number: usize) -> Rgb {
        let [_, red, green, blue] = self.ansi[number].to_be_bytes();
        [red, green, blue].map(f64::from)
    }

    fn rgb(&self, color: Color) -> Rgb {
        match color {
            Color::Rgb(red, green, blue) => [red, green, blue].map(f64::from),
            Color::Indexed(number @ 0..16) => self.ansi(number.into()),
            Color::Indexed(number @ 16..232) => {
                let steps = [(number - 16) / 36, (number - 16) / 6 % 6, (number - 16) % 6];
                steps.map(|step| [0.0, 95.0, 135.0, 175.0, 215.0, 255.0][usize::from(step)])
            }
            Color::Indexed(number) => [f64::from(8 + 10 * (number - 232)); 3],
            Color::Black => self.ansi(0),
            Color::Gray => self.ansi(7),
            Color::LightRed => self.ansi(9),
            Color::LightGreen => self.ansi(10),
            Color::LightYellow => self.ansi(11),
            Color::LightCyan => self.ansi(14),
            Color::White => self.ansi(15),
            other => panic!("no theme uses {other:?}"),
        }
    }

    fn ratio(&self, style: Style) -> f64 {
        let is = |modifier| style.add_modifier.contains(modifier);
        let [text, ground] = [style.fg, style.bg].map(|color| self.rgb(color.unwrap()));
        let (text, ground) = if is(Modifier::REVERSED) { (ground, text) } else { (text, ground) };
        let text = if is(Modifier::DIM) { text.map(|part| part * DIMNESS) } else { text };
        let [one, other] = [text, ground].map(luminance);
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}

fn luminance(rgb: Rgb) -> f64 {
    let [red, green, blue] = rgb.map(|part| match part / 255.0 {
        part if part <= 0.040_45 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Fails if a letter has too little contrast on one of the terminals.
pub(crate) fn assert_legible(buffer: &Buffer, screen: &str) {
    let is_letter = |symbol: &str| symbol.chars().any(char::is_alphanumeric);
    let mut violations = BTreeSet::new();
    for (at, cell) in buffer.content.iter().enumerate().filter(|(_, cell)| is_letter(cell.symbol())) {
        for terminal in &TERMINALS {
            let ratio = terminal.ratio(cell.style());
            if ratio < MIN_RATIO {
                let line = at / usize::from(buffer.area.width);
                violations.insert(format!(
                    "line {line} on {}: {ratio:.2}: {:?}",
                    terminal.name,
                    cell.style()
                ));
            }
        }
    }
    assert!(violations.is_empty(), "{screen}: {violations:#?}\n{}", super::snapshot::text(buffer));
}

/// Fails if dim text is on a reversed ground, which a terminal without colours shows grey on grey.
pub(crate) fn assert_nothing_dim_is_reversed(buffer: &Buffer, screen: &str) {
    let both = Modifier::DIM | Modifier::REVERSED;
    let is_dim = buffer.content.iter().any(|cell| cell.symbol() != " " && cell.modifier.contains(both));
    assert!(!is_dim, "{screen}:\n{}", super::snapshot::text(buffer));
}
