//! The SDK against the original server: no keys, no codes, ObjectIds, and services that receive events after a delay.

use std::time::Duration;

use ticketing_sdk::{
    CardToken, Client, Error, ErrorCode, IdempotencyKey, ListTickets, NewTicket, Order, OrderStatus,
    SafeToRepeat, SecretString, Ticket, TicketSort, TicketStatus,
};
use ticketing_testkit::{
    Method, OriginalServer, ProxiedRequest, RequestProxy, RequestStage, dollars, eventually,
};

/// The original takes passwords of 4 to 20 characters.
const PASSWORD: &str = "correct horse";
const ORDERS: &str = "/api/orders";
const PAYMENTS: &str = "/api/payments";

async fn user(url: &str, name: &str) -> Client {
    let client = Client::new(url).unwrap();
    client.auth().sign_up(format!("{name}@example.com"), SecretString::from(PASSWORD)).await.unwrap();
    client
}

async fn list_ticket(seller: &Client, price: &str) -> Ticket {
    seller.tickets().create(NewTicket::new("RustConf", dollars(price))).await.unwrap()
}

fn card() -> CardToken {
    CardToken::new("tok_visa")
}

/// Returns a seller, a buyer behind a proxy, and an order that waits for its payment.
async fn open_order(original: &OriginalServer, proxy: &RequestProxy) -> (Client, Order) {
    let ticket = list_ticket(&user(&original.url(), "seller").await, "20").await;
    let buyer = user(&proxy.url(), "buyer").await;
    let order = buyer.orders().create(&ticket.id).await.unwrap();
    (buyer, order)
}

#[tokio::test]
async fn purchase_at_original_completes_despite_its_lag() {
    for cookie in ["express:sess", "session"] {
        let original = OriginalServer::with_cookie(cookie);
        let (seller, buyer) = (user(&original.url(), "seller").await, user(&original.url(), "buyer").await);
        let ticket = list_ticket(&seller, "20").await;
        assert_eq!((ticket.id.as_str().len(), ticket.status), (24, TicketStatus::Available));
        // Orders and payments answer 404 until they have received the ticket and the order.
        let order = buyer.orders().create_at_price(&ticket.id, ticket.price).await.unwrap();
        assert_eq!((order.status, order.ticket.price), (OrderStatus::Created, dollars("20")));
        let payment = buyer.payments().create(&order.id, card()).wait_until_settled().await.unwrap();
        assert_eq!((payment.id.as_str().len(), payment.status), (24, None));
        eventually!(buyer.orders().get(&order.id).await.unwrap().status == OrderStatus::Complete);
        let sold = buyer.tickets().get(&ticket.id).await.unwrap();
        assert_eq!((sold.status, sold.order_id), (TicketStatus::Reserved, Some(order.id.clone())));
        assert!(seller.tickets().list().all().await.unwrap().is_empty());
        assert_eq!((original.charges().len(), original.orders_made()), (1, 1));
    }
}

#[tokio::test]
async fn session_of_original_is_kept_and_ended() {
    let original = OriginalServer::start();
    let client = user(&original.url(), "ada").await;
    assert_eq!(client.auth().current_user().await.unwrap().unwrap().email, "ada@example.com");
    client.auth().sign_out().await.unwrap();
    assert!(client.auth().current_user().await.unwrap().is_none());
    assert!(!client.session().await.unwrap().present);
    client.auth().sign_in("ada@example.com", SecretString::from(PASSWORD)).await.unwrap();
    assert!(client.orders().list().all().await.unwrap().is_empty());
}

