//! Numbers of things in words.

use std::fmt::Display;

/// Returns a number with its noun, whose plural ends in `s`: `1 ticket`, `2 tickets`.
pub(crate) fn count<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let ending = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_singular() {
        assert_eq!(
            [0_usize, 1, 2].map(|number| count(number, "ticket")),
            ["0 tickets", "1 ticket", "2 tickets"]
        );
    }
}
