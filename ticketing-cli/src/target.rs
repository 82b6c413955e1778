//! The server and the profile of a command.

use ticketing_sdk::Client;

use crate::config::Config;
use crate::failure::{CliResult, Failure};

/// The server where nothing names one: that of `ticketing serve`.
pub(crate) const DEFAULT_SERVER: &str = "http://127.0.0.1:3000";

/// The largest page of a server.
pub(crate) const MAX_PAGE: u32 = 500;

/// The server, and the profile whose session is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) server: String,
    pub(crate) profile: Option<String>,
}

impl Target {
    /// Chooses server and profile. An option comes before the profile of the config file, and this before its server.
    ///
    /// # Errors
    /// If the profile does not exist, or belongs to a server other than the named one.
    pub(crate) fn choose(config: &Config, server: Option<&str>, profile: Option<&str>) -> CliResult<Self> {
        let used = match (profile, server) {
            (Some(profile), _) => Some(profile.to_owned()),
            (None, Some(_)) => None,
            (None, None) => config.get("profile"),
        };
        let Some(profile) = used else {
            let server = server.map(str::to_owned).or_else(|| config.get("server"));
            return Ok(Self { server: server.unwrap_or_else(|| DEFAULT_SERVER.to_owned()), profile: None });
        };
        let Some(bound) = config.profile(&profile) else { return Err(config.unknown_profile(&profile)) };
        // Two addresses of one server may be written differently.
        let address = |server: &str| Client::new(server).map(|client| client.server().to_owned()).ok();
        match server.filter(|server| address(server) != address(&bound)) {
            Some(server) => {
                Err(Failure::usage(format!("profile {profile} is bound to {bound}, not to {server}"))
                    .hint("leave --server or TICKETING_SERVER out, or add a profile for the other server"))
            }
            None => Ok(Self { server: bound, profile: Some(profile) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_precede_the_profile_and_the_profile_the_server() {
        let mut config = Config::empty(None);
        let choose = |config: &Config, server: Option<&str>, profile: Option<&str>| {
            Target::choose(config, server, profile)
                .map(|target| (target.server, target.profile.unwrap_or_default()))
        };
        let chosen = |server: &str, profile: &str| (server.to_owned(), profile.to_owned());
        assert_eq!(choose(&config, None, None).unwrap(), chosen(DEFAULT_SERVER, ""));
        config.set("server", Some("http://set:1"));
        assert_eq!(choose(&config, None, None).unwrap(), chosen("http://set:1", ""));
        config.set_profile("work", "http://work:1");
        config.set("profile", Some("work"));
        assert_eq!(choose(&config, None, None).unwrap(), chosen("http://work:1", "work"));
        assert_eq!(choose(&config, Some("http://other:1"), None).unwrap(), chosen("http://other:1", ""));
        assert_eq!(
            choose(&config, Some("http://work:1/"), Some("work")).unwrap(),
            chosen("http://work:1", "work")
        );
        assert!(choose(&config, Some("http://other:1"), Some("work")).is_err());
        assert!(choose(&config, None, Some("eve")).is_err());
    }
}
