//! The passes of a storm: clients transfer, claim and resell them, and admit the holders of others.

use http::Method;
use serde_json::{Value, json};
use tokio::join;

use super::{Client, ListedTicket, dollars, text, to_cents};
use crate::storm::connection::{WriteRequest, WriteResponse};

/// The number of newest claim codes and pass codes that all clients compete for.
const CONTESTED: usize = 8;
/// The path of check-ins.
const CHECK_INS: &str = "/api/passes/check-ins";

/// The codes that the clients share.
#[derive(Debug, Default)]
pub(in crate::storm) struct SharedCodes {
    /// The started transfers.
    transfers: Vec<StartedTransfer>,
    /// The codes of passes that are on their way to the door.
    at_doors: Vec<ShownCode>,
}

/// A transfer that any client can claim.
#[derive(Clone, Debug)]
struct StartedTransfer {
    holder: String,
    claim_code: String,
}

/// A code that its holder shows at the door.
#[derive(Clone, Debug)]
struct ShownCode {
    issuer: String,
    pass: String,
    issued_at: String,
    code: String,
}

/// A pass that the client has claimed from another one.
#[derive(Clone, Debug)]
pub(in crate::storm) struct ClaimedPass {
    pub(in crate::storm) id: String,
    pub(in crate::storm) serial: i64,
}

/// An admission of a pass that the client has issued. A refused one counts if it was made offline: the pass has both.
#[derive(Clone, Debug)]
pub(in crate::storm) struct AdmittedPass {
    pub(in crate::storm) id: String,
    pub(in crate::storm) at: String,
}

impl Client {
    /// Does something with a pass that the client holds, if it holds a valid one.
    pub(in crate::storm) async fn use_own_pass(&mut self) {
        let cookie = self.history.cookie.clone();
        let page = self.shared.connection.read("/api/passes?status=valid&limit=10", &cookie).await.ok(200);
        let own = page.as_array().cloned().unwrap_or_default();
        let Some(pass) = self.rng.choice(&own).cloned() else { return };
        match self.rng.u64(..100) {
            0..35 => self.start_transfer(&text(&pass["id"])).await,
            35..65 => self.resell(&pass).await,
            _ => self.show_code(&pass),
        }
    }

    /// Starts a transfer; any client may claim it.
    async fn start_transfer(&mut self, pass: &str) {
        let answer = self.post(&format!("/api/passes/{pass}/transfer"), json!({})).await;
        match answer.reply.status {
            201 => {}
            // Offered, admitted or claimed meanwhile.
            400 | 404 => return,
            other => panic!("a transfer of {pass} got status {other}: {}", answer.reply.text()),
        }
        let transfer = StartedTransfer {
            holder: self.history.name.clone(),
            claim_code: text(&answer.reply.json()["claimCode"]),
        };
        self.codes(|codes| codes.transfers.push(transfer));
        if self.rng.u64(..100) < 15 {
            let path = format!("/api/passes/{pass}/transfer");
            let taken_back = self.change(Method::DELETE, path, None).await;
            let status = taken_back.reply.status;
            assert!(matches!(status, 204 | 400 | 404), "a transfer of {pass} was taken back with {status}");
        }
    }

    /// Claims one of the newest transfers, which others claim as well.
    pub(in crate::storm) async fn claim(&mut self) {
        let newest = self.codes(|codes| newest(&codes.transfers));
        let Some(transfer) = self.rng.choice(&newest).cloned() else { return };
        // A retry is answered with the pass as it is by then, so its response is not recorded.
        let write = self.keyed_post("/api/passes/claims", json!({ "claimCode": transfer.claim_code }));
        let answer = self.shared.connection.write(&write).await;
        match answer.reply.status {
            // A holder who claims takes the transfer back.
            201 if transfer.holder == self.history.name => {}
            201 => {
                let pass = answer.reply.json();
                let serial = pass["serial"].as_i64().unwrap_or_default();
                self.history.claimed.push(ClaimedPass { id: text(&pass["id"]), serial });
            }
            // Claimed, replaced or taken back, or too many attempts.
            400 | 429 => {}
            other => panic!("a claim got status {other}: {}", answer.reply.text()),
        }
    }

