//! Card tokens of the payment provider. A card number is refused, and no message repeats it.

use ticketing_sdk::{CardEntry, CardToken};

use crate::context::ApiContext;
use crate::failure::{CliResult, Failure};
use crate::io::Io;
use crate::prompt;

/// How an order is paid for.
#[derive(Debug, Clone)]
pub(crate) enum Card {
    /// With this token.
    Token(String),
    /// On the order's page, where the provider's form takes the card.
    OnPage,
}

/// Returns the card: the token from the option, or else the page of the order if the marketplace takes cards there, or else
/// the token from a prompt.
pub(crate) async fn card(api: &ApiContext, given: Option<String>) -> CliResult<Card> {
    if given.is_none() && api.client.payments().card_entry().await.is_ok_and(|entry| entry == CardEntry::Page)
    {
        return Ok(Card::OnPage);
    }
    token(api.io(), given).map(Card::Token)
}

/// Returns the token from the option or a prompt. Refuses a text that looks like a card number.
pub(crate) fn token(io: &Io, given: Option<String>) -> Result<String, Failure> {
    let token = prompt::value(io, given, "Card token (like tok_visa):", "--token")?;
    let token = token.trim();
    if CardToken::looks_like_a_card_number(token) {
        return Err(refusal());
    }
    if token.is_empty() {
        return Err(Failure::usage("the card token is empty")
            .hint("pass --token with a provider token, like tok_visa"));
    }
    Ok(token.to_owned())
}

/// Returns the error for a card number; it does not contain the number.
pub(crate) fn refusal() -> Failure {
    Failure::usage("this looks like a card number; only card tokens are accepted")
        .hint("pass the token that the payment provider gave for the card, like tok_visa, and clear your shell's history")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;
    use crate::io::fake;

    #[test]
    fn card_numbers_are_refused_and_not_repeated() {
        for number in ["4242424242424242", "4242 4242 4242 4242", " 3782-822463-10005 ", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"]
        {
            let failure = token(&fake::pipe("").io, Some(number.to_owned())).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(!format!("{failure:?}").contains(number.trim()));
        }
    }

    #[test]
    fn tokens_pass() {
        for name in ["tok_visa", "tok_1N3T00LkdIwHu7ixt44h1F8k", "pm_4242", "5ea9b8f0c1d2e3f405162738"] {
            assert_eq!(token(&fake::pipe("").io, Some(name.to_owned())).unwrap(), name);
        }
    }
}
