//! The settings of Stripe.

use ticketing_server::StackSettings;
use ticketing_server::command::ParseError;

fn read(flags: &[&str]) -> Result<StackSettings, Vec<String>> {
    StackSettings::from_flags("data", flags).map_err(|error| {
        assert!(!error.to_string().contains("hush"), "{error}");
        let ParseError::Settings(error) = error else { panic!("{error}") };
        error.invalid.iter().map(|fault| fault.name.clone()).collect()
    })
}

#[test]
fn stripe_settings_are_read_and_errors_reported_together() {
    const KEY: &str = "TICKETING_STRIPE_KEY";
    const BASE: &str = "TICKETING_STRIPE_API_BASE";
    const SECRET: &str = "TICKETING_STRIPE_WEBHOOK_SECRET";
    const LOCAL_BASE: &str = "--stripe-api-base=http://127.0.0.1:9";
    assert!(read(&[]).unwrap().stripe.is_none());
    let stripe = read(&["--stripe-key=sk_live_hush"]).unwrap().stripe.unwrap();
    assert_eq!(stripe.api_base.to_string(), "https://api.stripe.com/");
    assert_eq!(stripe.webhook_secrets.len(), 0);
    let secrets = "--stripe-webhook-secret=whsec_hush1, whsec_hush2";
    let all = read(&["--stripe-key=sk_test_hush", LOCAL_BASE, secrets]).unwrap();
    assert_eq!(all.stripe.as_ref().unwrap().webhook_secrets.len(), 2);
    assert!(!format!("{all:?}").contains("hush"));

    assert_eq!(read(&["--stripe-key=sk_live_hush", LOCAL_BASE]).unwrap_err(), [BASE]);
    assert_eq!(read(&["--stripe-key=hush", "--stripe-webhook-secret=hush"]).unwrap_err(), [KEY, SECRET]);
    for alone in [LOCAL_BASE, "--stripe-webhook-secret=whsec_hush"] {
        assert_eq!(read(&[alone]).unwrap_err(), [KEY], "simulated cards are not meant then");
    }
}
