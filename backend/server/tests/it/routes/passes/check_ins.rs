//! `POST /api/passes/check-ins`

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use ticketing_sdk::Timestamp;
use ticketing_testkit::{Reply, Shape, TestStack, on_shapes};
use ticketing_tickets::PassSigner;

use super::{check_in, path_of, post, read_pass, sell_pass};

on_shapes! {
    [embedded, postgres_and_nats]
    #[tokio::test]
    pass_is_admitted_once, one_of_two_doors_admits, codes_that_are_not_of_this_service_are_refused,
    door_of_another_issuer_is_refused, offered_pass_is_refused, time_of_an_offline_admission_is_kept,
    repeated_check_in_answers_the_first_admission, earlier_admission_of_another_door_becomes_the_first,
    offline_admission_of_an_earlier_holder_is_recorded, admission_of_the_new_holder_names_the_earlier_one;
}

async fn pass_is_admitted_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let body = json!({ "code": pass["code"], "device": " north door " });
    let admitted = post(&stack, &seller, "/check-ins", body).await.ok(201);
    assert_eq!((&admitted["passId"], &admitted["title"]), (&pass["id"], &json!("A ticket")));
    let again = check_in(&stack, &seller, &pass["code"]).await;
    let fault = again.errors(409).remove(0);
    assert_eq!(fault["code"], "already_admitted");
    assert_eq!((&fault["admittedAt"], &fault["device"]), (&admitted["admittedAt"], &json!("north door")));
    let (own, door) = (read_pass(&stack, &buyer, &pass).await, read_pass(&stack, &seller, &pass).await);
    assert_eq!((&own["status"], &own["admittedAt"]), (&json!("used"), &admitted["admittedAt"]));
    assert!(own["code"].is_null() && own["device"].is_null());
    assert_eq!(door["device"], "north door");
    stack.finish().await;
}

async fn one_of_two_doors_admits(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let doors = (0..8).map(|_| check_in(&stack, &seller, &pass["code"]));
    let replies = futures_util::future::join_all(doors).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    stack.finish().await;
}

async fn codes_that_are_not_of_this_service_are_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let code = pass["code"].as_str().unwrap();
    let id = pass["id"].as_str().unwrap();
    let seed = SecretString::from("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
    let foreign = PassSigner::new(&[seed]).unwrap().sign(&id.into(), 0).unwrap();
    let own = PassSigner::new(&[ticketing_testkit::PASS_KEY.into()]).unwrap();
    let unknown = own.sign(&"0192f3a4-0000-7000-8000-0000000000a1".into(), 0).unwrap();
    let of_the_future = own.sign(&id.into(), 1).unwrap();
    for text in [
        foreign.as_str(),
        unknown.as_str(),
        of_the_future.as_str(),
        &code[..127],
        "TK1",
        "",
        &code.replacen('0', "1", 1),
    ] {
        check_in(&stack, &seller, &json!(text)).await.assert_refused(400, "pass_invalid");
    }
    assert_eq!(check_in(&stack, &seller, &Value::Null).await.fields(), ["code"]);
    check_in(&stack, &seller, &json!(format!("{code}\r\n"))).await.ok(201);
    stack.finish().await;
}

async fn door_of_another_issuer_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    check_in(&stack, &buyer, &pass["code"]).await.assert_refused(401, "not_owner");
    stack
        .raw()
        .post("/api/passes/check-ins")
        .json(&json!({ "code": pass["code"] }))
        .await
        .assert_refused(401, "not_signed_in");
    assert_eq!(read_pass(&stack, &buyer, &pass).await["status"], "valid");
    stack.finish().await;
}

async fn offered_pass_is_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    post(&stack, &buyer, &path_of(&pass, "/resale"), json!({ "price": 20 })).await.ok(201);
    check_in(&stack, &seller, &pass["code"]).await.assert_refused(400, "pass_offered");
    stack.finish().await;
}

