//! The door of the seller: its offline state, and double admissions.

use std::collections::HashMap;
use std::time::Duration;

use ticketing_sdk::{
    DoubleAdmission, ErrorCode, Pass, PassCode, PassStatus, Ruling, TicketId, Timestamp, UserId, Verdict,
    VerdictWarning,
};
use unicode_truncate::UnicodeTruncateStr;

use super::notices::Level;
use super::{FeedState, Model, SessionState};
use crate::call_error::CallError;
use crate::door::{AdmissionConflict, DoorState, Scan};
use crate::effect::{ApiCall, CallId};
use crate::event::Reply;
use crate::glyphs::Glyphs;
use crate::local_time::LocalTime;
use crate::settings::Setting;
use crate::text;

/// How often a door with a network uploads and fetches its list.
const SYNC_INTERVAL: Duration = Duration::from_secs(60);
/// A list with more passes is fetched less often, in proportion.
const SYNC_PASSES: usize = 5_000;

/// The columns in which a code is named.
const CODE_COLUMNS: usize = 12;

/// The door of the user.
#[derive(Debug, Default)]
pub(crate) struct Door {
    /// `None` while it is not prepared.
    pub(crate) state: Option<DoorState>,
    /// The name of this door.
    pub(crate) device: String,
    /// Whether the user has asked to prepare the door while it was being opened.
    prepares_next: bool,
    /// Why the last action failed.
    pub(crate) error: Option<String>,
    pub(crate) conflicts: Vec<AdmissionConflict>,
    /// When the list was requested last, by the clock of the server.
    requested_at: Option<Timestamp>,
    /// The number of admissions that wait for their upload while it is not known who is signed in.
    pub(super) waiting_at_start: usize,
    /// The admitted passes of one's events, by the ticket that issued them.
    used: HashMap<TicketId, Pass>,
}

impl Door {
    /// A door of this name, of which nothing else is known.
    pub(super) fn with_device(device: String) -> Self {
        Self { device, ..Self::default() }
    }

    /// The number of admissions that wait for their upload.
    pub(crate) fn waiting_count(&self) -> usize {
        self.state.as_ref().map_or(self.waiting_at_start, |state| state.waiting)
    }

    pub(super) fn take_used(&mut self, passes: &[Pass]) {
        self.used = passes.iter().map(|pass| (pass.ticket_id.clone(), pass.clone())).collect();
    }

    /// Every admission of the pass of a ticket, the earliest first.
    fn admissions(&self, ticket: &TicketId) -> Vec<DoubleAdmission> {
        let Some(pass) = self.used.get(ticket) else { return Vec::new() };
        let first = pass.admitted_at.map(|at| DoubleAdmission::new(at, pass.device.clone()));
        first.into_iter().chain(pass.double_admissions.iter().cloned()).collect()
    }
}

/// Returns the text of a verdict, with times on the clock of the user.
fn verdict_words(verdict: &Verdict, local: &LocalTime) -> String {
    // The message about another day has the start.
    let is_other_day = verdict.reason.as_deref() == Some(ErrorCode::PassOtherDay.as_str())
        || verdict.warnings.contains(&VerdictWarning::PassOtherDay);
    let starts = verdict.starts_at.as_ref().filter(|_| !is_other_day);
    let named = verdict.title.as_deref().map(|title| {
        let named = title_with_seat(title, verdict.seat.as_deref());
        starts.map_or(named.clone(), |starts| format!("{named}, {}", local.event(starts)))
    });
    let warning = verdict.warning_with(|at| local.format_with_seconds(at));
    let refusal = || text::sentence(&verdict.message_with(|at| local.format_with_seconds(at)));
    match (verdict.verdict, named, warning) {
        (Ruling::Admitted, named, Some(warning)) => {
            format!("{}: {}", named.unwrap_or_default(), text::sanitize(&warning))
        }
        (Ruling::Admitted, named, None) => named.unwrap_or_default(),
        (_, Some(named), _) => format!("{}: {named}", refusal()),
        (_, None, _) => refusal(),
    }
}

