//! The door: a field that a scanner types into, and a verdict for each code.

use std::time::Duration;

use ratatui::style::Modifier;
use ticketing_sdk::pass_code::PREFIX;
use ticketing_sdk::{PassCode, Ruling, Timestamp};

use super::form_input;
use super::prelude::*;
use crate::door::AdmissionConflict;
use crate::local_time::LocalTime;
use crate::model::door::title_with_seat;
use crate::settings::{SWITCH, Setting, SettingChange};
use crate::theme::Theme;

/// The door, with its log.
#[derive(Debug)]
pub(crate) struct CheckIn {
    form: Form,
    /// The scans, the newest first.
    log: Vec<LoggedScan>,
    admitted: usize,
    refused: usize,
}

/// One scan, and the verdict on it once there is one.
#[derive(Debug)]
struct LoggedScan {
    code: PassCode,
    progress: ScanProgress,
    at: Timestamp,
    ruling: Ruling,
    /// The style: a warning if the verdict has one.
    role: StyleRole,
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanProgress {
    /// Waits for the verdict on an earlier scan of the same code.
    Queued,
    /// The call asks for the verdict.
    Asked(CallId),
    Judged,
}

impl LoggedScan {
    fn heading(&self) -> &'static str {
        if self.progress == ScanProgress::Judged { self.ruling.heading() } else { "ASKING" }
    }

    /// Whether the code has to be scanned again.
    fn is_undecided(&self) -> bool {
        self.progress == ScanProgress::Judged && self.ruling == Ruling::Unknown
    }
}

/// The maximum width: a verdict with a door and a time fits on one line.
const MAX_WIDTH: u16 = 90;
const CODE: usize = 0;
const DEVICE: usize = 1;
/// A text of so many characters that begins as a code does is one, and no part of the name of a door.
const LONG_CODE: usize = 60;
/// A scanner that reads a code twice within this time has scanned one ticket, as on the pages.
const SAME_SCAN: Duration = Duration::from_millis(700);
/// The maximum number of verdicts in the log.
const MAX_LOG_ENTRIES: usize = 500;
/// The number of verdicts in the plain view.
const PLAIN_VERDICTS: usize = 5;

fn role(level: Level) -> StyleRole {
    match level {
        Level::Success => StyleRole::Good,
        Level::Error => StyleRole::Bad,
        Level::Warning | Level::Info => StyleRole::Warn,
    }
}

/// Returns the text of an admission that the server contradicts.
fn conflict_words(conflict: &AdmissionConflict, local: &LocalTime) -> String {
    let what = title_with_seat(&conflict.title, conflict.seat.as_deref());
    let message = Some(text::sanitize(&conflict.message).into_owned()).filter(|message| !message.is_empty());
    let times = (!conflict.admissions.is_empty()).then(|| local.admissions(&conflict.admissions));
    let words: Vec<String> = message.into_iter().chain(times).collect();
    format!("{what}: {}", words.join("; "))
}

impl CheckIn {
    pub(crate) fn open(model: &Model) -> Self {
        let code = Field::new("Code", "scan a ticket, or type its code");
        let device = Field::new("Door", "optional, like north door").optional();
        let mut form = Form::new(vec![code, device]);
        form.fill(DEVICE, &model.door.device);
        Self { form, log: Vec::new(), admitted: 0, refused: 0 }
    }

    /// Moves a code that was scanned while the name of the door had the focus to its field.
    fn move_scan(&mut self, model: &mut Model) {
        let typed = self.form.value(DEVICE).to_owned();
        let start = typed.find(PREFIX).filter(|start| typed.len() - start >= LONG_CODE);
        if let Some((device, code)) = start.and_then(|start| typed.split_at_checked(start)) {
            self.form.fill(CODE, code.trim());
            self.form.fill(DEVICE, device);
            device.clone_into(&mut model.door.device);
        }
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        self.move_scan(cx.model);
        let code = self.form.value(CODE).trim().to_owned();
        self.form.focus_field(CODE);
        if code.is_empty() || !cx.require_sign_in(None) {
            return;
        }
        self.form.fill(CODE, "");
        let code = PassCode::new(code);
        let words = cx.model.code_name(&code);
        let now = cx.model.server_now();
        let is_same =
            |last: &LoggedScan| last.code == code && now <= last.at + SAME_SCAN && !last.is_undecided();
        if self.log.first().is_some_and(is_same) {
            return;
        }
        // Two requests about one code at once could be judged in either order.
        let is_asked = self.log.iter().any(|scan| scan.code == code && scan.progress != ScanProgress::Judged);
        let call = if is_asked { None } else { cx.model.check_in(code.clone()) };
        let progress = call.map_or(ScanProgress::Queued, ScanProgress::Asked);
        let (ruling, role) = (Ruling::Unknown, StyleRole::Accent);
        self.log.insert(0, LoggedScan { code, progress, at: now, ruling, role, words });
        self.log.truncate(MAX_LOG_ENTRIES);
    }

