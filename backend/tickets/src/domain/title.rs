//! What a title may be.

/// The longest title, in characters.
pub const MAX_CHARS: usize = 200;

/// A title: 1–200 characters after trimming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(String);

/// Why a text is no title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TitleError {
    /// Nothing is left after trimming.
    #[error("Title is required")]
    Empty,
    /// It is too long.
    #[error("Title must be at most {MAX_CHARS} characters")]
    TooLong,
    /// It holds U+0000, which not every database keeps.
    #[error("Title must not hold U+0000")]
    Nul,
}

impl Title {
    /// Trims `text` and checks its length.
    ///
    /// # Errors
    /// When nothing is left, it holds U+0000, or more than [`MAX_CHARS`] characters.
    pub fn parse(text: &str) -> Result<Self, TitleError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(TitleError::Empty);
        }
        if trimmed.contains('\0') {
            return Err(TitleError::Nul);
        }
        if trimmed.chars().count() > MAX_CHARS {
            return Err(TitleError::TooLong);
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The title as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The title as it is searched and sorted.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_bounded() {
        assert_eq!(Title::parse("  RustConf \n").unwrap().as_str(), "RustConf");
        assert_eq!(Title::parse(" \t\u{3000} "), Err(TitleError::Empty));
        assert!(Title::parse(&"é".repeat(200)).is_ok());
        assert_eq!(Title::parse(&"é".repeat(201)), Err(TitleError::TooLong));
        assert_eq!(Title::parse("Rust\0Conf"), Err(TitleError::Nul));
    }
}
