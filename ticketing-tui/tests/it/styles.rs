//! The styles of the roles on every screen. `screens.rs` compares the texts.

use ratatui::style::{Color, Modifier, Style};
use ticketing_sdk::{
    DoubleAdmission, ErrorCode, OrderStatus, PassStatus, TicketChangeKind, TicketStatus, Timestamp,
};
use ticketing_tui::{ApiCall, Colours, Reply, Settings, ThemeName};

use crate::support::{Harness, NOW, answer, fixtures, snapshot};

/// The foreground colours of the dark theme.
const GOOD: Color = Color::Rgb(0x7f, 0xd1, 0x8b);
const WARN: Color = Color::Rgb(0xf2, 0xc1, 0x64);
const BAD: Color = Color::Rgb(0xff, 0x7d, 0x7d);
const GONE: Color = Color::Rgb(0x9a, 0xa4, 0xb8);
const DIM: Color = Color::Rgb(0xb4, 0xbd, 0xce);
const TEXT: Color = Color::Rgb(0xe3, 0xe7, 0xef);
const ACCENT: Color = Color::Rgb(0x7c, 0xb7, 0xff);
/// The background colours of the dark theme.
const GROUND: Color = Color::Rgb(0x12, 0x15, 0x1c);
const BAR: Color = Color::Rgb(0x1c, 0x21, 0x2c);
const SELECTED: Color = Color::Rgb(0x1f, 0x2c, 0x47);

fn style(harness: &mut Harness, words: &str) -> Style {
    snapshot::style_of(&harness.buffer().0, words)
}

#[track_caller]
fn assert_colour(harness: &mut Harness, words: &str, colour: Color) {
    assert_eq!(style(harness, words).fg, Some(colour), "{words}");
}

fn is_bold(style: Style) -> bool {
    style.add_modifier.contains(Modifier::BOLD)
}

/// A market with a ticket in each state.
fn market(colours: Colours) -> Harness {
    let mut harness = Harness::new((80, 24), colours);
    harness.sign_in();
    let sold = fixtures::next_version(&fixtures::tickets()[3], TicketStatus::Sold);
    harness.feed(fixtures::change(TicketChangeKind::Updated, sold));
    harness
}

/// The checkout of an order of the signed-in user.
fn order(status: OrderStatus, has_card_form: bool) -> Harness {
    open_order(Harness::new((80, 24), Colours::True), status, has_card_form)
}

fn open_order(mut harness: Harness, status: OrderStatus, has_card_form: bool) -> Harness {
    harness.server.has_card_form = has_card_form;
    harness.server.orders = vec![fixtures::order("o1", &fixtures::tickets()[0], status)];
    harness.sign_in();
    harness.press("2 enter");
    harness.answer_reads();
    harness
}

#[test]
fn state_of_a_ticket_has_the_colour_of_its_role() {
    let mut harness = market(Colours::True);
    assert_colour(&mut harness, "RustConf, day 1", TEXT);
    assert!(is_bold(style(&mut harness, "$149.99")));
    assert_colour(&mut harness, "Reserved", WARN);
    assert_colour(&mut harness, "Sold", GONE);
    assert_colour(&mut harness, "Zürich by night", GONE);
    assert_colour(&mut harness, "4 Jun, 20:30", DIM);
}

#[test]
fn own_reservation_has_one_text_and_one_colour_on_every_screen() {
    for size in [(80, 24), (120, 35), (200, 60)] {
        let mut harness = Harness::new(size, Colours::True);
        let ticket = fixtures::next_version(&fixtures::tickets()[0], TicketStatus::Reserved);
        harness.server.market = vec![fixtures::tickets().remove(1), ticket.clone()];
        harness.server.orders = vec![fixtures::order("o1", &ticket, OrderStatus::Created)];
        harness.sign_in();
        harness.press("down down");
        for tab in ["1", "2"] {
            harness.press(tab);
            assert_colour(&mut harness, "Reserved · 15:00 left", WARN);
        }
        harness.press("enter");
        harness.answer_reads();
        assert_colour(&mut harness, "15:00 left", WARN);
        assert_colour(&mut harness, "━", WARN);
    }
}

#[test]
fn sold_ticket_is_grey_in_the_activity() {
    let mut harness = Harness::new((80, 24), Colours::True);
    harness.sign_in();
    let sold = fixtures::next_version(&fixtures::tickets()[3], TicketStatus::Sold);
    harness.feed(fixtures::change(TicketChangeKind::Updated, sold));
    harness.press("4");
    assert_colour(&mut harness, "sold       Zürich", GONE);
}

#[test]
fn selected_row_has_its_own_background() {
    let mut harness = market(Colours::True);
    let (selected, other) = (style(&mut harness, "Jazz at the lake"), style(&mut harness, "RustConf"));
    assert!(selected.bg == Some(SELECTED) && is_bold(selected), "{selected:?}");
    assert!(other.bg == Some(GROUND) && !is_bold(other), "{other:?}");
}

