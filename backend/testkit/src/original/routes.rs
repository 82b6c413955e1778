//! The routes of the original, a function each.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::COOKIE;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};

use super::ORDER_TTL;
use super::market::{Charge, Market, Order, Ticket, User, find};
use super::response::{ErrorResponse, ResponseResult, response};

/// Answers one request. `cookie` is the name of the session's cookie.
pub(super) fn respond(market: &mut Market, cookie: &str, request: &Request<Bytes>) -> Response<Full<Bytes>> {
    market.deliver();
    let path = request.uri().path().trim_end_matches('/').to_ascii_lowercase();
    market.requests.push(format!("{} {path}", request.method()));
    // Identifiers are compared as they were sent.
    let id = request.uri().path().trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let user = signed_in(market, cookie, request);
    let Ok(body) = body_of(request) else { return response(Err(ErrorResponse::Failed), None) };
    let mut session = None;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let result = match (request.method().as_str(), segments.as_slice()) {
        ("POST", ["api", "users", "signup"]) => sign_up(market, &body).inspect(|answer| {
            session = Some(set_cookie(cookie, answer));
        }),
        ("POST", ["api", "users", "signin"]) => sign_in(market, &body).inspect(|answer| {
            session = Some(set_cookie(cookie, answer));
        }),
        ("POST", ["api", "users", "signout"]) => {
            session = Some(format!("{cookie}=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly"));
            Ok((200, json!({})))
        }
        ("GET", ["api", "users", "currentuser"]) => Ok((200, current_user(market, user.as_deref()))),
        ("GET", ["api", "tickets"]) => {
            let free = market.tickets.iter().filter(|ticket| ticket.order.is_none());
            Ok((200, free.map(Ticket::json).collect()))
        }
        ("GET", ["api", "tickets", _]) => show_ticket(market, &id),
        ("POST", ["api", "tickets"]) => create_ticket(market, user, &body),
        ("PUT", ["api", "tickets", _]) => update_ticket(market, user, &id, &body),
        ("GET", ["api", "orders"]) => list_orders(market, user),
        ("GET", ["api", "orders", _]) => show_order(market, user, &id),
        ("POST", ["api", "orders"]) => create_order(market, user, &body),
        ("DELETE", ["api", "orders", _]) => cancel_order(market, user, &id),
        ("POST", ["api", "payments"]) => pay(market, user, &body),
        _ => Err(ErrorResponse::NotFound),
    };
    response(result, session)
}

fn body_of(request: &Request<Bytes>) -> Result<Value, serde_json::Error> {
    if request.body().is_empty() { Ok(json!({})) } else { serde_json::from_slice(request.body()) }
}

/// Returns the user whose token the cookie carries. The original keeps no sessions: the token alone counts.
fn signed_in(market: &Market, name: &str, request: &Request<Bytes>) -> Option<String> {
    let cookies = request.headers().get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split("; ")).filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let session: Value = serde_json::from_slice(&STANDARD.decode(value).ok()?).ok()?;
    let claims = session["jwt"].as_str()?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    let id = claims["id"].as_str()?;
    market.users.iter().any(|user| user.id == id).then(|| id.to_owned())
}

fn set_cookie(name: &str, (_, user): &(u16, Value)) -> String {
    let claims = URL_SAFE_NO_PAD.encode(user.to_string());
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let session = json!({ "jwt": format!("{header}.{claims}.signature") }).to_string();
    format!("{name}={}; path=/; httponly", STANDARD.encode(session))
}

fn text<'b>(body: &'b Value, field: &str) -> &'b str {
    body[field].as_str().unwrap_or_default()
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

