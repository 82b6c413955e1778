//! Profiles, settings and aliases, and what the doctor says.

use crate::support::{Cli, Server, finish, text};

/// A user with the servers of profiles only.
fn nowhere() -> Cli {
    Cli::offline()
}

/// Runs a command without `TICKETING_SERVER`.
fn run(cli: &Cli, words: &[&str], input: &str) -> crate::support::Run {
    let mut command = cli.command(words);
    command.env_remove("TICKETING_SERVER");
    finish(command, input)
}

#[test]
fn profiles_are_accounts_bound_to_their_servers() {
    let (here, there) = (Server::start(), Server::start());
    let cli = nowhere();
    let ok = |words: &[&str]| {
        let run = run(&cli, words, "correct horse\n");
        assert_eq!(run.code, 0, "{words:?}: {run:?}");
        run.out
    };
    ok(&["profile", "add", "ada", "--server", &here.url, "--use"]);
    ok(&["profile", "add", "bob", "--server", &here.url]);
    ok(&["profile", "add", "far", "--server", &there.url]);
    for (profile, email) in
        [("ada", "ada@example.com"), ("bob", "bob@example.com"), ("far", "ada@example.com")]
    {
        ok(&["--profile", profile, "auth", "signup", "--email", email, "--password-stdin"]);
    }
    assert_eq!(ok(&["whoami"]), "ada@example.com\n");
    assert_eq!(ok(&["--profile", "bob", "whoami"]), "bob@example.com\n");
    assert_eq!(ok(&["profile", "list"]).lines().next().unwrap(), format!("ada\t{}\ttrue", here.url));
    ok(&["profile", "use", "bob"]);
    let hidden = run(&cli, &["--server", &there.url, "profile", "use", "bob"], "");
    assert!(hidden.code == 0 && hidden.err.contains("takes precedence over the profile"), "{hidden:?}");
    assert_eq!(ok(&["whoami"]), "bob@example.com\n");
    let mut by_variable = cli.command(&["whoami"]);
    by_variable.env_remove("TICKETING_SERVER").env("TICKETING_PROFILE", "ada");
    assert_eq!(finish(by_variable, "").out, "ada@example.com\n");
    // A profile never leads to another server.
    let elsewhere = run(&cli, &["--profile", "ada", "--server", &there.url, "whoami"], "");
    assert_eq!(elsewhere.code, 2, "{elsewhere:?}");
    assert!(elsewhere.err.contains("is bound to"), "{}", elsewhere.err);
    assert_eq!(run(&cli, &["--server", &here.url, "whoami"], "").code, 4, "no profile, no session");
    let unknown = run(&cli, &["--profile", "eve", "whoami"], "");
    assert!(unknown.code == 2 && unknown.err.contains("ada, bob, far"), "{unknown:?}");
    // A removed profile takes its session with it.
    ok(&["profile", "remove", "bob"]);
    ok(&["profile", "add", "bob", "--server", &here.url]);
    assert_eq!(run(&cli, &["--profile", "bob", "whoami"], "").code, 4);
    assert_eq!(ok(&["--profile", "far", "whoami"]), "ada@example.com\n");
}

#[test]
fn settings_are_defaults_of_the_options() {
    let server = Server::start();
    let cli = nowhere();
    let set = |key: &str, value: &str| run(&cli, &["config", "set", key, value], "");
    assert_eq!(set("server", &server.url).code, 0);
    assert_eq!(set("output", "json").code, 0);
    assert_eq!(run(&cli, &["tickets", "list"], "").out, "{\"items\":[],\"hasMore\":false}\n");
    assert_eq!(run(&cli, &["-o", "tsv", "tickets", "list"], "").out, "");
    assert_eq!(run(&cli, &["config", "get", "output"], "").out, "json\n");
    assert_eq!(set("output", "").code, 0);
    assert_eq!(run(&cli, &["config", "get", "output"], "").out, "");
    for (key, value) in
        [("output", "xml"), ("color", "pink"), ("timeout", "soon"), ("profile", "eve"), ("colour", "auto")]
    {
        let run = set(key, value);
        assert!(run.code == 2 && run.out.is_empty(), "{key}: {run:?}");
    }
    let listed = run(&cli, &["config", "list"], "").out;
    assert!(listed.contains(&format!("server\t{}\t", server.url)), "{listed}");
}

