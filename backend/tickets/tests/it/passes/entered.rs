//! Admissions of doors without a network, which end the offer of their pass.

use ticketing_events::TicketDeleted;
use ticketing_sdk::DoubleAdmission;
use ticketing_tickets::domain::pass::PassUnavailable;

use super::*;

on_both! {
    #[tokio::test]
    admission_withdraws_the_listing_of_an_offered_pass,
    admission_during_a_reservation_makes_it_the_last_one,
    order_on_its_way_prevails_over_an_admission,
    admission_of_a_withdrawn_listing_is_published,
    admission_with_an_old_code_ends_the_offer_of_a_valid_pass;
}

/// Returns the bodies of the withdrawals of a listing.
async fn withdrawals(shop: &Shop, listing: &TicketId) -> Vec<TicketDeleted> {
    let id = listing.clone();
    let read = move |tx: &mut Tx<'_>| {
        let sql = "SELECT body FROM outbox WHERE name = 'ticket:deleted' AND aggregate = $1 ORDER BY id";
        tx.query(sql, args![&id], |row| Ok(serde_json::from_str(&row.text("body")?).unwrap()))
    };
    shop.core.db.read(read).await.map_err(|error: DbError| error).unwrap()
}

/// A door without a network has admitted the holder of the code of `pass`, and uploads it. Returns its admission.
async fn upload_admission(shop: &Shop, pass: &StoredPass, second: u64) -> DoubleAdmission {
    let at = pass.issued_at + std::time::Duration::from_secs(second);
    let device = Some("north".to_owned());
    let code = ReadCode {
        pass_id: pass.id.clone(),
        serial: pass.serial,
        at: Some(at),
        starts_within: None,
        device: device.clone(),
    };
    let recorded = shop.write_published(move |tx, publisher| {
        passes::record_double_admission(tx, publisher, &code, &"seller".into())
    });
    recorded.await.map_err(|error: DbError| error).unwrap();
    DoubleAdmission::new(at, device)
}

async fn admission_withdraws_the_listing_of_an_offered_pass(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let listing = offer(&shop, &pass).await;
    let first = upload_admission(&shop, &pass, 1).await;
    assert_eq!(find(&shop, &pass.id).await.state, offered_by(&listing, Some(&first)));
    assert_eq!((shop.state(&listing).await, shop.versions(&listing).await), ("gone".to_owned(), vec![0, 1]));
    // A second door changes nothing about the listing.
    let second = upload_admission(&shop, &pass, 2).await;
    assert_eq!(shop.versions(&listing).await, [0, 1]);
    close_listing(&shop, &listing).await;
    close_listing(&shop, &listing).await;
    let used = find(&shop, &pass.id).await;
    let DoubleAdmission { admitted_at, device, .. } = first;
    assert_eq!((used.state, used.double_admissions), (PassState::Used { admitted_at, device }, vec![second]));
    let published = shop.published_events().await;
    assert_eq!(published.iter().filter(|(_, name, ..)| name == "pass:admitted").count(), 1);
}

async fn admission_during_a_reservation_makes_it_the_last_one(engine: DbEngine) {
    let shop = Shop::on(engine);
    for is_paid in [false, true] {
        let (_, pass) = sold_by(&shop, if is_paid { "paid" } else { "unpaid" }).await;
        let listing = offer(&shop, &pass).await;
        let order = format!("{is_paid}");
        shop.ordered_by(&order, &listing, "next", 1500).await;
        let first = upload_admission(&shop, &pass, 1).await;
        // Orders accepts no further order, and the order keeps the ticket.
        assert_eq!(shop.state(&listing).await, format!("reserved {order} 3"));
        let published = shop.published_events().await;
        let of_listing = published.iter().filter(|(_, _, of, _)| of == listing.as_str());
        let names: Vec<&str> = of_listing.map(|(_, name, ..)| name.as_str()).collect();
        assert_eq!(names, ["ticket:created", "ticket:updated", "ticket:deleted", "ticket:updated"]);
        if is_paid {
            shop.apply(Step::Completed, &order, &listing, 1).await;
            let moved = find(&shop, &pass.id).await;
            assert_eq!((moved.holder_id.as_str(), moved.serial), ("next", 1));
            assert_eq!(
                (&moved.state, &moved.double_admissions),
                (&PassState::Valid { transfer: None }, &vec![first])
            );
            admit(&shop, &moved).await.unwrap();
        } else {
            shop.apply(Step::Cancelled, &order, &listing, 1).await;
            assert_eq!(shop.state(&listing).await, "gone");
            close_listing(&shop, &listing).await;
            let DoubleAdmission { admitted_at, device, .. } = first;
            assert_eq!(find(&shop, &pass.id).await.state, PassState::Used { admitted_at, device });
        }
    }
}

async fn order_on_its_way_prevails_over_an_admission(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let listing = offer(&shop, &pass).await;
    let first = upload_admission(&shop, &pass, 1).await;
    shop.apply(Step::Created, "late", &listing, 0).await;
    assert_eq!(shop.state(&listing).await, "reserved late 2");
    shop.apply(Step::Completed, "late", &listing, 1).await;
    let moved = find(&shop, &pass.id).await;
    assert_eq!((moved.serial, moved.double_admissions), (1, vec![first]));
}

async fn admission_of_a_withdrawn_listing_is_published(engine: DbEngine) {
    let shop = Shop::on(engine);
    for is_reserved in [false, true] {
        let (_, pass) = sold_by(&shop, if is_reserved { "reserved" } else { "free" }).await;
        let listing = offer(&shop, &pass).await;
        shop.delete(&listing, "buyer").await.unwrap();
        if is_reserved {
            shop.apply(Step::Created, "late", &listing, 0).await;
        }
        let first = upload_admission(&shop, &pass, 1).await;
        let withdrawn = withdrawals(&shop, &listing).await;
        let times: Vec<_> = withdrawn.iter().map(|event| event.admitted_at).collect();
        assert_eq!(times, [None, Some(first.admitted_at)], "orders ends an order that no payment holds");
        let state = if is_reserved { "reserved late 4" } else { "gone" };
        assert_eq!(shop.state(&listing).await, state);
    }
}

async fn admission_with_an_old_code_ends_the_offer_of_a_valid_pass(engine: DbEngine) {
    let shop = Shop::on(engine);
    let (_, pass) = sell_ticket(&shop).await;
    let listing = offer(&shop, &pass).await;
    sell(&shop, "second", &listing, "next", 1500).await;
    let again = offer(&shop, &find(&shop, &pass.id).await).await;
    let first = upload_admission(&shop, &pass, 1).await;
    let offered = find(&shop, &pass.id).await;
    assert_eq!((offered.state, &offered.double_admissions), (offered_by(&again, None), &vec![first.clone()]));
    assert_eq!(withdrawals(&shop, &again).await[0].admitted_at, Some(first.admitted_at));
    close_listing(&shop, &again).await;
    let returned = find(&shop, &pass.id).await;
    assert_eq!((&returned.state, returned.serial), (&PassState::Valid { transfer: None }, 1));
    let mut resold = returned.clone();
    assert_eq!(resold.offer("another".into()), Err(PassUnavailable::Entered));
    let used = admit(&shop, &returned).await.unwrap();
    assert_eq!(used.double_admissions, [first], "its holder has entered, and is warned");
}
