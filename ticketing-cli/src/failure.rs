//! The failure of a command: message, cause, hint and exit code. Maps the errors of the SDK to them.

use std::fmt;

use ticketing_sdk::{
    ApiError, CertificateError, Error, ErrorCategory, ErrorCode, OrderId, PassId, PaymentId, SafeToRepeat,
    TicketId, text,
};

use crate::exit::Exit;

/// The result of a step of a command.
pub(crate) type CliResult<T = ()> = Result<T, Failure>;

/// The failure of a command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// The message. Nothing is printed if it is absent.
    pub(crate) message: Option<String>,
    /// Further lines of the message.
    pub(crate) details: Vec<String>,
    /// The hint: what to run next.
    pub(crate) hint: Option<String>,
    /// A text that is printed verbatim instead, such as an error of the argument parser.
    pub(crate) rendered: Option<String>,
}

/// The subject of a request, so that an error can name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Ticket(TicketId),
    /// A ticket that its seller changes or withdraws.
    Listing(TicketId),
    Order(OrderId),
    Payment(PaymentId),
    Pass(PassId),
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: Some(message.into()), details: Vec::new(), hint: None, rendered: None }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The reader of stdout closed it.
    pub(crate) fn broken_pipe() -> Self {
        Self { message: None, ..Self::new(Exit::Done, "") }
    }

    /// The user pressed Ctrl-C where that is a usual end, as of a prompt or a list.
    pub(crate) fn interrupted() -> Self {
        Self { message: None, ..Self::new(Exit::Interrupted, "") }
    }

    /// A failure whose messages were printed before: only its exit code remains.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self { message: None, ..Self::new(exit, "") }
    }

    /// An error of the argument parser, printed verbatim.
    pub(crate) fn rendered(exit: Exit, text: String) -> Self {
        Self { message: None, rendered: Some(text), ..Self::new(exit, "") }
    }

    /// The hint: the next command.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a line to the message.
    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// Puts what a message is about before it: `Opera: the pass is for sale`.
    #[must_use]
    pub(crate) fn prefix_with(self, name: &str) -> Self {
        let message = self.message.as_ref().map(|message| {
            let mut letters = message.chars();
            let first = letters.next().map(char::to_lowercase).into_iter().flatten();
            format!("{name}: {}", first.chain(letters).collect::<String>())
        });
        Self { message, ..self }
    }

    /// Converts an error of the SDK about this subject.
    pub(crate) fn from_error(error: &Error, subject: &Subject) -> Self {
        let Some(code) = error.code().filter(|_| !error.is_unknown_outcome()) else {
            return Self::from(error);
        };
        let failure = Self::from(error);
        if let (ErrorCode::PassNotValid, Subject::Pass(id)) = (code, subject) {
            return failure
                .prefix_with(&subject.to_string())
                .hint(format!("`ticketing passes get {id}` shows its status"));
        }
        match words_of(code, subject) {
            Some((message, hint)) => {
                Self { message: Some(message), details: failure.request_detail(error), hint, ..failure }
            }
            None => failure,
        }
    }

    /// Returns the failure with which the server would refuse the payment of an order.
    pub(crate) fn of_order(code: &ErrorCode, order: &OrderId) -> Self {
        let exit = Exit::from(ErrorCategory::of_code(code));
        match words_of(code, &Subject::Order(order.clone())) {
            Some((message, hint)) => Self { hint, ..Self::new(exit, message) },
            None => Self::new(exit, code.to_string()),
        }
    }

    /// Adds the request id if the operator of the server needs it.
    fn request_detail(&self, error: &Error) -> Vec<String> {
        match error.request_id() {
            Some(id) if self.exit == Exit::Failed => vec![format!("request id: {id}")],
            _ => Vec::new(),
        }
    }
}

