//! The submission of a form: its pending call, and the error of the last one.

use ratatui::layout::Rect;

use super::form::Form;
use super::painter::{Painter, below};
use crate::call_error::CallError;
use crate::effect::CallId;

/// The state of a submission.
#[derive(Debug, Default)]
pub(crate) struct Submission {
    /// The pending call. Nothing else is sent meanwhile.
    pending: Option<CallId>,
    /// The error of the last call, unless it belongs to fields.
    error: Option<CallError>,
}

impl Submission {
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    pub(crate) fn begin(&mut self, call: Option<CallId>) {
        self.pending = call;
        self.error = None;
    }

    /// Returns whether this call is the pending one, which then is pending no longer.
    pub(crate) fn take_reply(&mut self, call: CallId) -> bool {
        self.pending.take_if(|pending| *pending == call).is_some()
    }

    /// Shows an error at the fields with these names, in the order of the form, or below all of them.
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

    /// How many lines a popup needs for the refusal.
    pub(crate) fn lines(&self) -> u16 {
        if self.error.is_some() { 4 } else { 0 }
    }

    /// Returns the error as text.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.error.iter().map(|error| error.message.clone()).collect()
    }

    /// Draws the error, or `awaited` while a call is pending. Returns the rest of the area if the form can be sent.
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
