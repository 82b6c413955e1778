//! One ticket in all its states.

use ticketing_sdk::{OrderStatus, Ticket, TicketChangeKind, TicketStatus};

use super::looks;
use crate::support::{Stage, props};

/// Opens the first ticket of the market.
fn open(stage: &mut Stage) {
    stage.sign_in();
    stage.press("enter");
    stage.settle();
}

/// Opens a ticket for which there is an order.
fn ordered(stage: &mut Stage, status: OrderStatus) {
    stage.world.orders = vec![props::order("o1", &props::tickets()[0], status)];
    open(stage);
}

/// Opens a ticket that became something else meanwhile.
fn changed(stage: &mut Stage, kind: TicketChangeKind, status: TicketStatus) {
    open(stage);
    stage.feed(props::change(kind, props::later(&props::tickets()[0], status)));
}

/// Opens a ticket that is known by its order alone.
fn unheard_of(stage: &mut Stage) {
    let ticket = props::ticket("gone", "Gone with the wind", "12", 1);
    stage.world.orders = vec![props::order("o1", &ticket, OrderStatus::Cancelled)];
    stage.sign_in();
    stage.press("2");
    stage.settle();
    stage.press("t");
}

fn titled(stage: &mut Stage, at: usize) {
    stage.world.market = vec![props::odd_tickets()[at].clone()];
    open(stage);
}

looks! {
    not_there: |stage| {
        unheard_of(stage);
        stage.settle();
    };
    -SMALL available: open;
    own: |stage| {
        let mine = Ticket { user_id: props::ME.into(), ..props::tickets()[0].clone() };
        stage.world.market[0] = mine.clone();
        stage.world.listings = vec![mine];
        open(stage);
    };
    held: |stage| ordered(stage, OrderStatus::Created);
    bought: |stage| ordered(stage, OrderStatus::Complete);
    reserved_by_another: |stage| changed(stage, TicketChangeKind::Updated, TicketStatus::Reserved);
    withdrawn: |stage| changed(stage, TicketChangeKind::Deleted, TicketStatus::Available);
    titled_wide: |stage| titled(stage, 0);
    -SMALL titled_long: |stage| titled(stage, 4);
    titled_with_nothing: |stage| titled(stage, 6);
}