#[tokio::test]
async fn refusals_of_original_become_typed_errors() {
    let original = OriginalServer::start();
    let (seller, buyer) = (user(&original.url(), "seller").await, user(&original.url(), "buyer").await);
    let guest = Client::new(original.url()).unwrap();
    let password = || SecretString::from(PASSWORD);
    let code = |error: &Error| error.code().cloned();

    let error = guest.auth().sign_up("seller@example.com", password()).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::EmailInUse));
    let error = guest.auth().sign_up("nobody", SecretString::from("abc")).await.unwrap_err();
    let fields: Vec<_> = error.details().iter().filter_map(|detail| detail.field.as_deref()).collect();
    assert_eq!((fields, code(&error)), (vec!["email", "password"], Some(ErrorCode::InvalidInput)));
    let error = guest.auth().sign_in("nobody@example.com", password()).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::InvalidCredentials));
    let new = || NewTicket::new("RustConf", dollars("20"));
    let error = guest.tickets().create(new()).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::NotSignedIn));

    let ticket = list_ticket(&seller, "20").await;
    let error = seller.tickets().delete(&ticket.id).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::NotFound));
    let order = buyer.orders().create(&ticket.id).await.unwrap();
    let error = seller.orders().create(&ticket.id).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::TicketReserved));
    eventually!(guest.tickets().get(&ticket.id).await.unwrap().order_id.is_some());
    let error = seller.tickets().update(&ticket.id, new()).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::TicketReserved));
    assert!(seller.orders().get(&order.id).await.unwrap_err().is_unauthenticated());

    buyer.orders().cancel(&order.id).await.unwrap();
    buyer.orders().cancel(&order.id).await.unwrap();
    // Payments receives the event a moment later.
    eventually!(guest.tickets().get(&ticket.id).await.unwrap().order_id.is_none());
    let error = buyer.payments().create(&order.id, card()).await.unwrap_err();
    assert_eq!(code(&error), Some(ErrorCode::OrderCancelled));
    assert!(original.charges().is_empty());
    let error = buyer.payments().list().await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
}

#[tokio::test]
async fn order_of_original_expires_and_frees_its_ticket() {
    let original = OriginalServer::start();
    let proxy = RequestProxy::start(&original.url());
    let (buyer, order) = open_order(&original, &proxy).await;
    original.clock().advance(Duration::from_secs(15 * 60));
    eventually!(buyer.orders().get(&order.id).await.unwrap().status == OrderStatus::Cancelled);
    eventually!(buyer.tickets().list().all().await.unwrap().len() == 1);
}

#[tokio::test]
async fn unknown_identifier_is_not_waited_for() {
    let original = OriginalServer::start();
    let buyer = user(&original.url(), "buyer").await;
    let before = original.requests().len();
    let error = buyer.orders().create("5ea9b8f0c1d2e3f405162738").await.unwrap_err();
    assert_eq!((error.code(), original.requests().len() - before), (Some(&ErrorCode::NotFound), 1));
}

#[tokio::test]
async fn payment_with_lost_answer_is_charged_once() {
    for point in [RequestStage::Arrived, RequestStage::Answered] {
        let original = OriginalServer::start();
        let proxy = RequestProxy::start(&original.url());
        let (buyer, order) = open_order(&original, &proxy).await;
        // Payments has received the order: the loss meets the request that charges.
        eventually!(buyer.tickets().get(&order.ticket.id).await.unwrap().order_id.is_some());
        proxy.drop_at(ProxiedRequest::new(Method::POST, PAYMENTS, point));
        let error = buyer.payments().create(&order.id, card()).await.unwrap_err();
        let Error::UnknownOutcome { safe_to_repeat, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*safe_to_repeat, error.must_keep_key()), (SafeToRepeat::Never, false));
        assert_eq!(original.charges().len(), usize::from(point == RequestStage::Answered));
        let sent = original.requests().iter().filter(|request| request.ends_with(PAYMENTS)).count();
        assert_eq!(sent, usize::from(point == RequestStage::Answered), "it was sent again");
    }
}

#[tokio::test]
async fn resumed_write_is_not_sent_to_original() {
    let original = OriginalServer::start();
    let proxy = RequestProxy::start(&original.url());
    let (buyer, order) = open_order(&original, &proxy).await;
    buyer.payments().create(&order.id, card()).await.unwrap();
    // As a program does that was killed before it saw the answer: a client that does not know this server yet.
    let restarted = Client::new(original.url()).unwrap();
    restarted.auth().sign_in("buyer@example.com", SecretString::from(PASSWORD)).await.unwrap();
    let again = restarted.payments().create(&order.id, card());
    let error = again.idempotency_key(IdempotencyKey::generate()).resumed(true).await.unwrap_err();
    assert!(error.is_unknown_outcome(), "{error:?}");
    assert_eq!(original.charges().len(), 1);
}

