//! Passwords: from a prompt, from stdin, or from `TICKETING_PASSWORD`; never from an argument.

use clap::Args;
use ticketing_sdk::{SecretString, is_valid_password};

use crate::failure::{CliResult, Failure};
use crate::help;
use crate::io::Io;
use crate::prompter::password_rule;

/// The account that signs in.
#[derive(Debug, Args)]
pub(crate) struct Credentials {
    /// Use the account with this e-mail address
    #[arg(long, short, help_heading = help::ACCOUNT, value_name = "EMAIL")]
    email: Option<String>,
    /// Read the password from the first line of stdin
    #[arg(long, help_heading = help::ACCOUNT)]
    password_stdin: bool,
}

/// The largest input that is read for its first line, in bytes.
const MAX_INPUT: u64 = 64 * 1024;

/// The variable that may hold the password.
pub(crate) const PASSWORD_VARIABLE: &str = "TICKETING_PASSWORD";

impl Credentials {
    /// Returns the e-mail address and the password, with a prompt for a missing one.
    pub(crate) async fn read(
        self,
        io: &Io,
        from_env: Option<String>,
        new: bool,
    ) -> CliResult<(String, SecretString)> {
        let email = crate::prompt::value(io, self.email, "E-mail:", "--email")?;
        let password = match (self.password_stdin, from_env, io.prompter()) {
            (true, _, _) => first_line(io.read_all(MAX_INPUT).await?)?,
            (false, Some(password), _) => password,
            (false, None, Some(prompter)) => prompter.password("Password:", new)?,
            (false, None, None) => {
                return Err(Failure::usage("no password was given")
                    .hint(format!("pipe it in with --password-stdin, or set {PASSWORD_VARIABLE}")));
            }
        };
        if password.is_empty() {
            return Err(Failure::usage("the password is empty"));
        }
        if new && !is_valid_password(&password) {
            return Err(Failure::usage(password_rule()));
        }
        Ok((email, SecretString::from(password)))
    }
}

/// Returns the text before the first line end. Spaces are part of a password.
fn first_line(piped: Vec<u8>) -> CliResult<String> {
    let text = String::from_utf8(piped).map_err(|_| Failure::usage("the password on stdin is not UTF-8"))?;
    let line = text.split('\n').next().unwrap_or_default();
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::exit::Exit;
    use crate::io::fake;

    fn credentials(password_stdin: bool) -> Credentials {
        Credentials { email: Some("ada@example.com".to_owned()), password_stdin }
    }

    #[tokio::test]
    async fn password_on_stdin_is_the_unchanged_first_line() {
        let fake = fake::pipe(" two words \r\nand more");
        let (email, password) = credentials(true).read(&fake.io, None, false).await.unwrap();
        assert_eq!((email.as_str(), password.expose_secret()), ("ada@example.com", " two words "));
    }

    #[tokio::test]
    async fn password_is_prompted_unless_the_variable_is_set() {
        let fake = fake::terminal(&["secret"]);
        let (_, password) = credentials(false).read(&fake.io, None, false).await.unwrap();
        assert_eq!(password.expose_secret(), "secret");
        let (_, password) =
            credentials(false).read(&fake.io, Some("from env".to_owned()), false).await.unwrap();
        assert_eq!(password.expose_secret(), "from env");
    }

    #[tokio::test]
    async fn missing_password_without_terminal_is_a_usage_error() {
        let failure = credentials(false).read(&fake::pipe("").io, None, false).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.hint.unwrap().contains("--password-stdin"));
    }
}
