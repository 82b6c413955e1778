//! `ticketing demo` on a terminal.

use super::pty::{Pty, terminal};
use super::{ENTER, SIZE};
use crate::support::program;

#[test]
fn demo_opens_with_a_buyer_and_removes_its_files() {
    let home = tempfile::tempdir().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let mut command = program();
    command.env("HOME", home.path()).env("TMPDIR", temporary.path()).arg("demo");
    let mut pty = Pty::spawn(terminal(&command), SIZE);
    pty.wait_until_shown("buyer@demo.example");
    pty.wait_until_shown("live");
    pty.wait_until_shown("Welcome. Pay with tok_visa; nothing here is real.");
    // The earliest events come first.
    pty.wait_until_shown("Film club: silent comedies");
    pty.line(&["Indie night", "$18.50"]);
    // A search, a key and a card complete a purchase. The simulated buyers may reserve another ticket first, but not this one.
    pty.send("/");
    pty.send("marathon");
    pty.line(&["City marathon", "$85.00"]);
    pty.wait_until_hidden("Indie night");
    pty.press(ENTER, "City marathon, start number");
    pty.press("b", "cancels it");
    pty.send("tok_visa");
    pty.press(ENTER, "code at the door");
    pty.send("q");
    assert_eq!(pty.end(), 0);
    pty.is_clean();
    pty.wait_until_shown("its data is deleted");
    assert!(!pty.text().contains("marathon"), "{}", pty.text());
    for folder in [home.path(), temporary.path()] {
        assert!(std::fs::read_dir(folder).unwrap().next().is_none(), "{}", folder.display());
    }
}
