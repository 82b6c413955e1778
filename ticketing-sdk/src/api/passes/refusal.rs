//! The pass of a code that the server refuses.

use tokio::time::timeout;

use super::Passes;
use crate::{DOOR_ANSWER_TIMEOUT, ErrorCode, PassClaim, PassCode, Verdict};

impl Passes {
    /// Adds what is known of the pass to the refusal of a genuine code, which the answer of the server does not name: its title,
    /// its seat, its venue and its start. Any other verdict stays, and so does one whose pass cannot be
    /// loaded within [`DOOR_ANSWER_TIMEOUT`].
    ///
    /// ```no_run
    /// # async fn example(client: ticketing_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use ticketing_sdk::{NewCheckIn, PassCode, Verdict};
    ///
    /// let code = PassCode::new("TK1…");
    /// let answer = client.passes().check_in(NewCheckIn::new(code.as_str())).await;
    /// let verdict = client.passes().name_refused(Verdict::of_answer(answer)?, &code).await;
    /// println!("{} {}", verdict.message, verdict.title.unwrap_or_default());
    /// # Ok(()) }
    /// ```
    pub async fn name_refused(&self, verdict: Verdict, code: &PassCode) -> Verdict {
        let reason = verdict.reason.as_deref().map(ErrorCode::from);
        let is_genuine = matches!(
            reason,
            Some(ErrorCode::AlreadyAdmitted | ErrorCode::PassSuperseded | ErrorCode::PassOffered)
        );
        if !is_genuine || verdict.title.is_some() {
            return verdict;
        }
        let Ok(claim) = PassClaim::decode_unverified(code) else { return verdict };
        match timeout(DOOR_ANSWER_TIMEOUT, self.get(&claim.pass_id)).await {
            Ok(Ok(pass)) => verdict.with_pass(&pass),
            _ => verdict,
        }
    }
}
