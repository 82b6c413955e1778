//! Passes under concurrency: one door admits, one account claims, and a pass is never both sold and admitted.

use serde_json::{Value, json};
use ticketing_testkit::{Shape, TestSession, TestStack, eventually, on_shapes};

use crate::support::passes::{check_in, claim, code_of, pass, pass_of_order, resell, start_transfer};
use crate::support::{id, list, order, order_of, order_when_visible, pay};

on_shapes! {
    [embedded, processes]
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    concurrent_check_ins_admit_once,
    concurrent_claims_have_one_winner,
    concurrent_claim_and_check_in_have_one_winner,
    concurrent_resale_and_check_in_have_one_winner,
    concurrent_resale_and_claim_have_one_winner,
    sale_during_withdrawal_and_check_in_excludes_admission;
}

/// How often each race is run: as often as one account may claim in a minute.
const ROUNDS: usize = 10;

/// A seller, who issues the passes, and two other accounts.
struct Accounts {
    issuer: TestSession,
    holder: TestSession,
    friend: TestSession,
}

impl Accounts {
    async fn sign_up(stack: &TestStack) -> Self {
        Self {
            issuer: stack.session("issuer").await,
            holder: stack.session("holder").await,
            friend: stack.session("friend").await,
        }
    }

    /// Sells a ticket to the holder and returns its pass.
    async fn issue(&self, stack: &TestStack, round: usize) -> Value {
        let ticket = list(stack, &self.issuer, &format!("Ticket {round}"), 20.0).await;
        let order = order_when_visible(stack, &self.holder, &ticket).await;
        pay(stack, &self.holder, &order, "tok_visa").await.ok(201);
        pass_of_order(stack, &self.holder, &order).await
    }
}

async fn concurrent_check_ins_admit_once(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let accounts = Accounts::sign_up(&stack).await;
    for round in 0..ROUNDS {
        let issued = accounts.issue(&stack, round).await;
        let code = code_of(&issued);
        let (north, south) = tokio::join!(
            check_in(&stack, &accounts.issuer, code, "north"),
            check_in(&stack, &accounts.issuer, code, "south")
        );
        let (admitted, device, late) = match (north.status, south.status) {
            (201, 409) => (north, "north", south),
            (409, 201) => (south, "south", north),
            other => panic!("two doors answered {other:?}"),
        };
        let error = late.errors(409).remove(0);
        let admitted = admitted.json();
        assert_eq!(error["code"], "already_admitted");
        assert_eq!((&error["device"], &error["admittedAt"]), (&json!(device), &admitted["admittedAt"]));
        assert_eq!(pass(&stack, &accounts.holder, &id(&issued)).await.ok(200)["status"], "used");
    }
    stack.finish().await;
}

async fn concurrent_claims_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let accounts = Accounts::sign_up(&stack).await;
    let rival = stack.session("rival").await;
    for round in 0..ROUNDS {
        let issued = accounts.issue(&stack, round).await;
        let secret = start_transfer(&stack, &accounts.holder, &id(&issued)).await;
        let (first, second) =
            tokio::join!(claim(&stack, &accounts.friend, &secret), claim(&stack, &rival, &secret));
        let (claimed, winner, lost, loser) = match (first.status, second.status) {
            (201, 400) => (first, &accounts.friend, second, &rival),
            (400, 201) => (second, &rival, first, &accounts.friend),
            other => panic!("two claims answered {other:?}"),
        };
        lost.assert_refused(400, "claim_invalid");
        let claimed = claimed.json();
        assert_eq!(claimed["serial"], 1);
        let path = id(&claimed);
        assert_eq!(code_of(&pass(&stack, winner, &path).await.ok(200)), code_of(&claimed));
        for stranger in [loser, &accounts.holder] {
            pass(&stack, stranger, &path).await.assert_refused(404, "not_found");
        }
        let stale = check_in(&stack, &accounts.issuer, code_of(&issued), "door").await;
        stale.assert_refused(400, "pass_superseded");
        check_in(&stack, &accounts.issuer, code_of(&claimed), "door").await.ok(201);
    }
    stack.finish().await;
}

async fn concurrent_claim_and_check_in_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let accounts = Accounts::sign_up(&stack).await;
    for round in 0..ROUNDS {
        let issued = accounts.issue(&stack, round).await;
        let secret = start_transfer(&stack, &accounts.holder, &id(&issued)).await;
        let (claimed, entered) = tokio::join!(
            claim(&stack, &accounts.friend, &secret),
            check_in(&stack, &accounts.issuer, code_of(&issued), "door")
        );
        match (claimed.status, entered.status) {
            (201, 400) => {
                entered.assert_refused(400, "pass_superseded");
            }
            (400, 201) => {
                claimed.assert_refused(400, "claim_invalid");
            }
            other => panic!("a claim and a check-in answered {other:?}"),
        }
    }
    stack.finish().await;
}

