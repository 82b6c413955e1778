//! `ticketing auth signout`

use crate::context::{Online, OnlineCommand};
use crate::failure::{Failure, Outcome};

/// Ends the session.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only forget the session here, without telling the server
    #[arg(long)]
    forget: bool,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        let server = online.client.server();
        let session = online.client.session().await.map_err(Failure::from)?;
        if let Some(why) = session.unreadable.filter(|_| !self.forget) {
            return Err(Failure::failed(format!("the session at {server} cannot be read: {why}")).hint(
                "make it readable and sign out again; `ticketing auth signout --forget` only makes sure that it is not used \
                 here any more",
            ));
        }
        if !session.present && !self.forget {
            online.io().remark(&format!("there is no session at {server}"));
            return Ok(());
        }
        if self.forget {
            online.client.auth().forget().await.map_err(Failure::from)?;
            online.io().remark(&format!("forgot the session at {server}; there it lives until it expires"));
            return Ok(());
        }
        online.client.auth().sign_out().await.map_err(|error| match error.is_unreachable() {
            true => {
                Failure::from(error).hint("`ticketing auth signout --forget` forgets the session here alone")
            }
            false => Failure::from(error),
        })?;
        online.io().remark(&format!("signed out of {server}"));
        Ok(())
    }
}
