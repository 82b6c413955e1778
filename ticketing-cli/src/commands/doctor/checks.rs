//! The checks of `ticketing doctor`.

use std::time::{Duration, Instant};

use ticketing_sdk::{Method, SessionInfo, SessionLocation, text};

use super::Check;
use crate::client_dirs::private_folder;
use crate::clock;
use crate::config::Config;
use crate::context::ApiContext;
use crate::door;
use crate::environment::environment;
use crate::failure::{Failure, hint_to_read_session};

/// The difference of the clocks from which a user should know it.
const MAX_SKEW: Duration = Duration::from_secs(30);
/// The narrowest comfortable terminal, in columns.
const COMFORTABLE_WIDTH: u16 = 80;
/// The variables that name a proxy.
const PROXIES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Runs every check.
pub(super) async fn all(api: &ApiContext) -> Vec<Check> {
    let version = Check::ok("version", format!("ticketing {}", env!("CARGO_PKG_VERSION")));
    let mut checks = vec![version, config(api), home(api), journal(api)];
    checks.extend(doors(api));
    let (server, is_reached) = server(api).await;
    checks.extend(server);
    let session = api.client.session().await;
    match &session {
        Ok(info) => {
            checks.push(session_of(api, info, is_reached).await);
            checks.push(keyring(info));
        }
        Err(error) => checks.push(Check::failed(
            "session",
            error.user_message(),
            "set TICKETING_HOME to a folder that can be read and written",
        )),
    }
    checks.push(terminal(api));
    checks.push(proxy(api.client.server()));
    checks
}

fn config(api: &ApiContext) -> Check {
    const ADVICE: &str = "`ticketing config edit` opens the file in an editor";
    let checked =
        Config::read(api.context.settings.config.clone()).and_then(|config| config.check().map(|()| config));
    match checked {
        Err(failure) => Check::failed("config", failure.message.unwrap_or_default(), ADVICE),
        Ok(config) => match (config.unknown_keys(), config.path()) {
            (Some(unknown), _) => Check::warning("config", unknown, ADVICE),
            (None, Some(path)) => Check::ok("config", path.display().to_string()),
            (None, None) => Check::ok("config", "none"),
        },
    }
}

/// Writes and removes a file where the keys of writes are kept.
fn home(api: &ApiContext) -> Check {
    const ADVICE: &str =
        "make the folder writable, or set TICKETING_HOME to another one; no write is sent without it";
    let folder = match api.context.settings.dirs.journal() {
        Ok(folder) => folder,
        Err(failure) => return Check::failed("home", failure.message.unwrap_or_default(), ADVICE),
    };
    let probe = folder.join(format!("probe-{}", std::process::id()));
    let written = private_folder(&folder)
        .and_then(|()| std::fs::write(&probe, "probe"))
        .and_then(|()| std::fs::remove_file(&probe));
    let shown = folder.parent().unwrap_or(&folder).display().to_string();
    match written {
        Ok(()) => Check::ok("home", shown),
        Err(error) => Check::failed("home", format!("{shown} cannot be written: {error}"), ADVICE),
    }
}

/// Checks the records of writes whose commands died.
fn journal(api: &ApiContext) -> Check {
    const NAME: &str = "journal";
    let journal = &api.journal;
    let (records, listings) = (journal.damaged_records(), journal.damaged_listings());
    if !records.is_empty() {
        let advice = "which write it is about is not known: look at `ticketing orders list`, `ticketing payments list` and `ticketing \
                      passes list`, then delete the file";
        return Check::failed(
            NAME,
            records.into_iter().chain(listings).collect::<Vec<_>>().join("; "),
            advice,
        );
    }
    if !listings.is_empty() {
        let advice = "its `tickets import` or `sell` does not continue: correct the line, or look at `ticketing tickets list --mine` and \
                      delete the file";
        return Check::failed(NAME, listings.join("; "), advice);
    }
    Check::ok(NAME, "every record can be read")
}

/// Checks the doors of the marketplace on the terminal, if there are any.
fn doors(api: &ApiContext) -> Option<Check> {
    const NAME: &str = "doors";
    let folder = api.context.settings.dirs.doors().ok().filter(|folder| folder.exists())?;
    let damage = door::damage_in(&folder);
    if damage.is_empty() {
        return Some(Check::ok(NAME, "every list and journal can be read"));
    }
    let advice = "the pass that a damaged line admitted could be admitted again: correct the line, or delete it; `ticketing checkin prepare` \
                  makes a damaged list again";
    Some(Check::failed(NAME, damage.join("; "), advice))
}

