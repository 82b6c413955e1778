//! Signing in, and making an account.

use ratatui::layout::Rect;
use ticketing_sdk::{PASSWORD_LENGTHS, SecretString, is_valid_password};

use super::{Context, Input, PlainView, Route, Screen, form_input};
use crate::action::Action;
use crate::call_error::CallError;
use crate::effect::Call;
use crate::event::Reply;
use crate::model::Model;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::submission::Submission;

/// A form for e-mail and password.
#[derive(Debug)]
pub(crate) struct SignIn {
    /// The route after the sign-in.
    then: Option<Box<Route>>,
    form: Form,
    /// Whether an account is made.
    new: bool,
    submission: Submission,
}

const EMAIL: usize = 0;
const PASSWORD: usize = 1;
const AGAIN: usize = 2;

impl SignIn {
    pub(crate) fn open(then: Option<Box<Route>>, _: &Model) -> Self {
        let form =
            Form::new(vec![Field::new("E-mail", "you@example.com"), Field::new("Password", "").secret()]);
        Self { then, form, new: false, submission: Submission::default() }
    }

    fn switch(&mut self) {
        self.new = !self.new;
        self.submission.clear_error();
        self.form.fields.truncate(AGAIN);
        for field in &mut self.form.fields {
            field.fault = None;
        }
        if self.new {
            self.form.fields.push(Field::new("Repeat it", "").secret());
        }
        self.form.focus_on(EMAIL);
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        if self.submission.is_pending() {
            return;
        }
        let (email, password) = (self.form.value(EMAIL).to_owned(), self.form.value(PASSWORD).to_owned());
        for field in &mut self.form.fields {
            field.fault = None;
        }
        if email.is_empty() {
            self.form.fault(EMAIL, "Enter an e-mail address");
        }
        if password.is_empty() {
            self.form.fault(PASSWORD, "Enter a password");
        } else if self.new && !is_valid_password(&password) {
            self.form.fault(
                PASSWORD,
                format!(
                    "A password has {} to {} characters",
                    PASSWORD_LENGTHS.start(),
                    PASSWORD_LENGTHS.end()
                ),
            );
        } else if self.new && self.form.value(AGAIN) != password {
            self.form.fault(AGAIN, "The passwords differ");
        }
        if !self.form.is_sound() {
            return;
        }
        let password = SecretString::from(password);
        let call = if self.new { Call::SignUp { email, password } } else { Call::SignIn { email, password } };
        let sent = cx.model.call(call);
        self.submission.begin(Some(sent));
    }

    fn apply_reply(&mut self, reply: &Result<Reply, CallError>, cx: &mut Context<'_>) {
        match (reply, self.then.take()) {
            (Ok(_), Some(then)) => cx.replace_with(*then),
            (Ok(_), None) => cx.back(),
            (Err(error), then) => {
                self.then = then;
                self.submission.show_refusal(error, &mut self.form, &["email", "password"]);
            }
        }
    }
}

impl Screen for SignIn {
    fn title(&self, _: &Model) -> String {
        if self.new { "Create an account".to_owned() } else { "Sign in".to_owned() }
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Switch, Action::Back, Action::Next, Action::Previous]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(Action::Switch) if !self.submission.is_pending() => self.switch(),
            Input::Action(Action::Submit) if !self.form.is_last() => {}
            Input::Action(Action::Submit) => self.submit(cx),
            Input::Action(Action::Back) => cx.back(),
            Input::Reply(id, reply) if self.submission.take_reply(id) => {
                cx.handled = true;
                self.apply_reply(reply, cx);
            }
            input => {
                form_input(&mut self.form, input);
            }
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.panel(area, &self.title(model));
        let inner = Rect { width: inner.width.min(70), ..inner };
        let mut rest = inner;
        if inner.height > 11 {
            rest = below(painter.paragraph(inner, &format!("at {}", model.server), painter.theme.dim), 1);
        }
        let rest = self.form.view(painter, rest);
        let Some(rest) = self.submission.view(painter, rest, "Asking") else { return };
        let label = if self.new { "creates the account" } else { "signs in" };
        painter.button(top(rest, 1), &model.key(Action::Submit), label, Action::Submit);
        let rest = below(rest, 1);
        let label = if self.new { "signs in to an existing account" } else { "creates an account" };
        painter.button(top(rest, 1), &model.key(Action::Switch), label, Action::Switch);
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        PlainView { lines: self.submission.messages(), ..PlainView::form(&self.form) }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }
}
