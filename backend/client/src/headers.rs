//! The security headers of every response, except those that every service sends.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::Settings;

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

/// The Content-Security-Policy. A page loads scripts and styles of the bundle and connects to its own origin. Inline code is
/// forbidden, so an injected `<script>` or `style` has no effect.
const CSP: [(&str, &str); 12] = [
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

/// The additional sources of Stripe's card form, as Stripe documents them. The sources of its maps are omitted: the form asks for
/// no address.
const STRIPE_CSP: [(&str, &str); 4] = [
    ("script-src", "https://js.stripe.com https://*.js.stripe.com"),
    ("frame-src", "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com"),
    ("connect-src", "https://api.stripe.com"),
    ("img-src", "https://*.stripe.com"),
];

/// Disables the browser features that the application does not use. The check-in page reads codes with the camera.
const DISABLED_FEATURES: &str = "accelerometer=(), camera=(self), display-capture=(), geolocation=(), gyroscope=(), hid=(), \
                       magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()";

/// Returns the headers of every response.
pub(crate) fn response_headers(settings: &Settings) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // The policy consists of constants, so it is always a valid header value.
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(settings.stripe.is_some())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        // For browsers without `frame-ancestors`.
        (header::X_FRAME_OPTIONS, "DENY"),
        // Other sites receive no referrer. The services still receive it, since they compare its origin.
        (header::REFERRER_POLICY, "same-origin"),
        (PERMISSIONS, DISABLED_FEATURES),
        (COOP, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

fn content_security_policy(stripe: bool) -> String {
    let directive = |(name, own): (&str, &str)| {
        let added = STRIPE_CSP.iter().find(|(other, _)| stripe && *other == name).map(|(_, added)| *added);
        match (own, added) {
            (own, None) => format!("{name} {own}"),
            // `'none'` must stand alone.
            ("'none'", Some(added)) => format!("{name} {added}"),
            (own, Some(added)) => format!("{name} {own} {added}"),
        }
    };
    CSP.map(directive).join("; ")
}

#[cfg(test)]
mod tests {
    use super::content_security_policy;

    #[test]
    fn policy_allows_own_origin_and_stripe_only_with_key() {
        let own = content_security_policy(false);
        assert!(!own.contains("http") && !own.contains("unsafe") && !own.contains('*'), "{own}");
        assert!(own.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{own}");
        let stripe = content_security_policy(true);
        assert!(stripe.contains("script-src 'self' https://js.stripe.com"), "{stripe}");
        assert!(stripe.contains("frame-src https://js.stripe.com"), "{stripe}");
        assert!(stripe.contains("connect-src 'self' https://api.stripe.com;"), "{stripe}");
        assert!(stripe.contains("object-src 'none'") && !stripe.contains("unsafe"), "{stripe}");
    }
}