async fn time_of_an_offline_admission_is_kept(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let long = "x".repeat(61);
    let wrong = json!({ "code": pass["code"], "at": "soon", "device": long });
    assert_eq!(post(&stack, &seller, "/check-ins", wrong).await.fields(), ["at", "device"]);
    // The clock of a door can be wrong: before the pass was issued, or ahead. What the door did is not.
    let year = Duration::from_secs(365 * 86_400);
    for is_ahead in [false, true] {
        let pass = sell_pass(&stack, &seller, &buyer).await;
        let issued: Timestamp = pass["issuedAt"].as_str().unwrap().parse().unwrap();
        let at = json!(if is_ahead { issued + year } else { issued - year });
        let upload = json!({ "code": pass["code"], "at": at, "device": "north" });
        assert_eq!(post(&stack, &seller, "/check-ins", upload).await.ok(201)["admittedAt"], at);
        let door = read_pass(&stack, &seller, &pass).await;
        assert_eq!((&door["status"], &door["admittedAt"]), (&json!("used"), &at));
        // The admission of another door is kept beside it, the earlier one as the first.
        let other = json!(issued + Duration::from_secs(1));
        let upload = json!({ "code": pass["code"], "at": other, "device": "south" });
        post(&stack, &seller, "/check-ins", upload).await.assert_refused(409, "already_admitted");
        let door = read_pass(&stack, &seller, &pass).await;
        let (first, second) = if is_ahead { (&other, &at) } else { (&at, &other) };
        assert_eq!((&door["admittedAt"], &door["doubleAdmissions"][0]["admittedAt"]), (first, second));
    }
    stack.finish().await;
}

/// A guest enters at a door without a network, then gives the pass away or sells it on before the door uploads.
async fn offline_admission_of_an_earlier_holder_is_recorded(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let friend = stack.session("friend").await;
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let issued: Timestamp = pass["issuedAt"].as_str().unwrap().parse().unwrap();
    let at = |second: u64| json!(issued + Duration::from_secs(second));
    let upload = async |second: u64| {
        let body = json!({ "code": pass["code"], "at": at(second), "device": "north" });
        post(&stack, &seller, "/check-ins", body).await
    };
    stack.clock().advance(Duration::from_secs(60));
    let transfer = post(&stack, &buyer, &path_of(&pass, "/transfer"), json!({})).await.ok(201);
    let claim = json!({ "claimCode": transfer["claimCode"] });
    let given = post(&stack, &friend, "/claims", claim).await.ok(201);
    upload(1).await.assert_refused(400, "pass_superseded");
    upload(1).await.assert_refused(400, "pass_superseded");
    check_in(&stack, &seller, &pass["code"]).await.assert_refused(400, "pass_superseded");
    let door = read_pass(&stack, &seller, &pass).await;
    assert_eq!((&door["status"], &door["version"]), (&json!("valid"), &json!(3)));
    assert_eq!(door["doubleAdmissions"], json!([{ "admittedAt": at(1), "device": "north" }]));
    let own = read_pass(&stack, &friend, &pass).await;
    assert_eq!(own["doubleAdmissions"], json!([{ "admittedAt": at(1) }]), "the holder sees the time");
    assert!(own["resaleLimit"].is_null(), "nobody pays for it");

    check_in(&stack, &seller, &given["code"]).await.ok(201);
    let earlier = json!({ "code": given["code"], "at": at(2), "device": "west" });
    post(&stack, &seller, "/check-ins", earlier).await.assert_refused(409, "already_admitted");
    let door = read_pass(&stack, &seller, &pass).await;
    assert_eq!((&door["admittedAt"], &door["device"]), (&at(2), &json!("west")), "of the holder");
    assert_eq!(door["doubleAdmissions"].as_array().unwrap().len(), 2);
    assert_eq!(door["doubleAdmissions"][0], json!({ "admittedAt": at(1), "device": "north" }));
    stack.finish().await;
}

