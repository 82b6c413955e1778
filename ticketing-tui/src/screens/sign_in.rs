//! Signing in, and making an account.

use ticketing_sdk::{PASSWORD_LENGTHS, SecretString, is_valid_password};

use super::form_screen::FormPage;
use super::prelude::*;

/// A form for e-mail and password.
#[derive(Debug)]
pub(super) struct SignIn {
    /// The route after the sign-in.
    then: Option<Box<Route>>,
    /// Whether an account is made.
    new: bool,
}

const EMAIL: usize = 0;
const PASSWORD: usize = 1;
const AGAIN: usize = 2;

impl SignIn {
    pub(super) fn open(then: Option<Box<Route>>) -> (Self, Form) {
        let fields = vec![
            Field::new("E-mail", "you@example.com").with_name("email"),
            Field::new("Password", "").with_name("password").secret(),
        ];
        (Self { then, new: false }, Form::new(fields))
    }
}

impl FormPage for SignIn {
    const POPUP: Option<u16> = None;
    const NEEDS_SESSION: bool = false;

    fn title(&self) -> &'static str {
        if self.new { "Create an account" } else { "Sign in" }
    }

    fn intro(&self, model: &Model) -> Vec<String> {
        vec![format!("at {}", model.server)]
    }

    fn buttons(&self, _: &Model) -> Vec<(Action, &'static str)> {
        let (submit, switch) = if self.new {
            ("creates the account", "signs in to an existing account")
        } else {
            ("signs in", "creates an account")
        };
        vec![(Action::Submit, submit), (Action::Switch, switch)]
    }

    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        let (email, password) = (form.value(EMAIL).to_owned(), form.value(PASSWORD).to_owned());
        if email.is_empty() {
            form.set_error(EMAIL, "Enter an e-mail address");
        }
        if password.is_empty() {
            form.set_error(PASSWORD, "Enter a password");
        } else if self.new && !is_valid_password(&password) {
            let (least, most) = (PASSWORD_LENGTHS.start(), PASSWORD_LENGTHS.end());
            form.set_error(PASSWORD, format!("A password has {least} to {most} characters"));
        } else if self.new && form.value(AGAIN) != password {
            form.set_error(AGAIN, "The passwords differ");
        }
        if !form.is_valid() {
            return None;
        }
        let password = SecretString::from(password);
        let call =
            if self.new { ApiCall::SignUp { email, password } } else { ApiCall::SignIn { email, password } };
        Some(cx.model.call(call))
    }

    fn succeed(&mut self, _: &Form, _: &Reply, cx: &mut Context<'_>) {
        match self.then.take() {
            Some(then) => cx.replace_with(*then),
            None => cx.go_back(),
        }
    }

    /// Switches between signing in and making an account.
    fn run(&mut self, _: Action, form: &mut Form, _: &mut Context<'_>) {
        self.new = !self.new;
        form.clear_errors();
        form.fields.truncate(AGAIN);
        form.fields.extend(self.new.then(|| Field::new("Repeat it", "").secret()));
        form.focus_field(EMAIL);
    }
}
