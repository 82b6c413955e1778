//! Tests the door against a mock of the server: which codes it asks about, how long, and when its list decides.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use ticketing_sdk::mock::{Mock, Reply as Response};
use ticketing_sdk::{Admission, IdempotencyKey, Method, Request, Timestamp, fixtures};
use tokio::sync::mpsc;

use super::*;
use crate::door::{DoorState, DoorSync};
use crate::door_clock::DoorClock;

const PATH: &str = "/api/passes/check-ins";

/// A door, prepared or not, that admits every code by its list unless it `refuses` all.
#[derive(Default)]
struct FakeDoor {
    is_prepared: bool,
    refuses: bool,
    /// The admission for which the list refuses.
    admitted_at: Option<Timestamp>,
    /// The keys of the requests before the decisions of the list.
    asked: Mutex<Vec<IdempotencyKey>>,
    noted: AtomicUsize,
}

fn state() -> DoorState {
    let clock = DoorClock::new(Timestamp::from_millis(fixtures::NOW), 0);
    DoorState { clock, passes: 1, waiting: 0, damage: Vec::new() }
}

impl Door for FakeDoor {
    fn open(&self, _: &UserId) -> Result<Option<DoorState>, CallError> {
        Ok(self.is_prepared.then(state))
    }

    fn waiting_count(&self) -> usize {
        0
    }

    fn prepare<'a>(&'a self, _: &'a UserId) -> BoxFuture<'a, Result<DoorState, CallError>> {
        async { Ok(state()) }.boxed()
    }

    fn check_in(&self, _: &UserId, scan: &Scan, asked: &IdempotencyKey) -> Result<Verdict, CallError> {
        self.asked.lock().unwrap().push(asked.clone());
        if self.admitted_at.is_some() {
            return Ok(Verdict::already_admitted(self.admitted_at, None));
        }
        if self.refuses {
            return Ok(Verdict::refused("not_listed", "the pass is not on the door list"));
        }
        Ok(Verdict::admitted(Admission::new("p-1", "RustConf", scan.at)))
    }

    fn note(&self, _: &UserId, _: &Scan, _: &Verdict) -> Result<(), CallError> {
        self.noted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn sync<'a>(&'a self, _: &'a UserId) -> BoxFuture<'a, Result<DoorSync, CallError>> {
        async { Err(CallError::other("no upload")) }.boxed()
    }
}

/// The notes that are not settled.
#[derive(Default)]
struct FakeJournal(Arc<Mutex<Vec<IdempotencyKey>>>);

struct Note(IdempotencyKey, Arc<Mutex<Vec<IdempotencyKey>>>);

impl Journal for FakeJournal {
    fn begin(&self, _: &Operation, _: &Request) -> Result<Box<dyn JournalEntry>, String> {
        let key = IdempotencyKey::generate();
        self.0.lock().unwrap().push(key.clone());
        Ok(Box::new(Note(key, Arc::clone(&self.0))))
    }
}

impl JournalEntry for Note {
    fn key(&self) -> IdempotencyKey {
        self.0.clone()
    }

    fn is_resumed(&self) -> bool {
        false
    }

