//! Sessions and sign-in.

use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use ticketing_auth::{HashingSettings, Limits};
use ticketing_platform::session::{CookieSettings, DEFAULT_LIFETIME, SessionKeys};

use super::{Group, JWT_KEY, secrets};
use crate::settings::value::{count, duration_within, format_duration, parse_trimmed, seconds, secret};
use crate::settings::{SettingsError, StackSettings};

/// The longest delay of a sign-in, so that the owner of an attacked account can still sign in.
const MAX_SIGNIN_DELAY: Duration = Duration::from_secs(10);

/// The keys and the name of the session cookie.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sessions")]
pub(crate) struct SessionGroup {
    /// Sign sessions with this key, the same for every service [default: made once, kept as jwt.key in the data folder]
    ///
    /// 32 bytes or more. A comma-separated list: the first key signs, all verify.
    #[arg(long, env = JWT_KEY, value_name = "KEY", value_parser = secret)]
    #[arg(hide_short_help = true)]
    jwt_key: Option<SecretString>,
    /// Use this name for the session cookie
    #[arg(long, env = "TICKETING_COOKIE_NAME", value_name = "NAME", hide_short_help = true)]
    #[arg(default_value = CookieSettings::default().name().to_owned())]
    cookie_name: String,
}

impl Group for SessionGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        settings.jwt_keys = secrets(self.jwt_key.as_ref());
        if !settings.jwt_keys.is_empty()
            && let Err(error) = SessionKeys::new(&settings.jwt_keys)
        {
            errors.add(JWT_KEY, None, error.to_string());
        }
        match CookieSettings::new(self.cookie_name.trim(), settings.cookie.is_secure()) {
            Ok(cookie) => settings.cookie = cookie,
            Err(_) => {
                let expected = "only letters, digits and !#$%&'*+-.^_`|~: in the name of a cookie";
                errors.add("TICKETING_COOKIE_NAME", Some(self.cookie_name), expected);
            }
        }
    }
}

/// Sign-in.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Sessions")]
pub(crate) struct SigninGroup {
    /// End a session after this time
    ///
    /// At least 1s.
    #[arg(long, env = "TICKETING_SESSION_TTL", value_name = "DURATION", value_parser = seconds)]
    #[arg(default_value = format_duration(DEFAULT_LIFETIME), hide_short_help = true)]
    session_ttl: Duration,
    /// Allow this number of sign-in attempts to one account from one address a minute
    ///
    /// Further attempts are answered 429.
    #[arg(long, env = "TICKETING_SIGNINS_PER_ACCOUNT", value_name = "NUMBER", value_parser = parse_trimmed::<u32>)]
    #[arg(default_value_t = Limits::default().signins_per_account, hide_short_help = true)]
    signins_per_account: u32,
    /// Delay sign-in attempts to one account beyond this number a minute from all addresses
    ///
    /// An address that has signed in to the account neither counts nor waits.
    #[arg(long, env = "TICKETING_SIGNINS_BEFORE_DELAY", value_name = "NUMBER", value_parser = parse_trimmed::<u32>)]
    #[arg(default_value_t = Limits::default().signins_before_delay, hide_short_help = true)]
    signins_before_delay: u32,
    /// Delay these attempts by this time
    ///
    /// At most 10s.
    #[arg(long, env = "TICKETING_SIGNIN_DELAY", value_name = "DURATION", value_parser = signin_delay)]
    #[arg(default_value = format_duration(Limits::default().signin_delay), hide_short_help = true)]
    signin_delay: Duration,
    /// Allow this number of sign-ins and sign-ups from one address a minute
    #[arg(long, env = "TICKETING_SIGNINS_PER_ADDRESS", value_name = "NUMBER", value_parser = parse_trimmed::<u32>)]
    #[arg(default_value_t = Limits::default().signins_per_address, hide_short_help = true)]
    signins_per_address: u32,
    /// Hash this number of passwords at a time [default: one for each core, at most 8]
    ///
    /// Each takes a core and 20 MiB of memory.
    #[arg(long, env = "TICKETING_HASHING_SLOTS", value_name = "NUMBER", value_parser = count)]
    #[arg(hide_short_help = true)]
    hashing_slots: Option<usize>,
}

fn signin_delay(text: &str) -> Result<Duration, String> {
    duration_within(text, Duration::ZERO..=MAX_SIGNIN_DELAY)
}

impl Group for SigninGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        settings.session_ttl = self.session_ttl;
        settings.limits = Limits {
            signins_per_account: self.signins_per_account,
            signins_per_address: self.signins_per_address,
            signins_before_delay: self.signins_before_delay,
            signin_delay: self.signin_delay,
        };
        if let Some(slots) = self.hashing_slots {
            settings.hashing = HashingSettings::default().with_slots(slots);
        }
    }
}
