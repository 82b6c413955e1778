//! Styles, by their roles: what is good, late or gone looks so, whatever the screen. Words are compared in `looks.rs`.

use ratatui::style::{Color, Modifier, Style};
use ticketing_sdk::{ErrorCode, OrderStatus, TicketChangeKind, TicketStatus};
use ticketing_tui::{Call, Colours, Reply};

use crate::support::{Stage, answer, picture, props};

/// The inks of the dark theme.
const GOOD: Color = Color::Rgb(0x7f, 0xd1, 0x8b);
const WARN: Color = Color::Rgb(0xf2, 0xc1, 0x64);
const BAD: Color = Color::Rgb(0xff, 0x7d, 0x7d);
const GONE: Color = Color::Rgb(0x6e, 0x78, 0x8c);
const DIM: Color = Color::Rgb(0x9a, 0xa4, 0xb8);
const ACCENT: Color = Color::Rgb(0x7c, 0xb7, 0xff);
/// Its grounds.
const GROUND: Color = Color::Rgb(0x12, 0x15, 0x1c);
const BAR: Color = Color::Rgb(0x1c, 0x21, 0x2c);
const SELECTED: Color = Color::Rgb(0x2a, 0x3a, 0x5c);

fn style(stage: &mut Stage, words: &str) -> Style {
    picture::style_of(&stage.buffer().0, words)
}

#[track_caller]
fn has_ink(stage: &mut Stage, words: &str, ink: Color) {
    assert_eq!(style(stage, words).fg, Some(ink), "{words}");
}

fn is_bold(style: Style) -> bool {
    style.add_modifier.contains(Modifier::BOLD)
}

/// A market with a ticket in each state.
fn market(colours: Colours) -> Stage {
    let mut stage = Stage::new((80, 24), colours);
    stage.sign_in();
    let sold = props::later(&props::tickets()[3], TicketStatus::Sold);
    stage.feed(props::change(TicketChangeKind::Updated, sold));
    stage
}

/// One's order, on its screen.
fn order(status: OrderStatus, has_card_form: bool) -> Stage {
    let mut stage = Stage::new((80, 24), Colours::True);
    stage.world.has_card_form = has_card_form;
    stage.world.orders = vec![props::order("o1", &props::tickets()[0], status)];
    stage.sign_in();
    stage.press("2 enter");
    stage.settle();
    stage
}

#[test]
fn state_of_a_ticket_has_the_ink_of_its_role() {
    let mut stage = market(Colours::True);
    has_ink(&mut stage, "Available", GOOD);
    has_ink(&mut stage, "Reserved", WARN);
    has_ink(&mut stage, "Sold", GONE);
    has_ink(&mut stage, "Zürich by night", GONE);
    has_ink(&mut stage, "4 Jun 2027, 20:30", DIM);
}

#[test]
fn selected_row_has_a_ground_of_its_own() {
    let mut stage = market(Colours::True);
    let (selected, other) = (style(&mut stage, "Jazz at the lake"), style(&mut stage, "RustConf"));
    assert!(selected.bg == Some(SELECTED) && is_bold(selected), "{selected:?}");
    assert!(other.bg == Some(GROUND) && !is_bold(other), "{other:?}");
}

#[test]
fn open_tab_and_keys_stand_out_of_the_bars() {
    let mut stage = market(Colours::True);
    assert_eq!(style(&mut stage, "Market").bg, Some(ACCENT));
    let tab = style(&mut stage, "Listings");
    assert_eq!((tab.fg, tab.bg), (Some(DIM), Some(BAR)));
    let key = style(&mut stage, "b Buy");
    assert_eq!((key.fg, key.bg), (Some(ACCENT), Some(BAR)));
    has_ink(&mut stage, "Buy", DIM);
}

