//! Prompts for missing values: on a terminal only, never with `--no-input`.

use ticketing_sdk::Money;

use crate::failure::{CliResult, Failure};
use crate::io::{Io, clean};

/// Returns the given value, or the answer to a prompt.
///
/// # Errors
/// A usage error that names the flag, if no prompt is allowed.
pub(crate) fn value(io: &Io, given: Option<String>, question: &str, flag: &str) -> Result<String, Failure> {
    match (given, io.prompter()) {
        (Some(value), _) => Ok(value),
        (None, Some(prompter)) => prompter.text(question),
        (None, None) => Err(Failure::usage(format!("{flag} is missing"))
            .hint(format!("pass {flag}; prompts need a terminal, and are off with --no-input"))),
    }
}

/// Returns the given price, or the answer to a prompt.
///
/// # Errors
/// A usage error that names the flag, if no prompt is allowed, or if the answer is no price.
pub(crate) fn price(io: &Io, given: Option<Money>) -> CliResult<Money> {
    if let Some(price) = given {
        return Ok(price);
    }
    let answer = value(io, None, "Price in dollars:", "--price")?;
    answer.trim().parse().map_err(|error| Failure::usage(format!("--price: {error}")))
}

/// Returns if a destructive operation is confirmed by the answer to a prompt.
pub(crate) fn confirm(io: &Io, question: &str) -> CliResult {
    match io.prompter() {
        Some(prompter) if prompter.confirm(&clean(question))? => Ok(()),
        Some(_) => Err(Failure::failed("not confirmed, so nothing was done")),
        None => Err(Failure::usage("this needs to be confirmed")
            .hint("pass --yes; prompts need a terminal, and are off with --no-input")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::io::fake;

    #[test]
    fn given_value_is_not_prompted_for() {
        let fake = fake::terminal(&[]);
        assert_eq!(value(&fake.io, Some("a".to_owned()), "Title:", "--title").unwrap(), "a");
    }

    #[test]
    fn missing_value_is_prompted_for_on_a_terminal() {
        let fake = fake::terminal(&["RustConf", "y", "n"]);
        assert_eq!(value(&fake.io, None, "Title:", "--title").unwrap(), "RustConf");
        assert!(confirm(&fake.io, "Really?").is_ok());
        assert_eq!(confirm(&fake.io, "Really?").unwrap_err().exit, Exit::Failed);
    }

    #[test]
    fn missing_value_on_a_pipe_is_a_usage_error() {
        let fake = fake::pipe("");
        let failure = value(&fake.io, None, "Title:", "--title").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.unwrap().contains("--title"));
        let failure = confirm(&fake.io, "Really?").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.hint.unwrap().contains("--yes"));
    }
}