#[test]
fn open_tab_and_keys_are_highlighted_in_the_bars() {
    let mut harness = market(Colours::True);
    assert_eq!(style(&mut harness, "Market").bg, Some(ACCENT));
    let tab = style(&mut harness, "Listings");
    assert_eq!((tab.fg, tab.bg), (Some(DIM), Some(BAR)));
    let tab_key = style(&mut harness, "3 Listings");
    assert_eq!((tab_key.fg, tab_key.bg), (Some(ACCENT), Some(BAR)));
    let key = style(&mut harness, "b Buy");
    assert_eq!((key.fg, key.bg), (Some(ACCENT), Some(BAR)));
    assert_colour(&mut harness, "Buy", DIM);
}

#[test]
fn matched_letters_are_underlined() {
    let mut harness = market(Colours::True);
    harness.press("/");
    harness.type_text("jazz");
    let found = style(&mut harness, "Jazz at");
    assert!(found.fg == Some(ACCENT) && found.add_modifier.contains(Modifier::UNDERLINED), "{found:?}");
    assert!(!style(&mut harness, "at the lake").add_modifier.contains(Modifier::UNDERLINED));
}

#[test]
fn countdown_turns_from_warning_to_bad() {
    for (left, shown, colour) in [(899, "14:59", WARN), (119, "1:59", WARN), (59, "0:59", BAD)] {
        let mut harness = order(OrderStatus::Created, false);
        harness.advance((900 - left) * 1_000);
        assert_colour(&mut harness, shown, colour);
    }
}

#[test]
fn refusal_is_bad_and_its_hint_is_dim() {
    let mut harness = order(OrderStatus::Created, false);
    harness.type_text("tok_chargeDeclined");
    harness.press("enter");
    answer!(harness, ApiCall::Pay { .. }, Err(fixtures::card_declined()));
    harness.answer_reads();
    assert_colour(&mut harness, "The card was declined", BAD);
    assert_colour(&mut harness, "The ticket is still reserved", DIM);
}

#[test]
fn outcome_of_an_order_has_the_colour_of_its_role() {
    assert_colour(&mut order(OrderStatus::Complete, false), "Paid. The ticket is yours.", GOOD);
    assert_colour(&mut order(OrderStatus::Cancelled, false), "This order was cancelled", WARN);
    assert_colour(&mut order(OrderStatus::AwaitingPayment, false), "Being paid. The card", ACCENT);
}

#[test]
fn field_error_is_bad_and_the_field_has_a_background() {
    let mut harness = Harness::signed_in();
    harness.press("n");
    assert_eq!(style(&mut harness, "what it admits to").bg, Some(SELECTED), "the focused field");
    assert_eq!(style(&mut harness, "in US dollars").bg, Some(BAR));
    harness.press("tab");
    harness.type_text("0");
    harness.press("enter");
    assert_colour(&mut harness, "A title is needed", BAD);
    assert_colour(&mut harness, "Like 38 or 149.99", BAD);
}

#[test]
fn mark_of_a_message_has_the_colour_of_its_level() {
    let mut harness = Harness::signed_in();
    harness.press("b");
    let refused = fixtures::refusal(ErrorCode::TooManyOpenOrders, "too many");
    answer!(harness, ApiCall::Reserve(..), Err(refused));
    assert_colour(&mut harness, "✗", BAD);
    let mut harness = Harness::signed_in();
    harness.press("b");
    let order = fixtures::order("o1", &fixtures::tickets()[0], OrderStatus::Created);
    answer!(harness, ApiCall::Reserve(..), Ok(Reply::Order(Box::new(order))));
    assert_colour(&mut harness, "✓", GOOD);
}

#[test]
fn qr_code_is_black_on_white_in_every_theme() {
    for theme in ThemeName::ALL {
        for colours in [Colours::None, Colours::Sixteen, Colours::Indexed, Colours::True] {
            let settings = Settings { theme, ..Settings::default() };
            let harness = Harness::with_settings((80, 24), colours, settings);
            let code = style(&mut open_order(harness, OrderStatus::Created, true), "█▀▀");
            // Fixed colours: a terminal may show others for the first sixteen.
            assert_eq!(
                (code.fg, code.bg),
                (Some(Color::Indexed(16)), Some(Color::Indexed(231))),
                "{theme:?} {colours:?}"
            );
            assert!(code.add_modifier.is_empty(), "{theme:?} {colours:?}");
        }
    }
}

#[test]
fn without_colours_modifiers_tell_the_roles_apart() {
    let mut harness = market(Colours::None);
    assert!(style(&mut harness, "Jazz at the lake").add_modifier.contains(Modifier::REVERSED));
    assert!(style(&mut harness, "Market").add_modifier.contains(Modifier::REVERSED));
    assert!(style(&mut harness, "Sold").add_modifier.contains(Modifier::DIM));
    assert!(is_bold(style(&mut harness, "Reserved")));
    let is_coloured = |style: Style| [style.fg, style.bg].into_iter().flatten().any(|c| c != Color::Reset);
    for keys in ["", "enter", "esc 2", "3", "4", "5", "1 ?", "esc :", "esc n"] {
        harness.press(keys);
        harness.answer_reads();
        let (buffer, _) = harness.buffer();
        assert!(!buffer.content.iter().any(|cell| is_coloured(cell.style())), "{keys}");
    }
}

