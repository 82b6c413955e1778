//! The contrast of every pair of roles, and the colours of each theme.

use super::*;

/// Relative luminance, by WCAG 2.
fn luminance(rgb: Rgb) -> f64 {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.039_28 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(rgb.0) + 0.7152 * channel(rgb.1) + 0.0722 * channel(rgb.2)
}

fn contrast(one: Rgb, two: Rgb) -> f64 {
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

/// The sixteen colours as xterm, the console of Linux, and that of Windows show them.
const XTERM: [u32; 16] = [
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f,
    0xff_0000, 0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
];
const LINUX: [u32; 16] = [
    0x00_0000, 0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xaa_aaaa, 0x55_5555,
    0xff_5555, 0x55_ff55, 0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff, 0xff_ffff,
];
const WINDOWS: [u32; 16] = [
    0x0c_0c0c, 0xc5_0f1f, 0x13_a10e, 0xc1_9c00, 0x00_37da, 0x88_1798, 0x3a_96dd, 0xcc_cccc, 0x76_7676,
    0xe7_4856, 0x16_c60c, 0xf9_f1a5, 0x3b_78ff, 0xb4_009e, 0x61_d6d6, 0xf2_f2f2,
];

fn to_rgb(rgb: u32) -> Rgb {
    let [_, r, g, b] = rgb.to_be_bytes();
    Rgb(r, g, b)
}

/// Returns the colour that a terminal with these sixteen colours shows.
fn displayed_rgb(color: Color, sixteen: &[u32; 16]) -> Rgb {
    match color {
        Color::Rgb(r, g, b) => Rgb(r, g, b),
        Color::Black => to_rgb(sixteen[0]),
        Color::LightRed => to_rgb(sixteen[9]),
        Color::LightGreen => to_rgb(sixteen[10]),
        Color::LightYellow => to_rgb(sixteen[11]),
        Color::LightCyan => to_rgb(sixteen[14]),
        Color::Gray => to_rgb(sixteen[7]),
        Color::White => to_rgb(sixteen[15]),
        Color::Indexed(index @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            Rgb(level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        Color::Indexed(index @ 232..) => {
            let level = 8 + 10 * (index - 232);
            Rgb(level, level, level)
        }
        other => panic!("no theme uses {other:?}"),
    }
}

fn ratio(style: Style, sixteen: &[u32; 16]) -> f64 {
    let (text, background) = (style.fg.unwrap(), style.bg.unwrap());
    // Reversing swaps the two, which leaves the ratio as it is.
    contrast(displayed_rgb(text, sixteen), displayed_rgb(background, sixteen))
}

#[test]
fn every_text_role_is_legible_on_every_background() {
    let names = [ThemeName::Dark, ThemeName::Light, ThemeName::Contrast];
    let mut too_low = Vec::new();
    for (name, colours) in names
        .iter()
        .flat_map(|name| [Colours::Sixteen, Colours::Indexed, Colours::True].map(|colours| (*name, colours)))
    {
        let theme = Theme::new(name, colours, false);
        // A new role does not compile here, so that none is left out. A frame is no text.
        let Theme {
            base,
            dim,
            border: _,
            heading,
            accent,
            key,
            good,
            warn,
            bad,
            faint,
            unavailable,
            selected,
            bar,
            tab,
            field,
            focus,
            matched,
            behind,
        } = theme;
        let backgrounds = [
            ("base", Style::new()),
            ("bar", bar),
            ("selected", selected),
            ("field", field),
            ("focus", focus),
        ];
        let roles = [
            ("base", Style { bg: None, ..base }),
            ("unstyled", Style::new()),
            ("dim", dim),
            ("heading", heading),
            ("accent", accent),
            ("key", key),
            ("good", good),
            ("warn", warn),
            ("bad", bad),
            ("faint", faint),
            ("unavailable", unavailable),
            ("matched", matched),
        ];
        for sixteen in [&XTERM, &LINUX, &WINDOWS] {
            assert!(ratio(tab, sixteen) >= 4.5, "{name:?} {colours:?}: tab");
            assert!(ratio(base.patch(behind), sixteen) >= 4.5, "{name:?} {colours:?}: behind");
            for (background, under) in backgrounds {
                for (role, style) in roles {
                    let ratio = ratio(base.patch(under).patch(style), sixteen);
                    if ratio < 4.5 {
                        too_low.push(format!("{name:?} {colours:?}: {role} on {background}: {ratio:.2}"));
                    }
                }
            }
        }
    }
    assert!(too_low.is_empty(), "{too_low:#?}");
}

#[test]
fn nearest_indexed_colour_is_chosen() {
    assert_eq!(nearest(Rgb(0, 0, 0)), 16);
    assert_eq!(nearest(Rgb(255, 255, 255)), 231);
    assert_eq!(nearest(Rgb(255, 0, 0)), 196);
    assert_eq!(nearest(Rgb(128, 128, 128)), 244);
}

#[test]
fn without_colours_nothing_is_coloured() {
    for name in ThemeName::ALL {
        let theme = Theme::new(name, Colours::None, false);
        assert_eq!((theme.base.fg, theme.bad.fg, theme.selected.bg), (None, None, None));
    }
}