    /// Enters a reply at its scan, and asks about the next scan of the same code. Returns whether it is the reply to a scan.
    fn log_reply(&mut self, id: CallId, reply: &Result<Reply, CallError>, model: &mut Model) -> bool {
        let asked = ScanProgress::Asked(id);
        let Some(scan) = self.log.iter_mut().find(|scan| scan.progress == asked) else { return false };
        scan.progress = ScanProgress::Judged;
        if let Some((ruling, level, words)) = model.judge_scan(&scan.code, reply) {
            (scan.ruling, scan.role, scan.words) = (ruling, role(level), words);
        }
        match scan.ruling {
            Ruling::Admitted => self.admitted += 1,
            Ruling::Refused => self.refused += 1,
            Ruling::Unknown => {}
        }
        let code = scan.code.clone();
        let is_next = |scan: &&mut LoggedScan| scan.progress == ScanProgress::Queued && scan.code == code;
        if let Some(next) = self.log.iter_mut().rev().find(is_next)
            && let Some(call) = model.check_in(code.clone())
        {
            next.progress = ScanProgress::Asked(call);
        }
        true
    }

    fn sums(&self) -> String {
        format!("{} admitted, {} refused", text::count(self.admitted), text::count(self.refused))
    }
}

/// How the door stands without a network, and how much that matters.
fn standing(model: &Model) -> (String, StyleRole) {
    let door = &model.door;
    let key = model.usable_key(Action::Prepare, true);
    let waiting = match door.waiting_count() {
        1 => "1 scan waiting for upload".to_owned(),
        many => format!("{} scans waiting for upload", text::count(many)),
    };
    let Some(state) = &door.state else {
        return match (model.door_call(), &door.error) {
            (Some(ApiCall::PrepareDoor(_)), _) => ("Fetching the door list".to_owned(), StyleRole::Accent),
            (_, Some(error)) => (format!("Not prepared: {error}"), StyleRole::Warn),
            _ if model.is_offline() && door.waiting_count() > 0 => (
                format!("Offline, {waiting}: this door cannot tell until the server is back"),
                StyleRole::Bad,
            ),
            _ if model.is_offline() => {
                ("Offline, and this door is not prepared: it cannot tell".to_owned(), StyleRole::Bad)
            }
            _ => (format!("{key} prepares this door to admit without a network"), StyleRole::Usual),
        };
    };
    let list = model.local.date_and_time(state.clock.prepared_at);
    let is_waiting = state.waiting > 0;
    match (model.door_call(), &door.error) {
        _ if model.is_offline() && is_waiting => {
            (format!("Offline, {waiting}: admitting by the list of {list}"), StyleRole::Warn)
        }
        _ if model.is_offline() => (format!("Offline: admitting by the list of {list}"), StyleRole::Warn),
        (Some(ApiCall::SyncDoor(_)), _) if is_waiting => (format!("Uploading: {waiting}"), StyleRole::Accent),
        (Some(ApiCall::SyncDoor(_) | ApiCall::PrepareDoor(_)), _) => {
            ("Fetching the door list".to_owned(), StyleRole::Accent)
        }
        (_, Some(error)) if is_waiting => (format!("{waiting}: {error}. {key} tries again"), StyleRole::Warn),
        _ if is_waiting => (waiting, StyleRole::Warn),
        _ => {
            let passes = text::count_of(state.passes, "ticket");
            (format!("Works offline, too: {passes} on the list of {list}"), StyleRole::Usual)
        }
    }
}

/// Returns which events the door admits, if not all.
fn evening_hint(model: &Model) -> Option<String> {
    let key = model.usable_key(Action::OneEvening, true);
    model.settings.is_on(Setting::OneEvening).then(|| format!("Only events within 12 h; {key} admits all"))
}

/// Returns the warnings about the clock of this machine and the journal of the door.
fn warnings(model: &Model) -> Vec<String> {
    let damage = model.door.state.iter().flat_map(|state| state.damage.clone());
    model.door_clock_warning().into_iter().chain(damage).collect()
}

