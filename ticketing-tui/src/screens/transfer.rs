//! Giving a pass away: the claim code for the next holder.

use ticketing_sdk::{Pass, PassId, PassTransfer, Timestamp};

use super::form_screen::FormPage;
use super::pass_poll::PassPoll;
use super::passes;
use super::prelude::*;

/// The form that starts a transfer and shows its claim code. The code is stored nowhere else.
#[derive(Debug)]
pub(super) struct Transfer {
    id: PassId,
    poll: PassPoll,
    /// The transfer that was started here, and the version of the pass before it.
    started: Option<(PassTransfer, i64)>,
}

/// The state of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransferState {
    /// No claim code works.
    Absent,
    /// A claim code works that this form does not know: a code is shown once.
    Unknown,
    /// The claim code of this form works.
    Pending,
    /// The claim code of this form works no longer: the transfer was taken back, has ended, or has another code.
    Void,
    /// Another user holds the pass.
    Claimed,
}

impl Transfer {
    pub(super) fn open(id: PassId, model: &Model) -> (Self, Form) {
        let poll = PassPoll::new(PassRef::Id(id.clone()), model);
        (Self { id, poll, started: None }, Form::default())
    }

    fn pass<'m>(&self, model: &'m Model) -> Option<&'m Pass> {
        self.poll.pass(model)
    }

    fn state(&self, model: &Model) -> TransferState {
        let now = model.server_now();
        let Some(pass) = self.pass(model) else {
            return if self.poll.is_missing(model) { TransferState::Claimed } else { TransferState::Absent };
        };
        let pending = pass.pending_transfer(now);
        match &self.started {
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
        match (state, &self.started) {
            (TransferState::Claimed, _) => {
                let claimed =
                    "The ticket was claimed: its next holder has it now, and your code admits nobody.";
                vec![claimed.to_owned()]
            }
            (TransferState::Pending, Some((transfer, _))) => {
                let end = passes::end(transfer.expires_at, model);
                vec![
                    format!("Give this claim code to the next holder of {title}. It is shown once."),
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

    fn result(&self, model: &Model) -> Option<(&'static str, &str)> {
        let (transfer, _) = self.started.as_ref()?;
        (self.state(model) == TransferState::Pending).then(|| ("Claim code", transfer.claim_code.as_str()))
    }

    fn buttons(&self, model: &Model) -> Vec<(Action, &'static str)> {
        let (copy, make) = ((Action::CopyCode, "copies it"), (Action::Submit, "makes a claim code"));
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

    fn succeed(&mut self, _: &Form, reply: &Reply, cx: &mut Context<'_>) {
        if let Reply::Transfer(transfer) = reply {
            let before = self.pass(cx.model).map_or(0, |pass| pass.version);
            self.started = Some((transfer.clone(), before));
        }
    }

    fn follow(&mut self, input: Input<'_>, cx: &mut Context<'_>) {
        self.poll.update(input, cx);
    }

    fn wakes_at(&self, model: &Model) -> Option<Timestamp> {
        self.poll.next(model)
    }

    fn run(&mut self, action: Action, _: &mut Form, cx: &mut Context<'_>) {
        match (action, &self.started) {
            (Action::CopyCode, Some((transfer, _))) => {
                cx.model.copy_secret(transfer.claim_code.as_str(), "the claim code");
            }
            (Action::TakeBack, _) => {
                cx.model.call(ApiCall::TakeBack(self.id.clone()));
                cx.go_back();
            }
            _ => {}
        }
    }
}