/// Returns the meaning of a refusal for its subject, and the hint.
fn words_of(code: &ErrorCode, subject: &Subject) -> Option<(String, Option<String>)> {
    Some(match (code, subject) {
        (ErrorCode::NotFound, subject) => (format!("there is no {subject}"), Some(subject.list())),
        (ErrorCode::NotOwner, subject) => (format!("the {subject} belongs to someone else"), None),
        (ErrorCode::TicketReserved, Subject::Ticket(id)) => (
            format!("ticket {id} is reserved or sold"),
            Some(
                "`ticketing orders list` shows whether the order is yours, `ticketing tickets watch` when it is free \
                 again"
                    .to_owned(),
            ),
        ),
        (ErrorCode::TicketPast, Subject::Ticket(id)) => (
            format!("the event of ticket {id} has started"),
            Some("`ticketing tickets list --sort starts` shows what is still to come".to_owned()),
        ),
        (ErrorCode::TicketReserved, Subject::Listing(id)) => (
            format!("ticket {id} is reserved or sold, and stays as it is"),
            Some(format!("`ticketing tickets get {id}` shows by which order")),
        ),
        (ErrorCode::OrderExpired, Subject::Order(id)) => (
            format!("order {id} has expired, and its ticket is free for others"),
            Some("order it again: `ticketing orders create TICKET`".to_owned()),
        ),
        (ErrorCode::OrderCancelled, Subject::Order(id)) => (
            format!("order {id} was cancelled"),
            Some("order the ticket again: `ticketing orders create TICKET`".to_owned()),
        ),
        (ErrorCode::OrderPaid, Subject::Order(id)) => (
            format!("order {id} is paid already"),
            Some("`ticketing payments list` shows the payment".to_owned()),
        ),
        (ErrorCode::PaymentInProgress, Subject::Order(id)) => (
            format!("a payment of order {id} is being taken"),
            Some(format!("`ticketing orders watch {id}` follows it")),
        ),
        (ErrorCode::NotYetVisible, Subject::Order(id)) => (
            format!("the payment service has not received order {id} yet"),
            Some("wait a moment".to_owned()),
        ),
        (ErrorCode::TicketPast, Subject::Pass(id)) => {
            (format!("the event of pass {id} has started"), None)
        }
        (ErrorCode::VersionMismatch, subject) => (
            format!("the {subject} was changed by someone else in between"),
            Some("look at it again, and repeat".to_owned()),
        ),
        _ => return None,
    })
}

impl Subject {
    fn list(&self) -> String {
        let noun = match self {
            Self::Ticket(_) | Self::Listing(_) => "tickets",
            Self::Order(_) => "orders",
            Self::Payment(_) => "payments",
            Self::Pass(_) => "passes",
        };
        format!("`ticketing {noun} list` shows what there is")
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket(id) | Self::Listing(id) => write!(f, "ticket {id}"),
            Self::Order(id) => write!(f, "order {id}"),
            Self::Payment(id) => write!(f, "payment {id}"),
            Self::Pass(id) => write!(f, "pass {id}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(format!("cannot write JSON: {error}"))
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let (exit, message) = (Exit::from(error.category()), error.user_message());
        match error {
            Error::Api(answer) => of_answer(answer, exit, error),
            Error::UnknownOutcome { key, safe_to_repeat, path, cause, .. } => {
                Self::new(Exit::NotSettled, message).hint(match (safe_to_repeat, key) {
                    (SafeToRepeat::Always, Some(_)) => {
                        "run the same command again: it carries the same key, so it is done once".to_owned()
                    }
                    (SafeToRepeat::Always, None) => {
                        "run the same command again: it changes nothing the second time".to_owned()
                    }
                    (SafeToRepeat::IfServerKeepsKeys, _) => {
                        let sent = "run the same command again: it is sent only if the server can tell that it is the same";
                        match **cause {
                            Error::Unexpected(_) | Error::Redirected { .. } => format!("is --server right? If so, {sent}"),
                            _ => sent.to_owned(),
                        }
                    }
                    _ => format!(
                        "look first whether it was done ({}): the server cannot tell a repeated command from a new one",
                        command_that_shows(path)
                    ),
                })
            }
            Error::Unreachable { .. } => {
                let cause = error.root_cause();
                Self::new(exit, message).hint(hint_to_reach(&cause)).detail(cause)
            }
            Error::Untrusted { reason, .. } => Self::new(exit, message).hint(match reason {
                CertificateError::Expired | CertificateError::NotValidYet => {
                    "the operator of the server must renew its certificate; `ticketing doctor` compares the clocks"
                }
                CertificateError::OtherHost => "--server must name the host of the certificate",
                CertificateError::IsAuthority => {
                    "sign a certificate of the server with it (CA:FALSE, the host in subjectAltName); SSL_CERT_FILE then names the authority"
                }
                _ => "SSL_CERT_FILE names a file with the authority of the certificate, if it is to be trusted",
            }),
            Error::Unexpected(answer) => {
                let failure = Self::new(exit, message);
                let head: String = answer.head.chars().take(120).collect();
                if head.trim().is_empty() { failure } else { failure.detail(head.trim()) }
                    .hint("is --server right, and is it a ticketing server behind it?")
            }
            Error::Timeout { .. } => {
                Self::new(exit, message).hint("try again, or give it longer with --timeout")
            }
            Error::Redirected { .. } | Error::TooLarge { .. } => {
                Self::new(exit, message).hint("is --server right, and is it a ticketing server behind it?")
            }
            Error::Session(why) => {
                let exit = exit_of_session(&why.to_string());
                let failure = Self::new(exit, message).hint(hint_to_read_session(&why.to_string()));
                // The file system says why: a full disk, a folder that cannot be written to.
                match std::error::Error::source(why) {
                    Some(cause) => failure.detail(cause.to_string()),
                    None => failure,
                }
            }
            _ => Self::new(exit, message),
        }
    }
}

/// Returns what to do about a server that cannot be reached for this cause.
fn hint_to_reach(cause: &str) -> &'static str {
    if cause.contains("the proxy") {
        "HTTP_PROXY or HTTPS_PROXY names the proxy, and NO_PROXY the hosts that are reached without it"
    } else if cause.contains("InvalidContentType") {
        "it does not speak TLS there: is --server to begin with http://?"
    } else if cause.contains("refused") {
        "`ticketing serve` starts a server here; --server or TICKETING_SERVER names another"
    } else {
        "is --server right? `ticketing doctor` shows the settings and the proxy that apply"
    }
}

