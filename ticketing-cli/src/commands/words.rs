//! Options whose values are the words of an enumeration.

use std::fmt::Display;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Returns the parser of an option that has these values.
pub(crate) fn one_of<T: Clone + Send + Sync + 'static>(
    values: impl IntoIterator<Item = (PossibleValue, T)>,
) -> impl TypedValueParser<Value = T> {
    let values: Vec<(PossibleValue, T)> = values.into_iter().collect();
    let words = PossibleValuesParser::new(values.iter().map(|(word, _)| word.clone()));
    words.try_map(move |typed| {
        let value = values.iter().find(|(word, _)| word.matches(&typed, false));
        value.map(|(_, value)| value.clone()).ok_or("it is none of the values")
    })
}

/// Returns values with their words. A colon may be typed as a hyphen.
pub(crate) fn words<T: Copy + Display>(values: &[T]) -> impl Iterator<Item = (PossibleValue, T)> {
    values.iter().map(|value| {
        let word = value.to_string();
        (PossibleValue::new(word.clone()).alias(word.replace(':', "-")), *value)
    })
}