#[test]
fn open_orders_are_counted_in_the_colour_of_reservations() {
    let mut harness = order(OrderStatus::Created, false);
    harness.press("esc 1");
    assert_colour(&mut harness, "●1", WARN);
    assert_colour(&mut harness, "Orders", DIM);
}

#[test]
fn only_unusual_orders_are_coloured() {
    let mut harness = Harness::new((80, 24), Colours::True);
    let statuses = [OrderStatus::Created, OrderStatus::Complete, OrderStatus::Cancelled];
    let orders = statuses.iter().zip(fixtures::tickets()).enumerate();
    harness.server.orders =
        orders.map(|(n, (status, ticket))| fixtures::order(&format!("o{n}"), &ticket, *status)).collect();
    harness.sign_in();
    harness.press("2");
    harness.answer_reads();
    assert_colour(&mut harness, "15:00 left", WARN);
    assert_colour(&mut harness, "Paid", DIM);
    assert_colour(&mut harness, "Cancelled", GONE);
}

/// Returns the columns of the top bar with the background of the open tab.
fn open_tab(buffer: &ratatui::buffer::Buffer) -> std::ops::Range<u16> {
    let is_open = |x: &u16| buffer[(*x, 0)].style().bg == Some(ACCENT);
    let first = (0..buffer.area.width).find(is_open).unwrap();
    first..(first..buffer.area.width).find(|x| !is_open(x)).unwrap_or(buffer.area.width)
}

#[test]
fn neighbouring_tab_labels_have_a_space_at_every_width() {
    for (width, is_signed_in) in (40..=200).flat_map(|width| [(width, false), (width, true)]) {
        let mut harness = Harness::new((width, 12), Colours::True);
        let tickets = fixtures::tickets();
        harness.server.orders = vec![fixtures::order("o1", &tickets[0], OrderStatus::Created)];
        if is_signed_in {
            harness.sign_in();
        } else {
            harness.go_live();
        }
        for key in ["1", "2", "3", "4", "5", "6"] {
            harness.press(key);
            let (buffer, _) = harness.buffer();
            let (tab, bar) = (open_tab(&buffer), harness.screen().lines().next().unwrap().to_owned());
            let is_space = |x: u16| x >= width || buffer[(x, 0)].symbol() == " ";
            // The highlighted tab begins and ends with a space, and a space separates it from its neighbours.
            for x in [tab.start, tab.end - 1, tab.end] {
                assert!(is_space(x), "{width}, {key}, column {x}: {bar}");
            }
            assert!(tab.start == 0 || is_space(tab.start - 1), "{width}, {key}: {bar}");
            let is_joined =
                |key: char| bar.find(key).is_some_and(|at| at > 0 && bar.as_bytes()[at - 1] != b' ');
            let joined: Vec<char> = "123456".chars().filter(|key| is_joined(*key)).collect();
            assert!(joined.is_empty(), "{width}, {key}: {joined:?}: {bar}");
        }
    }
}

#[test]
fn double_admission_is_the_only_coloured_row() {
    let mut harness = Harness::new((120, 35), Colours::True);
    let mine = |at: usize| fixtures::tickets().remove(at).user_id(fixtures::ME);
    harness.server.listings = vec![mine(0).status(TicketStatus::Sold), mine(1).status(TicketStatus::Sold)];
    let admitted_at = Timestamp::from_millis(NOW);
    let mut used = fixtures::pass("p1", "Jazz at the lake");
    used.ticket_id = "t1".into();
    harness.server.used = vec![
        used.status(PassStatus::Used)
            .admitted_at(admitted_at)
            .double_admissions(vec![DoubleAdmission::new(admitted_at, Some("south door".to_owned()))]),
    ];
    harness.sign_in();
    harness.press("3");
    harness.answer_reads();
    assert_colour(&mut harness, "Admitted twice  ", BAD);
    assert_colour(&mut harness, "Sold", GONE);
}

#[test]
fn screen_behind_a_popup_steps_back_in_every_theme() {
    for (theme, is_shaded) in [
        (ThemeName::Dark, true),
        (ThemeName::Light, true),
        (ThemeName::Contrast, false),
        (ThemeName::Plain, false),
    ] {
        let settings = Settings { theme, ..Settings::default() };
        let mut harness = Harness::with_settings((120, 35), Colours::True, settings);
        harness.sign_in();
        let before = style(&mut harness, "Jazz at the lake");
        harness.press("$");
        let (behind, front) =
            (style(&mut harness, "Jazz at the lake"), style(&mut harness, "shows only these"));
        let is_dim = |style: Style| style.add_modifier.contains(Modifier::DIM);
        if is_shaded {
            assert!(behind.fg != before.fg && behind.fg != front.fg, "{theme:?}: {behind:?}");
        } else {
            assert!(
                is_dim(behind) && !behind.add_modifier.contains(Modifier::REVERSED),
                "{theme:?}: {behind:?}"
            );
        }
        assert!(!is_dim(front), "{theme:?}: {front:?}");
    }
}