    fn settle(self: Box<Self>) {
        self.1.lock().unwrap().retain(|key| *key != self.0);
    }
}

/// The verdict on a code, and the keys that are noted afterwards.
async fn check_in_code(
    door: FakeDoor,
    response: Response,
    by_list: bool,
) -> (Verdict, Arc<FakeDoor>, Vec<IdempotencyKey>, Mock) {
    let mock = Mock::new();
    mock.on(Method::POST, PATH, response);
    let client = Client::builder("http://marketplace.test").mock(&mock).build().unwrap();
    let notes = FakeJournal::default();
    let open = Arc::clone(&notes.0);
    let door = Arc::new(door);
    let caller = Caller {
        client,
        journal: Arc::new(notes),
        door: Arc::clone(&door) as Arc<dyn Door>,
        events: mpsc::channel(1).0,
    };
    let scan =
        Scan { code: "TK1AB".into(), device: None, at: Timestamp::from_millis(fixtures::NOW), within: None };
    let reply = caller.check_in(&"seller".into(), &scan, by_list).await.unwrap();
    let Reply::Verdict { verdict, .. } = reply else { panic!("{reply:?}") };
    let open = open.lock().unwrap().clone();
    (*verdict, door, open, mock)
}

fn prepared_door() -> FakeDoor {
    FakeDoor { is_prepared: true, ..FakeDoor::default() }
}

fn admission() -> Response {
    Response::json(201, &Admission::new("p-1", "RustConf", Timestamp::from_millis(fixtures::NOW)))
}

#[tokio::test(start_paused = true)]
async fn prepared_door_decides_by_its_list_after_a_short_time() {
    let started = Instant::now();
    let (verdict, door, open, mock) = check_in_code(prepared_door(), Response::hang(), false).await;
    assert_eq!(verdict.verdict, Ruling::Admitted);
    assert!(started.elapsed() < DOOR_ANSWER_TIMEOUT + Duration::from_secs(1), "{:?}", started.elapsed());
    // The upload has the key of the request, which is noted nowhere else.
    let sent = mock.requests()[0].header("Idempotency-Key").unwrap().to_owned();
    assert_eq!(door.asked.lock().unwrap().iter().map(IdempotencyKey::as_str).collect::<Vec<_>>(), [sent]);
    assert_eq!(open, []);
}

#[tokio::test(start_paused = true)]
async fn key_stays_where_the_list_refuses_whom_the_server_may_admit() {
    let door = FakeDoor { refuses: true, ..prepared_door() };
    let (verdict, door, open, _) = check_in_code(door, Response::hang(), false).await;
    assert_eq!(verdict.verdict, Ruling::Refused);
    assert_eq!(open, *door.asked.lock().unwrap());
}

#[tokio::test(start_paused = true)]
async fn list_refuses_nobody_for_the_admission_of_the_same_scan() {
    let expected = [(-60_000, Ruling::Refused, 0), (-1_000, Ruling::Unknown, 1), (3_000, Ruling::Unknown, 1)];
    for (since_scan, ruling, open_keys) in expected {
        let admitted_at = Some(Timestamp::from_millis(fixtures::NOW + since_scan));
        let door = FakeDoor { admitted_at, ..prepared_door() };
        let (verdict, _, open, _) = check_in_code(door, Response::hang(), false).await;
        assert_eq!((verdict.verdict, open.len()), (ruling, open_keys), "{since_scan}: {verdict:?}");
        // Without a request on its way, the list is right.
        let door = FakeDoor { admitted_at, ..prepared_door() };
        assert_eq!(check_in_code(door, Response::hang(), true).await.0.verdict, Ruling::Refused);
    }
}

#[tokio::test(start_paused = true)]
async fn door_without_list_keeps_the_key_and_cannot_tell() {
    let (verdict, door, open, _) = check_in_code(FakeDoor::default(), Response::hang(), false).await;
    assert_eq!((verdict.verdict, open.len(), door.asked.lock().unwrap().len()), (Ruling::Unknown, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn verdict_of_the_server_needs_no_list() {
    let (verdict, door, open, _) = check_in_code(prepared_door(), admission(), false).await;
    assert_eq!((verdict.verdict, door.noted.load(Ordering::Relaxed)), (Ruling::Admitted, 1));
    assert_eq!((door.asked.lock().unwrap().len(), open.len()), (0, 0));
    let refused = Response::problem(400, ErrorCode::PassInvalid, "no code");
    let (verdict, door, open, _) = check_in_code(prepared_door(), refused, false).await;
    assert_eq!((verdict.verdict, door.asked.lock().unwrap().len(), open.len()), (Ruling::Refused, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn door_that_decides_by_its_list_asks_nobody() {
    for refuses in [false, true] {
        let door = FakeDoor { refuses, ..prepared_door() };
        let (_, door, open, mock) = check_in_code(door, admission(), true).await;
        assert_eq!((door.asked.lock().unwrap().len(), open.len(), mock.requests().len()), (1, 0, 0));
    }
}

#[tokio::test]
async fn listing_that_is_gone_counts_as_withdrawn() {
    const PATH: &str = "/api/tickets/t-1";
    let missing = || Response::problem(404, ErrorCode::NotFound, "Not Found");
    for (read, is_done) in [(missing(), true), (Response::json(200, &fixtures::ticket("t-1")), false)] {
        let mock = Mock::new();
        mock.on(Method::DELETE, PATH, missing()).on(Method::GET, PATH, read);
        let client = Client::builder("http://marketplace.test").mock(&mock).build().unwrap();
        let reply = withdraw(&client, &"t-1".into(), 0).await;
        assert_eq!(matches!(reply, Ok(Reply::Done)), is_done, "{reply:?}");
    }
}

#[tokio::test]
async fn update_that_was_made_before_its_refusal_succeeds() {
    const PATH: &str = "/api/tickets/t-1";
    let now = fixtures::ticket("t-1").version(4);
    let new = || TicketUpdate::new(&now.title, now.price);
    for (version, is_done) in [(3, true), (2, false)] {
        let mock = Mock::new();
        let refused = Response::problem(412, ErrorCode::VersionMismatch, "It was changed");
        mock.on(Method::PUT, PATH, refused).on(Method::GET, PATH, Response::json(200, &now));
        let client = Client::builder("http://marketplace.test").mock(&mock).build().unwrap();
        let updated = update(&client, &"t-1".into(), new(), version).await;
        assert_eq!(updated.is_ok(), is_done, "{updated:?}");
    }
}
