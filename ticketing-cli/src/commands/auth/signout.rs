//! `ticketing auth signout`

use crate::context::{ApiCommand, ApiContext};
use crate::failure::{Failure, Outcome};

/// Ends the session.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only forget the session here, without telling the server
    #[arg(long)]
    forget: bool,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let server = api.client.server();
        let session = api.client.session().await.map_err(Failure::from)?;
        if let Some(why) = session.unreadable.filter(|_| !self.forget) {
            return Err(Failure::failed(format!("the session at {server} cannot be read: {why}")).hint(
                "make it readable and sign out again; `ticketing auth signout --forget` only makes sure that it is not used \
                 here any more",
            ));
        }
        if !session.present && !self.forget {
            api.io().remark(&format!("there is no session at {server}"));
            return Ok(());
        }
        if self.forget {
            api.client.auth().forget().await.map_err(Failure::from)?;
            api.io().remark(&format!("forgot the session at {server}; there it lives until it expires"));
            return Ok(());
        }
        api.client.auth().sign_out().await.map_err(|error| match error.is_unreachable() {
            true => {
                Failure::from(error).hint("`ticketing auth signout --forget` forgets the session here alone")
            }
            false => Failure::from(error),
        })?;
        api.io().remark(&format!("signed out of {server}"));
        Ok(())
    }
}
