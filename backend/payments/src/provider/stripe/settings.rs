//! The settings of Stripe.

use std::time::Duration;

use axum::http::Uri;
use secrecy::{ExposeSecret, SecretString};

/// The base URL of the API of Stripe.
pub const API_BASE: &str = "https://api.stripe.com";

/// An account at Stripe. Its secrets are not shown by `Debug`.
#[derive(Clone, Debug)]
pub struct StripeSettings {
    /// The secret key, `sk_…`, or a restricted one, `rk_…`.
    pub key: SecretString,
    /// The base URL of the API.
    pub api_base: Uri,
    /// The secrets of webhook events, `whsec_…`; each is accepted. None: webhook events are refused.
    pub webhook_secrets: Vec<SecretString>,
    /// How long each phase of a call may take.
    pub timeouts: StripeTimeouts,
}

/// The timeouts of the phases of a call. A call that moves money has longer timeouts than one that reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StripeTimeouts {
    /// Until there is a connection. Nothing has happened before.
    pub connect: Duration,
    /// From there to the end of the answer of a call that moves money.
    pub answer: Duration,
    /// The timeouts of a call that reads.
    pub look_up: Duration,
}

impl StripeTimeouts {
    /// Returns how long one exchange may take, from the first attempt to connect to the last byte of the answer.
    pub fn longest_call(&self) -> Duration {
        self.connect + self.answer.max(self.look_up)
    }
}

impl Default for StripeTimeouts {
    /// Within the time that a step has by default (`PaymentTimeouts::call_timeout`).
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(1500),
            answer: Duration::from_secs(4),
            look_up: Duration::from_secs(2),
        }
    }
}

/// An invalid setting of Stripe; the message states a valid form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StripeSettingsError {
    /// The key is none.
    #[error("a secret key like sk_test_… or sk_live_…, or a restricted one like rk_live_…")]
    Key,
    /// The address is none of an API.
    #[error("a URL like {API_BASE}, without user, query or fragment")]
    Base,
    /// A key to real money would travel in the clear.
    #[error("https, since the key is a live one")]
    LiveKeyInTheClear,
    /// A secret is none.
    #[error("secrets like whsec_…, separated by commas")]
    WebhookSecret,
}

impl StripeSettings {
    /// Creates the settings for an account, with Stripe's own address and without events.
    pub fn new(key: SecretString) -> Self {
        Self {
            key,
            api_base: Uri::from_static(API_BASE),
            webhook_secrets: Vec::new(),
            timeouts: StripeTimeouts::default(),
        }
    }

    /// Everything that is wrong.
    pub fn errors(&self) -> Vec<StripeSettingsError> {
        let key = self.key.expose_secret();
        let mut errors = Vec::new();
        if !is_key(key) {
            errors.push(StripeSettingsError::Key);
        }
        let plain = self.api_base.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !plain
            || self.api_base.query().is_some()
            || !matches!(self.api_base.scheme_str(), Some("http" | "https"))
        {
            errors.push(StripeSettingsError::Base);
        } else if is_live(key) && self.api_base.scheme_str() != Some("https") {
            errors.push(StripeSettingsError::LiveKeyInTheClear);
        }
        let is_secret = |secret: &SecretString| {
            secret.expose_secret().strip_prefix("whsec_").is_some_and(|rest| !rest.is_empty())
        };
        if !self.webhook_secrets.iter().all(is_secret) {
            errors.push(StripeSettingsError::WebhookSecret);
        }
        errors
    }

    /// Returns whether the key moves real money.
    pub fn is_live(&self) -> bool {
        is_live(self.key.expose_secret())
    }
}

const KINDS: [&str; 4] = ["sk_test_", "sk_live_", "rk_test_", "rk_live_"];

fn is_key(key: &str) -> bool {
    let name = KINDS.iter().find_map(|kind| key.strip_prefix(kind)).unwrap_or_default();
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_live(key: &str) -> bool {
    key.starts_with("sk_live_") || key.starts_with("rk_live_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(key: &str, base: &str, secrets: &[&str]) -> StripeSettings {
        let webhook_secrets = secrets.iter().map(|&secret| secret.into()).collect();
        StripeSettings { api_base: base.parse().unwrap(), webhook_secrets, ..StripeSettings::new(key.into()) }
    }

    #[test]
    fn every_fault_is_named() {
        let good = settings("sk_test_4eC39Hq", API_BASE, &["whsec_a", "whsec_b"]);
        assert_eq!(good.errors(), []);
        assert_eq!(settings("rk_live_1", API_BASE, &[]).errors(), []);
        assert_eq!(settings("sk_test_1", "http://127.0.0.1:9/v", &[]).errors(), []);
        for key in ["", "sk_test_", "pk_live_1", "sk_test_a b", "sk_test_\u{e9}"] {
            assert_eq!(settings(key, API_BASE, &[]).errors(), [StripeSettingsError::Key], "{key}");
        }
        for key in ["sk_live_1", "rk_live_1"] {
            assert_eq!(
                settings(key, "http://127.0.0.1:9", &[]).errors(),
                [StripeSettingsError::LiveKeyInTheClear],
                "{key}"
            );
        }
        let all = settings("nothing", "http://user:word@h/?q=1", &["whsec_"]).errors();
        assert_eq!(
            all,
            [StripeSettingsError::Key, StripeSettingsError::Base, StripeSettingsError::WebhookSecret]
        );
        assert_eq!(settings("sk_test_1", "/relative", &[]).errors(), [StripeSettingsError::Base]);
    }

    #[test]
    fn secrets_are_not_shown() {
        let settings = settings("sk_live_hush1", API_BASE, &["whsec_hush2"]);
        assert!(!format!("{settings:?}").contains("hush"));
        assert!(settings.is_live());
    }
}
