//! Aliases of the user: the first word of a command line stands for other words, or for a line of the shell.

use std::ffi::OsString;

use crate::config::Config;
use crate::failure::{CliResult, Failure};

/// An expanded command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ExpandedLine {
    /// Arguments of the program.
    Arguments(Vec<OsString>),
    /// A line of the shell, and its arguments.
    Shell(String, Vec<OsString>),
}

/// The mark of an alias that the shell runs.
pub(crate) const SHELL_MARK: char = '!';

/// Expands the first word until it is no alias, or a command of the program.
///
/// # Errors
/// If an alias needs more arguments, its text cannot be split, or it leads back to itself.
pub(crate) fn expand(
    mut line: Vec<OsString>,
    config: &Config,
    is_command: impl Fn(&str) -> bool,
) -> CliResult<ExpandedLine> {
    let mut used = Vec::new();
    loop {
        let named = line.get(1).and_then(|word| word.to_str());
        let alias = named.and_then(|name| config.aliases().into_iter().find(|(other, _)| other == name));
        // Building the commands takes time, so the few aliases are compared first.
        let alias = alias.filter(|(name, _)| !is_command(name));
        let Some((name, expansion)) = alias else { return Ok(ExpandedLine::Arguments(line)) };
        if used.contains(&name) {
            return Err(Failure::usage(format!(
                "the aliases form a circle: {} -> {name}",
                used.join(" -> ")
            )));
        }
        let given = line.split_off(2);
        if let Some(shell_line) = expansion.strip_prefix(SHELL_MARK) {
            return Ok(ExpandedLine::Shell(shell_line.to_owned(), given));
        }
        let words = shlex::split(&expansion).ok_or_else(|| {
            Failure::usage(format!("alias {name}: the quotes of {expansion:?} do not match"))
        })?;
        line.truncate(1);
        let mut most = 0;
        for word in words {
            let (word, number) = fill_parameters(&word, &given)
                .ok_or_else(|| Failure::usage(format!("alias {name} needs more arguments: {expansion}")))?;
            most = most.max(number);
            line.push(word);
        }
        line.extend(given.into_iter().skip(most));
        used.push(name);
    }
}

/// Expands an alias with an argument for each of its parameters.
///
/// # Errors
/// As [`expand`].
pub(crate) fn expand_alias(
    name: &str,
    config: &Config,
    is_command: impl Fn(&str) -> bool,
) -> CliResult<ExpandedLine> {
    let arguments = ["ticketing", name].into_iter().chain((1..=MAX_PARAMETER).map(|_| "x"));
    expand(arguments.map(OsString::from).collect(), config, is_command)
}

/// The largest number of a parameter.
const MAX_PARAMETER: u32 = 9;

/// Replaces `$1` to `$9` of a word. Returns the largest number as well; `None` if an argument is missing.
fn fill_parameters(word: &str, given: &[OsString]) -> Option<(OsString, usize)> {
    let (mut text, mut most) = (OsString::new(), 0);
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('$') {
        text.push(before);
        match after.chars().next().and_then(|digit| digit.to_digit(10)).filter(|number| *number > 0) {
            Some(number) => {
                let number = usize::try_from(number).unwrap_or(usize::MAX);
                text.push(given.get(number - 1)?);
                most = most.max(number);
                rest = &after[1..];
            }
            None => {
                text.push("$");
                rest = after;
            }
        }
    }
    text.push(rest);
    Some((text, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand_words(words: &[&str]) -> CliResult<ExpandedLine> {
        let mut config = Config::empty(None);
        config.set_alias("cheap", "tickets list --max-price $1 --sort price");
        config.set_alias("titles", "tickets list --jq '.items[].title'");
        config.set_alias("count", "!ticketing tickets list | wc -l");
        config.set_alias("buy", "orders list");
        let args = words.iter().map(OsString::from).collect();
        expand(args, &config, |word| word == "buy")
    }

    fn arguments(words: &[&str]) -> ExpandedLine {
        ExpandedLine::Arguments(words.iter().map(OsString::from).collect())
    }

    #[test]
    fn alias_stands_for_its_words_with_the_arguments_in_place() {
        assert_eq!(
            expand_words(&["t", "cheap", "20", "opera"]).unwrap(),
            arguments(&["t", "tickets", "list", "--max-price", "20", "--sort", "price", "opera"])
        );
        assert_eq!(
            expand_words(&["t", "titles", "-q"]).unwrap(),
            arguments(&["t", "tickets", "list", "--jq", ".items[].title", "-q"])
        );
        assert_eq!(
            expand_words(&["t", "count", "x"]).unwrap(),
            ExpandedLine::Shell("ticketing tickets list | wc -l".to_owned(), vec!["x".into()])
        );
        assert!(expand_words(&["t", "cheap"]).unwrap_err().message.unwrap().contains("needs more arguments"));
    }

    #[test]
    fn alias_may_stand_for_an_alias_but_not_for_itself() {
        let mut config = Config::empty(None);
        for (name, expansion) in [
            ("cheap", "under 20 --sort price"),
            ("under", "tickets list --max-price $1"),
            ("count", "words -l"),
            ("words", "!wc"),
            ("a", "b x"),
            ("b", "c"),
            ("c", "b"),
            ("self", "self"),
        ] {
            config.set_alias(name, expansion);
        }
        let expand = |words: &[&str]| {
            expand(words.iter().map(OsString::from).collect(), &config, |word| word == "tickets")
        };
        assert_eq!(
            expand(&["t", "cheap", "-q"]).unwrap(),
            arguments(&["t", "tickets", "list", "--max-price", "20", "--sort", "price", "-q"])
        );
        let shell = ExpandedLine::Shell("wc".to_owned(), vec!["-l".into(), "file".into()]);
        assert_eq!(expand(&["t", "count", "file"]).unwrap(), shell);
        for (name, circle) in [("a", "a -> b -> c -> b"), ("self", "self -> self")] {
            let message = expand(&["t", name]).unwrap_err().message.unwrap();
            assert_eq!(message, format!("the aliases form a circle: {circle}"));
        }
    }

    #[test]
    fn commands_and_unknown_words_stay() {
        for words in [&["t", "buy", "t1"][..], &["t", "other"], &["t"], &["t", "-q", "cheap"]] {
            assert_eq!(expand_words(words).unwrap(), arguments(words));
        }
    }
}
