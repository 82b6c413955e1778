//! `ticketing auth signin`

use super::welcome;
use crate::context::{Online, OnlineCommand, environment};
use crate::failure::{Failure, Outcome};
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// An e-mail address and its password.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    credentials: Credentials,
}

impl OnlineCommand for Args {
    async fn run(self, online: &Online) -> Outcome {
        let (email, password) =
            self.credentials.read(online.io(), environment(PASSWORD_VARIABLE), false).await?;
        let user = online.client.auth().sign_in(email, password).await.map_err(Failure::from)?;
        welcome(online, &user).await
    }
}