impl Screen for CheckIn {
    fn title(&self, _: &Model) -> String {
        "Check in".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        let door = [Action::Submit, Action::Back, Action::Prepare, Action::OneEvening];
        door.into_iter().chain([Action::Next, Action::Previous]).collect()
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Focus => cx.model.open_door(),
            Input::Action(Action::Submit) => self.submit(cx),
            Input::Action(Action::Prepare) => {
                if cx.require_sign_in(None) {
                    cx.model.prepare_door();
                }
            }
            Input::Action(Action::OneEvening) => {
                let value = SWITCH[usize::from(cx.model.settings.is_on(Setting::OneEvening))];
                cx.model.change_setting(SettingChange::Value(Setting::OneEvening, value));
            }
            Input::Paste(pasted) => {
                form_input(&mut self.form, input);
                // A scanner that pastes ends with a line break, as one that types does.
                if pasted.ends_with(['\r', '\n']) {
                    self.submit(cx);
                }
            }
            Input::Reply(id, reply) => {
                if self.log_reply(id, reply, cx.model) {
                    cx.handled = true;
                    if reply.as_ref().is_err_and(|error| error.kind == CallErrorKind::SignedOut) {
                        cx.require_sign_in(None);
                    }
                }
            }
            // What another door has uploaded is known after the next upload of this one.
            Input::Tick | Input::ModelChange => cx.model.sync_old_door(),
            input => {
                form_input(&mut self.form, input);
            }
        }
        if cx.model.door.device != self.form.value(DEVICE) {
            self.form.value(DEVICE).clone_into(&mut cx.model.door.device);
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.panel_at_most(area, &self.title(model), MAX_WIDTH);
        let mut rest = self.form.view(painter, inner);
        // The verdict is above everything that may take many lines.
        if let Some(last) = self.log.first() {
            let style = last.role.style(painter.theme).add_modifier(Modifier::REVERSED | Modifier::BOLD);
            let band = top(rest, if rest.height > 18 { 3 } else { 1 });
            painter.buffer.set_style(band, style);
            painter.centre(below(band, band.height / 2), last.heading(), style);
            rest = painter.paragraph(below(rest, band.height), &last.words, painter.theme.accent);
            rest = below(rest, u16::from(rest.height > 8));
        }
        let style = |role: StyleRole, theme: Theme| match role {
            StyleRole::Usual => theme.faint,
            role => role.style(theme),
        };
        let mut lines = vec![standing(model)];
        lines.extend(evening_hint(model).map(|words| (words, StyleRole::Accent)));
        lines.extend(warnings(model).into_iter().map(|warning| (warning, StyleRole::Warn)));
        lines.extend(model.door.conflicts.iter().map(|conflict| {
            let words = conflict_words(conflict, &model.local);
            (format!("{} {words}", painter.glyphs.cross), StyleRole::Bad)
        }));
        // Warnings are drawn before usual facts, which may not fit.
        lines.sort_by_key(|(_, role)| *role == StyleRole::Usual);
        for (words, role) in lines {
            rest = painter.paragraph(rest, &words, style(role, painter.theme));
        }
        rest = below(rest, u16::from(rest.height > 4));
        if self.log.is_empty() {
            let words = "Each code is judged once Enter comes in, which scanners send by themselves.";
            painter.paragraph(rest, words, painter.theme.faint);
            return;
        }
        let sums = format!("{} (times in {})", self.sums(), model.local.zone(model.now));
        painter.text(rest, &sums, painter.theme.dim);
        rest = below(rest, 2);
        for entry in &self.log {
            if rest.is_empty() {
                break;
            }
            let style = entry.role.style(painter.theme);
            let mark = match entry.ruling {
                Ruling::Admitted => painter.glyphs.tick,
                Ruling::Refused => painter.glyphs.cross,
                Ruling::Unknown => painter.glyphs.hollow,
            };
            let time = format!("{} ", model.local.time_of_day(entry.at));
            let words = if entry.role == StyleRole::Good { Style::new() } else { style };
            let start = painter.spans(rest, &[(&time, painter.theme.faint), (mark, style), (" ", style)]);
            let column = Rect { x: start, width: rest.right().saturating_sub(start), ..rest };
            let height = painter.paragraph(column, &entry.words, words).height;
            rest = below(rest, (rest.height - height).max(1));
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let verdicts = self.log.iter().take(PLAIN_VERDICTS);
        let verdicts = verdicts.map(|entry| format!("{}: {}", entry.heading(), entry.words));
        let conflicts = model.door.conflicts.iter().map(|conflict| conflict_words(conflict, &model.local));
        let standing = format!("{}.", standing(model).0);
        let evening = evening_hint(model).map(|words| format!("{words}."));
        let lines = [standing].into_iter().chain(evening).chain(warnings(model)).chain([self.sums()]);
        let lines = lines.chain(conflicts).chain(verdicts).collect();
        PlainView { lines, ..PlainView::form(&self.form) }
    }

    fn wakes_at(&self, model: &Model) -> Option<Timestamp> {
        model.next_door_sync().map(|at| at.max(model.now + Duration::from_millis(1)))
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }
}
