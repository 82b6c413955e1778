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

/// Expands the first word, unless it is no alias or a command of the program.
///
/// # Errors
/// If the alias needs more arguments, or its text cannot be split.
pub(crate) fn expand(
    args: Vec<OsString>,
    config: &Config,
    is_command: impl Fn(&str) -> bool,
) -> CliResult<ExpandedLine> {
    let named = args.get(1).and_then(|word| word.to_str());
    let alias = named.and_then(|name| config.aliases().into_iter().find(|(other, _)| other == name));
    // Building the commands takes time, so the few aliases are compared first.
    let alias = alias.filter(|(name, _)| !is_command(name));
    let Some((name, expansion)) = alias else { return Ok(ExpandedLine::Arguments(args)) };
    let given = args[2..].to_vec();
    if let Some(line) = expansion.strip_prefix(SHELL_MARK) {
        return Ok(ExpandedLine::Shell(line.to_owned(), given));
    }
    let words = shlex::split(&expansion)
        .ok_or_else(|| Failure::usage(format!("alias {name}: the quotes of {expansion:?} do not match")))?;
    let (mut expanded, mut used) = (vec![args[0].clone()], 0);
    for word in words {
        let (word, most) = fill_parameters(&word, &given)
            .ok_or_else(|| Failure::usage(format!("alias {name} needs more arguments: {expansion}")))?;
        used = used.max(most);
        expanded.push(word);
    }
    expanded.extend(given.into_iter().skip(used));
    Ok(ExpandedLine::Arguments(expanded))
}

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
    fn commands_and_unknown_words_stay() {
        for words in [&["t", "buy", "t1"][..], &["t", "other"], &["t"], &["t", "-q", "cheap"]] {
            assert_eq!(expand_words(words).unwrap(), arguments(words));
        }
    }
}
