//! The steps of passes, sent to the routes of tickets, and the checks after each step.

use http::Method;
use proptest::sample::Index;
use serde_json::{Value, json};
use ticketing_events::{EventName, PassTransferred};
use ticketing_platform::args;
use ticketing_platform::db::{DbError, Row as DbRow, Tx};
use ticketing_sdk::{DoubleAdmission, Timestamp};

use super::model::Admission;
use super::schedule::{Actor, PassStep, Service};
use super::schedule::{nth, owner, user};
use super::simulation::Simulation;

/// The number of tickets up to which passes are resold.
const MAX_TICKETS: usize = 7;

impl Simulation {
    pub(crate) async fn pass_step(&mut self, step: &PassStep) {
        match step {
            PassStep::Transfer { by, pass } => self.start_transfer(*by, *pass).await,
            PassStep::CancelTransfer { by, pass } => self.cancel_transfer(*by, *pass).await,
            PassStep::Claim { user, code } => self.claim(*user, *code).await,
            PassStep::Resell { by, pass, percent } => self.resell(*by, *pass, *percent).await,
            PassStep::CheckIn { by, pass, serial, offline } => {
                self.check_in(*by, *pass, *serial, *offline).await
            }
        }
    }

    async fn start_transfer(&mut self, by: Actor, pass: Index) {
        let Some((ticket, id)) = self.pick_pass(pass) else { return };
        let by = owner(by, self.model.passes[&ticket].holder);
        let answer = self.send(by, Method::POST, &format!("/{id}/transfer"), None).await;
        assert_eq!(answer.as_ref().map(drop).map_err(|code| &**code), self.model.may_transfer(&ticket, by));
        if let Ok(transfer) = answer {
            let claim_code = transfer["claimCode"].as_str().unwrap().to_owned();
            self.claim_codes.push(claim_code.clone());
            self.model.start_transfer(&ticket, claim_code);
        }
    }

    async fn cancel_transfer(&mut self, by: Actor, pass: Index) {
        let Some((ticket, id)) = self.pick_pass(pass) else { return };
        let by = owner(by, self.model.passes[&ticket].holder);
        let answer = self.send(by, Method::DELETE, &format!("/{id}/transfer"), None).await;
        let expected = self.model.may_transfer(&ticket, by);
        assert_eq!(answer.as_ref().map(drop).map_err(|code| &**code), expected, "a transfer taken back");
        if answer.is_ok() {
            self.model.cancel_transfer(&ticket);
        }
    }

    async fn claim(&mut self, by: u8, code: Index) {
        if self.claim_codes.is_empty() {
            return;
        }
        let code = self.claim_codes[code.index(self.claim_codes.len())].clone();
        let answer = self.send(by, Method::POST, "/claims", Some(json!({ "claimCode": code }))).await;
        if answer.as_ref().is_err_and(|code| code == "too_many_requests") {
            return;
        }
        let expected = self.model.claim(&code, by);
        let claimed = answer.as_ref().map(|pass| pass["ticketId"].as_str().unwrap().to_owned());
        assert_eq!(claimed.map_err(|code| &**code), expected, "a claim by {by}");
    }

    async fn resell(&mut self, by: Actor, pass: Index, percent: i64) {
        let Some((ticket, id)) = self.pick_pass(pass) else { return };
        if self.model.tickets.len() >= MAX_TICKETS {
            return;
        }
        let known = &self.model.passes[&ticket];
        let (by, price) = (owner(by, known.holder), 1.max(known.sold.price * percent / 100));
        let body = json!({ "price": format!("{}.{:02}", price / 100, price % 100) });
        let answer = self.send(by, Method::POST, &format!("/{id}/resale"), Some(body)).await;
        let expected = self.model.may_resell(&ticket, by, price);
        assert_eq!(answer.as_ref().map(drop).map_err(|code| &**code), expected, "a resale for {price} cents");
        if let Ok(listing) = answer {
            assert_eq!(listing["resaleOf"], *ticket);
            self.model.resell(&ticket, listing["id"].as_str().unwrap(), price);
        }
    }

    async fn check_in(&mut self, by: Actor, pass: Index, serial: Index, offline: Option<(i64, u8)>) {
        let Some((ticket, _)) = self.pick_pass(pass) else { return };
        let Some(codes) = self.codes.get(&ticket).filter(|codes| !codes.is_empty()) else { return };
        // Most codes are current ones.
        let (serial, code) = codes.iter().nth_back(serial.index(codes.len() + 2).saturating_sub(2)).unwrap();
        let (device, ago) =
            (format!("door {}", offline.map_or(0, |(_, door)| door)), offline.map(|(ago, _)| ago));
        let (serial, mut body) = (*serial, json!({ "code": code, "device": device }));
        let at = ago.map(|ago| self.model.now - ago);
        if let Some(at) = at {
            body["at"] = json!(Timestamp::from_millis(at));
        }
        let by = owner(by, self.model.passes[&ticket].issuer);
        let answer = self.send(by, Method::POST, "/check-ins", Some(body)).await;
        let expected = self.model.check_in(&ticket, serial, by, at, device);
        let others = answer.as_ref().map(|admitted| {
            let others: Vec<DoubleAdmission> =
                serde_json::from_value(admitted["doubleAdmissions"].clone()).unwrap_or_default();
            others.into_iter().map(admission).collect::<Vec<_>>()
        });
        assert_eq!(others.map_err(|code| &**code), expected, "a code of serial {serial}");
    }

    fn pick_pass(&self, pick: Index) -> Option<(String, String)> {
        let ticket = nth(self.model.passes.keys(), pick)?;
        let id = self.model.passes[&ticket].id.clone().expect("a pass is issued in the step of its sale");
        Some((ticket, id))
    }