#[tokio::test]
async fn listing_and_order_with_lost_answers_are_made_once() {
    let original = OriginalServer::start();
    let proxy = RequestProxy::start(&original.url());
    let seller = user(&proxy.url(), "seller").await;
    proxy.drop_at(ProxiedRequest::new(Method::POST, "/api/tickets", RequestStage::Answered));
    let error = seller.tickets().create(NewTicket::new("RustConf", dollars("20"))).await.unwrap_err();
    assert!(error.is_unknown_outcome(), "{error:?}");
    assert_eq!(original.tickets_listed(), 1);

    let ticket = seller.tickets().list().all().await.unwrap().remove(0);
    eventually!(original.clock().now() > ticket_known(&ticket));
    proxy.drop_at(ProxiedRequest::new(Method::POST, ORDERS, RequestStage::Answered));
    let error = seller.orders().create(&ticket.id).await.unwrap_err();
    assert!(error.is_unknown_outcome(), "{error:?}");
    assert_eq!(original.orders_made(), 1);
    // A write that changes nothing the second time is repeated anywhere.
    let order = seller.orders().list().all().await.unwrap().remove(0);
    proxy.drop_at(ProxiedRequest::new(
        Method::DELETE,
        format!("{ORDERS}/{}", order.id),
        RequestStage::Answered,
    ));
    seller.orders().cancel(&order.id).await.unwrap();
}

/// Returns when every service has received a ticket, by the second that its identifier carries.
fn ticket_known(ticket: &Ticket) -> ticketing_sdk::Timestamp {
    let seconds = i64::from_str_radix(&ticket.id.as_str()[..8], 16).unwrap();
    ticketing_sdk::Timestamp::from_millis((seconds + 1) * 1000) + Duration::from_millis(50)
}

#[tokio::test]
async fn original_has_no_live_changes() {
    let original = OriginalServer::start();
    let error = Client::new(original.url()).unwrap().tickets().watch().await.unwrap_err();
    assert!(matches!(error, Error::Unsupported { what: "live changes" }), "{error:?}");
}

#[tokio::test]
async fn list_of_original_is_whole_in_one_page() {
    let original = OriginalServer::start();
    let seller = user(&original.url(), "seller").await;
    for _ in 0..3 {
        list_ticket(&seller, "20").await;
    }
    let page = seller.tickets().list().limit(2).await.unwrap();
    assert_eq!((page.items.len(), page.has_more()), (3, false));
    assert_eq!(seller.tickets().list().limit(2).all().await.unwrap().len(), 3);
}

#[tokio::test]
async fn filters_that_original_ignores_are_applied_by_client() {
    let original = OriginalServer::start();
    let (seller, other) = (user(&original.url(), "seller").await, user(&original.url(), "other").await);
    for (client, title, price) in
        [(&seller, "Opera, act 1", "30"), (&other, "Gig", "10"), (&seller, "Grand opera", "20")]
    {
        client.tickets().create(NewTicket::new(title, dollars(price))).await.unwrap();
        // An ObjectId contains the creation time in seconds.
        original.clock().advance(Duration::from_secs(1));
    }
    let list = || seller.tickets().list();
    let titles = async |list: ListTickets| -> Vec<String> {
        list.all().await.unwrap().into_iter().map(|ticket| ticket.title).collect()
    };
    assert_eq!(titles(list().matching("OPERA")).await, ["Opera, act 1", "Grand opera"]);
    assert_eq!(titles(list().max_price("20".parse().unwrap())).await, ["Gig", "Grand opera"]);
    assert_eq!(titles(list().min_price("20.01".parse().unwrap())).await, ["Opera, act 1"]);
    assert_eq!(titles(list().sort(TicketSort::Price)).await, ["Gig", "Grand opera", "Opera, act 1"]);
    assert_eq!(titles(list().sort(TicketSort::Newest)).await, ["Grand opera", "Gig", "Opera, act 1"]);
    assert_eq!(titles(list().mine()).await, ["Opera, act 1", "Grand opera"]);
    assert!(titles(list().status([TicketStatus::Sold])).await.is_empty());

    let gig = list().matching("gig").all().await.unwrap().remove(0);
    let order = seller.orders().create(&gig.id).await.unwrap();
    seller.orders().cancel(&order.id).await.unwrap();
    assert!(seller.orders().list().status([OrderStatus::Created]).all().await.unwrap().is_empty());
    let cancelled = seller.orders().list().status([OrderStatus::Cancelled]).all().await.unwrap();
    assert_eq!(cancelled.len(), 1);
}

#[tokio::test]
async fn exception_after_charge_leaves_outcome_unknown() {
    let original = OriginalServer::start();
    let proxy = RequestProxy::start(&original.url());
    let (buyer, order) = open_order(&original, &proxy).await;
    original.fail_after_next_charge();
    let error = buyer.payments().create(&order.id, card()).await.unwrap_err();
    assert!(error.is_unknown_outcome(), "{error:?}");
    assert_eq!(original.charges().len(), 1);
}
