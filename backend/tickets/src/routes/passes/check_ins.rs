//! `POST /api/passes/check-ins`

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use ticketing_platform::db::Tx;
use ticketing_platform::http::{ApiError, Field, Json, ValidationErrors};
use ticketing_platform::idempotency::{Answer, IdempotencyKey, KeyedAnswer, KeyedRequest, run_once};
use ticketing_platform::session::Session;
use ticketing_sdk::text::{has_visible, normalize};
use ticketing_sdk::{
    Admission, DoubleAdmission, ErrorCode, NewCheckIn, PassCode, Problem, STARTS_WITHIN_SECONDS, Timestamp,
};

use super::{invalid_code, map_pass_error};
use crate::domain::pass::StoredPass;
use crate::store::passes::ReadCode;
use crate::{App, store};

const ROUTE: &str = "POST /api/passes/check-ins";

/// The longest name of a device, in characters.
const MAX_DEVICE_CHARS: usize = 60;

/// The body as it was sent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckInInput {
    #[serde(default)]
    code: Field<String>,
    #[serde(default)]
    at: Field<Timestamp>,
    #[serde(default)]
    device: Field<String>,
    #[serde(default)]
    starts_within: Field<u64>,
}

/// A body whose fields can be read.
struct CheckIn {
    code: PassCode,
    at: Option<Timestamp>,
    device: Option<String>,
    starts_within: Option<u64>,
}

/// Admits the holder of a code, once.
///
/// For the issuer of the pass. `at` is for a door that has admitted people offline, by its own clock, which can be wrong: the
/// time is kept as reported, also one before the pass was issued or in the future.
/// Such an admission is recorded: the first one of the present holder always, another one while the pass has fewer than 32
/// `doubleAdmissions`. Where another device has admitted the pass too, the answer is 409,
/// and the pass has both admissions, the earlier one of its holder as `admittedAt`. Where the pass is for sale or has another
/// holder since, the answer is 400, and the admission is one of its `doubleAdmissions`; that of the holder who sells it is its
/// `admittedAt`. The listing of a pass with an admission is withdrawn (`offerWithdrawn`), and an order of it that no payment holds is cancelled. A
/// new holder is admitted also where an earlier one has entered: then the answer has the `doubleAdmissions`.
///
/// With `startsWithin`, a pass whose event starts more than that many seconds before or after the admission (`at`, or else now) is
/// refused with `pass_other_day`, whatever its status: nobody enters, and nothing is recorded. A pass that does not state a start is
/// admitted. Without it a pass is admitted on any day.
#[utoipa::path(
    post, path = "/api/passes/check-ins", tag = "passes", operation_id = "checkInPass", request_body = NewCheckIn,
    security(("session" = [])),
    responses(
        (status = 201, description = "The pass is admitted", body = Admission),
        (status = 400, description = "A field is not valid; `pass_invalid`: forged or garbled; `pass_superseded`: another user holds the pass since; `pass_offered`: it is for sale; `pass_other_day`, with title and start: its event starts earlier or later than `startsWithin` allows", body = Problem),
        (status = 401, description = "Not signed in, or not the issuer of the pass", body = Problem),
        (status = 409, description = "`already_admitted`, with the time and the device; or the first request with this key is still being answered", body = Problem),
        (status = 422, description = "The key was used with another body", body = Problem),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: Session,
    key: IdempotencyKey,
    Json(input): Json<CheckInInput>,
) -> Result<KeyedAnswer, ApiError> {
    let CheckIn { code, at, device, starts_within } = input.check()?;
    let now = app.core.clock.now();
    let user = &session.user_id;
    let request = KeyedRequest::of_body(&key, user, ROUTE, &(&code, &at, &device, &starts_within), now)?;
    app.writes.acquire_keyed(&session.user_id, &app.core.db, &request).await?;
    // Before the transaction: it takes longer than the transaction does.
    let claim = app.pass_signer.verify(&code).map_err(|_| invalid_code())?;
    let starts_within = starts_within.map(Duration::from_secs);
    let read = ReadCode { pass_id: claim.pass_id, serial: claim.serial, at, starts_within, device };
    let core = app.core.clone();
    let unit = move |tx: &mut Tx<'_>| {
        let outcome = run_once(tx, &request, |tx| {
            let publisher = app.publisher();
            let pass =
                store::passes::admit(tx, &publisher, &read, &session.user_id).map_err(map_pass_error)?;
            let own = DoubleAdmission::new(read.at.unwrap_or(publisher.now), read.device.clone());
            Answer::json(StatusCode::CREATED, &admission(pass, &own))
        })?;
        // A refusal undoes what its unit has done.
        let is_recorded = outcome.as_ref().is_err_and(is_of_state);
        if is_recorded
            && store::passes::record_double_admission(tx, &app.publisher(), &read, &session.user_id)?
        {
            return Ok(outcome.map_err(|refusal| refusal.map_errors(|error| error.offer_withdrawn(true))));
        }
        Ok::<_, ApiError>(outcome)
    };
    core.db.write(unit).await?
}

/// Returns whether a genuine code was refused for what the pass is now.
fn is_of_state(refusal: &ApiError) -> bool {
    matches!(
        refusal.code(),
        Some(ErrorCode::AlreadyAdmitted | ErrorCode::PassSuperseded | ErrorCode::PassOffered)
    )
}

/// Returns the admission `own`, with the others that are on record.
fn admission(pass: StoredPass, own: &DoubleAdmission) -> Admission {
    let mut others: Vec<DoubleAdmission> = pass.admissions().collect();
    if let Some(index) = others.iter().position(|admission| admission == own) {
        others.remove(index);
    }
    let mut admission = Admission::new(pass.id, pass.title, own.admitted_at).double_admissions(others);
    (admission.seat, admission.venue) = (pass.details.seat, pass.details.venue);
    admission.starts_at = pass.details.starts_at;
    admission
}

impl CheckInInput {
    /// Checks the fields and reports every error together.
    fn check(self) -> Result<CheckIn, ApiError> {
        let mut errors = ValidationErrors::new();
        let code = self.code.required_text("code", "Code must be provided", &mut errors);
        let at = self.at.optional("at", "At must be a time like 2026-12-24T19:30:00Z", &mut errors);
        let device = self.device.optional("device", "Device must be a string", &mut errors);
        let device = device.map(|text| normalize(&text)).filter(|text| has_visible(text));
        if let Some(device) = &device {
            if device.chars().count() > MAX_DEVICE_CHARS {
                errors.push("device", format!("Device must be at most {MAX_DEVICE_CHARS} characters"));
            }
            if device.contains('\0') {
                errors.push("device", "Device must not contain U+0000");
            }
        }
        let message = "StartsWithin must be a whole number of seconds from 1 to 2678400";
        let starts_within = self.starts_within.optional("startsWithin", message, &mut errors);
        if starts_within.is_some_and(|seconds| !STARTS_WITHIN_SECONDS.contains(&seconds)) {
            errors.push("startsWithin", message);
        }
        errors.finish()?;
        Ok(CheckIn { code: PassCode::new(code.unwrap_or_default()), at, device, starts_within })
    }
}
