//! The verdict of a door on the code of a pass.

mod warning;

use serde::Serialize;

use crate::types::text::utc;
use crate::{Admission, DoubleAdmission, Error, ErrorCode, ErrorDetail, EventTime, Pass, PassId, Timestamp};

pub use warning::VerdictWarning;

/// The verdict of a door on a code: of the server, or of a door without a network.
///
/// ```no_run
/// use ticketing_sdk::{Client, NewCheckIn, Ruling, Verdict};
///
/// # async fn example(client: Client, code: &str) -> ticketing_sdk::Result<()> {
/// let answer = client.passes().check_in(NewCheckIn::new(code)).await;
/// let verdict = Verdict::of_answer(answer)?;
/// if verdict.verdict == Ruling::Admitted {
///     println!("welcome to {}", verdict.title.unwrap_or_default());
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Verdict {
    /// Whether the holder enters.
    pub verdict: Ruling,
    /// The reason of a refusal: the code of an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The reason as people read it, with times in UTC.
    pub message: String,
    /// The pass, if the code says which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pass_id: Option<PassId>,
    /// The title of the pass: to be sanitised before it reaches a terminal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The seat of the pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// The venue of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub venue: Option<String>,
    /// When the event starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<EventTime>,
    /// When the pass was admitted: now, or before by `device`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admitted_at: Option<Timestamp>,
    /// The device that admitted the pass, if it gave a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// When the door list was made by which a door without a network refuses the code: the server may know more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// The earlier admissions of a pass that is admitted now: see [`Verdict::warning_with`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub double_admissions: Vec<DoubleAdmission>,
    /// What the door should look at although the holder enters; in words: [`Verdict::warning_with`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<VerdictWarning>,
}

/// Whether the holder of a code enters.
///
/// ```
/// use ticketing_sdk::{Ruling, Verdict};
///
/// assert_eq!(Verdict::already_admitted(None, None).verdict, Ruling::Refused);
/// assert_eq!(Ruling::Unknown.heading(), "CANNOT TELL");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// The holder enters.
    Admitted,
    /// Nobody enters with the code.
    Refused,
    /// The server cannot be reached, or did not decide.
    Unknown,
}

impl Ruling {
    /// Returns the ruling as a door shows it.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Admitted => "ADMITTED",
            Self::Refused => "REFUSED",
            Self::Unknown => "CANNOT TELL",
        }
    }
}

/// The message on a text that no door reads.
const NO_CODE: &str = "this is not the code of a pass";

/// Verdicts without a server.
///
/// ```
/// use ticketing_sdk::{Verdict, fixtures};
///
/// let verdict = Verdict::refused("pass_invalid", "this is not the code of a pass");
/// assert_eq!(verdict.reason.as_deref(), Some("pass_invalid"));
/// let again = Verdict::already_admitted(None, Some("north door".to_owned())).with_pass(&fixtures::pass("p-1"));
/// assert_eq!(again.message, "already admitted by north door");
/// assert_eq!(again.title.as_deref(), Some("A ticket"));
/// ```
impl Verdict {
    fn new(verdict: Ruling, message: impl Into<String>) -> Self {
        Self {
            verdict,
            reason: None,
            message: message.into(),
            pass_id: None,
            title: None,
            seat: None,
            venue: None,
            starts_at: None,
            admitted_at: None,
            device: None,
            listed_at: None,
            double_admissions: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The holder enters at this time.
    ///
    /// ```
    /// use ticketing_sdk::{Admission, Timestamp, Verdict};
    ///
    /// let verdict = Verdict::admitted(Admission::new("p-1", "RustConf", Timestamp::from_millis(0)));
    /// assert_eq!(verdict.message, "admitted at 1970-01-01 00:00:00 UTC");
    /// ```
    #[must_use]
    pub fn admitted(admission: Admission) -> Self {
        let Admission { pass_id, title, seat, venue, starts_at, admitted_at, double_admissions } = admission;
        let message = admitted_message(&utc(admitted_at));
        let verdict = Self {
            pass_id: Some(pass_id),
            title: Some(title),
            seat,
            venue,
            starts_at,
            admitted_at: Some(admitted_at),
            double_admissions,
            ..Self::new(Ruling::Admitted, message)
        };
        verdict.expected_within(Self::EXPECTED_WITHIN)
    }

    /// Returns the [`message`](Self::message) with its time as `time` formats it.
    ///
    /// ```
    /// use ticketing_sdk::{Admission, Timestamp, Verdict};
    ///
    /// let verdict = Verdict::admitted(Admission::new("p-1", "RustConf", Timestamp::from_millis(0)));
    /// assert_eq!(verdict.message_with(|_| "noon".to_owned()), "admitted at noon");
    /// ```
    pub fn message_with(&self, time: impl Fn(Timestamp) -> String) -> String {
        let is_repeated = self.reason.as_deref() == Some(ErrorCode::AlreadyAdmitted.as_str());
        match (self.verdict, self.admitted_at) {
            (Ruling::Admitted, Some(at)) => admitted_message(&time(at)),
            (_, Some(at)) if is_repeated => already_admitted_message(Some(time(at)), self.device.as_deref()),
            _ => match self.listed_at {
                Some(at) => {
                    let message = self.message.strip_suffix(&by_list(&utc(at))).unwrap_or(&self.message);
                    message.to_owned() + &by_list(&time(at))
                }
                None => self.message.clone(),
            },
        }
    }

    /// The same refusal, as one by a door list that was made at this time.
    ///
    /// ```
    /// use ticketing_sdk::{ErrorCode, Timestamp, Verdict};
    ///
    /// let refused = Verdict::refused_for(&ErrorCode::PassOffered).map(|verdict| verdict.by_list(Timestamp::from_millis(0)));
    /// let message = refused.map(|verdict| verdict.message_with(|_| "18:00".to_owned()));
    /// assert_eq!(message.as_deref(), Some("the pass is offered for resale (by the list of 18:00)"));
    /// ```
    #[must_use]
    pub fn by_list(mut self, prepared_at: Timestamp) -> Self {
        self.message += &by_list(&utc(prepared_at));
        self.listed_at = Some(prepared_at);
        self
    }

    /// Nobody enters, for this reason.
    pub fn refused(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::new(Ruling::Refused, message) }
    }

    /// The pass was admitted before.
    #[must_use]
    pub fn already_admitted(at: Option<Timestamp>, device: Option<String>) -> Self {
        let message = already_admitted_message(at.map(utc), device.as_deref());
        Self { admitted_at: at, device, ..Self::refused(ErrorCode::AlreadyAdmitted.as_str(), message) }
    }

    /// The event of the pass does not start at the time for which the door admits.
    ///
    /// ```
    /// use ticketing_sdk::Verdict;
    ///
    /// let verdict = Verdict::other_day("2026-12-24T19:30:00+01:00".parse()?, "2026-12-23T18:30:00Z".parse()?);
    /// assert_eq!(verdict.message, "this ticket is for another day: Thu 24 Dec 2026, 19:30 +01:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn other_day(starts_at: EventTime, at: Timestamp) -> Self {
        let message = starts_at.other_day_message(at);
        Self { starts_at: Some(starts_at), ..Self::refused(ErrorCode::PassOtherDay.as_str(), message) }
    }