    /// Sends a request to a route of passes. Returns the code of a refusal.
    async fn send(&self, by: u8, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let (status, answer) = self.services.passes(&user(by), method, path, body.as_ref()).await;
        if status.is_success() {
            Ok(answer)
        } else {
            Err(answer["errors"][0]["code"].as_str().unwrap().to_owned())
        }
    }

    /// Compares every pass with the model after a step, and its events with its versions.
    pub(crate) async fn check_passes(&mut self) {
        type Row = (String, String, [String; 3], Option<String>, Option<String>, [i64; 2], Vec<Admission>);
        let unit = |tx: &mut Tx<'_>| {
            let sql = "SELECT id, ticket_id, holder_id, issuer_id, status, order_id, listing_id, serial, version, \
                       COALESCE(admitted_at, entered_at) AS admitted_at, COALESCE(device, entered_device) AS device, \
                       double_admissions FROM passes ORDER BY ticket_id";
            tx.query(sql, args![], |row| {
                Ok((
                    row.text("id")?,
                    row.text("ticket_id")?,
                    [row.text("holder_id")?, row.text("issuer_id")?, row.text("status")?],
                    row.column("order_id")?,
                    row.column("listing_id")?,
                    [row.int("serial")?, row.int("version")?],
                    admissions(row)?,
                ))
            })
        };
        let passes =
            self.services.core(Service::Tickets).db.read::<Vec<Row>, DbError, _>(unit).await.unwrap();
        for (id, ticket, ..) in &passes {
            let pass =
                self.model.passes.get_mut(ticket).unwrap_or_else(|| panic!("{ticket} has a pass unsold"));
            pass.id.get_or_insert_with(|| id.clone());
        }
        let expected = self.model.passes.iter().map(|(ticket, pass)| {
            let people =
                [user(pass.holder).into_string(), user(pass.issuer).into_string(), pass.status.to_owned()];
            let numbers = [pass.serial, pass.events.len() - 1].map(|number| i64::try_from(number).unwrap());
            let id = pass.id.clone().unwrap_or_default();
            let admissions = pass.first.iter().chain(&pass.doubles).cloned().collect();
            (id, ticket.clone(), people, pass.order.clone(), pass.listing.clone(), numbers, admissions)
        });
        assert_eq!(passes, expected.collect::<Vec<_>>(), "the passes");
        for pass in self.model.passes.values() {
            let id = pass.id.as_ref().unwrap();
            let events: Vec<_> = self.deliveries.history(Service::Tickets, id).collect();
            let names: Vec<_> = events.iter().map(|event| super::deliveries::name_of(event)).collect();
            assert_eq!(names, pass.events, "the events of pass {id}");
            assert!(events.iter().map(|event| event.version).eq(0..i64::try_from(events.len()).unwrap()));
            let moved = events.iter().rfind(|event| event.name == EventName::PassTransferred);
            if let Some(moved) = moved.map(|event| event.decode::<PassTransferred>().unwrap()) {
                let expected = (user(pass.holder), usize::from(moved.serial));
                assert_eq!((moved.user_id, pass.serial), expected, "the last change of holder of {id}");
            }
        }
        self.check_closed_listings();
        self.read_codes().await;
    }

    /// Checks that orders has closed exactly the listings that cannot be sold, each once.
    fn check_closed_listings(&self) {
        for (id, _) in self.model.tickets.iter().filter(|(_, ticket)| ticket.resale_of.is_some()) {
            let closed = self.deliveries.history(Service::Orders, id);
            let closed = closed.filter(|event| event.name == EventName::ListingClosed).count();
            assert_eq!(closed, usize::from(self.model.is_closed(id)), "orders has closed listing {id}");
        }
    }

    /// Checks that only the holder of a valid pass sees its code, and that no code repeats.
    async fn read_codes(&mut self) {
        let mut unread = Vec::new();
        for (ticket, pass) in &self.model.passes {
            let is_known = self.codes.get(ticket).is_some_and(|codes| codes.contains_key(&pass.serial));
            if pass.status == "valid" && !is_known {
                unread.push((
                    ticket.clone(),
                    pass.id.clone().unwrap(),
                    pass.holder,
                    pass.issuer,
                    pass.serial,
                ));
            }
        }
        for (ticket, id, holder, issuer, serial) in unread {
            let shown = self.send(holder, Method::GET, &format!("/{id}"), None).await.unwrap();
            let code = shown["code"].as_str().expect("its holder sees the code").to_owned();
            if issuer != holder {
                let shown = self.send(issuer, Method::GET, &format!("/{id}"), None).await.unwrap();
                assert!(shown.get("code").is_none(), "the issuer sees the code: {shown}");
            }
            let codes = self.codes.entry(ticket).or_default();
            assert!(codes.values().all(|known| *known != code), "a code was given twice");
            codes.insert(serial, code);
        }
    }
}

/// The admissions of a pass: that of its holder, then the others by time.
fn admissions(row: &DbRow<'_>) -> Result<Vec<Admission>, DbError> {
    let doubles: Option<Vec<DoubleAdmission>> = row.column("double_admissions")?;
    let doubles = doubles.into_iter().flatten();
    let doubles = doubles.map(admission);
    let first = row.column::<Option<i64>>("admitted_at")?.zip(row.column::<Option<String>>("device")?);
    Ok(first.into_iter().chain(doubles).collect())
}

fn admission(double: DoubleAdmission) -> Admission {
    (double.admitted_at.as_millis(), double.device.unwrap_or_default())
}
