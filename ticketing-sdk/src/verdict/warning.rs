//! What a door should look at although the holder of a code enters.

use std::time::Duration;

use serde::Serialize;

use super::{Ruling, Verdict, by_device};
use crate::Timestamp;

/// What a door should look at although the holder of a code enters.
///
/// ```
/// use ticketing_sdk::VerdictWarning;
///
/// assert_eq!(VerdictWarning::PassOtherDay.as_str(), "pass_other_day");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VerdictWarning {
    /// The event starts long before or after the admission.
    PassOtherDay,
    /// An earlier holder has entered with the pass.
    EarlierHolderEntered,
}

impl VerdictWarning {
    /// Returns the name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PassOtherDay => "pass_other_day",
            Self::EarlierHolderEntered => "earlier_holder_entered",
        }
    }
}

impl Verdict {
    /// How long before or after the admission an event starts without a warning: 12 hours.
    pub const EXPECTED_WITHIN: Duration = Duration::from_secs(12 * 3600);

    /// The same verdict, with the warning about another day only if the event starts longer than `span` before or after the
    /// admission. Other verdicts stay.
    ///
    /// ```
    /// use std::time::Duration;
    /// use ticketing_sdk::{Admission, Verdict};
    ///
    /// let admission = Admission::new("p-1", "RustConf", "2026-12-23T18:30:00Z".parse()?);
    /// let verdict = Verdict::admitted(admission.starts_at("2026-12-24T19:30:00+01:00".parse()?));
    /// let warning = "this ticket is for another day: Thu 24 Dec 2026, 19:30 +01:00";
    /// assert_eq!(verdict.warning_with(|at| at.to_string()).as_deref(), Some(warning));
    /// assert_eq!(verdict.expected_within(Duration::from_secs(86_400)).warnings, []);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn expected_within(mut self, span: Duration) -> Self {
        let is_other_day = match (self.verdict, &self.starts_at, self.admitted_at) {
            (Ruling::Admitted, Some(starts), Some(at)) => !starts.is_within(span, at),
            _ => false,
        };
        let is_second = self.verdict == Ruling::Admitted && !self.double_admissions.is_empty();
        let warnings =
            [(is_other_day, VerdictWarning::PassOtherDay), (is_second, VerdictWarning::EarlierHolderEntered)];
        self.warnings =
            warnings.into_iter().filter(|(warns, _)| *warns).map(|(_, warning)| warning).collect();
        self
    }

    /// Returns the [`warnings`](Self::warnings) in words: when the event starts; at which times, written by `time`, and at which
    /// devices an earlier holder has entered with the same pass. `None` without a warning.
    ///
    /// ```
    /// use ticketing_sdk::{Admission, DoubleAdmission, Timestamp, Verdict};
    ///
    /// let earlier = DoubleAdmission::new(Timestamp::from_millis(0), Some("north door".to_owned()));
    /// let admission = Admission::new("p-1", "RustConf", Timestamp::from_millis(9)).double_admissions(vec![earlier]);
    /// let warning = Verdict::admitted(admission).warning_with(|_| "19:30".to_owned());
    /// assert_eq!(warning.as_deref(), Some("an earlier holder has entered with this pass at 19:30 by north door"));
    /// ```
    pub fn warning_with(&self, time: impl Fn(Timestamp) -> String) -> Option<String> {
        let warnings = self.warnings.iter().filter_map(|warning| match warning {
            VerdictWarning::PassOtherDay => {
                Some(self.starts_at.as_ref()?.other_day_message(self.admitted_at?))
            }
            VerdictWarning::EarlierHolderEntered => {
                let times = self
                    .double_admissions
                    .iter()
                    .map(|earlier| time(earlier.admitted_at) + &by_device(earlier.device.as_deref()));
                let times: Vec<String> = times.collect();
                Some(format!("an earlier holder has entered with this pass at {}", times.join(", ")))
            }
        });
        let warnings: Vec<String> = warnings.collect();
        (!warnings.is_empty()).then(|| warnings.join("; "))
    }
}
