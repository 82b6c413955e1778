//! A form that is sent: the text above its fields, the buttons below, and the refusal of the server.

use std::fmt;

use ticketing_sdk::Timestamp;

use super::form_input;
use super::prelude::*;

/// The parts in which forms differ.
pub(super) trait FormPage: fmt::Debug + 'static {
    /// The width of the popup; a form without one fills the screen.
    const POPUP: Option<u16>;
    /// The label while the form is sent.
    const PENDING: &'static str = "Asking";
    /// Whether a refusal because the session has ended leads to the sign-in.
    const NEEDS_SESSION: bool = true;

    fn title(&self) -> &'static str;

    /// Returns the lines above the fields.
    fn intro(&self, _: &Model) -> Vec<String> {
        Vec::new()
    }

    /// Returns what the form has led to, with its label.
    fn result<'m>(&self, _: &'m Model) -> Option<(&'static str, &'m str)> {
        None
    }

    /// Returns the actions, with what their buttons say.
    fn buttons(&self, model: &Model) -> Vec<(Action, &'static str)>;

    /// Returns the line below the buttons.
    fn note(&self) -> &'static str {
        ""
    }

    /// Sends the form, if it is sound.
    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId>;

    /// Handles the reply to a form that was taken.
    fn succeed(&mut self, form: &Form, reply: &Reply, cx: &mut Context<'_>);

    /// Handles what is no input of the form: the data that the form shows may change while it is open.
    fn follow(&mut self, _: Input<'_>, _: &mut Context<'_>) {}

    /// Returns when [`follow`](Self::follow) needs an [`Input::Tick`].
    fn wakes_at(&self, _: &Model) -> Option<Timestamp> {
        None
    }

    /// Runs one of the other actions of the buttons.
    fn run(&mut self, _: Action, _: &mut Form, _: &mut Context<'_>) {}
}

/// The screen of a form.
#[derive(Debug)]
pub(super) struct FormScreen<P> {
    page: P,
    form: Form,
    /// The pending call. Nothing else is sent meanwhile.
    pending: Option<CallId>,
    /// The error of the last call, unless it belongs to fields.
    error: Option<CallError>,
}

impl<P: FormPage> FormScreen<P> {
    pub(super) fn open((page, form): (P, Form)) -> Self {
        Self { page, form, pending: None, error: None }
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        if self.pending.is_none() && self.form.is_last() {
            self.form.clear_errors();
            self.error = None;
            self.pending = self.page.submit(&mut self.form, cx);
        }
    }

    /// Shows an error at its fields, or below all of them.
    fn refuse(&mut self, error: &CallError, cx: &mut Context<'_>) {
        let fields = self.form.fields.iter().enumerate();
        let of_fields: Vec<_> =
            fields.filter_map(|(at, field)| Some((at, error.field(field.name)?))).collect();
        self.error = of_fields.is_empty().then(|| error.clone());
        for (at, message) in of_fields {
            self.form.set_error(at, message);
        }
        if matches!(error.kind, CallErrorKind::Refused(_)) && self.error.is_some() {
            self.form.clear_rejected();
        }
        if error.kind == CallErrorKind::SignedOut && P::NEEDS_SESSION {
            cx.require_sign_in(None);
        }
    }

    /// Opens the popup, as high as what it holds.
    fn popup(
        &self,
        model: &Model,
        painter: &mut Painter<'_>,
        area: Rect,
        width: u16,
        intro: &[String],
    ) -> Rect {
        let columns = width.min(area.width).saturating_sub(4);
        let error = self.error.iter().flat_map(|error| [Some(&error.message), error.hint.as_ref()]).flatten();
        let lines = |texts: &mut dyn Iterator<Item = &String>| {
            let lines: usize = texts.map(|text| text::wrap(text, columns).len()).sum();
            u16::try_from(if lines > 0 { lines + 1 } else { 0 }).unwrap_or(u16::MAX)
        };
        let result = 2 * u16::from(self.page.result(model).is_some());
        let content = lines(&mut intro.iter()) + result + self.form.height() + lines(&mut error.into_iter());
        let inner = painter.popup(area, width, content.saturating_add(5), self.page.title());
        below(inner, u16::from(inner.height >= content + 2))
    }
}

impl<P: FormPage> Screen for FormScreen<P> {
    fn title(&self, _: &Model) -> String {
        self.page.title().to_owned()
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        if self.pending.is_some() {
            return vec![Action::Back];
        }
        let mut actions: Vec<Action> =
            self.page.buttons(model).into_iter().map(|(action, _)| action).collect();
        if !actions.contains(&Action::Back) {
            actions.push(Action::Back);
        }
        if self.form.fields.len() > 1 {
            actions.extend([Action::Next, Action::Previous]);
        }
        actions
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            // A question without fields is answered, not submitted.
            Input::Action(Action::Submit | Action::Yes) => self.submit(cx),
            Input::Action(action) => {
                if !self.form.handle_action(action) {
                    self.error = None;
                    self.page.run(action, &mut self.form, cx);
                }
            }
            Input::Reply(id, reply) if self.pending == Some(id) => {
                self.pending = None;
                cx.handled = true;
                match reply {
                    Ok(reply) => self.page.succeed(&self.form, reply, cx),
                    Err(error) => self.refuse(error, cx),
                }
            }
            input => {
                if !form_input(&mut self.form, input) {
                    self.page.follow(input, cx);
                }
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let intro = self.page.intro(model);
        let mut rest = match P::POPUP {
            Some(width) => self.popup(model, painter, area, width, &intro),
            None => painter.panel(area, self.page.title()),
        };
        if P::POPUP.is_some() || rest.height > 11 {
            for words in &intro {
                rest = painter.paragraph(rest, words, painter.theme.dim);
            }
            rest = below(rest, u16::from(!intro.is_empty()));
        }
        if let Some((_, result)) = self.page.result(model) {
            rest = below(painter.paragraph(rest, result, painter.theme.accent), 1);
        }
        rest = self.form.view(painter, rest);
        if let Some(error) = &self.error {
            rest = painter.paragraph(rest, &error.message, painter.theme.bad);
            rest = painter.paragraph(rest, error.hint.as_deref().unwrap_or_default(), painter.theme.dim);
            rest = below(rest, 1);
        }
        if self.pending.is_some() {
            painter.text(rest, &format!("{}{}", P::PENDING, painter.glyphs.ellipsis), painter.theme.accent);
            return;
        }
        let buttons = self.page.buttons(model).into_iter();
        let key = |action| model.usable_key(action, self.has_text_input(model));
        let buttons: Vec<_> = buttons.map(|(action, label)| (key(action), label, action)).collect();
        rest = painter.buttons(rest, &buttons);
        painter.paragraph(below(rest, 1), self.page.note(), painter.theme.faint);
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let result = self.page.result(model).map(|(label, result)| format!("{label}: {result}"));
        let error = self.error.iter().map(|error| error.message.clone());
        let lines = self.page.intro(model).into_iter().chain(result).chain(error).collect();
        PlainView { lines, ..PlainView::form(&self.form) }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        !self.form.fields.is_empty()
    }

    fn wakes_at(&self, model: &Model) -> Option<Timestamp> {
        self.page.wakes_at(model)
    }

    fn is_popup(&self) -> bool {
        P::POPUP.is_some()
    }
}
