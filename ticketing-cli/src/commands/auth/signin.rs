//! `ticketing auth signin`

use super::welcome;
use crate::context::{ApiCommand, ApiContext, environment};
use crate::failure::{Failure, Outcome};
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// An e-mail address and its password.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    credentials: Credentials,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        let (email, password) =
            self.credentials.read(api.io(), environment(PASSWORD_VARIABLE), false).await?;
        let user = api.client.auth().sign_in(email, password).await.map_err(Failure::from)?;
        welcome(api, &user).await
    }
}