fn sign_up(market: &mut Market, body: &Value) -> ResponseResult {
    let (email, password) = (text(body, "email"), text(body, "password").trim());
    let mut invalid = Vec::new();
    if !is_email(email) {
        invalid.push(("email", "Email must be valid"));
    }
    if !(4..=20).contains(&password.chars().count()) {
        invalid.push(("password", "Password must be between 4 and 20 characters"));
    }
    if !invalid.is_empty() {
        return Err(ErrorResponse::Invalid(invalid));
    }
    if market.users.iter().any(|user| user.email == email) {
        return Err(ErrorResponse::BadRequest("Email in use"));
    }
    let id = market.new_id();
    market.users.push(User { id: id.clone(), email: email.to_owned(), password: password.to_owned() });
    Ok((201, json!({ "email": email, "id": id })))
}

fn sign_in(market: &Market, body: &Value) -> ResponseResult {
    let (email, password) = (text(body, "email"), text(body, "password").trim());
    let mut invalid = Vec::new();
    if !is_email(email) {
        invalid.push(("email", "Email must be valid"));
    }
    if password.is_empty() {
        invalid.push(("password", "You must supply a password"));
    }
    if !invalid.is_empty() {
        return Err(ErrorResponse::Invalid(invalid));
    }
    let user = market.users.iter().find(|user| user.email == email && user.password == password);
    let user = user.ok_or(ErrorResponse::BadRequest("Invalid credentials"))?;
    Ok((200, json!({ "email": user.email, "id": user.id })))
}

fn current_user(market: &Market, id: Option<&str>) -> Value {
    let user = market.users.iter().find(|user| Some(user.id.as_str()) == id);
    let iat = market.clock.now().as_millis() / 1000;
    let user = user.map(|user| json!({ "id": user.id, "email": user.email, "iat": iat }));
    json!({ "currentUser": user })
}

/// Returns the error that the original's database throws for an identifier that is no ObjectId.
fn object_id(id: &str) -> Result<(), ErrorResponse> {
    let is_one = id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then_some(()).ok_or(ErrorResponse::Failed)
}

fn show_ticket(market: &Market, id: &str) -> ResponseResult {
    object_id(id)?;
    let ticket = market.tickets.iter().find(|ticket| ticket.id == id).ok_or(ErrorResponse::NotFound)?;
    Ok((200, ticket.json()))
}

/// Returns the title and the price of a ticket.
fn contents(body: &Value) -> Result<(String, f64), ErrorResponse> {
    let mut invalid = Vec::new();
    let title = text(body, "title");
    if title.is_empty() {
        invalid.push(("title", "Title is required"));
    }
    let price = body["price"].as_f64().or_else(|| text(body, "price").parse().ok());
    let price = price.filter(|price| *price > 0.0);
    if price.is_none() {
        invalid.push(("price", "Price must be greater than 0"));
    }
    match price {
        Some(price) if invalid.is_empty() => Ok((title.to_owned(), price)),
        _ => Err(ErrorResponse::Invalid(invalid)),
    }
}

fn create_ticket(market: &mut Market, user: Option<String>, body: &Value) -> ResponseResult {
    let user = user.ok_or(ErrorResponse::NotAuthorized)?;
    let (title, price) = contents(body)?;
    let ticket = Ticket { id: market.new_id(), title, price, user, order: None, version: 0 };
    market.tickets.push(ticket.clone());
    market.publish_ticket(ticket.clone());
    Ok((201, ticket.json()))
}

fn update_ticket(market: &mut Market, user: Option<String>, id: &str, body: &Value) -> ResponseResult {
    let user = user.ok_or(ErrorResponse::NotAuthorized)?;
    let (title, price) = contents(body)?;
    object_id(id)?;
    let ticket = find(&mut market.tickets, |ticket| ticket.id == id).ok_or(ErrorResponse::NotFound)?;
    if ticket.order.is_some() {
        return Err(ErrorResponse::BadRequest("Cannot edit a reserved ticket"));
    }
    if ticket.user != user {
        return Err(ErrorResponse::NotAuthorized);
    }
    (ticket.title, ticket.price) = (title, price);
    ticket.version += 1;
    let ticket = ticket.clone();
    market.publish_ticket(ticket.clone());
    Ok((200, ticket.json()))
}