#[test]
fn config_file_with_a_fault_is_refused_until_it_is_mended() {
    let server = Server::start();
    let cli = nowhere();
    let path = cli.home.path().join("config.toml");
    std::fs::write(&path, format!("server = \"{}\"\noutput = = 1\n", server.url)).unwrap();
    // The file could name another server than the default one.
    for words in [
        &["whoami"][..],
        &["--server", &server.url, "tickets", "list"],
        &["config", "list"],
        &["profile", "list"],
    ] {
        let broken = run(&cli, words, "");
        assert!(broken.code == 2 && broken.out.is_empty(), "{words:?}: {broken:?}");
        assert!(broken.err.contains("config.toml: line 2, column 10: "), "{words:?}: {broken:?}");
    }
    assert_eq!(run(&cli, &["config", "path"], "").out, format!("{}\n", path.display()));
    assert!(run(&cli, &["doctor"], "").out.contains("config\tfailed\t"));
    for words in [&["--version"][..], &["help", "tickets"], &["completions", "bash"]] {
        assert_eq!(run(&cli, words, "").code, 0, "{words:?}");
    }
    for (line, about) in
        [("output = \"nonsense\"", "output: "), ("timeout = \"abc\"", "timeout: "), ("color = 1", "color: ")]
    {
        std::fs::write(&path, format!("server = \"{}\"\n{line}\n", server.url)).unwrap();
        let wrong = run(&cli, &["tickets", "list"], "");
        assert!(wrong.code == 2 && wrong.err.contains(about), "{line}: {wrong:?}");
        let doctor = run(&cli, &["doctor"], "");
        assert!(doctor.code == 1 && doctor.out.contains("config\tfailed\t"), "{doctor:?}");
        let key = line.split(' ').next().unwrap();
        assert_eq!(run(&cli, &["config", "unset", key], "").code, 0, "it can be mended");
        assert_eq!(run(&cli, &["config", "get", key], "").out, "");
        assert_eq!(run(&cli, &["tickets", "list"], "").code, 0, "{line}");
    }
    std::fs::write(&path, format!("server = \"{}\"\noutpt = \"json\"\n", server.url)).unwrap();
    let unknown = run(&cli, &["tickets", "list"], "");
    assert_eq!(
        (unknown.code, unknown.err.matches("there is no setting outpt").count()),
        (0, 1),
        "{unknown:?}"
    );
    assert!(run(&cli, &["doctor"], "").out.contains("config\twarning\t"));
}

#[test]
fn settings_that_are_changed_side_by_side_are_all_kept() {
    let cli = nowhere();
    let changes = |number: usize| {
        let name = format!("p{number}");
        [
            cli.command(&["alias", "set", &name, "whoami"]).spawn().unwrap(),
            cli.command(&["profile", "add", &name]).spawn().unwrap(),
        ]
    };
    for change in (0..10).flat_map(changes).collect::<Vec<_>>() {
        assert_eq!(crate::support::Run::from_child(change).code, 0);
    }
    assert_eq!(cli.json(&["alias", "list"]).as_array().unwrap().len(), 10);
    assert_eq!(cli.json(&["profile", "list"]).as_array().unwrap().len(), 10);
}

#[test]
fn aliases_stand_for_commands() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    for (title, price) in [("Gig", "7"), ("Opera", "90")] {
        cli.ticket(title, price);
    }
    cli.ok(&["alias", "set", "cheap", "tickets list --max-price $1 --json title"]);
    cli.ok(&["alias", "set", "hello", "!echo hello $1"]);
    assert_eq!(cli.ok(&["cheap", "20"]).out, "[{\"title\":\"Gig\"}]\n");
    assert_eq!(cli.ok(&["cheap", "200", "opera", "--jq", ".[].title"]).out, "Opera\n");
    assert_eq!(cli.ok(&["hello", "world"]).out, "hello world\n");
    assert!(cli.ok(&["alias", "list"]).out.contains("cheap\ttickets list --max-price $1"));
    assert_eq!(cli.run(&["cheap"]).code, 2);
    cli.ok(&["alias", "set", "cheapest", "cheap 20 --sort price"]);
    assert_eq!(cli.ok(&["cheapest", "-L", "1"]).out, "[{\"title\":\"Gig\"}]\n");
    let circle = cli.run(&["alias", "set", "cheap", "cheapest"]);
    assert!(circle.code == 2 && circle.err.contains("cheap -> cheapest -> cheap"), "{circle:?}");
    for (name, expansion) in [("tickets", "orders list"), ("x", "nonsense"), ("a b", "orders list")] {
        assert_eq!(cli.run(&["alias", "set", name, expansion]).code, 2, "{name}");
    }
    cli.ok(&["alias", "delete", "cheap"]);
    assert_eq!(cli.run(&["alias", "delete", "cheap"]).code, 3);
    assert_eq!(cli.run(&["cheap", "20"]).code, 2);
    cli.ok(&["alias", "set", "fails", "!exit 7"]);
    assert_eq!(cli.run(&["fails"]).code, 7);
}

