//! Colours, by what they mean. Screens name a role and never a colour.

use ratatui::style::{Color, Modifier, Style};

/// The themes that can be chosen.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum ThemeName {
    /// Light or dark, as the terminal is.
    #[default]
    Auto,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
    /// As much contrast as there is, with the terminal's own colours.
    Contrast,
    /// No colours: bold, underlined and reversed instead.
    Plain,
}

impl ThemeName {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Dark, Self::Light, Self::Contrast, Self::Plain];
}

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None, or none are wanted.
    None,
    /// The 16 ANSI colours.
    Sixteen,
    /// The 256 indexed colours.
    Indexed,
    /// True colour: any RGB value.
    True,
}

/// The style of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StyleRole {
    /// A usual fact, which a row does not show.
    Usual,
    /// A usual fact.
    Dim,
    Good,
    Warn,
    Unavailable,
    Accent,
    Bad,
}

impl StyleRole {
    pub(crate) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Usual => Style::new(),
            Self::Dim => theme.dim,
            Self::Good => theme.good,
            Self::Warn => theme.warn,
            Self::Unavailable => theme.unavailable,
            Self::Accent => theme.accent,
            Self::Bad => theme.bad,
        }
    }
}

/// A style for each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Theme {
    /// Everything that has no other role, with the background.
    pub(crate) base: Style,
    /// Less important text.
    pub(crate) dim: Style,
    /// Frames.
    pub(crate) border: Style,
    /// Headings, and the names of columns.
    pub(crate) heading: Style,
    /// Keys and buttons, and the most important text.
    pub(crate) accent: Style,
    /// The key in a footer.
    pub(crate) key: Style,
    /// Success, or available.
    pub(crate) good: Style,
    /// A warning.
    pub(crate) warn: Style,
    /// An error, or an urgent deadline.
    pub(crate) bad: Style,
    /// Secondary text: ages, examples.
    pub(crate) faint: Style,
    /// Tickets that are no longer available.
    pub(crate) unavailable: Style,
    /// The selected row.
    pub(crate) selected: Style,
    /// The bar at the top and the bottom.
    pub(crate) bar: Style,
    /// The tab that is open.
    pub(crate) tab: Style,
    /// A text field without the focus.
    pub(crate) field: Style,
    /// The text field that has the focus.
    pub(crate) focus: Style,
    /// A letter that matches a filter.
    pub(crate) matched: Style,
    /// The screen behind a popup.
    pub(crate) behind: Style,
}

impl Theme {
    /// Returns the styles of a theme on a terminal with this number of colours. `light` is what `Auto` means.
    pub(crate) fn new(name: ThemeName, colours: Colours, light: bool) -> Self {
        let name = match (name, colours) {
            (_, Colours::None) => ThemeName::Plain,
            (ThemeName::Plain, _) => ThemeName::Plain,
            // Sixteen colours cannot show the fine differences.
            (_, Colours::Sixteen) => ThemeName::Contrast,
            (ThemeName::Auto, _) if light => ThemeName::Light,
            (ThemeName::Auto, _) => ThemeName::Dark,
            (name, _) => name,
        };
        let palette = match name {
            ThemeName::Plain => return Self::without_colours(),
            ThemeName::Contrast => return Self::contrast(),
            ThemeName::Light => LIGHT,
            _ => DARK,
        };
        Self::from_palette(&palette, |rgb| match colours {
            Colours::True => Color::Rgb(rgb.0, rgb.1, rgb.2),
            _ => Color::Indexed(nearest(rgb)),
        })
    }

    fn from_palette(palette: &Palette, shade: impl Fn(Rgb) -> Color) -> Self {
        let on_background =
            |colour: Rgb, background: Rgb| Style::new().fg(shade(colour)).bg(shade(background));
        let base = on_background(palette.text, palette.background);
        let foreground = |colour: Rgb| Style::new().fg(shade(colour));
        Self {
            base,
            dim: foreground(palette.dim),
            border: foreground(palette.line),
            heading: foreground(palette.dim).add_modifier(Modifier::BOLD),
            accent: foreground(palette.accent).add_modifier(Modifier::BOLD),
            key: foreground(palette.accent),
            good: foreground(palette.good),
            warn: foreground(palette.warn),
            bad: foreground(palette.bad),
            faint: foreground(palette.dim),
            unavailable: foreground(palette.unavailable),
            selected: Style::new().bg(shade(palette.selected)).add_modifier(Modifier::BOLD),
            bar: on_background(palette.dim, palette.bar),
            tab: on_background(palette.background, palette.accent).add_modifier(Modifier::BOLD),
            field: on_background(palette.text, palette.bar),
            focus: on_background(palette.text, palette.selected),
            matched: foreground(palette.accent).add_modifier(Modifier::UNDERLINED),
            behind: on_background(palette.behind, palette.background)
                .remove_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        }
    }

