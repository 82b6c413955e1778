//! The prompts of a terminal, without the decision whether a prompt is allowed.

use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Text};
use ticketing_sdk::{PASSWORD_LENGTHS, is_valid_password};

use crate::failure::Failure;

/// The source of answers.
pub(crate) enum Prompter {
    /// The user at the terminal.
    Terminal { colour: bool },
    /// The answers of a test, the next one last.
    #[cfg(test)]
    Scripted(std::sync::Mutex<Vec<String>>),
}

/// Returns the rule for new passwords.
pub(crate) fn password_rule() -> String {
    format!("a password has {} to {} characters", PASSWORD_LENGTHS.start(), PASSWORD_LENGTHS.end())
}

impl Prompter {
    /// Asks for a line of text.
    pub(crate) fn text(&self, question: &str) -> Result<String, Failure> {
        match self {
            Self::Terminal { colour } => {
                Text::new(question).with_render_config(look(*colour)).prompt().map_err(prompt_failure)
            }
            #[cfg(test)]
            Self::Scripted(answers) => Ok(answers.lock().unwrap().pop().unwrap()),
        }
    }

    /// Asks for a password without echo, twice if it is a new one.
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
                prompt.prompt().map_err(prompt_failure)
            }
            #[cfg(test)]
            Self::Scripted(answers) => Ok(answers.lock().unwrap().pop().unwrap()),
        }
    }

    /// Asks a yes-or-no question.
    pub(crate) fn confirm(&self, question: &str) -> Result<bool, Failure> {
        match self {
            Self::Terminal { colour } => Confirm::new(question)
                .with_default(false)
                .with_render_config(look(*colour))
                .prompt()
                .map_err(prompt_failure),
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

fn prompt_failure(error: InquireError) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Failure::interrupted(),
        other => Failure::failed(format!("cannot ask: {other}")),
    }
}
