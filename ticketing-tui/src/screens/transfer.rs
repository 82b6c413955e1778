//! Giving a pass away: the claim code for the next holder.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ticketing_sdk::{Pass, PassId, PassTransfer};

use super::{Context, Input, PlainView, Screen, passes};
use crate::action::Action;
use crate::effect::Call;
use crate::event::Reply;
use crate::model::Model;
use crate::model::passes::PassKey;
use crate::text;
use crate::widgets::form::Form;
use crate::widgets::painter::{Painter, below, top};
use crate::widgets::submission::Submission;

/// Shows a claim code once it is made. It is not kept anywhere else.
#[derive(Debug)]
pub(crate) struct Transfer {
    id: PassId,
    transfer: Option<PassTransfer>,
    submission: Submission,
}

impl Transfer {
    pub(crate) fn open(id: PassId, _: &Model) -> Self {
        Self { id, transfer: None, submission: Submission::default() }
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.get(&PassKey::Id(self.id.clone()))
    }

    /// Returns the state of the transfer, and the consequence.
    fn words(&self, model: &Model) -> Vec<String> {
        let title = self.pass(model).map_or_else(|| "the ticket".to_owned(), |pass| text::title(&pass.title));
        if let Some(transfer) = &self.transfer {
            let end = passes::end(transfer.expires_at, model);
            return vec![
                format!("Give this claim code to the next holder of {title}. It is shown once."),
                format!("It ends {end}. Until it is claimed the ticket is yours, and admits you."),
            ];
        }
        match self.pass(model).and_then(|pass| pass.transfer_expires_at) {
            Some(_) => {
                vec![format!("{title} has a claim code already. A new one makes that one void.")]
            }
            None => vec![format!("The user who claims {title} with a claim code holds it from then on.")],
        }
    }
}

impl Screen for Transfer {
    fn title(&self, _: &Model) -> String {
        "Give a ticket away".to_owned()
    }

    fn actions(&self, model: &Model) -> Vec<Action> {
        let is_given = self.pass(model).is_some_and(|pass| pass.transfer_expires_at.is_some());
        match (&self.transfer, self.submission.is_pending()) {
            (_, true) => vec![Action::Back],
            (Some(_), false) => vec![Action::CopyCode, Action::TakeBack, Action::Back],
            (None, false) if is_given => vec![Action::Submit, Action::TakeBack, Action::Back],
            (None, false) => vec![Action::Submit, Action::Back],
        }
    }

    fn update(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        match input {
            Input::Action(Action::Submit) => {
                let call = cx.model.call(Call::GiveAway(self.id.clone()));
                self.submission.begin(Some(call));
            }
            Input::Action(Action::CopyCode) => {
                if let Some(transfer) = &self.transfer {
                    cx.model.copy_secret(transfer.claim_code.as_str(), "the claim code");
                }
            }
            Input::Action(Action::TakeBack) => {
                cx.model.take_back(&self.id);
                cx.back();
            }
            Input::Action(Action::Back) => cx.back(),
            Input::Reply(id, reply) if self.submission.take_reply(id) => {
                cx.handled = true;
                match reply {
                    Ok(Reply::Transfer(transfer)) => self.transfer = Some(transfer.clone()),
                    Ok(_) => {}
                    Err(error) => self.submission.show_refusal(error, &mut Form::default(), &[]),
                }
            }
            _ => {}
        }
    }

    fn view(&self, model: &Model, painter: &mut Painter<'_>, area: Rect) {
        let inner = painter.popup(area, 68, 11 + self.submission.lines(), &self.title(model));
        let mut rest = below(inner, u16::from(inner.height > 9));
        for words in self.words(model) {
            rest = painter.paragraph(rest, &words, Style::new());
        }
        rest = below(rest, 1);
        if let Some(transfer) = &self.transfer {
            rest = below(painter.paragraph(rest, transfer.claim_code.as_str(), painter.theme.accent), 1);
        }
        let Some(rest) = self.submission.view(painter, rest, "Making the claim code") else { return };
        let mut x = rest.x;
        for action in self.actions(model) {
            let label = match action {
                Action::Submit => "makes a claim code",
                Action::CopyCode => "copies it",
                Action::TakeBack => "takes it back",
                _ => "closes",
            };
            let place = Rect { x, width: rest.right().saturating_sub(x), ..top(rest, 1) };
            x = painter.button(place, &model.key(action), label, action) + 3;
        }
    }

    fn plain_view(&self, model: &Model) -> PlainView {
        let code = self.transfer.as_ref().map(|made| format!("Claim code: {}", made.claim_code.as_str()));
        PlainView::lines(self.words(model).into_iter().chain(code).chain(self.submission.messages()))
    }

    fn is_popup(&self) -> bool {
        true
    }
}
