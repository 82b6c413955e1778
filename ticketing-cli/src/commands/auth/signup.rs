//! `ticketing auth signup`

use super::welcome;
use crate::context::{Online, OnlineCommand, environment};
use crate::failure::{Failure, Outcome};
use crate::prompt::password_rule;
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// An e-mail address and a new password of 8 to 128 characters.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    credentials: Credentials,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        if online.io().can_ask() {
            online.io().remark(&password_rule());
        }
        let (email, password) =
            self.credentials.read(online.io(), environment(PASSWORD_VARIABLE), true).await?;
        let user = online.client.auth().sign_up(email, password).await.map_err(Failure::from)?;
        welcome(online, &user).await
    }
}
