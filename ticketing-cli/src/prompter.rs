//! The prompts of a terminal, without the decision whether a prompt is allowed.

use std::io::{ErrorKind, Write};

use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, Password, PasswordDisplayMode, Text};
use ticketing_sdk::{PASSWORD_LENGTHS, is_valid_password};

use crate::failure::Failure;

/// The source of answers.
pub(crate) enum Prompter {
    /// The user at the terminal.
    Terminal { colour: bool },
    /// The user at a terminal that understands no escape sequences: a line for each question.
    Dumb,
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
            Self::Dumb => ask_line(question),
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
                    .with_custom_confirmation_message(REPEAT)
                    .with_custom_confirmation_error_message(DIFFERENT)
                    .with_render_config(look(*colour));
                let checked = |text: &str| match is_valid_password(text) {
                    true => Ok(Validation::Valid),
                    false => Ok(Validation::Invalid(password_rule().into())),
                };
                let prompt = if new { prompt.with_validator(checked) } else { prompt.without_confirmation() };
                prompt.prompt().map_err(prompt_failure)
            }
            Self::Dumb => loop {
                let password = ask_hidden(question)?;
                match password {
                    password if !new => return Ok(password),
                    password if !is_valid_password(&password) => write(&format!("{}\n", password_rule()))?,
                    password if ask_hidden(REPEAT)? == password => return Ok(password),
                    _ => write(&format!("{DIFFERENT}\n"))?,
                }
            },
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
            Self::Dumb => {
                let answer = ask_line(&format!("{question} (y/N)"))?;
                Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
            }
            #[cfg(test)]
            Self::Scripted(answers) => Ok(answers.lock().unwrap().pop().unwrap() == "y"),
        }
    }

    #[cfg(test)]
    pub(crate) fn scripted(answers: &[&str]) -> Self {
        Self::Scripted(std::sync::Mutex::new(answers.iter().rev().map(|&answer| answer.to_owned()).collect()))
    }
}

/// The question for a new password again, and the message where the two differ.
const REPEAT: &str = "Once more:";
const DIFFERENT: &str = "These two differ.";

/// Asks a question, and returns the next line of the terminal.
fn ask_line(question: &str) -> Result<String, Failure> {
    write(&format!("{question} "))?;
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    finish_line(read.map(|length| (length > 0).then_some(line)))
}

/// Asks a question, and returns the next line of the terminal, which does not show it.
fn ask_hidden(question: &str) -> Result<String, Failure> {
    write(&format!("{question} "))?;
    let read = rpassword::read_password();
    write("\n")?;
    finish_line(read.map(Some))
}

/// Returns an answer without its line break. Without an answer the question is cancelled.
fn finish_line(answer: std::io::Result<Option<String>>) -> Result<String, Failure> {
    match answer {
        Ok(Some(line)) => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
        Ok(None) => Err(Failure::interrupted()),
        Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof) => {
            Err(Failure::interrupted())
        }
        Err(error) => Err(to_failure(&error)),
    }
}

fn write(text: &str) -> Result<(), Failure> {
    let mut stderr = std::io::stderr();
    let written = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    written.map_err(|error| to_failure(&error))
}

fn to_failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::failed(format!("cannot ask: {error}"))
}

fn look(colour: bool) -> RenderConfig<'static> {
    if colour { RenderConfig::default_colored() } else { RenderConfig::empty() }
}

fn prompt_failure(error: InquireError) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Failure::interrupted(),
        other => to_failure(&other),
    }
}