    /// The refusal of a code for this error; `None` if the error is not about a code.
    ///
    /// ```
    /// use ticketing_sdk::{ErrorCode, Verdict};
    ///
    /// assert!(Verdict::refused_for(&ErrorCode::PassOffered).is_some());
    /// assert!(Verdict::refused_for(&ErrorCode::NotSignedIn).is_none());
    /// ```
    #[must_use]
    pub fn refused_for(code: &ErrorCode) -> Option<Self> {
        let message = match code {
            ErrorCode::PassInvalid => NO_CODE,
            ErrorCode::PassSuperseded => "this code is old: the pass has another holder now",
            ErrorCode::PassOffered => "the pass is offered for resale",
            ErrorCode::NotOwner => "the pass is for the event of another issuer",
            _ => return None,
        };
        Some(Self::refused(code.as_str(), message))
    }

    /// The verdict of the server.
    ///
    /// # Errors
    /// If nobody can be admitted like this, for example without a session.
    pub fn of_answer(answer: Result<Admission, Error>) -> Result<Self, Error> {
        let error = match answer {
            Ok(admission) => return Ok(Self::admitted(admission)),
            Err(error) => error,
        };
        let details = match &error {
            Error::Api(answer) => answer.details.as_slice(),
            _ => &[],
        };
        let is_about_code = details.iter().all(|detail| detail.field.as_deref() == Some("code"));
        match error.code() {
            _ if error.must_keep_key() || error.is_transient() => {
                let message = format!("{}; scan the code again: it is admitted once", error.user_message());
                Ok(Self::new(Ruling::Unknown, message))
            }
            Some(ErrorCode::AlreadyAdmitted) => {
                let device = details.first().and_then(|first| first.device.clone());
                Ok(Self::already_admitted(details.first().and_then(|first| first.admitted_at), device))
            }
            Some(ErrorCode::PassOtherDay) => Ok(Self::other_day_of(details.first())),
            Some(ErrorCode::InvalidInput) if is_about_code => {
                Ok(Self::refused(ErrorCode::PassInvalid.as_str(), NO_CODE))
            }
            code => code.and_then(Self::refused_for).ok_or(error),
        }
    }

    fn other_day_of(detail: Option<&ErrorDetail>) -> Self {
        let ErrorDetail { message, title, starts_at, .. } = detail.cloned().unwrap_or_default();
        // The message names the title first, which doors show beside it.
        let prefix = title.as_ref().map(|title| format!("{title}: ")).unwrap_or_default();
        let message = message.strip_prefix(&prefix).unwrap_or(&message);
        Self { title, starts_at, ..Self::refused(ErrorCode::PassOtherDay.as_str(), message) }
    }

    /// The same verdict, with what is known of the pass.
    #[must_use]
    pub fn with_pass(self, pass: &Pass) -> Self {
        let (title, details) = (Some(pass.title.clone()), pass.details.clone());
        let (seat, venue, starts_at) = (details.seat, details.venue, details.starts_at);
        Self { pass_id: Some(pass.id.clone()), title, seat, venue, starts_at, ..self }
    }
}

fn by_list(time: &str) -> String {
    format!(" (by the list of {time})")
}

fn by_device(device: Option<&str>) -> String {
    device.map_or_else(String::new, |device| format!(" by {device}"))
}

fn admitted_message(time: &str) -> String {
    format!("admitted at {time}")
}

fn already_admitted_message(time: Option<String>, device: Option<&str>) -> String {
    let when = time.map_or_else(String::new, |time| format!(" at {time}"));
    format!("already admitted{when}{}", by_device(device))
}

#[cfg(test)]
mod tests;