#[test]
fn letters_that_a_filter_found_are_underlined() {
    let mut stage = market(Colours::True);
    stage.press("/");
    stage.write("jazz");
    let found = style(&mut stage, "Jazz at");
    assert!(found.fg == Some(ACCENT) && found.add_modifier.contains(Modifier::UNDERLINED), "{found:?}");
    assert!(!style(&mut stage, "at the lake").add_modifier.contains(Modifier::UNDERLINED));
}

#[test]
fn countdown_turns_from_good_to_bad() {
    for (left, shown, ink) in [(899, "14:59", GOOD), (119, "1:59", WARN), (59, "0:59", BAD)] {
        let mut stage = order(OrderStatus::Created, false);
        stage.advance((900 - left) * 1_000);
        has_ink(&mut stage, shown, ink);
    }
}

#[test]
fn refusal_is_bad_and_its_advice_steps_back() {
    let mut stage = order(OrderStatus::Created, false);
    stage.write("tok_chargeDeclined");
    stage.press("enter");
    answer!(stage, Call::Pay { .. }, Err(props::declined()));
    stage.settle();
    has_ink(&mut stage, "The card was declined", BAD);
    has_ink(&mut stage, "The ticket is still reserved", DIM);
}

#[test]
fn outcome_of_an_order_has_the_ink_of_its_role() {
    has_ink(&mut order(OrderStatus::Complete, false), "Paid. The ticket is yours.", GOOD);
    has_ink(&mut order(OrderStatus::Cancelled, false), "This order was cancelled", WARN);
    has_ink(&mut order(OrderStatus::AwaitingPayment, false), "Being paid", ACCENT);
}

#[test]
fn fault_of_a_field_is_bad_and_the_field_has_a_ground() {
    let mut stage = Stage::signed_in();
    stage.press("n");
    assert_eq!(style(&mut stage, "what it admits to").bg, Some(SELECTED), "it is being written in");
    assert_eq!(style(&mut stage, "in US dollars").bg, Some(BAR));
    stage.press("tab");
    stage.write("0");
    stage.press("enter");
    has_ink(&mut stage, "A title is needed", BAD);
    has_ink(&mut stage, "Like 38 or 149.99", BAD);
}

#[test]
fn mark_of_a_message_has_the_ink_of_its_level() {
    let mut stage = Stage::signed_in();
    stage.press("b");
    let refused = props::refused(ErrorCode::TooManyOpenOrders, "too many");
    answer!(stage, Call::Reserve(..), Err(refused));
    has_ink(&mut stage, "✗", BAD);
    let mut stage = Stage::signed_in();
    stage.press("b");
    let order = props::order("o1", &props::tickets()[0], OrderStatus::Created);
    answer!(stage, Call::Reserve(..), Ok(Reply::Order(Box::new(order))));
    has_ink(&mut stage, "✓", GOOD);
}

#[test]
fn qr_code_is_black_on_white() {
    let code = style(&mut order(OrderStatus::Created, true), "█▀▀");
    assert_eq!((code.fg, code.bg), (Some(Color::Black), Some(Color::White)));
}

#[test]
fn without_colours_modifiers_tell_the_roles_apart() {
    let mut stage = market(Colours::None);
    assert!(style(&mut stage, "Jazz at the lake").add_modifier.contains(Modifier::REVERSED));
    assert!(style(&mut stage, "Market").add_modifier.contains(Modifier::REVERSED));
    assert!(style(&mut stage, "Sold").add_modifier.contains(Modifier::DIM));
    assert!(is_bold(style(&mut stage, "Reserved")));
    let is_coloured = |style: Style| [style.fg, style.bg].into_iter().flatten().any(|c| c != Color::Reset);
    for keys in ["", "enter", "esc 2", "3", "4", "5", "1 ?", "esc :", "esc n"] {
        stage.press(keys);
        stage.settle();
        let (buffer, _) = stage.buffer();
        assert!(!buffer.content.iter().any(|cell| is_coloured(cell.style())), "{keys}");
    }
}