    /// The terminal's own colours, and strong ones only.
    fn contrast() -> Self {
        let foreground = |color| Style::new().fg(color).add_modifier(Modifier::BOLD);
        let inverse = Style::new().fg(Color::Black).bg(Color::White).add_modifier(Modifier::BOLD);
        // What has a colour of its own keeps its contrast when it is reversed, on a background of another colour not.
        let reversed = Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD);
        let behind = dim_style();
        Self {
            base: Style::new().fg(Color::White).bg(Color::Black),
            dim: Style::new().fg(Color::White),
            border: Style::new().fg(Color::White),
            heading: foreground(Color::White).add_modifier(Modifier::UNDERLINED),
            accent: foreground(Color::LightCyan),
            key: foreground(Color::LightCyan),
            good: foreground(Color::LightGreen),
            warn: foreground(Color::LightYellow),
            bad: foreground(Color::LightRed),
            faint: Style::new().fg(Color::White),
            unavailable: Style::new().fg(Color::Gray),
            selected: reversed,
            bar: Style::new().fg(Color::White).bg(Color::Black),
            tab: inverse,
            field: Style::new().fg(Color::White).bg(Color::Black).add_modifier(Modifier::UNDERLINED),
            focus: reversed,
            matched: foreground(Color::LightYellow).add_modifier(Modifier::UNDERLINED),
            behind: behind.fg(Color::White).bg(Color::Black),
        }
    }

    fn without_colours() -> Self {
        let style = |modifier| Style::new().add_modifier(modifier);
        Self {
            heading: style(Modifier::BOLD),
            accent: style(Modifier::BOLD),
            key: style(Modifier::BOLD),
            warn: style(Modifier::BOLD),
            bad: style(Modifier::BOLD),
            faint: style(Modifier::DIM),
            unavailable: style(Modifier::DIM),
            selected: style(Modifier::REVERSED),
            tab: style(Modifier::REVERSED),
            field: style(Modifier::UNDERLINED),
            focus: style(Modifier::REVERSED),
            matched: style(Modifier::UNDERLINED),
            behind: dim_style(),
            ..Self::default()
        }
    }
}

/// The style of what steps back in a theme without shades.
fn dim_style() -> Style {
    Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD | Modifier::REVERSED)
}

#[derive(Clone, Copy)]
struct Rgb(u8, u8, u8);

struct Palette {
    background: Rgb,
    bar: Rgb,
    text: Rgb,
    dim: Rgb,
    unavailable: Rgb,
    behind: Rgb,
    line: Rgb,
    selected: Rgb,
    accent: Rgb,
    good: Rgb,
    warn: Rgb,
    bad: Rgb,
}

const DARK: Palette = Palette {
    background: Rgb(0x12, 0x15, 0x1c),
    bar: Rgb(0x1c, 0x21, 0x2c),
    text: Rgb(0xe3, 0xe7, 0xef),
    dim: Rgb(0xb4, 0xbd, 0xce),
    unavailable: Rgb(0x9a, 0xa4, 0xb8),
    behind: Rgb(0x7f, 0x8a, 0x9f),
    line: Rgb(0x3d, 0x46, 0x58),
    selected: Rgb(0x1f, 0x2c, 0x47),
    accent: Rgb(0x7c, 0xb7, 0xff),
    good: Rgb(0x7f, 0xd1, 0x8b),
    warn: Rgb(0xf2, 0xc1, 0x64),
    bad: Rgb(0xff, 0x7d, 0x7d),
};

const LIGHT: Palette = Palette {
    background: Rgb(0xfb, 0xfb, 0xf8),
    bar: Rgb(0xec, 0xec, 0xe6),
    text: Rgb(0x1d, 0x21, 0x2a),
    dim: Rgb(0x48, 0x50, 0x5f),
    unavailable: Rgb(0x50, 0x56, 0x62),
    behind: Rgb(0x69, 0x6f, 0x7a),
    line: Rgb(0xb9, 0xbd, 0xc4),
    selected: Rgb(0xd3, 0xe2, 0xfa),
    accent: Rgb(0x08, 0x3f, 0x9c),
    good: Rgb(0x0b, 0x55, 0x24),
    warn: Rgb(0x6b, 0x41, 0x00),
    bad: Rgb(0x9c, 0x12, 0x1e),
};

/// Returns the nearest of the 256 indexed colours that all terminals show alike: the cube and the greys.
fn nearest(rgb: Rgb) -> u8 {
    let step = |value: u8| match value {
        0..48 => 0,
        48..115 => 1,
        _ => (value - 35) / 40,
    };
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    let distance = |r: u8, g: u8, b: u8| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(r, rgb.0) + square(g, rgb.1) + square(b, rgb.2)
    };
    let (r, g, b) = (step(rgb.0), step(rgb.1), step(rgb.2));
    let cube = (16 + 36 * r + 6 * g + b, distance(level(r), level(g), level(b)));
    let mean = (u16::from(rgb.0) + u16::from(rgb.1) + u16::from(rgb.2)) / 3;
    let shade = u8::try_from((mean.clamp(8, 238) - 8) / 10).unwrap_or(23);
    let grey = (232 + shade, distance(8 + 10 * shade, 8 + 10 * shade, 8 + 10 * shade));
    if grey.1 < cube.1 { grey.0 } else { cube.0 }
}

#[cfg(test)]
mod tests;
