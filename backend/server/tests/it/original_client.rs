//! The requests of the original web client: those of its pages in the browser, and those of its server for a page,
//! which forwards the request of the browser to another address.

use serde_json::{Value, json};
use ticketing_platform::session::CookieSettings;
use ticketing_testkit::{
    Method, RawRequest, Reply, Shape, TestStack, eventually, on_shapes, payload_of, token_of,
};

use crate::support::id;

on_shapes! {
    [embedded, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    original_pages_complete_a_purchase,
    original_pages_show_error_messages,
    original_client_accepts_both_cookie_names;
}

/// The host in the browser's address bar.
const HOST: &str = "ticketing.dev";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// A browser with one of its pages open.
struct Browser<'s> {
    stack: &'s TestStack,
    cookie: Option<String>,
}

impl<'s> Browser<'s> {
    fn new(stack: &'s TestStack) -> Self {
        Self { stack, cookie: None }
    }

    fn request(&self, method: Method, path: &str) -> RawRequest {
        let request = self.stack.raw().request(method, path).header("host", HOST).header("user-agent", AGENT);
        match &self.cookie {
            // Other applications set cookies too.
            Some(cookie) => request.cookie(&format!("_ga=GA1.2.3; {cookie}; theme=dark")),
            None => request,
        }
    }

    /// Opens a page: the client's server calls the API with the headers of the browser.
    async fn open(&self, path: &str) -> Reply {
        let request = self
            .request(Method::GET, path)
            .header(
                "accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
            )
            .header("accept-language", "en-US,en;q=0.5")
            .header("accept-encoding", "gzip, deflate, br")
            .header("upgrade-insecure-requests", "1")
            .header("sec-fetch-dest", "document")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-site", "none")
            .header("x-real-ip", "192.168.65.3")
            .header("x-forwarded-for", "192.168.65.3")
            .header("x-forwarded-host", HOST)
            .header("x-forwarded-proto", "https")
            .header("x-scheme", "https");
        Self::check_response(request.await)
    }

    /// Sends a request from an open page.
    async fn get(&self, path: &str) -> Reply {
        Self::check_response(self.axios(Method::GET, path).await)
    }

    /// Submits a form. The response may set or clear the cookie.
    async fn post(&mut self, path: &str, body: &Value) -> Reply {
        let request = self.axios(Method::POST, path).header("origin", format!("https://{HOST}"));
        let reply =
            Self::check_response(request.body("application/json;charset=utf-8", body.to_string()).await);
        if let Some((_, value)) = reply.cookie().split_once('=') {
            self.cookie = (!value.is_empty()).then(|| reply.cookie().to_owned());
        }
        reply
    }

    fn axios(&self, method: Method, path: &str) -> RawRequest {
        self.request(method, path)
            .header("accept", "application/json, text/plain, */*")
            .header("accept-language", "en-US,en;q=0.5")
            .header("accept-encoding", "gzip, deflate, br")
            .header("referer", format!("https://{HOST}/tickets/new"))
            .header("sec-fetch-dest", "empty")
            .header("sec-fetch-mode", "cors")
            .header("sec-fetch-site", "same-origin")
    }

    /// Asserts that the client can parse the response as JSON.
    fn check_response(reply: Reply) -> Reply {
        assert!(reply.header("content-type").starts_with("application/json"), "{reply:?}");
        assert_eq!(reply.header("content-encoding"), "", "the client cannot decode other encodings");
        reply
    }

    /// Returns the user that the header of the page shows.
    async fn current_user(&self) -> Value {
        self.open("/api/users/currentuser").await.ok(200)["currentUser"].clone()
    }

    async fn sign_up(&mut self, email: &str) -> Value {
        let form = json!({ "email": email, "password": "password" });
        self.post("/api/users/signup", &form).await.ok(201)
    }

    /// Lists a ticket. The form sends the price as a string with two decimals.
    async fn sell(&mut self, title: &str, price: &str) -> Value {
        self.post("/api/tickets", &json!({ "title": title, "price": price })).await.ok(201)
    }
}

