//! A door whose server is restored from a backup that is older than the upload of its admissions.

use super::{Sale, check_in, code, one, prepare};
use crate::support::{Cli, Server};

#[test]
fn sync_uploads_admissions_that_a_restored_server_has_lost() {
    let Sale { server, seller, buyer, pass } = super::sale();
    let file = seller.home.path().join("door.json");
    let file_name = file.to_str().unwrap();
    prepare(&seller, &file);
    let words = ["--offline", file_name, "--device", "north"];
    assert_eq!(check_in(&Cli::offline(), &words, &code(&buyer, &pass)), (0, one("admitted", "")));
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    seller.ok(&["backup", copy.to_str().unwrap(), "--data-dir", server.data.to_str().unwrap()]);
    let sync = || seller.ok(&["checkin", "sync", file_name]).err;
    assert_eq!(sync(), "admissions uploaded: 1; on the server: 1 of 1\n");
    let used = seller.json(&["passes", "list", "--issued", "--status", "used"]);
    assert_eq!(sync(), "admissions uploaded: 0; on the server: 1 of 1\n");

    let address = server.address();
    assert!(server.terminate().success());
    let _restored = Server::start_at(&address, &copy, &[]);
    let lost = seller.json(&["passes", "list", "--issued", "--status", "used"]);
    assert_eq!(lost, serde_json::json!([]), "the backup is older than the upload");
    assert!(seller.ok(&["checkin", "sync", file_name, "--dry-run"]).err.contains("admissions to upload: 1"));
    let again =
        "notice: 1 admission uploaded again, which the server no longer had: it was restored from a backup\n";
    assert_eq!(sync(), format!("admissions uploaded: 1; on the server: 1 of 1\n{again}"));
    let found = seller.json(&["passes", "list", "--issued", "--status", "used"]);
    assert_eq!((&found[0]["admittedAt"], &found[0]["device"]), (&used[0]["admittedAt"], &"north".into()));
    assert_eq!(sync(), "admissions uploaded: 0; on the server: 1 of 1\n");
}
