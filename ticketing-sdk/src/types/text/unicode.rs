//! Unicode: normalization, visible characters, and comparison keys.

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// The one spelling of a text that is kept: without white space around it, composed (NFC).
///
/// ```
/// use ticketing_sdk::text::normalize;
///
/// assert_eq!(normalize("  Cafe\u{301} \n"), "Café");
/// ```
#[must_use]
pub fn normalize(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').nfc().collect()
}

/// Returns a text without line breaks and other control characters: each run of them, with the white space around it, is
/// a space.
///
/// ```
/// use ticketing_sdk::text::single_line;
///
/// assert_eq!(single_line("Row 4 \r\n seat 1\tleft"), "Row 4 seat 1 left");
/// ```
#[must_use]
pub fn single_line(text: &str) -> String {
    let is_break = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let parts = text.split(is_break).map(str::trim).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

/// The key by which texts are searched, sorted and compared: `NFKC_Casefold` of the Unicode Standard, that is
/// compatibility-composed, case-folded and without invisible characters.
///
/// ```
/// use ticketing_sdk::text::search_key;
///
/// assert_eq!(search_key("Große STRASSE №１"), search_key("GROSSE Straße No1"));
/// assert_eq!(search_key("Rust\u{200b}Conf"), "rustconf");
/// ```
#[must_use]
pub fn search_key(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd()
        .default_case_fold()
        .nfkd()
        .default_case_fold()
        .nfkd()
        .filter(|c| !is_default_ignorable(*c))
        .nfc()
        .collect()
}

/// A text without regard to case, composed (NFC): for names whose compatible characters differ, as in the local part of
/// an e-mail address.
///
/// ```
/// use ticketing_sdk::text::fold_case;
///
/// assert_eq!(fold_case("JU\u{308}RGEN"), fold_case("jürgen"));
/// assert_ne!(fold_case("a１"), fold_case("a1"));
/// ```
#[must_use]
pub fn fold_case(text: &str) -> String {
    text.nfd().default_case_fold().nfc().collect()
}

/// Returns whether anything of a text can be seen by itself: a letter, a number, punctuation or a symbol. A combining
/// mark needs a character to combine with, and a private, unassigned or object replacement character has no defined
/// glyph.
///
/// ```
/// use ticketing_sdk::text::has_visible;
///
/// assert!(has_visible(" x "));
/// assert!(!has_visible("\u{200b}\u{3164} \u{ad}"));
/// assert!(!has_visible("\u{301}\u{e000}\u{ffff}"));
/// ```
#[must_use]
pub fn has_visible(text: &str) -> bool {
    text.chars().any(|c| {
        let depends = c.general_category_group() == GeneralCategoryGroup::Mark
            || matches!(c.general_category(), GeneralCategory::PrivateUse | GeneralCategory::Unassigned);
        !depends && !is_invisible(c)
    })
}

/// Returns whether a character alone shows nothing: white space, a control or format character, a filler, a variation
/// selector.
///
/// ```
/// use ticketing_sdk::text::is_invisible;
///
/// assert!(is_invisible('\u{200b}') && !is_invisible('x'));
/// ```
#[must_use]
pub fn is_invisible(c: char) -> bool {
    // The last line: characters that are not default-ignorable, but have an empty glyph.
    c.is_whitespace()
        || c.is_control()
        || is_default_ignorable(c)
        || matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffc}' | '\u{1d159}' | '\u{13430}'..='\u{1343f}' | '\u{13441}'..='\u{13442}')
}

/// The property `Default_Ignorable_Code_Point` of the Unicode Standard.
fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
