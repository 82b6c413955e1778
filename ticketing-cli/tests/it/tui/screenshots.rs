//! The images of the README, rendered from the real program. `UPDATE_SCREENSHOTS=1` writes them to `docs/images/`; without
//! it they are rendered and discarded, so that the code stays tested.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use ticketing_sdk::Timestamp;

use super::pty::{Pty, terminal, text};
use super::svg::{Frame, picture};
use super::{DOWN, ENTER};
use crate::support::{Cli, Server};

/// Larger than this, a page is slow to open.
const LARGEST: usize = 120_000;

/// Title, price, venue, seat, days from today and time of the tickets for sale, the last above all others.
const TICKETS: [(&str, &str, &str, &str, i64, &str); 22] = [
    ("Chess masters, last round", "12", "Old Library", "Gallery, seat 9", 16, "15:00"),
    ("Bread baking for beginners", "62.50", "Mill Street Bakery", "Oven 2", 21, "07:30"),
    ("Harbour tour at sunset", "29.50", "Pier 3", "Upper deck, seat 14", 7, "19:45"),
    ("Planetarium: rings of Saturn", "11.50", "Planetarium", "Row B, seat 3", 4, "17:30"),
    ("Night at the museum", "22", "City Museum", "Group 2, guest 7", 10, "22:00"),
    ("Film premiere with the director", "39", "Cinema Lumen", "Row D, seat 11", 8, "20:00"),
    ("Folk festival, weekend", "166", "Lakeside meadow", "Camping, place 88", 46, "12:00"),
    ("Stadium tour, seated", "139", "Arena", "Block C, row 14, seat 22", 32, "19:00"),
    ("Stadium tour, backstage", "480", "Arena", "Guest 3", 32, "17:00"),
    ("Indie night: three bands", "18.50", "The Cellar", "Place 118", 3, "20:00"),
    ("Organ recital in the cathedral", "15", "Cathedral", "Nave, seat 74", 5, "18:00"),
    ("Jazz at the Blue Door, table for two", "72", "The Blue Door", "Table 6", 2, "21:00"),
    ("Jazz at the lake", "38", "Boathouse", "Row 2, seat 5", 12, "20:30"),
    ("Waiting for Godot", "19.99", "Old Playhouse", "Row 9, seat 17", 13, "19:30"),
    ("Twelfth Night, front row", "55", "Old Playhouse", "Seat 4", 6, "19:30"),
    ("Hamlet, in the park", "20", "Park stage", "Bench 3, place 2", 9, "20:30"),
    ("Swan Lake, first night", "120.50", "State Opera", "Row 3, seat 5", 18, "19:30"),
    ("東京 city lights, night tour", "64", "Shibuya station", "Car 2, seat 4", 14, "20:00"),
    ("The Magic Flute, balcony", "34.50", "State Opera", "Row 2, seat 31", 11, "19:00"),
    ("The Magic Flute, stalls", "89", "State Opera", "Row 7, seat 12", 11, "19:00"),
    ("RustConf, day 2", "149.99", "Congress Hall", "Seat 112", 25, "09:00"),
    ("RustConf, day 1", "149.99", "Congress Hall", "Seat 112", 24, "09:00"),
];

#[expect(clippy::disallowed_methods, reason = "this is the clock: what has started is no longer for sale")]
fn today() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// A marketplace with a seller, a buyer and another.
struct Scene {
    server: Server,
    seller: Cli,
    tickets: Vec<String>,
}

impl Scene {
    fn set() -> Self {
        let server = Server::start();
        let seller = Cli::for_server(&server.url).sign_up("vera@example.com");
        let today = today();
        let tickets = TICKETS.map(|(title, price, venue, seat, days, time)| {
            let day = Timestamp::from_millis(today + days * 24 * 3_600_000).to_string();
            let offset = if venue == "Shibuya station" { "+09:00" } else { "+01:00" };
            let starts = format!("{}T{time}:00{offset}", &day[..10]);
            let words = ["tickets", "create", "--title", title, "--price", price, "--venue", venue];
            let ticket = seller.json(&[&words[..], &["--seat", seat, "--starts-at", &starts]].concat());
            ticket["id"].as_str().unwrap().to_owned()
        });
        Self { server, seller, tickets: tickets.into() }
    }

    fn ticket(&self, title: &str) -> &str {
        let place = TICKETS.iter().position(|(other, ..)| *other == title).unwrap();
        &self.tickets[place]
    }

    fn someone(&self, email: &str) -> Cli {
        Cli::for_server(&self.server.url).sign_up(email)
    }

    /// Opens the marketplace on a terminal of this size, signed in with this e-mail address.
    fn open(cli: &Cli, words: &[&str], size: (u16, u16), email: &str) -> Pty {
        let mut command = cli.command(&[&["tui"], words].concat());
        // The clock of most venues, in winter as in summer.
        command.env("TZ", "CET-1");
        let pty = Pty::spawn(terminal(&command), size);
        pty.wait_until_shown("live");
        pty.wait_until_shown(email);
        pty.wait_until_shown("Jazz at the Blue Door");
        pty
    }
}

/// Keeps a picture, or only looks at it.
fn keep(name: &str, frames: &[Frame]) {
    let svg = picture(frames);
    assert!(svg.len() < LARGEST, "{name} has {} bytes", svg.len());
    assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count(), "{name}");
    assert!(!svg.contains("<script") && !svg.contains(|c: char| c.is_control() && c != '\n'), "{name}");
    if std::env::var_os("UPDATE_SCREENSHOTS").is_some() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/images");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), svg).unwrap();
    }
}

