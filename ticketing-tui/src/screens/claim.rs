//! Claiming a pass that another user gives away.

use ratatui::layout::Rect;
use ticketing_sdk::ClaimCode;

use super::{Context, FormEvent, Input, PlainView, Route, Screen, sent_form};
use crate::action::Action;
use crate::effect::Call;
use crate::event::Reply;
use crate::model::Model;
use crate::model::notices::Level;
use crate::model::passes::PassKey;
use crate::text;
use crate::widgets::form::{Field, Form};
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::submission::Submission;

/// A form for a claim code.
#[derive(Debug)]
pub(crate) struct Claim {
    form: Form,
    submission: Submission,
}

impl Claim {
    pub(crate) fn open(_: &Model) -> Self {
        let code = Field::new("Claim code", "as you were given it");
        Self { form: Form::new(vec![code]), submission: Submission::default() }
    }

    fn submit(&mut self, cx: &mut Context<'_>) {
        let code = self.form.value(0).trim().to_owned();
        if code.is_empty() {
            self.form.fault(0, "Which one? The one who gives the ticket away has it");
        } else if !self.submission.is_pending() {
            let call = cx.model.call(Call::Claim(ClaimCode::new(code)));
            self.submission.begin(Some(call));
        }
    }
}

impl Screen for Claim {
    fn title(&self, _: &Model) -> String {
        "Claim a ticket".to_owned()
    }

    fn actions(&self, _: &Model) -> Vec<Action> {
        vec![Action::Submit, Action::Back]
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match sent_form((&mut self.form, &mut self.submission), &["claimCode"], input, cx) {
            Some(FormEvent::Submit) => self.submit(cx),
            Some(FormEvent::Done(Reply::Pass(pass))) => {
                cx.model.notify(Level::Success, format!("{} is yours", text::title(&pass.title)));
                cx.replace_with(Route::Pass(PassKey::Id(pass.id.clone())));
            }
            Some(FormEvent::Done(_)) => cx.back(),
            None => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.popup(area, 68, 7 + self.submission.lines(), &self.title(model));
        let rest = self.form.view(painter, below(inner, 1));
        let Some(rest) = self.submission.view(painter, rest, "Claiming") else { return };
        painter.button(top(rest, 1), &model.key(Action::Submit), "claims the ticket", Action::Submit);
    }

    fn plain_view(&self, _: &Model) -> PlainView {
        PlainView { lines: self.submission.messages(), ..PlainView::form(&self.form) }
    }

    fn has_text_input(&self, _: &Model) -> bool {
        true
    }

    fn is_popup(&self) -> bool {
        true
    }
}
