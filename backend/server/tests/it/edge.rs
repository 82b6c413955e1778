//! Requests of other clients, browsers and proxies.

use serde_json::json;
use ticketing_testkit::{Method, Shape, TestStack, eventually, on_shapes};

use crate::support::{id, list, order_when_visible, pay};

on_shapes! {
    [embedded, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    cookies_of_other_applications_do_not_hide_the_session,
    paths_of_other_clients_reach_their_routes,
    write_through_a_proxy_that_rewrites_host_is_accepted,
    order_is_checked_before_the_token,
    values_of_a_wrong_type_are_refused,
    identifiers_are_case_insensitive;
}

async fn identifiers_are_case_insensitive(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket.to_uppercase()).await;
    let payment = id(&pay(&stack, &buyer, &order.to_uppercase(), "tok_visa").await.ok(201));
    for (path, id) in [("tickets", &ticket), ("orders", &order), ("payments", &payment)] {
        let found = stack.raw().get(&format!("/api/{path}/{}", id.to_uppercase())).by(&buyer).await.ok(200);
        assert_eq!(found["id"], id.as_str(), "{path}");
    }
    let meant = stack.raw().get("/api/orders").by(&buyer).header("x-ticketing-user", buyer.id.to_uppercase());
    assert_eq!(meant.await.ok(200)[0]["ticket"]["id"], ticket.as_str());
    stack.finish().await;
}

async fn cookies_of_other_applications_do_not_hide_the_session(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let value = user.cookie.split_once('=').unwrap().1;
    let cookies: [Vec<u8>; 6] = [
        format!("lang=\u{65e5}\u{672c}\u{8a9e}; session={value}").into_bytes(),
        [b"x=\xff\xfe; ", user.cookie.as_bytes()].concat(),
        format!("session=garbage; session={value}").into_bytes(),
        format!("session={value}; session=").into_bytes(),
        format!("sessions=x;session={value} ;a").into_bytes(),
        format!("=; ;;session=\"{value}\"").into_bytes(),
    ];
    for cookie in cookies {
        let shown = String::from_utf8_lossy(&cookie).into_owned();
        let current = stack.raw().get("/api/users/currentuser").header("cookie", &cookie).await.ok(200);
        assert_eq!(current["currentUser"]["id"], user.id, "{shown}");
    }
    let two_fields = stack.raw().get("/api/users/currentuser").cookie("a=b; session=x").by(&user);
    assert_eq!(two_fields.await.ok(200)["currentUser"]["id"], user.id);
    // Sign-out ends the valid session, at any position among the cookies.
    let other = user.sign_in_again(stack.raw()).await;
    let both = format!("session=garbage; {}; {}", user.cookie, other.cookie);
    stack.raw().post("/api/users/signout").cookie(&both).await.ok(200);
    for ended in [&user, &other] {
        // Another replica receives the event later.
        let current = async || stack.raw().get("/api/users/currentuser").by(ended).await.ok(200);
        eventually!(current().await["currentUser"].is_null());
    }
    stack.finish().await;
}

async fn paths_of_other_clients_reach_their_routes(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let ticket = list(&stack, &user, "A ticket", 20.0).await;
    for path in ["/api/users/currentUser", "/api/users/currentuser/", "/API/Users/CURRENTUSER"] {
        let current = stack.raw().get(path).by(&user).await.ok(200);
        assert_eq!(current["currentUser"]["id"], user.id, "{path}");
    }
    for path in [format!("/api/tickets/{ticket}/"), format!("/api/Tickets/{}", ticket.to_uppercase())] {
        assert_eq!(stack.raw().get(&path).await.ok(200)["id"], ticket, "{path}");
    }
    for path in ["/api/tickets/", "/Api/tickets?limit=1", "/api/TICKETS/?limit=1"] {
        assert_eq!(stack.raw().get(path).await.ok(200).as_array().unwrap().len(), 1, "{path}");
    }
    stack.raw().get("/API/OpenAPI.json/").await.ok(200);
    stack.raw().get("/API/nothing").await.assert_refused(404, "not_found");
    let options = stack.raw().request(Method::OPTIONS, "/api/tickets/").await;
    assert_eq!((options.status, options.text().as_str()), (204, ""));
    assert!(options.header("allow").contains("POST"), "{options:?}");
    stack.finish().await;
}

async fn write_through_a_proxy_that_rewrites_host_is_accepted(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let new = json!({ "title": "A ticket", "price": 20 });
    let from = |site: &str| {
        let request =
            stack.raw().post("/api/tickets").by(&user).header("origin", "https://ticketing.example");
        request.header("sec-fetch-site", site).json(&new)
    };
    from("same-origin").await.ok(201);
    for site in ["same-site", "cross-site", "nonsense"] {
        from(site).await.assert_refused(403, "cross_origin");
    }
    stack.finish().await;
}

async fn order_is_checked_before_the_token(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let (seller, buyer) = (stack.session("seller").await, stack.session("buyer").await);
    let ticket = list(&stack, &seller, "A ticket", 20.0).await;
    let order = order_when_visible(&stack, &buyer, &ticket).await;
    // The token of the tests of the original client.
    pay(&stack, &buyer, "5f8d0d55b54764421b7156d9", "asldkfj").await.assert_refused(404, "not_found");
    pay(&stack, &seller, &order, "asldkfj").await.assert_refused(401, "not_owner");
    assert_eq!(pay(&stack, &buyer, &order, "asldkfj").await.fields(), ["token"]);
    stack.raw().delete(&format!("/api/orders/{order}")).by(&buyer).await.ok(204);
    // Payments receives the cancellation by an event.
    eventually!(
        pay(&stack, &buyer, &order, "asldkfj").await.json()["errors"][0]["code"] == "order_cancelled"
    );
    pay(&stack, &buyer, &order, "").await.assert_refused(400, "order_cancelled");
    stack.finish().await;
}

async fn values_of_a_wrong_type_are_refused(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let user = stack.session("user").await;
    let post = |path: &str, body: &serde_json::Value| stack.raw().post(path).by(&user).json(body);
    let message =
        post("/api/tickets", &json!({ "title": 5, "price": 20 })).await.assert_refused(400, "invalid_input");
    assert_eq!(message, "Title must be a string");
    let message = post("/api/orders", &json!({ "ticketId": 5 })).await.assert_refused(400, "invalid_input");
    assert_eq!(message, "TicketId must be a string");
    // Prices as strings in the forms that JavaScript parses.
    for (text, price) in [(".5", 0.5), ("20.", 20.0), ("1e3", 1000.0), ("20.000", 20.0), (" 7 ", 7.0)] {
        let ticket = post("/api/tickets", &json!({ "title": "A ticket", "price": text })).await.ok(201);
        assert_eq!(ticket["price"].as_f64(), Some(price), "{text}");
        assert!(!id(&ticket).is_empty());
    }
    stack.finish().await;
}
