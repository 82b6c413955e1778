//! The audit of the marketplace's ledger against Stripe's.

use ticketing_bus::JetStreamOptions;
use ticketing_payments::StripeProvider;
use ticketing_payments::provider::{AuthorizeRequest, Charge, Confirmation, Provider};
use ticketing_sdk::{Money, OrderId, PaymentId};
use ticketing_server::StackSettings;
use ticketing_server::audit::{AuditTarget, AuditTargetError};
use ticketing_testkit::{Shape, TestStackBuilder};

use super::StripeMarket;
use crate::support::pay;

#[tokio::test]
async fn audit_compares_the_ledger_with_stripe() {
    let market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.stack.settle().await;
    market.stack.audit().await;

    // A second charge for the same order, which the marketplace does not know.
    let provider = StripeProvider::new(&market.stripe.settings(), market.stack.clock().clone()).unwrap();
    let amount = Money::from_cents(1999).unwrap();
    let request = AuthorizeRequest {
        amount,
        currency: "usd".to_owned(),
        token: "tok_visa".parse().unwrap(),
        order_id: OrderId::new(&reservation.order),
        payment_id: PaymentId::new("by hand"),
        begun_at: market.stack.clock().now(),
        known: None,
        confirmation: Confirmation::Impossible,
    };
    let stripe_id = provider.authorize("by hand", &request).await.unwrap();
    let broken = |report: &ticketing_server::audit::Report| -> Vec<u8> {
        report.checks.iter().filter(|check| !check.broken.is_empty()).map(|check| check.number).collect()
    };
    assert_eq!(broken(&market.stack.report().await), [12], "a hold that is left open");
    let charge = Charge { stripe_id, amount };
    provider.capture("by hand:capture", &charge).await.unwrap();
    assert_eq!(broken(&market.stack.report().await), [10], "money that is not owed, and a second charge");
    provider.refund("by hand:refund", &charge).await.unwrap();
    let report = market.stack.report().await;
    assert_eq!(broken(&report), [10], "it was charged twice all the same");
    assert!(report.to_string().contains("charged 2 times"), "{report}");
    market.stack.discard().await;
}

#[tokio::test]
async fn offline_audit_reads_the_ledger_of_stripe() {
    let mut market = StripeMarket::start().await;
    let reservation = market.reserve().await;
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.stack.settle().await;
    let folder = market.stack.data_dir();
    market.stack.stop().await;
    let alone = AuditTarget::new(&folder).audit().await;
    assert!(matches!(alone, Err(AuditTargetError::LedgerElsewhere)), "{alone:?}");
    assert!(!folder.join("provider.db").exists(), "the audit creates nothing");
    let mut settings = StackSettings::new(&folder);
    settings.stripe = Some(market.stripe.settings());
    let report = AuditTarget::from_settings(&settings).await.unwrap().audit().await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    market.stack.restart().await;
    market.finish().await;
}

#[tokio::test]
async fn stripe_sales_are_not_audited_against_a_simulated_ledger() {
    let postgres = |builder: TestStackBuilder| builder.on(Shape::PostgresAndNats);
    let mut market = StripeMarket::start_with(postgres).await;
    let reservation = market.reserve().await;
    pay(&market.stack, &reservation.buyer, &reservation.order, "tok_visa").await.ok(201);
    market.assert_sold(&reservation).await;
    market.stack.settle().await;
    let mut settings = StackSettings::new(market.stack.data_dir());
    settings.database = Some(market.stack.database_url().parse().unwrap());
    settings.nats = Some(JetStreamOptions::new(market.stack.nats().url()));
    // The schema of the simulated provider is there, and empty.
    let without = AuditTarget::from_settings(&settings).await.unwrap();
    let refused = without.audit_beside_server().await.unwrap_err();
    assert!(matches!(refused, AuditTargetError::LedgerElsewhere), "{refused:?}");
    assert!(refused.to_string().contains("TICKETING_STRIPE_KEY"), "{refused}");
    settings.stripe = Some(market.stripe.settings());
    let report = AuditTarget::from_settings(&settings).await.unwrap().audit_beside_server().await.unwrap();
    assert!(report.is_clean(), "\n{report}");
    market.finish().await;
}
