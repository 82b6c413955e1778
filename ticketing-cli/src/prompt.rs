//! Asking for what was not given: on a terminal only, never with `--no-input`.

use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Text};
use ticketing_sdk::{PASSWORD_LENGTHS, is_valid_password};

use crate::failure::{Failure, Outcome};
use crate::io::{Io, clean};

/// Who answers.
pub(crate) enum Prompter {
    /// Someone at the terminal.
    Terminal { colour: bool },
    /// A test: these answers, the next one last.
    #[cfg(test)]
    Scripted(std::sync::Mutex<Vec<String>>),
}

/// The rule for new passwords, in words.
pub(crate) fn password_rule() -> String {
    format!("a password has {} to {} characters", PASSWORD_LENGTHS.start(), PASSWORD_LENGTHS.end())
}

/// The value that was given, or the answer to a question; a usage error that names the flag where nobody can be asked.
pub(crate) fn value(io: &Io, given: Option<String>, question: &str, flag: &str) -> Result<String, Failure> {
    match (given, io.prompter()) {
        (Some(value), _) => Ok(value),
        (None, Some(prompter)) => prompter.text(question),
        (None, None) => Err(Failure::usage(format!("{flag} is missing"))
            .hint(format!("pass {flag}; nobody can be asked here"))),
    }
}

/// Returns if a destructive operation is confirmed: by `--yes`, or by the answer.
pub(crate) fn confirm(io: &Io, yes: bool, question: &str) -> Outcome {
    match io.prompter() {
        _ if yes => Ok(()),
        Some(prompter) if prompter.confirm(&clean(question))? => Ok(()),
        Some(_) => Err(Failure::failed("not confirmed, so nothing was done")),
        None => {
            Err(Failure::usage("this needs to be confirmed").hint("pass --yes; nobody can be asked here"))
        }
    }
}

impl Prompter {
    /// A line of text.
    pub(crate) fn text(&self, question: &str) -> Result<String, Failure> {
        match self {
            Self::Terminal { colour } => {
                Text::new(question).with_render_config(look(*colour)).prompt().map_err(unanswered)
            }
            #[cfg(test)]
            Self::Scripted(answers) => Ok(answers.lock().unwrap().pop().unwrap()),
        }
    }

    /// A password, not shown; asked for twice where it is a new one.
    pub(crate) fn password(&self, question: &str, new: bool) -> Result<String, Failure> {
        match self {
            Self::Terminal { colour } => {
                let prompt = Password::new(question)
                    .with_display_mode(PasswordDisplayMode::Hidden)
                    .with_custom_confirmation_message("Once more:")
                    .with_custom_confirmation_error_message("These two differ.")
                    .with_render_config(look(*colour));
                let checked = |text: &str| match is_valid_password(text) {
                    true => Ok(Validation::Valid),
                    false => Ok(Validation::Invalid(password_rule().into())),
                };
                let prompt = if new { prompt.with_validator(checked) } else { prompt.without_confirmation() };
                prompt.prompt().map_err(unanswered)
            }
            #[cfg(test)]
            Self::Scripted(answers) => Ok(answers.lock().unwrap().pop().unwrap()),
        }
    }

    fn confirm(&self, question: &str) -> Result<bool, Failure> {
        match self {
            Self::Terminal { colour } => Confirm::new(question)
                .with_default(false)
                .with_render_config(look(*colour))
                .prompt()
                .map_err(unanswered),
            #[cfg(test)]
            Self::Scripted(answers) => Ok(answers.lock().unwrap().pop().unwrap() == "y"),
        }
    }

    #[cfg(test)]
    pub(crate) fn scripted(answers: &[&str]) -> Self {
        Self::Scripted(std::sync::Mutex::new(answers.iter().rev().map(|&answer| answer.to_owned()).collect()))
    }
}

fn look(colour: bool) -> RenderConfig<'static> {
    if colour { RenderConfig::default_colored() } else { RenderConfig::empty() }
}

fn unanswered(error: InquireError) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Failure::interrupted(),
        other => Failure::failed(format!("cannot ask: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::io::fake;

    #[test]
    fn what_is_given_is_not_asked_for() {
        let fake = fake::terminal(&[]);
        assert_eq!(value(&fake.io, Some("a".to_owned()), "Title:", "--title").unwrap(), "a");
    }

    #[test]
    fn what_is_missing_is_asked_for_on_a_terminal() {
        let fake = fake::terminal(&["RustConf", "y", "n"]);
        assert_eq!(value(&fake.io, None, "Title:", "--title").unwrap(), "RustConf");
        assert!(confirm(&fake.io, false, "Really?").is_ok());
        assert_eq!(confirm(&fake.io, false, "Really?").unwrap_err().exit, Exit::Failed);
    }

    #[test]
    fn what_is_missing_on_a_pipe_is_a_usage_error_that_names_the_flag() {
        let fake = fake::pipe("");
        let failure = value(&fake.io, None, "Title:", "--title").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.unwrap().contains("--title"));
        let failure = confirm(&fake.io, false, "Really?").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.hint.unwrap().contains("--yes"));
    }
}
