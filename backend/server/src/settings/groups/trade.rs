//! Reservations and cards.

use std::time::Duration;

use axum::http::Uri;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use ticketing_client::PublishableKeyError;
use ticketing_payments::StripeSettings;
use ticketing_payments::provider::{STRIPE_API_BASE, StripeSettingsError};

use super::{Group, PUBLISHABLE_KEY, STRIPE_KEY, present, secrets};
use crate::settings::value::{duration, format_duration, parse_trimmed, seconds, secret};
use crate::settings::{SettingsError, StackSettings};

const STRIPE_BASE: &str = "TICKETING_STRIPE_API_BASE";
const STRIPE_SECRETS: &str = "TICKETING_STRIPE_WEBHOOK_SECRET";

/// Reservations.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Reservations")]
pub(crate) struct ReservationGroup {
    /// End a reservation after this time
    ///
    /// At least 1s.
    #[arg(long, env = "TICKETING_ORDER_TTL", value_name = "DURATION", value_parser = seconds)]
    #[arg(default_value = format_duration(ticketing_orders::DEFAULT_TTL))]
    order_ttl: Duration,
    /// Allow this number of unpaid orders of one user
    #[arg(long, env = "TICKETING_OPEN_ORDERS", value_name = "NUMBER", value_parser = parse_trimmed::<u32>)]
    #[arg(default_value_t = ticketing_orders::DEFAULT_OPEN_LIMIT, hide_short_help = true)]
    open_orders: u32,
    /// Refuse a new order of a ticket for this time after the buyer's last reservation of it ended unpaid
    ///
    /// Multiplied by the unpaid reservations of that ticket by that buyer, at most ten. 0s disables the pause.
    #[arg(long, env = "TICKETING_REORDER_PAUSE", value_name = "DURATION", value_parser = duration)]
    #[arg(default_value = format_duration(ticketing_orders::DEFAULT_REORDER_PAUSE), hide_short_help = true)]
    reorder_pause: Duration,
}

impl Group for ReservationGroup {
    fn apply(self, settings: &mut StackSettings, _: &mut SettingsError) {
        settings.order_ttl = self.order_ttl;
        settings.open_orders = self.open_orders;
        settings.reorder_pause = self.reorder_pause;
    }
}

/// The account at Stripe.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Cards")]
pub(crate) struct StripeGroup {
    /// Charge cards with this secret key of an account at Stripe [default: cards are simulated]
    ///
    /// sk_…, or a restricted key, rk_….
    #[arg(long, env = STRIPE_KEY, value_name = "KEY", value_parser = secret)]
    #[arg(hide_short_help = true)]
    stripe_key: Option<SecretString>,
    /// Call the API of Stripe at this address [default: https://api.stripe.com]
    ///
    /// Another address is a fake for tests. A live key is sent over https only.
    #[arg(long, env = STRIPE_BASE, value_name = "URL", value_parser = parse_trimmed::<Uri>, hide_short_help = true)]
    stripe_api_base: Option<Uri>,
    /// Verify webhook events with these secrets [default: webhook events are refused]
    ///
    /// Comma-separated, whsec_…; all of them verify.
    #[arg(long, env = STRIPE_SECRETS, value_name = "SECRETS", value_parser = secret)]
    #[arg(hide_short_help = true)]
    stripe_webhook_secret: Option<SecretString>,
}

impl Group for StripeGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        let webhook_secrets = secrets(self.stripe_webhook_secret.as_ref());
        let Some(key) = present(self.stripe_key) else {
            // An operator who sets these does not want simulated cards.
            if self.stripe_api_base.is_some() || !webhook_secrets.is_empty() {
                let expected =
                    format!("{}, since {STRIPE_BASE} or {STRIPE_SECRETS} is set", StripeSettingsError::Key);
                errors.add(STRIPE_KEY, None, expected);
            }
            return;
        };
        let api_base = self.stripe_api_base.unwrap_or_else(|| Uri::from_static(STRIPE_API_BASE));
        let stripe = StripeSettings { webhook_secrets, api_base, ..StripeSettings::new(key) };
        for error in stripe.errors() {
            let name = match error {
                StripeSettingsError::Base | StripeSettingsError::LiveKeyInTheClear => STRIPE_BASE,
                StripeSettingsError::WebhookSecret => STRIPE_SECRETS,
                _ => STRIPE_KEY,
            };
            errors.add(name, None, error.to_string());
        }
        settings.stripe = Some(stripe);
    }
}

/// The card form of the pages.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Cards")]
pub(crate) struct PageGroup {
    /// Show Stripe's card form with this publishable key [default: a form of simulated cards]
    ///
    /// pk_…, of the same account and kind (test or live) as the secret key.
    #[arg(long, env = PUBLISHABLE_KEY, value_name = "KEY", value_parser = secret, hide_short_help = true)]
    stripe_publishable_key: Option<SecretString>,
}

impl Group for PageGroup {
    fn apply(self, settings: &mut StackSettings, errors: &mut SettingsError) {
        let Some(text) = present(self.stripe_publishable_key) else { return };
        match text.expose_secret().parse() {
            Ok(key) => settings.stripe_publishable_key = Some(key),
            // The given text may be a secret key by mistake.
            Err(error) => errors.add(PUBLISHABLE_KEY, None, PublishableKeyError::to_string(&error)),
        }
    }
}
