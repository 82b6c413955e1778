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
pub(crate) struct OutputSpec {
    /// The words of the command, without the name of the program.
    pub(crate) command: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "the schemas are made by a test"))]
    pub(crate) arity: Arity,
    pub(crate) record: RecordType,
}

const fn spec(command: &'static str, arity: Arity, record: RecordType) -> OutputSpec {
    OutputSpec { command, arity, record }
}

/// The commands that write records.
pub(crate) const OUTPUT_SPECS: &[OutputSpec] = &[
    spec("tickets list", Arity::List, RecordType::Ticket),
    spec("tickets get", Arity::OneOrList, RecordType::Ticket),
    spec("tickets create", Arity::OneOrList, RecordType::Ticket),
    spec("tickets update", Arity::One, RecordType::Ticket),
    spec("tickets import", Arity::List, RecordType::Ticket),
    spec("tickets watch", Arity::Stream, RecordType::WatchLine),
    spec("search", Arity::List, RecordType::Ticket),
    spec("sell", Arity::OneOrList, RecordType::Ticket),
    spec("orders list", Arity::List, RecordType::Order),
    spec("orders get", Arity::OneOrList, RecordType::Order),
    spec("orders create", Arity::One, RecordType::Order),
    spec("orders watch", Arity::Stream, RecordType::Order),
    spec("orders explain", Arity::One, RecordType::Explanation),
    spec("orders resume", Arity::List, RecordType::Settlement),
    spec("payments list", Arity::List, RecordType::Payment),
    spec("payments get", Arity::OneOrList, RecordType::Payment),
    spec("payments create", Arity::One, RecordType::Payment),
    spec("buy", Arity::One, RecordType::Payment),
    spec("passes list", Arity::List, RecordType::Pass),
    spec("passes get", Arity::OneOrList, RecordType::Pass),
    spec("passes show", Arity::OneOrList, RecordType::Pass),
    spec("passes claim", Arity::One, RecordType::Pass),
    spec("passes transfer", Arity::One, RecordType::PassTransfer),
    spec("passes resell", Arity::One, RecordType::Ticket),
    spec("checkin", Arity::List, RecordType::Verdict),
    spec("checkin sync", Arity::List, RecordType::Conflict),
    spec("clock advance", Arity::One, RecordType::ClockTime),
    spec("clock show", Arity::One, RecordType::ClockTime),
    spec("auth signup", Arity::One, RecordType::User),
    spec("auth signin", Arity::One, RecordType::User),
    spec("auth status", Arity::One, RecordType::SessionStatus),
    spec("profile list", Arity::List, RecordType::ProfileLine),
    spec("alias list", Arity::List, RecordType::AliasLine),
    spec("config list", Arity::List, RecordType::Setting),
    spec("doctor", Arity::List, RecordType::Check),
    spec("login", Arity::One, RecordType::User),
    spec("whoami", Arity::One, RecordType::User),
    spec("status", Arity::One, RecordType::SessionStatus),
    spec("audit", Arity::One, RecordType::AuditReport),
    spec("backup", Arity::One, RecordType::Backup),
];

/// Returns the JSON of a command, if it writes records.
pub(crate) fn find_output_spec(command: &str) -> Option<&'static OutputSpec> {
    OUTPUT_SPECS.iter().find(|spec| spec.command == command)
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
