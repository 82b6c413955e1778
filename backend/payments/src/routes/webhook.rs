//! `POST /api/payments/webhook`

use std::error::Error;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use ticketing_platform::http::{ApiError, BodyError, Json};
use ticketing_platform::limits::LogThrottle;
use ticketing_sdk::{ErrorCode, Problem};

use crate::provider::NoticeError;
use crate::{App, WEBHOOK_BODY_LIMIT, store};

/// What a provider is answered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Received {
    /// That it need not say it again.
    received: bool,
}

/// The card provider tells that something has happened to a charge. Its signature stands for a session.
#[utoipa::path(
    post, path = "/api/payments/webhook", tag = "payments", operation_id = "hearProvider",
    request_body(content = String, content_type = "application/json", description = "The event, as the provider has signed it"),
    params(("Stripe-Signature" = String, Header, description = "The time and the signature of the body: `t=…,v1=…`")),
    security(()),
    responses(
        (status = 200, description = "It is signed: it was taken in, or says nothing here", body = Received),
        (status = 400, description = "The signature is not valid", body = Problem),
        (status = 404, description = "No events of a provider are heard here", body = Problem),
        (status = 413, description = "The body is larger than 1 MiB", body = Problem),
    )
)]
pub(crate) async fn webhook(
    State(app): State<App>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Received>, ApiError> {
    let body = read(body).await?;
    let heard = app.provider.hear(&headers, &body);
    let outcome = match &heard {
        Ok(Some(_)) => "heard",
        Ok(None) => "ignored",
        Err(NoticeError::NotHeard) => "not_heard",
        Err(NoticeError::Signature(_)) => "refused",
    };
    metrics::counter!("provider_notices_total", "outcome" => outcome).increment(1);
    if let Some(notice) = heard.map_err(refused)? {
        let db = app.core.db.clone();
        let unit = move |tx: &mut ticketing_platform::db::Tx<'_>| {
            app.driver.wake_after(tx);
            store::heard(tx, &notice, app.core.clock.now(), app.driver.wall_now())
        };
        db.write(unit).await?;
    }
    Ok(Json(Received { received: true }))
}

/// The bytes that were signed: nothing is parsed before they are known to be the provider's.
async fn read(body: Body) -> Result<Bytes, ApiError> {
    let limit = usize::try_from(WEBHOOK_BODY_LIMIT).unwrap_or(usize::MAX);
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if error.downcast_ref::<BodyError>() == Some(&BodyError::TimedOut) {
                return ApiError::request_timeout();
            }
            cause = error.source();
        }
        ApiError::payload_too_large(WEBHOOK_BODY_LIMIT)
    })
}

fn refused(error: NoticeError) -> ApiError {
    match error {
        NoticeError::NotHeard => ApiError::not_found(),
        NoticeError::Signature(reason) => {
            static REFUSED: LogThrottle = LogThrottle::new();
            if let Some(times) = REFUSED.occurred() {
                tracing::warn!(reason, times, "webhook events refused: their signature is not valid");
            }
            let code = ErrorCode::InvalidSignature;
            ApiError::rule(code, "The signature of the event is not valid")
        }
    }
}
