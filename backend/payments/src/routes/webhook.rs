//! `POST /api/payments/webhook`

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use ticketing_platform::http::{ApiError, Json, read_body};
use ticketing_platform::telemetry::LogThrottle;
use ticketing_sdk::{ErrorCode, Problem};

use crate::provider::WebhookError;
use crate::{App, WEBHOOK_BODY_LIMIT, store};

/// The acknowledgement of a webhook event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Received {
    /// Whether the event is accepted, so that the provider need not redeliver it.
    received: bool,
}

/// Receives an event of the card provider about a charge. Its signature authenticates it; there is no session.
#[utoipa::path(
    post, path = "/api/payments/webhook", tag = "payments", operation_id = "receiveWebhookEvent",
    request_body(content = String, content_type = "application/json", description = "The event, as signed by the provider"),
    params(("Stripe-Signature" = String, Header, description = "The time and the signature of the body: `t=…,v1=…`")),
    security(()),
    responses(
        (status = 200, description = "The event is accepted or ignored", body = Received),
        (status = 400, description = "The signature is invalid", body = Problem),
        (status = 404, description = "No webhook secret is set", body = Problem),
        (status = 413, description = "The body is larger than 1 MiB", body = Problem),
    )
)]
pub(crate) async fn webhook(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Received>, ApiError> {
    // Nothing is parsed before the signature is verified.
    let body = read_body(body, WEBHOOK_BODY_LIMIT).await?;
    let verified = app.provider.verify_webhook(&headers, &body);
    let outcome = match &verified {
        Ok(Some(_)) => "recorded",
        Ok(None) => "ignored",
        Err(WebhookError::NotConfigured) => "not_configured",
        Err(WebhookError::Signature(_)) => "refused",
    };
    metrics::counter!("provider_webhook_events_total", "outcome" => outcome).increment(1);
    if let Some(event) = verified.map_err(webhook_error)? {
        let db = app.core.db.clone();
        let unit = move |tx: &mut ticketing_platform::db::Tx<'_>| {
            app.worker.wake_on_commit(tx);
            store::record_webhook_event(tx, &event, app.core.clock.now(), app.worker.wall_now())
        };
        db.write(unit).await?;
    }
    Ok(Json(Received { received: true }))
}

fn webhook_error(error: WebhookError) -> ApiError {
    match error {
        WebhookError::NotConfigured => ApiError::not_found(),
        WebhookError::Signature(reason) => {
            static REFUSED: LogThrottle = LogThrottle::new();
            if let Some(times) = REFUSED.count() {
                tracing::warn!(%reason, times, "webhook events refused: their signature is not valid");
            }
            let code = ErrorCode::InvalidSignature;
            ApiError::rule(code, "The signature of the event is not valid")
        }
    }
}