/// Returns the exit code where a session cannot be read for this cause: the user has to sign in, or to unlock the keyring.
pub(crate) fn exit_of_session(cause: &str) -> Exit {
    if cause.contains("it is not known whether there is a session") { Exit::NotAllowed } else { Exit::Failed }
}

/// Returns what to do about a session that cannot be read for this cause.
pub(crate) fn hint_to_read_session(cause: &str) -> &'static str {
    if cause.contains("damaged") {
        "`ticketing login --email EMAIL` signs in again and replaces it"
    } else if cause.contains("keyring") {
        "unlock the keyring, or `ticketing login --email EMAIL` keeps a new session in a file"
    } else {
        "set TICKETING_HOME to a folder that can be read and written"
    }
}

/// Returns the command that shows the result of a write to this path, at a server without idempotency keys. Such a
/// server lists no payments either: the status of the order shows the outcome.
fn command_that_shows(path: &str) -> &'static str {
    let noun = path.trim_start_matches("/api/").split('/').next().unwrap_or_default();
    match noun {
        "tickets" => "`ticketing tickets list --mine`",
        "orders" => "`ticketing orders list`",
        "passes" => "`ticketing passes list`",
        "payments" => "`ticketing orders list`, and the account of the card",
        _ => "`ticketing auth signin` signs in if the account exists",
    }
}

/// Converts an error response of the contract.
fn of_answer(answer: &ApiError, exit: Exit, error: &Error) -> Failure {
    let mut details = answer.details.iter().map(|detail| match &detail.field {
        // Many messages begin with their field: "Password must have 8 to 128 characters".
        Some(field) if !names_field(&detail.message, field) => format!("{field}: {}", detail.message),
        _ => detail.message.clone(),
    });
    let first_detail = details.next();
    let phrase = match &answer.code {
        Some(ErrorCode::CardDeclined) => Some(error.user_message()),
        code => code.as_ref().and_then(ErrorCode::user_message).map(str::to_owned),
    };
    let first = phrase.or(first_detail).unwrap_or_else(|| format!("the server answered {}", answer.status));
    let mut failure = Failure::new(exit, first);
    failure.details = details.collect();
    failure.details.extend(failure.request_detail(error));
    let retry = answer.retry_after.map_or("a moment".to_owned(), text::span);
    failure.hint = match answer.code {
        Some(ErrorCode::NotSignedIn) => Some(
            "`ticketing auth signin --email EMAIL` signs in; `ticketing auth signup` makes an account"
                .to_owned(),
        ),
        Some(ErrorCode::ClaimInvalid) => {
            Some("it may be expired, used or taken back: ask its sender for another one".to_owned())
        }
        Some(ErrorCode::EmailInUse) => Some("`ticketing auth signin` signs in with it".to_owned()),
        Some(ErrorCode::TooManyOpenOrders) => {
            Some("pay for an order or cancel one: `ticketing orders list --status created`".to_owned())
        }
        Some(
            ErrorCode::TooManyRequests
            | ErrorCode::ReorderTooSoon
            | ErrorCode::NotYetVisible
            | ErrorCode::Unavailable
            | ErrorCode::ProviderUnavailable,
        ) => Some(format!("try again in {retry}")),
        Some(ErrorCode::IdempotencyKeyInFlight) => {
            Some("the first request with this key is in progress: retry in a moment".to_owned())
        }
        _ => None,
    };
    failure
}

/// Returns whether a message begins with the name of its field.
fn names_field(message: &str, field: &str) -> bool {
    message.get(..field.len()).is_some_and(|start| start.eq_ignore_ascii_case(field))
}

impl From<ErrorCategory> for Exit {
    fn from(category: ErrorCategory) -> Self {
        match category {
            ErrorCategory::InvalidInput => Self::Usage,
            ErrorCategory::NotFound => Self::NotFound,
            ErrorCategory::NotAllowed => Self::NotAllowed,
            ErrorCategory::Conflict => Self::Conflict,
            ErrorCategory::Declined => Self::Declined,
            ErrorCategory::Unreachable => Self::Unreachable,
            ErrorCategory::Failed => Self::Failed,
        }
    }
}
