//! Passes.

use clap::Args;
use secrecy::SecretString;
use ticketing_tickets::PassSigner;
use ticketing_tickets::domain::pass::ResaleCap;

use super::{Group, PASS_KEY, secrets};
use crate::settings::value::{parse_trimmed, secret};
use crate::settings::{SettingsError, StackSettings};

/// Passes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Passes")]
pub(crate) struct PassGroup {
    /// Sign the codes of passes with this key [default: made once, kept as pass.key in the data folder]
    ///
    /// The base64 text of 32 bytes. A comma-separated list: the first key signs, all verify.
    #[arg(long, env = PASS_KEY, value_name = "KEY", value_parser = secret)]
    #[arg(hide_short_help = true)]
    pass_key: Option<SecretString>,
    /// Limit the resale price of a pass to this multiple of the price that its holder paid
    ///
    /// From 0, which ends resales, to 100.
    #[arg(long, env = "TICKETING_RESALE_CAP", value_name = "NUMBER", value_parser = parse_trimmed::<ResaleCap>)]
    #[arg(default_value_t = ResaleCap::default(), hide_short_help = true)]
    resale_cap: ResaleCap,
}

impl Group for PassGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        settings.resale_cap = self.resale_cap;
        settings.pass_keys = secrets(self.pass_key.as_ref());
        if !settings.pass_keys.is_empty()
            && let Err(error) = PassSigner::new(&settings.pass_keys)
        {
            errors.add(PASS_KEY, None, error.to_string());
        }
    }
}