async fn admission_of_the_new_holder_names_the_earlier_one(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let friend = stack.session("friend").await;
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let transfer = post(&stack, &buyer, &path_of(&pass, "/transfer"), json!({})).await.ok(201);
    let claim = json!({ "claimCode": transfer["claimCode"] });
    let given = post(&stack, &friend, "/claims", claim).await.ok(201);
    stack.clock().advance(Duration::from_secs(60));
    let admitted = check_in(&stack, &seller, &given["code"]).await.ok(201);
    let upload = json!({ "code": pass["code"], "at": pass["issuedAt"], "device": "north" });
    let fault = post(&stack, &seller, "/check-ins", upload).await.errors(409).remove(0);
    assert_eq!((&fault["code"], &fault["admittedAt"]), (&json!("already_admitted"), &admitted["admittedAt"]));
    let door = read_pass(&stack, &seller, &pass).await;
    assert_eq!((&door["admittedAt"], &door["device"]), (&admitted["admittedAt"], &json!(null)));
    assert_eq!(door["doubleAdmissions"], json!([{ "admittedAt": pass["issuedAt"], "device": "north" }]));
    stack.finish().await;
}

async fn repeated_check_in_answers_the_first_admission(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let admit = || {
        stack.raw().post("/api/passes/check-ins").by(&seller).key("k").json(&json!({ "code": pass["code"] }))
    };
    let (first, again) = (admit().await, admit().await);
    assert_eq!(first.ok(201), again.ok(201));
    assert_eq!(again.header("idempotent-replayed"), "true");
    stack.finish().await;
}

async fn earlier_admission_of_another_door_becomes_the_first(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let pass = sell_pass(&stack, &seller, &buyer).await;
    let issued: Timestamp = pass["issuedAt"].as_str().unwrap().parse().unwrap();
    let at = |second: u64| json!(issued + Duration::from_secs(second));
    stack.clock().advance(Duration::from_secs(60));
    let upload = async |second: u64, device: &str| {
        let body = json!({ "code": pass["code"], "at": at(second), "device": device });
        stack.raw().post("/api/passes/check-ins").by(&seller).key(device).json(&body).await
    };
    let first = |reply: &Reply| {
        let fault = reply.errors(409).remove(0);
        (fault["admittedAt"].clone(), fault["device"].clone())
    };
    upload(20, "north").await.ok(201);
    // The same upload again is no second admission, whether its key is known or not.
    assert_eq!(upload(20, "north").await.ok(201)["admittedAt"], at(20));
    let body = json!({ "code": pass["code"], "at": at(20), "device": "north" });
    assert_eq!(first(&post(&stack, &seller, "/check-ins", body).await), (at(20), json!("north")));
    assert!(read_pass(&stack, &seller, &pass).await["doubleAdmissions"].is_null());

    assert_eq!(first(&upload(10, "south").await), (at(20), json!("north")));
    // A scan now admits nobody.
    assert_eq!(first(&check_in(&stack, &seller, &pass["code"]).await), (at(10), json!("south")));
    assert_eq!(first(&upload(30, "west").await), (at(10), json!("south")));
    assert_eq!(first(&upload(30, "west").await), (at(10), json!("south")), "it is recorded once");
    let door = read_pass(&stack, &seller, &pass).await;
    assert_eq!(
        (&door["admittedAt"], &door["device"], &door["version"]),
        (&at(10), &json!("south"), &json!(3))
    );
    let others = json!([
        { "admittedAt": at(20), "device": "north" }, { "admittedAt": at(30), "device": "west" },
    ]);
    assert_eq!(door["doubleAdmissions"], others);
    let own = json!([{ "admittedAt": at(20) }, { "admittedAt": at(30) }]);
    assert_eq!(read_pass(&stack, &buyer, &pass).await["doubleAdmissions"], own);
    stack.finish().await;
}
