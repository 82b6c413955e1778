//! The title of a ticket.

use ticketing_sdk::text::{has_visible, normalize, search_key, single_line};

/// The longest title, in characters.
pub const MAX_CHARS: usize = 200;

/// A title: one line, trimmed, in NFC, with a visible character, of at most 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// The reason why a text is not a valid title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TitleError {
    /// It has no visible character.
    #[error("Title is required")]
    Empty,
    /// It is too long.
    #[error("Title must be at most {MAX_CHARS} characters")]
    TooLong,
    /// It contains U+0000, which PostgreSQL cannot store.
    #[error("Title must not contain U+0000")]
    Nul,
}

impl Title {
    /// Normalizes `text` and checks it.
    ///
    /// # Errors
    /// If it has no visible character, contains U+0000, or has more than [`MAX_CHARS`] characters.
    pub fn parse(text: &str) -> Result<Self, TitleError> {
        let title = normalize(text);
        if title.contains('\0') {
            return Err(TitleError::Nul);
        }
        // Clients of the Express version may send any text.
        let title = single_line(&title);
        if !has_visible(&title) {
            return Err(TitleError::Empty);
        }
        if title.chars().count() > MAX_CHARS {
            return Err(TitleError::TooLong);
        }
        Ok(Self(title))
    }

    /// Returns the title.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the key by which titles are searched and sorted.
    pub fn key(&self) -> String {
        search_key(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_bounded() {
        assert_eq!(Title::parse("  RustConf \n").unwrap().as_str(), "RustConf");
        assert_eq!(Title::parse("Rust\r\n\tConf\u{1b}[31m\u{2028}1").unwrap().as_str(), "Rust Conf [31m 1");
        assert_eq!(Title::parse(" \t\u{3000} "), Err(TitleError::Empty));
        assert!(Title::parse(&"é".repeat(200)).is_ok());
        assert_eq!(Title::parse(&"é".repeat(201)), Err(TitleError::TooLong));
        assert_eq!(Title::parse("Rust\0Conf"), Err(TitleError::Nul));
        assert_eq!(Title::parse("\u{200b}\u{3164}\u{ad}"), Err(TitleError::Empty));
        assert_eq!(Title::parse("Cafe\u{301}").unwrap(), Title::parse("Café").unwrap());
    }
}
