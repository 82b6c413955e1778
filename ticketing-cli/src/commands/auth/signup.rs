//! `ticketing auth signup`

use super::welcome;
use crate::context::{ApiCommand, ApiContext, environment};
use crate::failure::{Failure, Outcome};
use crate::prompt::password_rule;
use crate::secret::{Credentials, PASSWORD_VARIABLE};

/// An e-mail address and a new password of 8 to 128 characters.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    credentials: Credentials,
}

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> Outcome {
        if api.io().can_ask() {
            api.io().remark(&password_rule());
        }
        let (email, password) = self.credentials.read(api.io(), environment(PASSWORD_VARIABLE), true).await?;
        let user = api.client.auth().sign_up(email, password).await.map_err(Failure::from)?;
        welcome(api, &user).await
    }
}