async fn original_pages_complete_a_purchase(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let mut browser = Browser::new(&stack);

    // The first page, and the account.
    assert_eq!(browser.current_user().await, Value::Null);
    assert_eq!(browser.open("/api/tickets").await.ok(200), json!([]));
    let user = browser.sign_up("test@test.com").await;
    assert_eq!(user["email"], "test@test.com");
    assert_eq!(browser.current_user().await["id"], user["id"]);
    assert_eq!(browser.get("/api/users/currentuser").await.ok(200)["currentUser"]["email"], "test@test.com");

    // A ticket is listed, and visible without an account.
    let ticket = browser.sell("Concert", "20.50").await;
    assert_eq!((&ticket["title"], &ticket["price"]), (&json!("Concert"), &json!(20.5)));
    let listed = Browser::new(&stack).open("/api/tickets").await.ok(200);
    let listed = listed.as_array().expect("a bare array");
    assert_eq!(listed.len(), 1);
    for field in ["id", "title", "price"] {
        assert_eq!(listed[0][field], ticket[field], "{field}");
    }
    let path = format!("/api/tickets/{}", id(&ticket));
    assert_eq!(browser.open(&path).await.ok(200), browser.get(&path).await.ok(200));

    // The ticket is ordered; the page of the order counts down and multiplies the price.
    let order = browser.post("/api/orders", &json!({ "ticketId": ticket["id"] })).await.ok(201);
    let path = format!("/api/orders/{}", id(&order));
    let shown = browser.open(&path).await.ok(200);
    assert_eq!((&shown["id"], &shown["status"]), (&order["id"], &json!("created")));
    assert_eq!((&shown["ticket"]["title"], &shown["ticket"]["price"]), (&json!("Concert"), &json!(20.5)));
    let expires = shown["expiresAt"].as_str().expect("a text that `new Date` reads");
    assert!(expires.len() == 24 && expires.ends_with('Z') && expires.contains('T'), "{expires}");

    // The card form sends the id of a token.
    let payment = json!({ "token": "tok_visa", "orderId": order["id"] });
    let paid = browser.post("/api/payments", &payment).await.ok(201);
    assert!(paid["id"].is_string(), "{paid}");
    let orders = browser.get("/api/orders").await.ok(200);
    let orders = orders.as_array().expect("a bare array");
    assert_eq!((orders.len(), &orders[0]["ticket"]["title"]), (1, &json!("Concert")));
    eventually!(browser.open("/api/orders").await.ok(200)[0]["status"] == "complete");
    // A sold ticket is not listed.
    eventually!(browser.open("/api/tickets").await.ok(200) == json!([]));

    // Sign-out: the page posts an empty object.
    assert_eq!(browser.post("/api/users/signout", &json!({})).await.ok(200), json!({}));
    assert_eq!(browser.cookie, None);
    assert_eq!(browser.current_user().await, Value::Null);
    let form = json!({ "email": "test@test.com", "password": "password" });
    assert_eq!(browser.post("/api/users/signin", &form).await.ok(200)["id"], user["id"]);
    assert_eq!(browser.current_user().await["email"], "test@test.com");
    stack.finish().await;
}

async fn original_pages_show_error_messages(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    // The page shows the message of each error and uses it as a key.
    let shown = |reply: &Reply, status: u16| -> Vec<String> {
        let errors = reply.errors(status).into_iter();
        let messages: Vec<String> =
            errors.map(|error| error["message"].as_str().expect("a text").to_owned()).collect();
        let mut apart = messages.clone();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), messages.len(), "{messages:?}");
        messages
    };
    let mut browser = Browser::new(&stack);
    let empty = browser.post("/api/users/signup", &json!({ "email": "", "password": "" })).await;
    assert_eq!(shown(&empty, 400).len(), 2);
    assert_eq!(empty.fields(), ["email", "password"]);
    browser.sign_up("test@test.com").await;
    let again = json!({ "email": "test@test.com", "password": "password" });
    assert_eq!(shown(&browser.post("/api/users/signup", &again).await, 400), ["Email in use"]);
    let wrong = json!({ "email": "test@test.com", "password": "drowssap" });
    assert_eq!(shown(&browser.post("/api/users/signin", &wrong).await, 400), ["Invalid credentials"]);

    let empty = browser.post("/api/tickets", &json!({ "title": "", "price": "" })).await;
    assert_eq!(empty.fields(), ["price", "title"]);
    let anonymous =
        Browser::new(&stack).post("/api/tickets", &json!({ "title": "a", "price": "1.00" })).await;
    assert_eq!(shown(&anonymous, 401), ["Not authorized"]);
    // Identifiers of the original have another form, and are not found here.
    assert_eq!(shown(&browser.open("/api/tickets/5f8d0d55b54764421b7156d9").await, 404), ["Not Found"]);
    assert_eq!(shown(&Browser::new(&stack).open("/api/orders").await, 401), ["Not authorized"]);

    let ticket = browser.sell("Concert", "20.00").await;
    let wanted = json!({ "ticketId": ticket["id"] });
    let order = browser.post("/api/orders", &wanted).await.ok(201);
    assert_eq!(shown(&browser.post("/api/orders", &wanted).await, 400), ["Ticket is already reserved"]);
    let declined = json!({ "token": "tok_chargeDeclined", "orderId": order["id"] });
    assert_eq!(shown(&browser.post("/api/payments", &declined).await, 400).len(), 1);
    let mut rival = Browser::new(&stack);
    rival.sign_up("rival@test.com").await;
    let stolen = json!({ "token": "tok_visa", "orderId": order["id"] });
    assert_eq!(shown(&rival.post("/api/payments", &stolen).await, 401), ["Not authorized"]);
    assert_eq!(shown(&rival.open(&format!("/api/orders/{}", id(&order))).await, 401), ["Not authorized"]);
    stack.finish().await;
}

async fn original_client_accepts_both_cookie_names(shape: Shape) {
    for name in ["session", "express:sess"] {
        let cookie = CookieSettings::new(name, false).unwrap();
        let stack = TestStack::builder().on(shape).with(|settings| settings.cookie = cookie).start().await;
        let mut browser = Browser::new(&stack);
        let user = browser.sign_up("test@test.com").await;
        // The value is base64 of an object with only the token, whose claims are the user and a time.
        let cookie = browser.cookie.clone().unwrap();
        let value = cookie.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).expect("of that name");
        assert!(value.starts_with("ey"), "{value}");
        let payload = payload_of(&token_of(&cookie));
        assert_eq!((&payload["id"], &payload["email"]), (&user["id"], &json!("test@test.com")));
        assert!(payload["iat"].is_i64());
        assert_eq!(browser.current_user().await["id"], user["id"]);
        stack.finish().await;
    }
}