/// Returns a title with its seat.
pub(crate) fn title_with_seat(title: &str, seat: Option<&str>) -> String {
    let title = text::title(title);
    seat.map_or(title.clone(), |seat| format!("{title}, {}", text::sanitize(seat)))
}

impl Model {
    /// Whether the server cannot be asked.
    pub(crate) fn is_offline(&self) -> bool {
        matches!(self.feed_state, FeedState::Retrying { .. })
    }

    /// Whether codes are judged by the door list: without a network, and until the server knows every admission of this door.
    pub(crate) fn admits_by_list(&self) -> bool {
        self.door.state.is_some() && (self.is_offline() || self.door.waiting_count() > 0)
    }

    /// What is wrong with the clock of this machine while the list decides. The server has stated its time at the sign-in, so that
    /// the clock is wrong only if it was changed since.
    pub(crate) fn door_clock_warning(&self) -> Option<String> {
        let clock = self.door.state.as_ref().filter(|_| self.admits_by_list())?.clock;
        let now = self.server_now();
        let warning = clock.warning(clock.skew(now)?, now, |at| self.local.date_and_time(at));
        Some(text::sentence(&warning) + ".")
    }

    /// Looks whether the door is prepared.
    pub(crate) fn open_door(&mut self) {
        self.begin_door(ApiCall::OpenDoor);
    }

    /// Fetches the door list; where there is one already, uploads first what it has admitted.
    pub(crate) fn prepare_door(&mut self) {
        if matches!(self.door_call(), Some(ApiCall::OpenDoor(_))) {
            self.door.prepares_next = true;
        } else if self.door.state.is_some() {
            self.sync_door();
        } else {
            self.begin_door(ApiCall::PrepareDoor);
        }
    }

    /// Uploads the admissions that wait, and fetches the door list.
    pub(crate) fn sync_door(&mut self) {
        self.begin_door(ApiCall::SyncDoor);
    }

    /// Returns when the list of the door is old: another door may have uploaded an admission since, or a ticket may be sold.
    pub(crate) fn next_door_sync(&self) -> Option<Timestamp> {
        let can_sync = self.user().is_some() && !self.is_offline() && self.door_call().is_none();
        let state = self.door.state.as_ref().filter(|_| can_sync)?;
        let parts = u32::try_from(1 + state.passes / SYNC_PASSES).unwrap_or(u32::MAX);
        let last =
            self.door.requested_at.map_or(state.clock.prepared_at, |at| at.max(state.clock.prepared_at));
        Some(self.local_instant(last + SYNC_INTERVAL * parts))
    }

    /// Uploads and fetches the list of the door if that is old.
    pub(crate) fn sync_old_door(&mut self) {
        if self.next_door_sync().is_some_and(|at| at <= self.now) {
            self.sync_door();
        }
    }

    /// Loads the admitted passes of one's events.
    pub(crate) fn load_used_passes(&mut self) {
        self.call(ApiCall::UsedPasses);
    }

    /// What is known of the admissions with the ticket of a listing, and what is wrong about them: one is too many, or the
    /// pass still admits another holder.
    pub(crate) fn admissions(&self, ticket: &TicketId) -> Option<(String, Option<&'static str>)> {
        let all = self.door.admissions(ticket);
        let words = text::sentence(&self.local.admissions(&all));
        let is_used = self.door.used.get(ticket).is_some_and(|pass| pass.status == PassStatus::Used);
        let conflict = match all.len() {
            0 => return None,
            1 if is_used => None,
            1 => Some("Admitted early"),
            _ => Some("Admitted twice"),
        };
        Some((format!("{words}."), conflict))
    }

    fn begin_door(&mut self, call: fn(UserId) -> ApiCall) {
        let Some(user) = self.user().map(|user| user.id.clone()) else { return };
        if self.door_call().is_none() {
            let call = call(user);
            if !matches!(call, ApiCall::OpenDoor(_)) {
                self.door.requested_at = Some(self.server_now());
            }
            self.call(call);
        }
    }

