//! `cargo xtask dist`: builds the program as it is shipped, with completion scripts and manual pages.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{cargo, file_error, run, target, write};

/// The shells and the names of their completion scripts.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "ticketing.bash"),
    ("elvish", "ticketing.elv"),
    ("fish", "ticketing.fish"),
    ("powershell", "_ticketing.ps1"),
    ("zsh", "_ticketing"),
];

/// Builds the profile `dist`, and writes completion scripts and manual pages beside the program.
///
/// # Errors
/// If the build fails, or the files cannot be written.
pub(crate) fn dist() -> Result<(), String> {
    run(cargo().args(["build", "--profile", "dist", "--package", "ticketing-cli", "--bins", "--locked"]))?;
    let folder = target().join("dist");
    let program = folder.join(format!("ticketing{}", std::env::consts::EXE_SUFFIX));
    write_extras(&program, &folder)?;
    println!("{}, with completions/ and man/", program.display());
    Ok(())
}

/// Writes the completion scripts and manual pages of a program into a folder.
fn write_extras(program: &Path, folder: &Path) -> Result<(), String> {
    let (completions, man) = (folder.join("completions"), folder.join("man"));
    for folder in [&completions, &man] {
        // Files of commands that no longer exist are not shipped.
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(file_error(folder))?;
        }
        fs::create_dir_all(folder).map_err(file_error(folder))?;
    }
    for (shell, name) in COMPLETIONS {
        let script = Command::new(program).args(["completions", shell]).output();
        let script = script.map_err(file_error(program))?;
        if !script.status.success() {
            return Err(format!("{} completions {shell} failed: {}", program.display(), script.status));
        }
        write(&completions.join(name), script.stdout)?;
    }
    run(Command::new(program).arg("--quiet").arg("man").arg(&man))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn scripts_and_pages_are_written_and_old_ones_removed() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("ticketing");
        let script = "#!/bin/sh\n[ \"$1\" = completions ] && echo \"script of $2\" && exit\n[ \"$2\" = man ] && echo page > \"$3/ticketing.1\"\n";
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join("man")).unwrap();
        fs::write(folder.path().join("man/ticketing-old.1"), "").unwrap();
        write_extras(&program, folder.path()).unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("completions/_ticketing"), "script of zsh\n");
        assert_eq!(read("completions/ticketing.bash"), "script of bash\n");
        assert_eq!(read("man/ticketing.1"), "page\n");
        assert!(!folder.path().join("man/ticketing-old.1").exists());
    }
}
