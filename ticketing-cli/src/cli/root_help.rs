//! The short help of the program: its commands by group, on one screen.

use super::tree;

/// The groups of commands.
const GROUPS: &[(&str, &[&str])] = &[
    ("Buy", &["search", "buy", "orders", "payments", "passes"]),
    ("Sell", &["tickets", "sell", "checkin"]),
    ("Look", &["tui", "open"]),
    ("Account", &["login", "logout", "whoami", "status", "auth", "profile"]),
    ("Own server", &["serve", "demo", "audit", "backup", "clock"]),
    ("Scripts", &["api", "alias", "events", "completions"]),
    ("Settings", &["config", "doctor"]),
];

/// Returns the short help of the program.
pub(crate) fn short() -> String {
    let tree = tree();
    let about = tree.get_about().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("{about}\n\nUsage: ticketing [OPTIONS] [COMMAND]\n\nCommands:\n");
    for (group, commands) in GROUPS {
        let known: Vec<&str> =
            commands.iter().copied().filter(|name| tree.find_subcommand(name).is_some()).collect();
        if !known.is_empty() {
            text += &format!("  {group:10}  {}\n", known.join("  "));
        }
    }
    text += "\nOptions:\n  -h, --help     Print help; `--help` has every option\n";
    text += "  -V, --version  Print version\n";
    text + "\n`ticketing COMMAND -h` prints the help of a command.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_help_fits_a_terminal_of_60_columns() {
        let help = short();
        assert!(help.lines().all(|line| line.len() <= 60), "{help}");
    }
}
