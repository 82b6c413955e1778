//! Giving a pass away: the claim code for the next holder.

use ticketing_sdk::{Pass, PassId, PassTransfer};

use super::form_screen::FormPage;
use super::passes;
use super::prelude::*;
use crate::effect::{Call, CallId};
use crate::event::Reply;
use crate::model::passes::PassKey;
use crate::widgets::form::Form;

/// The form that starts a transfer and shows its claim code. The code is stored nowhere else.
#[derive(Debug)]
pub(super) struct Transfer {
    id: PassId,
    transfer: Option<PassTransfer>,
}

impl Transfer {
    pub(super) fn open(id: PassId) -> (Self, Form) {
        (Self { id, transfer: None }, Form::default())
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        model.passes.get(&PassKey::Id(self.id.clone()))
    }

    fn is_given(&self, model: &Model) -> bool {
        self.pass(model).is_some_and(|pass| pass.pending_transfer(model.server_now()).is_some())
    }
}

impl FormPage for Transfer {
    const POPUP: Option<u16> = Some(68);
    const PENDING: &'static str = "Making the claim code";

    fn title(&self) -> &'static str {
        "Give a ticket away"
    }

    /// Returns the state of the transfer, and the consequence.
    fn intro(&self, model: &Model) -> Vec<String> {
        let title = self.pass(model).map_or_else(|| "the ticket".to_owned(), |pass| text::title(&pass.title));
        match &self.transfer {
            Some(transfer) => {
                let end = passes::end(transfer.expires_at, model);
                vec![
                    format!("Give this claim code to the next holder of {title}. It is shown once."),
                    format!("It ends {end}. Until it is claimed the ticket is yours, and admits you."),
                ]
            }
            None if self.is_given(model) => {
                vec![format!("{title} has a claim code already. A new one makes that one void.")]
            }
            None => vec![format!("The user who claims {title} with a claim code holds it from then on.")],
        }
    }

    fn result(&self) -> Option<(&'static str, &str)> {
        self.transfer.as_ref().map(|transfer| ("Claim code", transfer.claim_code.as_str()))
    }

    fn buttons(&self, model: &Model) -> Vec<(Action, &'static str)> {
        let first = match &self.transfer {
            Some(_) => (Action::CopyCode, "copies it"),
            None => (Action::Submit, "makes a claim code"),
        };
        let has_code = self.transfer.is_some() || self.is_given(model);
        let take_back = has_code.then_some((Action::TakeBack, "takes it back"));
        [first].into_iter().chain(take_back).chain([(Action::Back, "closes")]).collect()
    }

    fn submit(&mut self, _: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        Some(cx.model.call(Call::GiveAway(self.id.clone())))
    }

    fn succeed(&mut self, _: &Form, reply: &Reply, _: &mut Context<'_>) {
        if let Reply::Transfer(transfer) = reply {
            self.transfer = Some(transfer.clone());
        }
    }

    fn run(&mut self, action: Action, _: &mut Form, cx: &mut Context<'_>) {
        match (action, &self.transfer) {
            (Action::CopyCode, Some(transfer)) => {
                cx.model.copy_secret(transfer.claim_code.as_str(), "the claim code");
            }
            (Action::TakeBack, _) => {
                cx.model.take_back(&self.id);
                cx.back();
            }
            _ => {}
        }
    }
}
