//! Giving a pass away: the claim code for the next holder.

use ticketing_sdk::{Pass, PassId, PassTransfer, Timestamp};

use super::form_screen::FormPage;
use super::pass_poll::PassPoll;
use super::passes;
use super::prelude::*;

/// The form that starts a transfer and shows its claim code, which only this program knows.
#[derive(Debug)]
pub(super) struct Transfer {
    id: PassId,
    poll: PassPoll,
}

/// The state of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransferState {
    /// No claim code works.
    Absent,
    /// A claim code works that this program does not know: the server shows a code once.
    Unknown,
    /// The claim code of this program works.
    Pending,
    /// The claim code of this program works no longer: the transfer was taken back, has ended, or has another code.
    Void,
    /// Another user holds the pass.
    Claimed,
}

impl Transfer {
    pub(super) fn open(id: PassId, model: &Model) -> (Self, Form) {
        let poll = PassPoll::new(PassRef::Id(id.clone()), model);
        (Self { id, poll }, Form::default())
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        self.poll.pass(model)
    }

    /// The transfer that this program has started.
    fn own_transfer<'m>(&self, model: &'m Model) -> Option<&'m PassTransfer> {
        model.passes.transfer(&self.id).map(|(transfer, _)| transfer)
    }

    fn state(&self, model: &Model) -> TransferState {
        let now = model.server_now();
        let Some(pass) = self.pass(model) else {
            return if self.poll.is_missing(model) { TransferState::Claimed } else { TransferState::Absent };
        };
        let pending = pass.pending_transfer(now);
        match model.passes.transfer(&self.id) {
            None if pending.is_some() => TransferState::Unknown,
            None => TransferState::Absent,
            Some((transfer, _)) if transfer.expires_at <= now => TransferState::Void,
            Some((transfer, before)) if pass.version > *before && pending != Some(transfer.expires_at) => {
                TransferState::Void
            }
            Some(_) => TransferState::Pending,
        }
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
        let state = self.state(model);
        match (state, self.own_transfer(model)) {
            (TransferState::Claimed, _) => {
                let claimed =
                    "The ticket was claimed: its next holder has it now, and your code admits nobody.";
                vec![claimed.to_owned()]
            }
            (TransferState::Pending, Some(transfer)) => {
                let end = passes::end(transfer.expires_at, model);
                vec![
                    format!(
                        "Give this claim code to the next holder of {title}. It is shown until you quit."
                    ),
                    format!("It ends {end}. Until it is claimed the ticket is yours, and admits you."),
                ]
            }
            (TransferState::Void, _) => {
                vec![format!("The claim code of {title} no longer works. The ticket is yours.")]
            }
            (TransferState::Unknown, _) => {
                vec![format!("{title} has a claim code already. A new one makes that one void.")]
            }
            _ => vec![format!("The user who claims {title} with a claim code holds it from then on.")],
        }
    }

    fn result<'m>(&self, model: &'m Model) -> Option<(&'static str, &'m str)> {
        let transfer = self.own_transfer(model)?;
        (self.state(model) == TransferState::Pending).then(|| ("Claim code", transfer.claim_code.as_str()))
    }

    fn buttons(&self, model: &Model) -> Vec<(Action, &'static str)> {
        let (copy, make) = ((Action::CopyCode, "copies it"), (Action::Yes, "makes a claim code"));
        let (take_back, close) = ((Action::TakeBack, "takes it back"), (Action::Back, "closes"));
        match self.state(model) {
            TransferState::Pending => vec![copy, take_back, close],
            TransferState::Unknown => vec![make, take_back, close],
            TransferState::Absent | TransferState::Void => vec![make, close],
            TransferState::Claimed => vec![close],
        }
    }

    fn submit(&mut self, _: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        Some(cx.model.call(ApiCall::GiveAway(self.id.clone())))
    }

    /// The claim code is in the model.
    fn succeed(&mut self, _: &Form, _: &Reply, _: &mut Context<'_>) {}

    fn follow(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        self.poll.update(input, cx);
    }

    fn wakes_at(&self, model: &Model) -> Option<Timestamp> {
        self.poll.next(model)
    }

    fn run(&mut self, action: Action, _: &mut Form, cx: &mut Context<'_>) {
        match action {
            Action::CopyCode => {
                if let Some(transfer) = self.own_transfer(cx.model).cloned() {
                    cx.model.copy_secret(transfer.claim_code.as_str(), "the claim code");
                }
            }
            Action::TakeBack => {
                cx.model.call(ApiCall::TakeBack(self.id.clone()));
                cx.go_back();
            }
            _ => {}
        }
    }
}
