//! The listings of the account before a batch, and the rows that they already are.
//!
//! A row with the id of a listing is that listing. A row with a seat is the listing of that seat at the same event, where a venue or a
//! start that the row or the listing lacks distinguishes nothing. Another row is one of the listings with its title, venue, start and
//! price, each of which is one row. Texts are equal whatever their case, width and spaces.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::TryStreamExt;
use ticketing_sdk::{DetailField, EventTime, Money, NewTicket, Ticket, TicketId, Timestamp, text};

use super::Row;
use crate::context::ApiContext;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::journal::BatchJournal;
use crate::target::MAX_PAGE;

/// How far the clocks of client and server may be apart when a listing is looked for by its time.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(3600);

/// The listings of the account.
#[derive(Debug, Default)]
pub(super) struct Listings {
    by_id: HashMap<TicketId, Ticket>,
    /// By title and seat.
    seats: HashMap<(String, String), Vec<TicketId>>,
    /// Those that are neither recorded nor named by a row, by their values.
    unnamed: HashMap<Values, Vec<TicketId>>,
}

/// The listing of a row, or the failure of a row whose listing has other values.
pub(super) type ListingMatch = Result<Box<Ticket>, Failure>;

/// The values by which a listing matches its row.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Values {
    title: String,
    price: Money,
    seat: Option<String>,
    venue: Option<String>,
    starts_at: Option<Timestamp>,
}

impl Values {
    fn from_new(new: &NewTicket) -> Self {
        let detail = |field| new.details.get(field).map(key);
        Self {
            title: key(&new.title),
            price: new.price,
            seat: detail(DetailField::Seat),
            venue: detail(DetailField::Venue),
            starts_at: new.details.starts_at.as_ref().map(EventTime::instant),
        }
    }

    fn of_listing(ticket: &Ticket) -> Self {
        Self::from_new(&NewTicket::new(ticket.title.clone(), ticket.price).details(ticket.details.clone()))
    }

    /// Returns whether two seats of this name and title are at the same event, as far as both say.
    fn is_same_event(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.zip(other).is_none_or(|(one, other)| one == other)
        }
        agree(self.venue.as_ref(), other.venue.as_ref())
            && agree(self.starts_at.as_ref(), other.starts_at.as_ref())
    }
}