fn list_orders(market: &Market, user: Option<String>) -> ResponseResult {
    let user = user.ok_or(ErrorResponse::NotAuthorized)?;
    let own = market.orders.iter().filter(|order| order.user == user);
    Ok((200, own.map(|order| order.json(market)).collect()))
}

fn own_order<'m>(market: &'m Market, user: Option<String>, id: &str) -> Result<&'m Order, ErrorResponse> {
    let user = user.ok_or(ErrorResponse::NotAuthorized)?;
    object_id(id)?;
    let order = market.orders.iter().find(|order| order.id == id).ok_or(ErrorResponse::NotFound)?;
    if order.user == user { Ok(order) } else { Err(ErrorResponse::NotAuthorized) }
}

fn show_order(market: &Market, user: Option<String>, id: &str) -> ResponseResult {
    Ok((200, own_order(market, user, id)?.json(market)))
}

fn create_order(market: &mut Market, user: Option<String>, body: &Value) -> ResponseResult {
    let user = user.ok_or(ErrorResponse::NotAuthorized)?;
    let id = text(body, "ticketId");
    object_id(id).map_err(|_| ErrorResponse::Invalid(vec![("ticketId", "TicketId must be provided")]))?;
    let ticket = market.tickets_in_orders.iter().find(|ticket| ticket.id == id).cloned();
    let ticket = ticket.ok_or(ErrorResponse::NotFound)?;
    if market.orders.iter().any(|order| order.ticket == ticket.id && order.status != "cancelled") {
        return Err(ErrorResponse::BadRequest("Ticket is already reserved"));
    }
    let expires_at = market.clock.now() + ORDER_TTL;
    let order = Order {
        id: market.new_id(),
        user,
        status: "created",
        expires_at: expires_at.as_millis(),
        ticket: ticket.id,
        version: 0,
    };
    market.orders.push(order.clone());
    market.publish_order(order.clone());
    Ok((201, order.json(market)))
}

fn cancel_order(market: &mut Market, user: Option<String>, id: &str) -> ResponseResult {
    let id = own_order(market, user, id)?.id.clone();
    market.cancel(&id);
    Ok((204, Value::Null))
}

/// Charges the card and records the charge, without a check whether the order is paid already.
fn pay(market: &mut Market, user: Option<String>, body: &Value) -> ResponseResult {
    let user = user.ok_or(ErrorResponse::NotAuthorized)?;
    let (token, id) = (text(body, "token"), text(body, "orderId"));
    let required = [("token", token), ("orderId", id)].into_iter().filter(|(_, value)| value.is_empty());
    let invalid: Vec<_> = required.map(|(field, _)| (field, "Invalid value")).collect();
    if !invalid.is_empty() {
        return Err(ErrorResponse::Invalid(invalid));
    }
    object_id(id)?;
    let order = market.orders_in_payments.iter().find(|order| order.id == id).cloned();
    let order = order.ok_or(ErrorResponse::NotFound)?;
    if order.user != user {
        return Err(ErrorResponse::NotAuthorized);
    }
    if order.status == "cancelled" {
        return Err(ErrorResponse::BadRequest("Cannot pay for an cancelled order"));
    }
    // A refusal of the provider is an uncaught exception.
    if !token.starts_with("tok_") || token.contains("Declined") {
        return Err(ErrorResponse::Failed);
    }
    let price = market.tickets_in_orders.iter().find(|ticket| ticket.id == order.ticket);
    let amount = price.map_or(0.0, |ticket| ticket.price);
    market.charges.push(Charge { order: order.id.clone(), amount, token: token.to_owned() });
    if std::mem::take(&mut market.fails_after_charge) {
        return Err(ErrorResponse::Failed);
    }
    market.publish_payment(order.id);
    let payment = market.new_id();
    Ok((201, json!({ "id": payment })))
}
