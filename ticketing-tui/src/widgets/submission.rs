//! A form that was sent: whether its answer is awaited, and what is wrong with what was written.

use ratatui::layout::Rect;

use super::form::Form;
use super::painter::{Painter, below};
use crate::call_error::CallError;
use crate::effect::CallId;

/// How far a form is.
#[derive(Debug, Default)]
pub(crate) struct Submission {
    /// The answer that is waited for. Nothing is sent meanwhile.
    sent: Option<CallId>,
    /// Why it was refused, where no field is at fault.
    error: Option<CallError>,
}

impl Submission {
    pub(crate) fn is_pending(&self) -> bool {
        self.sent.is_some()
    }

    pub(crate) fn begin(&mut self, call: Option<CallId>) {
        self.sent = call;
        self.error = None;
    }

    /// Whether this answer is the one that is waited for. It is not waited for any more, then.
    pub(crate) fn take_reply(&mut self, call: CallId) -> bool {
        self.sent.take_if(|sent| *sent == call).is_some()
    }

    /// Shows why it was refused: at the fields of these names, in their order, or below all of them.
    pub(crate) fn show_refusal(&mut self, error: &CallError, form: &mut Form, names: &[&str]) {
        let mut at_fields = false;
        for (field, name) in names.iter().enumerate() {
            if let Some(message) = error.field(name) {
                form.fault(field, message);
                at_fields = true;
            }
        }
        self.error = (!at_fields).then(|| error.clone());
    }

    pub(crate) fn clear_error(&mut self) {
        self.error = None;
    }

    /// What it was refused for, in words.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.error.iter().map(|error| error.message.clone()).collect()
    }

    /// Draws why it was refused, or that its answer is awaited. Answers with the rest of the area, if something can be
    /// sent.
    pub(crate) fn view(&self, painter: &mut Painter<'_>, area: Rect, awaited: &str) -> Option<Rect> {
        let mut rest = area;
        if let Some(error) = &self.error {
            rest = painter.paragraph(rest, &error.message, painter.theme.bad);
            if let Some(hint) = &error.hint {
                rest = painter.paragraph(rest, hint, painter.theme.dim);
            }
            rest = below(rest, 1);
        }
        if self.is_pending() {
            painter.text(rest, &format!("{awaited}{}", painter.glyphs.ellipsis), painter.theme.accent);
            return None;
        }
        Some(rest)
    }
}
