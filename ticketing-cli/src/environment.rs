//! The environment variables of the client.

/// Returns an environment variable unless it is empty.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns whether the terminal understands no escape sequences.
pub(crate) fn is_dumb_terminal() -> bool {
    environment("TERM").is_some_and(|term| term == "dumb")
}

/// The variables of the client, and what they set. An option comes before its variable, and this before the config file.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    ("TICKETING_SERVER", "the address of the server, like --server"),
    ("TICKETING_PROFILE", "the profile, like --profile"),
    ("TICKETING_OUTPUT", "the format of data, like --output"),
    ("TICKETING_COLOR", "when to colour, like --color"),
    ("TICKETING_TIMEOUT", "the limit of one call and of a completion, like --timeout"),
    ("TICKETING_NO_INPUT", "no prompts, like --no-input"),
    ("TICKETING_QUIET", "data and errors only, like --quiet"),
    ("TICKETING_VERBOSE", "log the requests, like --verbose"),
    ("TICKETING_SESSION", "the session: the value of the cookie, or name=value; no stored one is used"),
    ("TICKETING_PASSWORD", "the password of `login` and `auth signup`"),
    ("TICKETING_HOME", "one folder for everything that the client keeps, the session included"),
    ("TICKETING_CONFIG", "the config file"),
    ("TICKETING_PAGER, PAGER", "the pager of texts that are longer than the terminal; empty for none"),
    ("TICKETING_WEBHOOK_SECRET", "the secret that signs the requests of `events listen --forward`"),
    ("TICKETING_EVENT_ID, TICKETING_EVENT_TYPE", "set by `events listen --exec` for its command"),
    ("TICKETING_LOG", "the filter of the log of `tui`, like debug"),
    ("VISUAL, EDITOR", "the editor of `config edit`"),
    ("BROWSER", "the browser of --web and `open`"),
    ("NO_COLOR, CLICOLOR", "no colours, if NO_COLOR is set or CLICOLOR is 0"),
    ("COLUMNS", "the width of a table that goes to a pipe"),
    ("TZ", "the time zone of tables"),
    ("TERM, COLORTERM, COLORFGBG, ACCESSIBLE", "the properties of the terminal"),
    ("HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY", "the proxy; none is used for a server on this machine"),
];

/// Returns the variables as text, for `ticketing help environment`.
pub(crate) fn table() -> String {
    let width = VARIABLES.iter().map(|(names, _)| names.len()).max().unwrap_or(0);
    let mut text = String::from("Environment variables:\n");
    for (names, meaning) in VARIABLES {
        text += &format!("  {names:width$}  {meaning}\n");
    }
    text
}