#[test]
fn doctor_says_what_works_and_what_to_do() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    let status = |checks: &serde_json::Value, name: &str| {
        let checks = checks.as_array().unwrap();
        text(&checks.iter().find(|check| check["name"] == name).unwrap()["status"])
    };
    let checks = cli.json(&["doctor"]);
    for name in ["version", "config", "home", "server", "api", "clock", "keyring", "terminal", "proxy"] {
        assert_eq!(status(&checks, name), "ok", "{name}: {checks}");
    }
    assert_eq!(status(&checks, "session"), "warning");
    let cli = cli.sign_up("ada@example.com");
    assert_eq!(status(&cli.json(&["doctor"]), "session"), "ok");
    let away = Cli::offline().run(&["doctor"]);
    assert_eq!(away.code, 7, "{away:?}");
    assert!(away.out.contains("server\tfailed\t") && away.out.contains("`ticketing serve`"), "{}", away.out);
    std::fs::write(cli.home.path().join("config.toml"), "output = = 1\n").unwrap();
    let broken = cli.run(&["doctor"]);
    assert!(broken.code == 1 && broken.out.contains("config\tfailed\t"), "{broken:?}");
    std::fs::remove_file(cli.home.path().join("config.toml")).unwrap();
    std::fs::remove_dir_all(cli.home.path().join("journal")).unwrap();
    std::fs::write(cli.home.path().join("journal"), "in the way").unwrap();
    let unwritable = cli.run(&["doctor"]);
    assert!(unwritable.code == 1 && unwritable.out.contains("home\tfailed\t"), "{unwritable:?}");
}

#[test]
fn doctor_names_damaged_records_and_what_to_do() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("seller@example.com");
    let check = |name: &str| {
        let doctor = cli.run(&["doctor", "--output", "json"]);
        let checks: serde_json::Value = serde_json::from_str(&doctor.out).unwrap();
        let found = checks["items"].as_array().unwrap().iter().find(|check| check["name"] == name).cloned();
        (doctor.code, found.unwrap_or_default())
    };
    assert_eq!(check("journal").1["status"], "ok");
    assert!(check("doors").1.is_null());
    let note = cli.home.path().join("journal/0198.json");
    std::fs::create_dir_all(note.parent().unwrap()).unwrap();
    std::fs::write(&note, "{\"key\":").unwrap();
    let (code, journal) = check("journal");
    assert_eq!((code, &journal["status"]), (1, &"failed".into()));
    assert!(journal["finding"].as_str().unwrap().contains(note.to_str().unwrap()), "{journal}");
    assert!(journal["advice"].as_str().unwrap().contains("delete the file"), "{journal}");
    let resume = cli.run(&["orders", "resume"]);
    assert!(resume.code == 9 && resume.err.contains("0198.json"), "{resume:?}");
    std::fs::remove_file(&note).unwrap();
    assert_eq!(cli.run(&["orders", "resume"]).code, 0);

    let list = cli.home.path().join("doors/door-1.json");
    std::fs::create_dir_all(list.parent().unwrap()).unwrap();
    cli.ok(&["checkin", "prepare", list.to_str().unwrap()]);
    assert_eq!(check("doors").1["status"], "ok");
    std::fs::write(cli.home.path().join("doors/door-1.json.journal"), "{\"admitted\":7}\n").unwrap();
    let (code, doors) = check("doors");
    assert_eq!((code, &doors["status"]), (1, &"failed".into()));
    assert!(doors["finding"].as_str().unwrap().starts_with("line 1 of "), "{doors}");
}