    /// Sends a code to the server, or to the door list. `None` if nobody is signed in.
    pub(crate) fn check_in(&mut self, code: PassCode) -> Option<CallId> {
        let issuer = self.user()?.id.clone();
        let device = Some(self.door.device.trim().to_owned()).filter(|device| !device.is_empty());
        let within = self.settings.is_on(Setting::OneEvening).then_some(Verdict::EXPECTED_WITHIN);
        let scan = Scan { code, device, at: self.server_now(), within };
        let by_list = self.admits_by_list();
        Some(self.call(ApiCall::CheckIn { issuer, scan, by_list }))
    }

    /// Returns the ruling of a reply to a scan, how much it matters, and its text, which names the ticket or the code.
    pub(crate) fn judge_scan(
        &self,
        code: &PassCode,
        reply: &Result<Reply, CallError>,
    ) -> Option<(Ruling, Level, String)> {
        let (ruling, has_warning, words) = match reply {
            Ok(Reply::Verdict { verdict, .. }) => {
                (verdict.verdict, !verdict.warnings.is_empty(), verdict_words(verdict, &self.local))
            }
            Ok(_) => return None,
            Err(error) => {
                let message = error.message.trim_end_matches('.');
                (Ruling::Unknown, true, format!("Scan the code again: {message}"))
            }
        };
        Some(match ruling {
            Ruling::Admitted if !has_warning => (ruling, Level::Success, words),
            Ruling::Admitted => (ruling, Level::Warning, words),
            Ruling::Refused => (ruling, Level::Error, words),
            Ruling::Unknown => (ruling, Level::Warning, format!("{}: {words}", self.code_name(code))),
        })
    }

    /// Returns the end of a code: the whole code would admit anyone who photographs the screen.
    pub(crate) fn code_name(&self, code: &PassCode) -> String {
        let code = text::sanitize(code.as_str());
        match code.unicode_truncate_start(CODE_COLUMNS).0 {
            whole if whole == code => format!("Code {code}"),
            end => format!("Code {}{}", Glyphs::new(self.settings.borders).ellipsis, end.trim_start()),
        }
    }

    /// Reports what waits for its upload at a start without the server.
    pub(super) fn report_waiting_scans(&mut self, count: usize) {
        let is_new = count != self.door.waiting_at_start;
        if !matches!(self.session, SessionState::Unknown | SessionState::Failed(_)) || !is_new {
            return;
        }
        self.door.waiting_at_start = count;
        let scans = text::count_of(count, "scan");
        self.notify(Level::Warning, format!("{scans} waiting for upload, once the server can be reached"));
    }

    /// Stores the state of the door after a scan.
    pub(super) fn update_door(&mut self, state: Option<&DoorState>) {
        if let Some(state) = state {
            self.door.state = Some(state.clone());
        }
        if self.door.waiting_count() > 0 && !self.is_offline() {
            self.sync_door();
        }
    }

    /// Handles the reply to an action of the door.
    pub(super) fn finish_door_action(&mut self, call: &ApiCall, reply: &Result<Reply, CallError>) {
        let prepares = matches!(call, ApiCall::PrepareDoor(_));
        self.door.error = None;
        match reply {
            Ok(Reply::Door(state)) => {
                if prepares {
                    let passes = state.as_deref().map_or(0, |state| state.passes);
                    let text = format!("Prepared: the door list has {}", text::count_of(passes, "ticket"));
                    self.notify(Level::Success, text);
                }
                self.door.state = state.as_deref().cloned();
                self.update_door(None);
            }
            Ok(Reply::DoorSync(sync)) => {
                self.door.conflicts.clone_from(&sync.conflicts);
                if !sync.conflicts.is_empty() {
                    self.load_used_passes();
                }
                self.update_door(Some(&sync.state));
            }
            Ok(_) => {}
            Err(error) => {
                if prepares {
                    self.notify(Level::Error, error.to_line());
                }
                self.door.error = Some(error.message.trim_end_matches('.').to_owned());
            }
        }
        if std::mem::take(&mut self.door.prepares_next) {
            self.prepare_door();
        }
    }
}