async fn concurrent_resale_and_check_in_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let accounts = Accounts::sign_up(&stack).await;
    for round in 0..ROUNDS {
        let issued = accounts.issue(&stack, round).await;
        let pass_id = id(&issued);
        let (offered, entered) = tokio::join!(
            resell(&stack, &accounts.holder, &pass_id),
            check_in(&stack, &accounts.issuer, code_of(&issued), "door")
        );
        match (offered.status, entered.status) {
            (201, 400) => {
                entered.assert_refused(400, "pass_offered");
                let listing = id(&offered.json());
                let bought = order_when_visible(&stack, &accounts.friend, &listing).await;
                pay(&stack, &accounts.friend, &bought, "tok_visa").await.ok(201);
                let moved = pass_of_order(&stack, &accounts.friend, &bought).await;
                assert_eq!((id(&moved), &moved["serial"]), (pass_id, &json!(1)));
                let stale = check_in(&stack, &accounts.issuer, code_of(&issued), "door").await;
                stale.assert_refused(400, "pass_superseded");
                check_in(&stack, &accounts.issuer, code_of(&moved), "door").await.ok(201);
            }
            (400, 201) => {
                offered.assert_refused(400, "pass_not_valid");
            }
            other => panic!("a resale and a check-in answered {other:?}"),
        }
    }
    stack.finish().await;
}

async fn concurrent_resale_and_claim_have_one_winner(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let accounts = Accounts::sign_up(&stack).await;
    for round in 0..ROUNDS {
        let issued = accounts.issue(&stack, round).await;
        let pass_id = id(&issued);
        let secret = start_transfer(&stack, &accounts.holder, &pass_id).await;
        let (offered, claimed) = tokio::join!(
            resell(&stack, &accounts.holder, &pass_id),
            claim(&stack, &accounts.friend, &secret)
        );
        match (offered.status, claimed.status) {
            (201, 400) => {
                claimed.assert_refused(400, "claim_invalid");
                assert_eq!(pass(&stack, &accounts.holder, &pass_id).await.ok(200)["status"], "offered");
            }
            (404, 201) => {
                offered.assert_refused(404, "not_found");
                assert_eq!(pass(&stack, &accounts.friend, &pass_id).await.ok(200)["status"], "valid");
            }
            other => panic!("a resale and a claim answered {other:?}"),
        }
    }
    stack.finish().await;
}

/// The holder withdraws the listing to enter while a buyer orders it: the pass is admitted only if the sale is lost.
async fn sale_during_withdrawal_and_check_in_excludes_admission(shape: Shape) {
    let stack = TestStack::start_on(shape).await;
    let accounts = Accounts::sign_up(&stack).await;
    let (mut sold, mut kept) = (0, 0);
    for round in 0..2 * ROUNDS {
        let issued = accounts.issue(&stack, round).await;
        let (pass_id, code) = (id(&issued), code_of(&issued));
        let listing = id(&resell(&stack, &accounts.holder, &pass_id).await.ok(201));
        // Orders knows the listing, so that its order and the withdrawal race.
        stack.settle().await;
        let path = format!("/api/tickets/{listing}");
        let withdraw_and_enter = async {
            let withdrawn = stack.raw().delete(&path).by(&accounts.holder).await;
            let mut entered = check_in(&stack, &accounts.issuer, code, "door").await;
            for _ in 0..3 {
                if entered.status == 201 {
                    break;
                }
                entered = check_in(&stack, &accounts.issuer, code, "door").await;
            }
            (withdrawn, entered)
        };
        let (bought, (withdrawn, entered)) =
            tokio::join!(order(&stack, &accounts.friend, &listing), withdraw_and_enter);
        assert!(matches!(withdrawn.status, 204 | 400), "{}", withdrawn.text());
        if bought.status == 201 {
            // The order is in progress.
            entered.assert_refused(400, "pass_offered");
            let order_id = id(&bought.json());
            pay(&stack, &accounts.friend, &order_id, "tok_visa").await.ok(201);
            eventually!(order_of(&stack, &accounts.friend, &order_id).await["status"] == "complete");
            let moved = pass_of_order(&stack, &accounts.friend, &order_id).await;
            assert_eq!(id(&moved), pass_id);
            let stale = check_in(&stack, &accounts.issuer, code, "door").await;
            stale.assert_refused(400, "pass_superseded");
            check_in(&stack, &accounts.issuer, code_of(&moved), "door").await.ok(201);
            sold += 1;
        } else {
            assert_eq!((bought.status, withdrawn.status), (404, 204));
            eventually!(
                matches!(check_in(&stack, &accounts.issuer, code, "door").await.status, 201 | 409),
                seconds 30
            );
            assert_eq!(pass(&stack, &accounts.holder, &pass_id).await.ok(200)["status"], "used");
            kept += 1;
        }
    }
    assert_eq!(sold + kept, 2 * ROUNDS);
    stack.finish().await;
}