    /// Offers a pass for resale. Its listing joins the tickets that all clients compete for.
    async fn resell(&mut self, pass: &Value) {
        // A pass that an earlier holder has entered with cannot be sold on.
        if pass["resaleLimit"].is_null() {
            return;
        }
        let (id, limit) = (text(&pass["id"]), to_cents(&pass["resaleLimit"]));
        let cents = self.rng.i64(1..=limit.max(1));
        let path = format!("/api/passes/{id}/resale");
        let answer = self.post(&path, json!({ "price": dollars(cents) })).await;
        match answer.reply.status {
            201 => {}
            400 | 404 => return,
            other => panic!("a resale of {id} got status {other}: {}", answer.reply.text()),
        }
        let listing = answer.reply.json();
        let ticket = text(&listing["id"]);
        self.shared.tickets.lock().expect("no client panics with the lock").push(ticket.clone());
        self.history.listed.push(ListedTicket {
            id: ticket,
            contents: vec![(text(&listing["title"]), cents)],
            withdrawn: false,
            maybe_withdrawn: false,
            resold_pass: Some(id),
        });
    }

    /// Shows the code of a pass at the door of its issuer.
    fn show_code(&mut self, pass: &Value) {
        let (issuer, issued_at) = (text(&pass["issuerId"]), text(&pass["issuedAt"]));
        let (pass, code) = (text(&pass["id"]), text(&pass["code"]));
        if !code.is_empty() {
            self.codes(|codes| codes.at_doors.push(ShownCode { issuer, pass, issued_at, code }));
        }
    }

    /// Admits the holder of a code that the client has issued, at two doors at once. One of them may have been without
    /// a network: it has admitted the holder before.
    pub(in crate::storm) async fn check_in(&mut self) {
        let user = self.history.user_id.clone();
        let shown = self.codes(|codes| {
            let index = codes.at_doors.iter().rposition(|shown| shown.issuer == user)?;
            Some(codes.at_doors.remove(index))
        });
        let Some(ShownCode { pass, issued_at, code, .. }) = shown else { return };
        let offline_at = (self.rng.u64(..100) < 50).then_some(issued_at);
        let north = self.keyed_post(CHECK_INS, json!({ "code": code, "device": "north" }));
        let at_south = match &offline_at {
            Some(at) => json!({ "code": code, "device": "south", "at": at }),
            None => json!({ "code": code, "device": "south" }),
        };
        let south = self.keyed_post(CHECK_INS, at_south);
        let connection = &self.shared.clone().connection;
        let (first, second) = join!(connection.write(&north), connection.write(&south));
        for (request, answer) in [(north, first), (south, second)] {
            // What a door without a network has done is recorded, whatever the pass is now.
            if let (400 | 409, Some(at), "south") = (answer.reply.status, &offline_at, device_of(&request)) {
                self.history.admitted.push(AdmittedPass { id: pass.clone(), at: at.clone() });
            } else {
                self.record_check_in(&pass, request, &answer);
            }
        }
    }

    fn record_check_in(&mut self, pass: &str, request: WriteRequest, answer: &WriteResponse) {
        match answer.reply.status {
            201 => {
                let admission = answer.reply.json();
                assert_eq!(admission["passId"], *pass, "{admission}");
                self.history
                    .admitted
                    .push(AdmittedPass { id: pass.to_owned(), at: text(&admission["admittedAt"]) });
                self.history.responses.push((request, admission));
            }
            // Superseded or offered meanwhile, or admitted at the other door.
            400 | 409 => {}
            other => panic!("a check-in of {pass} got status {other}: {}", answer.reply.text()),
        }
    }

    fn codes<T>(&self, access: impl FnOnce(&mut SharedCodes) -> T) -> T {
        access(&mut self.shared.codes.lock().expect("no client panics with the lock"))
    }
}

fn device_of(check_in: &WriteRequest) -> &str {
    check_in.body.as_ref().and_then(|body| body["device"].as_str()).unwrap_or_default()
}

fn newest<T: Clone>(all: &[T]) -> Vec<T> {
    all.iter().rev().take(CONTESTED).cloned().collect()
}
