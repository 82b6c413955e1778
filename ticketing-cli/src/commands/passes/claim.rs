//! `ticketing passes claim`

use ticketing_sdk::{ClaimCode, PassStatus};
use ticketing_tui::Operation;

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{CliResult, Failure};
use crate::help;
use crate::prompt;

/// The arguments of `ticketing passes claim`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &["ticketing passes claim", "ticketing passes claim < claim-code.txt"],
    "Without an argument, the claim code is read from a prompt or from the first line of stdin. Other users of the machine can \
     see an argument while the command runs.",
))]
pub(crate) struct Args {
    /// The claim code, or the link that has it
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let code = match self.code {
            Some(code) => code,
            None if api.io().terminal_info().in_terminal => {
                prompt::value(api.io(), None, "Claim code:", "CODE")?
            }
            None => api.io().read_line().await?.unwrap_or_default(),
        };
        // A link to the pages has the code after its `#`.
        let code = code.rsplit_once('#').map_or(code.as_str(), |(_, fragment)| fragment).trim();
        if code.is_empty() {
            return Err(Failure::usage("no claim code was given"));
        }
        let passes = api.client.passes();
        // The answer does not distinguish a claim from a transfer that its holder takes back.
        let held = match api.is_dry_run() {
            true => Vec::new(),
            false => passes.list().status([PassStatus::Valid]).all().await.unwrap_or_default(),
        };
        let pass = api.write(&Operation::ClaimPass, passes.claim(ClaimCode::new(code))).await??;
        api.printer().one(&pass)?;
        let what = if pass.is_taken_back(&held) {
            format!("you have taken your ticket back: {}", pass.title)
        } else {
            format!("{} is yours", pass.title)
        };
        api.io().info(&format!("{what}; `ticketing passes show {}` shows the pass", pass.id));
        Ok(())
    }
}