/// Checks the server, its version and its clock. Returns whether it answered.
async fn server(api: &ApiContext) -> (Vec<Check>, bool) {
    const ADDRESS: &str = "--server, a profile or TICKETING_SERVER names another server";
    let (server, start) = (api.client.server(), Instant::now());
    let document = api.client.request(Method::GET, "/api/openapi.json").without_session();
    let answer = match document.send_checked().await {
        Ok(answer) => Some(answer),
        // A server of the original contract has no document.
        Err(error) if error.is_not_found() => None,
        Err(error) => {
            let Failure { exit, message, details, hint, .. } = Failure::from(&error);
            let mut finding = message.unwrap_or_default();
            for detail in details.iter().filter(|detail| !error.user_message().contains(*detail)) {
                finding += &format!(": {detail}");
            }
            let failed = Check::failed("server", finding, hint.unwrap_or_else(|| ADDRESS.to_owned()));
            return (vec![Check { exit, ..failed }], false);
        }
    };
    let reached = Check::ok("server", format!("{server} answers in {} ms", start.elapsed().as_millis()));
    let own = env!("CARGO_PKG_VERSION");
    let document: Option<serde_json::Value> =
        answer.as_ref().and_then(|answer| serde_json::from_slice(answer.bytes()).ok());
    let version = document.as_ref().and_then(|document| document["info"]["version"].as_str());
    let version = match version {
        Some(version) if version == own => Check::ok("api", format!("version {version}")),
        Some(version) => Check::warning(
            "api",
            format!("the server has version {version}, this program {own}"),
            "install the version of the server if a command is not understood",
        ),
        None if answer.is_some() => Check::failed("api", format!("{server} is not a marketplace"), ADDRESS),
        None => Check::warning(
            "api",
            "the server states no version",
            "a server of the original contract works, without idempotency keys and live changes",
        ),
    };
    let local = clock::now();
    let remote = api.client.server_time(local);
    let skew = remote.saturating_duration_since(local).max(local.saturating_duration_since(remote));
    let clock = if skew < MAX_SKEW {
        Check::ok("clock", "agrees with the clock of the server")
    } else {
        let relation = if remote > local { "behind" } else { "ahead of" };
        Check::warning(
            "clock",
            format!("this machine is {} {relation} the server", text::span(skew)),
            "set the clock; deadlines are shown by the clock of the server meanwhile",
        )
    };
    (vec![reached, version, clock], true)
}

async fn session_of(api: &ApiContext, info: &SessionInfo, is_reached: bool) -> Check {
    if let Some(why) = &info.unreadable {
        return Check::failed("session", format!("it cannot be read: {why}"), hint_to_read_session(why));
    }
    if !info.present {
        return Check::warning("session", "not signed in", "`ticketing login --email EMAIL` signs in");
    }
    if !is_reached {
        return Check::warning(
            "session",
            format!("kept in {}", info.location),
            "only the server can tell whether it is valid",
        );
    }
    match api.client.auth().current_user().await {
        Ok(Some(user)) => Check::ok("session", format!("{}, kept in {}", user.email, info.location)),
        Ok(None) => {
            Check::warning("session", "it has ended", "`ticketing login --email EMAIL` signs in again")
        }
        Err(error) => Check::failed("session", error.user_message(), "try again"),
    }
}

fn keyring(info: &SessionInfo) -> Check {
    match &info.location {
        SessionLocation::Keyring { .. } => Check::ok("keyring", info.location.to_string()),
        SessionLocation::File { instead_of: Some(why), .. } => Check::warning(
            "keyring",
            why.clone(),
            "the session is in a file that only its owner can read; start or unlock a keyring to keep it there",
        ),
        SessionLocation::File { .. } => {
            Check::ok("keyring", "not used: TICKETING_HOME names the folder of the session")
        }
        SessionLocation::Given => Check::ok("keyring", "not used: TICKETING_SESSION gives the session"),
        other => Check::ok("keyring", format!("not used: the session is kept in {other}")),
    }
}

fn terminal(api: &ApiContext) -> Check {
    let info = api.io().terminal_info();
    if !info.out_terminal {
        return Check::ok("terminal", "stdout is none");
    }
    let term = environment("TERM").unwrap_or_else(|| "not set".to_owned());
    let colours = if info.out_colour { "colours" } else { "no colours" };
    let finding = format!("{} × {}, {colours}, TERM {term}", info.width, info.height);
    if info.width < COMFORTABLE_WIDTH {
        return Check::warning("terminal", finding, "tables drop columns below 80 columns: widen the window");
    }
    Check::ok("terminal", finding)
}

fn proxy(server: &str) -> Check {
    let set: Vec<String> = PROXIES
        .into_iter()
        .filter_map(|name| Some(format!("{name}={}", without_password(&environment(name)?))))
        .collect();
    let is_local = ["//127.", "//localhost", "//[::1]"].iter().any(|host| server.contains(host));
    match set.as_slice() {
        [] => Check::ok("proxy", "none"),
        _ if is_local => Check::ok("proxy", "not used for a server on this machine"),
        set => Check::ok("proxy", set.join(", ")),
    }
}

/// Removes user and password from the address of a proxy.
fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn proxy_is_named_without_its_password() {
        assert_eq!(without_password("http://ada:s3cret@proxy:8080"), "http://proxy:8080");
        assert_eq!(without_password("ada:s3cret@proxy"), "proxy");
        assert_eq!(without_password("http://proxy:8080"), "http://proxy:8080");
    }
}
