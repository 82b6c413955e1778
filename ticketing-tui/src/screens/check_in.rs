//! The door: a field that a scanner types into, and a verdict for each code.

use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ticketing_sdk::{ErrorCode, PassCode, Timestamp};

use super::{Context, Input, PlainView, Screen, form_input};
use crate::action::Action;
use crate::call_error::{CallError, CallErrorKind};
use crate::effect::{Call, CallId};
use crate::event::Reply;
use crate::local_time::LocalTime;
use crate::model::Model;
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::ticket_card::StyleRole;

/// The door, with its log.
#[derive(Debug)]
pub(crate) struct CheckIn {
    form: Form,
    /// The codes that wait for their verdicts: a code that is scanned twice is sent once.
    pending: Vec<(CallId, PassCode)>,
    /// The verdicts, the newest first.
    log: Vec<Verdict>,
    admitted: usize,
    refused: usize,
}

/// The verdict on one code.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdict {
    at: Timestamp,
    ruling: Ruling,
    words: String,
}

/// Whether the code admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ruling {
    Admitted,
    Refused,
    /// The server cannot be reached, or did not decide.
    Unknown,
}

impl Ruling {
    fn heading(self) -> &'static str {
        match self {
            Self::Admitted => "ADMITTED",
            Self::Refused => "REFUSED",
            Self::Unknown => "CANNOT TELL",
        }
    }

    fn role(self) -> StyleRole {
        match self {
            Self::Admitted => StyleRole::Good,
            Self::Refused => StyleRole::Bad,
            Self::Unknown => StyleRole::Warn,
        }
    }
}

/// More verdicts than anyone scrolls through.
const LONGEST_LOG: usize = 500;
/// The number of verdicts in `--plain`.
const PLAIN_VERDICTS: usize = 5;

impl CheckIn {
    pub(crate) fn open(_: &Model) -> Self {
        let code = Field::new("Code", "scan a ticket, or type its code");
        Self { form: Form::new(vec![code]), pending: Vec::new(), log: Vec::new(), admitted: 0, refused: 0 }
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        let code = self.form.value(0).trim().to_owned();
        if code.is_empty() || !cx.require_sign_in(None) {
            return;
        }
        self.form.fill(0, "");
        let code = PassCode::new(code);
        if !self.pending.iter().any(|(_, sent)| *sent == code) {
            let call = cx.model.call(Call::CheckIn(code.clone()));
            self.pending.push((call, code));
        }
    }

    /// Adds the result of a check-in to the log.
    fn log_reply(&mut self, reply: &Result<Reply, CallError>, model: &Model) {
        let at = model.server_now();
        let (ruling, words) = match reply {
            Ok(Reply::Admission(admission)) => {
                let seat = admission.seat.as_deref().map(text::sanitize);
                let title = text::title(&admission.title);
                (Ruling::Admitted, seat.map_or(title.clone(), |seat| format!("{title}, {seat}")))
            }
            Ok(_) => return,
            Err(error) => refusal(error, &model.local),
        };
        match ruling {
            Ruling::Admitted => self.admitted += 1,
            Ruling::Refused => self.refused += 1,
            Ruling::Unknown => {}
        }
        self.log.insert(0, Verdict { at, ruling, words });
        self.log.truncate(LONGEST_LOG);
    }

    fn sums(&self) -> String {
        format!("{} admitted, {} refused", text::count(self.admitted), text::count(self.refused))
    }
}

/// Returns why a code does not admit, and whether the verdict is certain.
fn refusal(error: &CallError, local: &LocalTime) -> (Ruling, String) {
    let message = error.message.trim_end_matches('.');
    let CallErrorKind::Refused(code) = &error.kind else {
        return (Ruling::Unknown, format!("Scan the code again: {message}"));
    };
    let words = match code {
        ErrorCode::AlreadyAdmitted => {
            let Some((at, device)) = error.first_admission.as_deref() else {
                return (Ruling::Refused, "Already admitted".to_owned());
            };
            let by = device.as_ref().map_or_else(String::new, |device| format!(" by {device}"));
            return (Ruling::Refused, format!("Already admitted {}{by}", local.date_and_time(*at)));
        }
        ErrorCode::PassInvalid | ErrorCode::InvalidInput => "This is no code of a ticket",
        ErrorCode::PassSuperseded => "This code is old: the ticket has another holder now",
        ErrorCode::PassOffered => "The ticket is offered for resale",
        ErrorCode::NotOwner => "The ticket is for the event of another seller",
        _ => return (Ruling::Unknown, format!("Scan the code again: {message}")),
    };
    (Ruling::Refused, words.to_owned())
}

impl Screen for CheckIn {
    fn title(&self, _: &Model) -> String {
        "Check in".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Back]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(Action::Submit) => self.submit(cx),
            Input::Action(Action::Back) => cx.back(),
            Input::Paste(pasted) => {
                self.form.paste(pasted);
                // A scanner ends a pasted code with a line break, as a typed one.
                if pasted.ends_with(['\r', '\n']) {
                    self.submit(cx);
                }
            }
            Input::Reply(id, reply) => {
                if let Some(at) = self.pending.iter().position(|(call, _)| *call == id) {
                    self.pending.remove(at);
                    cx.handled = true;
                    self.log_reply(reply, cx.model);
                    if reply.as_ref().is_err_and(|error| error.kind == CallErrorKind::SignedOut) {
                        cx.require_sign_in(None);
                    }
                }
            }
            input => {
                form_input(&mut self.form, input);
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.panel(area, &self.title(model));
        let rest = self.form.view(painter, inner);
        if !self.pending.is_empty() {
            let words = format!("Asking{}", painter.glyphs.ellipsis);
            painter.right(top(below(inner, 1), 1), &words, painter.theme.accent);
        }
        let Some(last) = self.log.first() else {
            let words = "Each code is judged once Enter comes in, which scanners send by themselves.";
            painter.paragraph(rest, words, painter.theme.faint);
            return;
        };
        let style = last.ruling.role().style(painter.theme).add_modifier(Modifier::REVERSED | Modifier::BOLD);
        let band = top(rest, if rest.height > 12 { 3 } else { 1 });
        painter.buffer.set_style(band, style);
        painter.centre(below(band, band.height / 2), last.ruling.heading(), style);
        let rest = painter.paragraph(below(rest, band.height), &last.words, painter.theme.accent);
        painter.text(rest, &self.sums(), painter.theme.dim);
        let mut rest = below(rest, 2);
        for verdict in &self.log {
            if rest.is_empty() {
                break;
            }
            let style = verdict.ruling.role().style(painter.theme);
            let mark = match verdict.ruling {
                Ruling::Admitted => painter.glyphs.tick,
                Ruling::Refused => painter.glyphs.cross,
                Ruling::Unknown => painter.glyphs.hollow,
            };
            let time = format!("{} ", model.local.time_of_day(verdict.at));
            let spans =
                [(&*time, painter.theme.faint), (mark, style), (" ", style), (&*verdict.words, style)];
            painter.spans(rest, &spans);
            rest = below(rest, 1);
        }
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        let verdicts = self.log.iter().take(PLAIN_VERDICTS);
        let verdicts = verdicts.map(|verdict| format!("{}: {}", verdict.ruling.heading(), verdict.words));
        PlainView {
            lines: [self.sums()].into_iter().chain(verdicts).collect(),
            ..PlainView::form(&self.form)
        }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }
}
