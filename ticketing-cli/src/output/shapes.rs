//! The JSON of each command: its type, its fields, and whether it is one record, a list or a stream.

use ticketing_sdk::DetailField;

/// The types of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordType {
    Ticket,
    Order,
    Payment,
    Pass,
    PassTransfer,
    User,
    SessionStatus,
    WatchLine,
    Verdict,
    Conflict,
    Explanation,
    ProfileLine,
    AliasLine,
    Setting,
    Check,
    Settlement,
    ClockTime,
    AuditReport,
    Backup,
}

/// How many records a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arity {
    One,
    /// An object with `items` and `hasMore`.
    List,
    /// One record, or a list if several are named.
    OneOrList,
    /// A record a line, as they come.
    Stream,
}

/// The JSON of a command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// The words of the command, without the name of the program.
    pub(crate) command: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the schemas are made by a test"))]
    pub(crate) arity: Arity,
    pub(crate) record: RecordType,
}

const fn shape(command: &'static str, arity: Arity, record: RecordType) -> Shape {
    Shape { command, arity, record }
}

/// The commands that write records.
pub(crate) const SHAPES: &[Shape] = &[
    shape("tickets list", Arity::List, RecordType::Ticket),
    shape("tickets get", Arity::OneOrList, RecordType::Ticket),
    shape("tickets create", Arity::OneOrList, RecordType::Ticket),
    shape("tickets update", Arity::One, RecordType::Ticket),
    shape("tickets import", Arity::List, RecordType::Ticket),
    shape("tickets watch", Arity::Stream, RecordType::WatchLine),
    shape("search", Arity::List, RecordType::Ticket),
    shape("sell", Arity::OneOrList, RecordType::Ticket),
    shape("orders list", Arity::List, RecordType::Order),
    shape("orders get", Arity::OneOrList, RecordType::Order),
    shape("orders create", Arity::One, RecordType::Order),
    shape("orders watch", Arity::Stream, RecordType::Order),
    shape("orders explain", Arity::One, RecordType::Explanation),
    shape("orders resume", Arity::List, RecordType::Settlement),
    shape("payments list", Arity::List, RecordType::Payment),
    shape("payments get", Arity::OneOrList, RecordType::Payment),
    shape("payments create", Arity::One, RecordType::Payment),
    shape("buy", Arity::One, RecordType::Payment),
    shape("passes list", Arity::List, RecordType::Pass),
    shape("passes get", Arity::OneOrList, RecordType::Pass),
    shape("passes show", Arity::OneOrList, RecordType::Pass),
    shape("passes claim", Arity::One, RecordType::Pass),
    shape("passes transfer", Arity::One, RecordType::PassTransfer),
    shape("passes resell", Arity::One, RecordType::Ticket),
    shape("checkin", Arity::List, RecordType::Verdict),
    shape("checkin sync", Arity::List, RecordType::Conflict),
    shape("clock advance", Arity::One, RecordType::ClockTime),
    shape("clock show", Arity::One, RecordType::ClockTime),
    shape("auth signup", Arity::One, RecordType::User),
    shape("auth signin", Arity::One, RecordType::User),
    shape("auth status", Arity::One, RecordType::SessionStatus),
    shape("profile list", Arity::List, RecordType::ProfileLine),
    shape("alias list", Arity::List, RecordType::AliasLine),
    shape("config list", Arity::List, RecordType::Setting),
    shape("doctor", Arity::List, RecordType::Check),
    shape("login", Arity::One, RecordType::User),
    shape("whoami", Arity::One, RecordType::User),
    shape("status", Arity::One, RecordType::SessionStatus),
    shape("audit", Arity::One, RecordType::AuditReport),
    shape("backup", Arity::One, RecordType::Backup),
];

/// Returns the JSON of a command, if it writes records.
pub(crate) fn shape_of(command: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.command == command)
}

impl RecordType {
    /// Returns the fields of the JSON object.
    pub(crate) fn fields(self) -> Vec<&'static str> {
        let fields = match self {
            Self::Ticket => "id title price status userId orderId resaleOf version createdAt updatedAt",
            Self::Order => "id userId status expiresAt ticket version createdAt cancelReason",
            Self::Payment => "id orderId stripeId amount currency status createdAt clientSecret",
            Self::Pass => {
                "id ticketId issuerId title serial status version issuedAt code admittedAt device \
                 orderId resaleLimit listingId transferExpiresAt doubleAdmissions"
            }
            Self::Explanation => "orderId summary order entries gaps",
            Self::ProfileLine => "name server current",
            Self::AliasLine => "name expansion",
            Self::Setting => "key value description",
            Self::Check => "name status finding advice",
            Self::PassTransfer => "claimCode expiresAt",
            Self::User => "id email",
            Self::SessionStatus => "server signedIn user since until keptIn",
            Self::WatchLine => "id kind ticket at",
            Self::Settlement => "operation outcome orderId paymentId result detail",
            Self::ClockTime => "now",
            Self::AuditReport => "status unsettled checks",
            Self::Backup => "folder databases bytes waitedMs",
            Self::Verdict => {
                "verdict reason message passId title seat admittedAt device doubleAdmissions venue startsAt \
                 warnings listedAt"
            }
            Self::Conflict => {
                "passId title seat reason message at device firstAt firstDevice otherAt otherDevice"
            }
        };
        let details = match self {
            Self::Ticket | Self::Pass => DetailField::ALL,
            _ => &[],
        };
        fields.split(' ').chain(details.iter().map(|field| field.name())).collect()
    }
}
