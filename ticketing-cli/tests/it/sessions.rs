//! The storage of sessions, their users, and their end.

use crate::support::{Cli, Server, finish};

#[test]
fn session_is_stored_privately_shown_and_ended() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url);
    assert_eq!(cli.run(&["auth", "status"]).code, 4);

    let run = cli
        .run_with(&["auth", "signup", "--email", "ada@example.com", "--password-stdin"], "correct horse\n");
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.ends_with("\tada@example.com\n"), "{}", run.out);
    let file = cli.home.path().join("sessions.json");
    assert!(
        run.err.contains(&format!("notice: the session is stored in the file {}", file.display())),
        "{}",
        run.err
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let status = cli.json(&["auth", "status"]);
    assert_eq!(
        (status["signedIn"].as_bool(), status["user"]["email"].as_str()),
        (Some(true), Some("ada@example.com"))
    );
    assert_eq!(status["server"], server.url);
    assert!(status["keptIn"].as_str().unwrap().contains("sessions.json"));
    assert!(status["until"].as_str().unwrap() > status["since"].as_str().unwrap());

    let cookie = std::fs::read_to_string(&file).unwrap();
    assert_eq!(cli.ok(&["auth", "signout"]).err, format!("signed out of {}\n", server.url));
    assert_eq!(cli.run(&["auth", "status"]).code, 4);
    assert_eq!(cli.run(&["orders", "list"]).code, 4);
    cli.ok(&["auth", "signout"]);
    // A cookie that was copied before is refused now.
    std::fs::write(&file, cookie).unwrap();
    let run = cli.run(&["auth", "status"]);
    assert_eq!(run.code, 4);
    assert!(run.err.contains("the session has ended"), "{}", run.err);
}

#[test]
fn wrong_credentials_are_4_and_a_taken_address_is_5() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let sign = |verb: &str, password: &str| {
        cli.run_with(&["auth", verb, "--email", "ada@example.com", "--password-stdin"], password)
    };
    let run = sign("signin", "wrong horse\n");
    assert_eq!(run.code, 4);
    assert!(run.err.contains("the e-mail or the password is wrong"), "{}", run.err);
    assert_eq!(sign("signup", "correct horse\n").code, 5);
    assert_eq!(sign("signin", "correct horse").code, 0);
    let run = sign("signup", "short");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.starts_with("error: a password has 8 to 128 characters"), "{}", run.err);
    let mut by_variable = cli.command(&["auth", "signin", "--email", "ada@example.com"]);
    by_variable.env("TICKETING_PASSWORD", "correct horse");
    assert_eq!(finish(by_variable, "").code, 0);
}

#[test]
fn session_is_never_sent_to_another_server() {
    let (here, there) = (Server::start(), Server::start());
    let cli = Cli::for_server(&here.url).sign_up("ada@example.com");
    assert_eq!(cli.run(&["--server", &there.url, "auth", "status"]).code, 4);
    assert_eq!(cli.run(&["auth", "status"]).code, 0);
}

#[test]
fn session_can_be_set_by_a_variable() {
    let server = Server::start();
    let cli = Cli::for_server(&server.url).sign_up("ada@example.com");
    let kept = std::fs::read_to_string(cli.home.path().join("sessions.json")).unwrap();
    // The value of the cookie is the one base64 text in the file.
    let value = kept
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '%' | '_' | '-')))
        .flat_map(|word| word.split("session=").last())
        .find(|word| word.starts_with("eyJ"))
        .unwrap()
        .to_owned();
    let other = Cli::for_server(&server.url);
    for given in [value.clone(), format!("session={value}")] {
        let mut command = other.command(&["auth", "status"]);
        command.env("TICKETING_SESSION", given);
        let run = finish(command, "");
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.out.contains("ada@example.com"), "{}", run.out);
    }
    assert!(!other.home.path().join("sessions.json").exists());
}
