//! `ticketing demo`: the whole story, and no trace of it.

use crate::support::{finish, program};

#[test]
fn the_demo_plays_the_story_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    command.env("HOME", home.path()).env("TICKETING_HOME", home.path().join("ticketing")).arg("demo");
    let run = finish(command, "");
    assert_eq!(run.code, 0, "{run:?}");
    let story = run.out.to_lowercase();
    for part in ["signed up", "for sale", "reserved", "paid", "declined", "clock", "available again", "audit"]
    {
        assert!(story.contains(part), "no {part:?} in\n{story}");
    }
    assert!(std::fs::read_dir(home.path()).unwrap().next().is_none());
}
