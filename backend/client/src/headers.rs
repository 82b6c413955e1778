//! What browsers are told on every answer: what a page may load, and who may show it.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::Settings;

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// A page runs the scripts of the bundle and speaks to the server that it came from. Nothing is inline, so an injected `<script>` or
/// `style` does nothing.
const POLICY: [(&str, &str); 12] = [
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("style-src", "'self'"),
    ("img-src", "'self' data:"),
    ("font-src", "'self'"),
    ("connect-src", "'self'"),
    ("manifest-src", "'self'"),
    ("frame-src", "'none'"),
    ("object-src", "'none'"),
    ("form-action", "'self'"),
    ("base-uri", "'none'"),
    ("frame-ancestors", "'none'"),
];

/// What Stripe's script needs besides, as Stripe lists it, to show its card form and to make tokens. (Maps are for addresses,
/// which nobody is asked for.)
const STRIPE: [(&str, &str); 4] = [
    ("script-src", "https://js.stripe.com https://*.js.stripe.com"),
    ("frame-src", "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com"),
    ("connect-src", "https://api.stripe.com"),
    ("img-src", "https://*.stripe.com"),
];

/// What a page could ask of a machine, and none of ours does.
const REFUSED: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
                       magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// The headers of every answer.
pub(crate) fn of(settings: &Settings) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // Words of the program alone: this is always a valid header value.
    if let Ok(policy) = HeaderValue::from_str(&policy(settings.stripe.is_some())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Old browsers know no `frame-ancestors`.
        (header::X_FRAME_OPTIONS, "DENY"),
        // Other sites learn nothing; our own services still see the origin, by which they know their pages.
        (header::REFERRER_POLICY, "same-origin"),
        (PERMISSIONS, REFUSED),
        (COOP, "same-origin"),
        (CORP, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if settings.tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers
}

fn policy(stripe: bool) -> String {
    let directive = |(name, own): (&str, &str)| {
        let more = STRIPE.iter().find(|(other, _)| stripe && *other == name).map(|(_, more)| *more);
        match (own, more) {
            (own, None) => format!("{name} {own}"),
            // `'none'` excludes everything else.
            ("'none'", Some(more)) => format!("{name} {more}"),
            (own, Some(more)) => format!("{name} {own} {more}"),
        }
    };
    POLICY.map(directive).join("; ")
}

#[cfg(test)]
mod tests {
    use super::{of, policy};
    use crate::Settings;

    #[test]
    fn nothing_but_our_own_is_loaded_unless_stripe_takes_the_cards() {
        let own = policy(false);
        assert!(!own.contains("http") && !own.contains("unsafe") && !own.contains('*'), "{own}");
        assert!(own.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{own}");
        let stripe = policy(true);
        assert!(stripe.contains("script-src 'self' https://js.stripe.com"), "{stripe}");
        assert!(stripe.contains("frame-src https://js.stripe.com"), "{stripe}");
        assert!(stripe.contains("connect-src 'self' https://api.stripe.com;"), "{stripe}");
        assert!(stripe.contains("object-src 'none'") && !stripe.contains("unsafe"), "{stripe}");
    }

    #[test]
    fn browsers_are_held_to_tls_only_where_there_is_tls() {
        let told =
            |tls| of(&Settings { tls, ..Settings::default() }).contains_key("strict-transport-security");
        assert!(told(true) && !told(false));
    }
}