/// Waits until the screen changes by itself: the time left to pay does, each second.
fn wait_for_change(pty: &Pty) {
    let before = pty.text();
    pty.wait("the time left changes", |screen| text(screen) != before);
}

#[test]
fn purchase_film() {
    let scene = Scene::set();
    let (buyer, rival) = (scene.someone("ada@example.com"), scene.someone("rival@example.com"));
    let mut pty = Scene::open(&buyer, &["--theme", "dark"], (110, 26), "ada@example.com");
    let mut film = Vec::new();
    let mut take = |pty: &Pty, caption: &'static str, seconds: f64| {
        film.push(Frame { screen: pty.screen(), caption, seconds });
    };
    take(&pty, "ticketing tui", 2.0);
    rival.ok(&["orders", "create", scene.ticket("The Magic Flute, stalls")]);
    pty.line(&["The Magic Flu", "Reserved"]);
    take(&pty, "what others reserve steps back at once", 2.2);
    pty.send("/");
    pty.send("ja");
    pty.wait_until_hidden("Magic Flute");
    take(&pty, "/ filters as you type", 0.8);
    pty.send("zz lake");
    pty.wait_until_hidden("Blue Door");
    pty.wait_until_shown("Jazz at the lake");
    take(&pty, "/ filters as you type", 1.6);
    pty.press(ENTER, "opens it in the browser");
    take(&pty, "enter opens the ticket", 1.8);
    pty.press("b", "cancels it");
    pty.wait_until_shown("is reserved for you");
    take(&pty, "b reserves it for fifteen minutes", 2.2);
    pty.send("tok_chargeDeclined");
    pty.wait_until_shown("tok_chargeDeclined");
    wait_for_change(&pty);
    take(&pty, "a card of the provider's tests", 1.2);
    pty.press(ENTER, "The ticket is still reserved");
    take(&pty, "declined, and still yours", 2.4);
    pty.send("\x15");
    pty.send("tok_visa");
    pty.wait_until_shown("tok_visa");
    wait_for_change(&pty);
    take(&pty, "another card", 1.2);
    pty.press(ENTER, "Paid. The ticket is yours.");
    take(&pty, "paid", 2.2);
    pty.send("2");
    pty.line(&["Jazz at the lake", "Paid"]);
    take(&pty, "2 shows your orders", 2.4);
    keep("purchase.svg", &film);
}

#[test]
fn market_in_two_themes() {
    let scene = Scene::set();
    let buyer = scene.someone("ada@example.com");
    buyer.ok(&["buy", scene.ticket("Swan Lake, first night"), "--token", "tok_visa", "--yes"]);
    buyer.ok(&["orders", "create", scene.ticket("Hamlet, in the park")]);
    scene.someone("rival@example.com").ok(&["orders", "create", scene.ticket("Twelfth Night, front row")]);
    for (theme, caption, name) in [
        ("dark", "ticketing tui --theme dark", "market-dark.svg"),
        ("light", "ticketing tui --theme light", "market-light.svg"),
    ] {
        let mut pty = Scene::open(&buyer, &["--theme", theme], (124, 30), "ada@example.com");
        pty.line(&["Hamlet", " left"]);
        pty.line(&["Twelfth Night", "Reserved"]);
        pty.send(&DOWN.repeat(13));
        pty.wait("the tour is selected", |screen| {
            screen.rows(0, 124).any(|row| row.contains('▌') && row.contains("night tour"))
        });
        keep(name, &[Frame { screen: pty.screen(), caption, seconds: 1.0 }]);
    }
}

#[test]
fn activity_of_a_busy_market() {
    let scene = Scene::set();
    let (buyer, rival) = (scene.someone("ada@example.com"), scene.someone("rival@example.com"));
    let mut pty = Scene::open(&buyer, &["--theme", "dark"], (100, 30), "ada@example.com");
    pty.press("4", "Since the start");
    let buy = |cli: &Cli, title: &str| cli.ok(&["buy", scene.ticket(title), "--token", "tok_visa", "--yes"]);
    let reserve = |cli: &Cli, title: &str| cli.json(&["orders", "create", scene.ticket(title)]);
    buy(&rival, "Chess masters, last round");
    scene.seller.ticket("Comedy basement", "16");
    buy(&rival, "Organ recital in the cathedral");
    let order = reserve(&rival, "RustConf, day 2");
    scene.seller.ok(&["tickets", "update", scene.ticket("Film premiere with the director"), "--price", "29"]);
    buy(&buyer, "Jazz at the lake");
    scene.seller.ticket("Cup final, north stand", "110");
    rival.ok(&["orders", "cancel", order["id"].as_str().unwrap(), "--yes"]);
    scene.seller.ok(&["tickets", "withdraw", scene.ticket("Night at the museum"), "--yes"]);
    reserve(&rival, "Hamlet, in the park");
    scene.seller.ticket("Circus under the big top", "33");
    buy(&rival, "Harbour tour at sunset");
    reserve(&buyer, "Waiting for Godot");
    scene.seller.ok(&["tickets", "update", scene.ticket("Folk festival, weekend"), "--price", "150"]);
    reserve(&rival, "The Magic Flute, stalls");
    scene.seller.ticket("Balloon ride at dawn", "210");
    pty.wait_until_shown("Balloon ride at dawn");
    pty.wait_until_shown("4 sold");
    let frame = Frame { screen: pty.screen(), caption: "ticketing tui", seconds: 1.0 };
    keep("activity.svg", &[frame]);
}
