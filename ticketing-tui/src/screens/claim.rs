//! Claiming a pass that another user gives away.

use ticketing_sdk::ClaimCode;

use super::form_screen::FormPage;
use super::prelude::*;

/// A form for a claim code.
#[derive(Debug)]
pub(super) struct Claim;

impl Claim {
    pub(super) fn open() -> (Self, Form) {
        (
            Self,
            Form::new(vec![
                Field::new("Claim code", "as you were given it").with_name("claimCode").single_use(),
            ]),
        )
    }
}

impl FormPage for Claim {
    const POPUP: Option<u16> = Some(68);
    const PENDING: &'static str = "Claiming";

    fn title(&self) -> &'static str {
        "Claim a ticket"
    }

    fn buttons(&self, _: &Model) -> Vec<(Action, &'static str)> {
        vec![(Action::Submit, "claims the ticket")]
    }

    fn submit(&mut self, form: &mut Form, cx: &mut Context<'_>) -> Option<CallId> {
        let code = form.value(0).trim();
        if code.is_empty() {
            form.set_error(0, "Which one? The one who gives the ticket away has it");
            return None;
        }
        Some(cx.model.call(ApiCall::Claim(ClaimCode::new(code))))
    }

    fn succeed(&mut self, _: &Form, reply: &Reply, cx: &mut Context<'_>) {
        if let Reply::Claimed { pass, .. } = reply {
            cx.replace_with(Route::Pass(PassRef::Id(pass.id.clone())));
        }
    }
}