/// Returns a text for comparison: as texts are compared everywhere, and with single spaces.
fn key(text: &str) -> String {
    text::search_key(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

impl Listings {
    /// Loads the listings of the account, for the rows of a batch.
    pub(super) async fn load(
        api: &ApiContext,
        journal: &BatchJournal,
        rows: &[Row],
    ) -> Result<Self, Failure> {
        let mine = api.client.tickets().list().mine().past().any_status().limit(MAX_PAGE);
        let mut named = journal.listed_ids();
        named.extend(rows.iter().filter_map(|row| row.id.clone()));
        Ok(Self::new(mine.stream().try_collect().await?, &named))
    }

    fn new(tickets: Vec<Ticket>, named: &HashSet<TicketId>) -> Self {
        let mut listings = Self::default();
        for ticket in tickets {
            let values = Values::of_listing(&ticket);
            // A resale is another sale of a seat than the first one.
            if ticket.resale_of.is_none() {
                if let Some(seat) = &values.seat {
                    let seat = (values.title.clone(), seat.clone());
                    listings.seats.entry(seat).or_default().push(ticket.id.clone());
                }
                if !named.contains(&ticket.id) {
                    listings.unnamed.entry(values).or_default().push(ticket.id.clone());
                }
            }
            listings.by_id.insert(ticket.id.clone(), ticket);
        }
        listings
    }

    /// Returns the listing of a row. A row without id and seat takes the listing: another equal row is another ticket.
    pub(super) fn take(&mut self, row: &Row) -> Option<ListingMatch> {
        let values = Values::from_new(&row.ticket);
        if let Some(listed) = row.id.as_ref().and_then(|id| self.by_id.get(id)) {
            return Some(compare(&row.ticket, listed, "ticket"));
        }
        if let Some(seat) = values.seat.clone() {
            let same =
                self.seats.get(&(values.title.clone(), seat))?.iter().filter_map(|id| self.by_id.get(id));
            let mut same = same.filter(|listed| Values::of_listing(listed).is_same_event(&values));
            return same.next().map(|listed| compare(&row.ticket, listed, "seat"));
        }
        let listed = self.by_id.get(&self.unnamed.get_mut(&values)?.pop()?)?;
        Some(Ok(Box::new(listed.clone())))
    }

    /// Takes the listing that a row made at this time.
    pub(super) fn take_listed_at(&mut self, new: &NewTicket, at: Timestamp) -> Option<Box<Ticket>> {
        let ids = self.unnamed.get_mut(&Values::from_new(new))?;
        let is_made = |id: &TicketId| {
            let listed = self.by_id.get(id).and_then(|ticket| ticket.created_at).unwrap_or(at);
            let apart = at.saturating_duration_since(listed).max(listed.saturating_duration_since(at));
            apart <= CLOCK_TOLERANCE
        };
        let id = ids.iter().position(is_made).map(|index| ids.swap_remove(index))?;
        self.by_id.get(&id).cloned().map(Box::new)
    }
}

/// The seats of the rows of a file, with the labels of their rows.
#[derive(Debug, Default)]
pub(in crate::commands::tickets) struct SeatsOfRows(HashMap<(String, String), Vec<(Values, String)>>);

impl SeatsOfRows {
    /// Adds the seat of a row. Returns the label of an earlier row that has the same seat.
    pub(in crate::commands::tickets) fn add(&mut self, row: &Row) -> Option<String> {
        let values = Values::from_new(&row.ticket);
        let same_name = self.0.entry((values.title.clone(), values.seat.clone()?)).or_default();
        if let Some((_, label)) = same_name.iter().find(|(earlier, _)| earlier.is_same_event(&values)) {
            return Some(label.clone());
        }
        same_name.push((values, row.label.clone()));
        None
    }
}

/// Compares a row with its listing: a detail that the row lacks may have any value.
fn compare(new: &NewTicket, listed: &Ticket, noun: &str) -> ListingMatch {
    let (row, listing) = (Values::from_new(new), Values::of_listing(listed));
    let mut different: Vec<&str> = Vec::new();
    different.extend((row.title != listing.title).then_some("title"));
    different.extend((row.price != listing.price).then_some("price"));
    different.extend(new.details.given_fields().filter_map(|(field, text)| {
        let is_same = match field {
            DetailField::StartsAt => row.starts_at == listing.starts_at,
            field => Some(key(text)) == listed.details.get(field).map(key),
        };
        (!is_same).then(|| field.name())
    }));
    if different.is_empty() {
        return Ok(Box::new(listed.clone()));
    }
    let status = listed.status.label().to_lowercase();
    let message = format!(
        "this account has listed the {noun} with another {}: ticket {} is {status}",
        different.join(", "),
        listed.id
    );
    Err(Failure::new(Exit::Conflict, message)
        .hint("`ticketing tickets update` changes a listing; --again lists every row once more"))
}

#[cfg(test)]
mod tests {
    use ticketing_sdk::fixtures;

    use super::*;

    fn new(title: &str, price: &str) -> NewTicket {
        NewTicket::new(title, price.parse().unwrap())
    }

    fn row(id: Option<&str>, ticket: NewTicket) -> Row {
        Row { label: "line 2".to_owned(), id: id.map(Into::into), ticket }
    }

    fn listing(id: &str, new: &NewTicket) -> Ticket {
        fixtures::ticket(id).title(&new.title).price(new.price).details(new.details.clone())
    }

    fn with(ticket: NewTicket, fields: &[(DetailField, &str)]) -> NewTicket {
        let mut update = ticketing_sdk::DetailsUpdate::default();
        fields.iter().for_each(|(field, text)| update.set(*field, text).unwrap());
        let mut ticket = ticket;
        ticket.details.apply(&update);
        ticket
    }

    /// The id of the listing of a row, or the fields in which it differs.
    fn find(listings: &mut Listings, row: &Row) -> Option<Result<String, String>> {
        Some(match listings.take(row)? {
            Ok(ticket) => Ok(ticket.id.to_string()),
            Err(failure) => {
                let message = failure.message.unwrap();
                let fields = message.split_once("another ").unwrap().1;
                Err(fields.split_once(':').unwrap().0.to_owned())
            }
        })
    }

    use DetailField::{Description, Seat, StartsAt, Venue};

    #[test]
    fn seat_is_the_same_without_venue_or_start_in_any_spelling() {
        let seat = [(Venue, "City Hall"), (StartsAt, "2099-01-01T19:00:00Z"), (Seat, "Row 1 seat 1")];
        let listed = with(new("Gig", "5"), &seat);
        let mut listings = Listings::new(vec![listing("t-1", &listed)], &HashSet::new());
        let mut of =
            |title, price, fields: &[_]| find(&mut listings, &row(None, with(new(title, price), fields)));
        let same = Some(Ok("t-1".to_owned()));
        assert_eq!(of("Gig", "5", &seat), same);
        assert_eq!(of("GIG", "5", &[(Seat, "row 1  SEAT １")]), same);
        assert_eq!(of("Gig", "5", &[seat[1], seat[2]]), same);
        assert_eq!(of("Gig", "5", &[(StartsAt, "2099-01-01T20:00:00+01:00"), seat[2]]), same);
        assert_eq!(of("Gig", "6", &seat), Some(Err("price".to_owned())));
        assert_eq!(
            of("Gig", "6", &[seat[2], (Description, "Standing")]),
            Some(Err("price, description".to_owned()))
        );
        for other in [
            [(Venue, "Tivoli"), seat[2]],
            [(StartsAt, "2099-01-02T19:00:00Z"), seat[2]],
            [seat[0], (Seat, "2")],
        ] {
            assert_eq!(of("Gig", "5", &other), None, "{other:?}");
        }
    }

    #[test]
    fn equal_rows_without_a_seat_take_a_listing_each() {
        let gig = with(new("Gig", "5"), &[(Venue, "City Hall")]);
        let listed = ["t-1", "t-2", "t-3", "t-4"].map(|id| listing(id, &gig));
        let recorded = HashSet::from(["t-1".into()]);
        let mut listings = Listings::new(listed.into(), &recorded);
        let ids: Vec<_> = (0..4).map(|_| find(&mut listings, &row(None, gig.clone()))).collect();
        let is_listed = |id: &str| ids.contains(&Some(Ok(id.to_owned())));
        assert!(!is_listed("t-1") && ["t-2", "t-3", "t-4"].into_iter().all(is_listed), "{ids:?}");
        assert_eq!(ids[3], None, "a fourth row is a new ticket");
        for other in [new("Gig", "5"), with(new("Gig", "6"), &[(Venue, "City Hall")])] {
            assert_eq!(find(&mut listings, &row(None, other)), None);
        }
    }

    #[test]
    fn row_with_an_id_of_the_account_is_that_listing() {
        let gig = new("Gig", "5");
        let mut listings = Listings::new(vec![listing("t-1", &gig)], &HashSet::new());
        assert_eq!(find(&mut listings, &row(Some("t-1"), gig)), Some(Ok("t-1".to_owned())));
        let renamed = row(Some("t-1"), new("Concert", "5"));
        assert_eq!(find(&mut listings, &renamed), Some(Err("title".to_owned())));
        assert_eq!(find(&mut listings, &row(Some("t-9"), new("Concert", "5"))), None, "of another account");
    }
}
