//! A door without a network admits the holder of a pass that is offered for resale. The upload ends the offer and an unpaid order of
//! it; a paid order prevails.

use serde_json::{Value, json};

use super::{Sale, check_in, code, one, prepare, sale};
use crate::support::{Cli, eventually, text};

/// A pass that was offered after the door list was made, and admitted by the list.
struct Offer {
    sale: Sale,
    listing: String,
    /// The door list.
    file: String,
    fan: Cli,
}

impl Offer {
    fn admitted_offline() -> Self {
        let sale = sale();
        let file = sale.seller.home.path().join("door.json");
        prepare(&sale.seller, &file);
        let file = file.to_str().unwrap().to_owned();
        let code = code(&sale.buyer, &sale.pass);
        let listing = text(&sale.buyer.json(&["passes", "resell", &sale.pass, "--price", "20"])["id"]);
        let fan = Cli::for_server(&sale.server.url).sign_up("fan@example.com");
        let door = ["--offline", &file, "--device", "north"];
        assert_eq!(check_in(&Cli::offline(), &door, &code), (0, one("admitted", "")));
        Self { sale, listing, file, fan }
    }

    /// Uploads the admission. Until the listing is closed, the server calls the pass offered.
    #[track_caller]
    fn sync(&self) {
        let run = self.sale.seller.run(&["checkin", "sync", &self.file]);
        assert!(matches!(run.code, 0 | 10), "{run:?}");
    }

    /// The pass as its issuer sees it.
    fn issued_pass(&self) -> Value {
        self.sale.seller.json(&["passes", "list", "--issued"])[0].clone()
    }

    /// The pass is used by the admission of the door, its listing is gone, and nobody has paid for it.
    #[track_caller]
    fn is_used_and_unpaid(&self) {
        eventually("the pass is used", || self.issued_pass()["status"] == "used");
        assert_eq!(self.issued_pass()["device"], "north");
        assert_eq!(self.sale.seller.json(&["checkin", "sync", &self.file]), json!([]));
        assert_eq!(self.fan.run(&["tickets", "get", &self.listing]).code, 3);
        let late = self.fan.run(&["buy", &self.listing, "--token", "tok_visa", "--yes"]);
        assert_eq!((late.code, late.out.as_str()), (3, ""), "{late:?}");
        assert_eq!(self.fan.json(&["payments", "list"]), json!([]));
        assert_eq!(self.fan.json(&["passes", "list"]), json!([]));
    }
}

#[test]
fn upload_of_an_admission_withdraws_the_listing() {
    let offer = Offer::admitted_offline();
    assert_eq!(offer.issued_pass()["status"], "offered");
    offer.sync();
    offer.is_used_and_unpaid();
}

#[test]
fn unpaid_order_of_the_listing_ends_with_the_upload() {
    let offer = Offer::admitted_offline();
    let order = text(&offer.fan.json(&["orders", "create", &offer.listing])["id"]);
    offer.sync();
    let read = || offer.fan.json(&["orders", "get", &order]);
    eventually("the order is cancelled", || read()["status"] == "cancelled");
    assert_eq!(read()["cancelReason"], "withdrawn");
    assert_eq!(offer.fan.run(&["payments", "create", &order, "--token", "tok_visa"]).code, 5);
    offer.is_used_and_unpaid();
}

#[test]
fn buyer_before_the_upload_enters_and_the_door_names_the_seller() {
    let offer = Offer::admitted_offline();
    offer.fan.ok(&["buy", &offer.listing, "--token", "tok_visa", "--yes"]);
    offer.sync();
    eventually("the pass has its new holder", || {
        let passes = offer.fan.json(&["passes", "list", "--status", "valid"]);
        passes.as_array().is_some_and(|passes| passes.len() == 1)
    });
    let code = code(&offer.fan, &offer.sale.pass);
    let run = offer.sale.seller.run(&["checkin", "--device", "south", &code]);
    let verdict: Value = serde_json::from_str(run.out.trim()).unwrap_or_else(|_| panic!("{run:?}"));
    assert_eq!((run.code, &verdict["verdict"]), (0, &"admitted".into()), "{verdict}");
    assert_eq!(verdict["doubleAdmissions"][0]["device"], "north", "{verdict}");
    let run = offer.sale.seller.run(&["-o", "json", "checkin", "sync", &offer.file]);
    assert_eq!(run.code, 10, "{run:?}");
    let conflict = crate::support::items(&run.out)[0].clone();
    assert_eq!(
        (&conflict["device"], &conflict["otherDevice"]),
        (&"north".into(), &"south".into()),
        "{conflict}"
    );
}
