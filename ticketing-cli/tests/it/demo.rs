//! `ticketing demo`: the scripted sales run, and no file is left.

use crate::support::{finish, program};

#[test]
fn demo_plays_the_story_and_removes_its_files() {
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    command.env("HOME", home.path()).env("TICKETING_HOME", home.path().join("ticketing")).arg("demo");
    let run = finish(command, "");
    assert_eq!(run.code, 0, "{run:?}");
    let story = run.out.to_lowercase();
    for part in [
        "signed up",
        "listed",
        "reserved",
        "paid",
        "declined",
        "clock",
        "available again",
        "gave it away",
        "entered",
        "audit",
    ] {
        assert!(story.contains(part), "no {part:?} in\n{story}");
    }
    assert!(std::fs::read_dir(home.path()).unwrap().next().is_none());
}

#[cfg(unix)]
#[test]
fn demo_that_is_terminated_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    for signal in ["-TERM", "-HUP"] {
        let (home, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut command = program();
        command.env("HOME", home.path()).env("TICKETING_HOME", home.path()).env("TMPDIR", temporary.path());
        let mut child = command.args(["demo", "--story"]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // It runs by then, and its story takes longer than a signal.
        out.read_line(&mut String::new()).unwrap();
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut out, &mut rest).unwrap();
        assert!(child.wait().unwrap().code().is_some(), "{signal} killed it");
        assert!(std::fs::read_dir(temporary.path()).unwrap().next().is_none(), "{signal}");
    }
}
