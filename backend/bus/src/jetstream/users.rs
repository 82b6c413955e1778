//! The permissions of each NATS user, one for each service, and their block of the server's configuration.

use std::fmt::Write;

use super::connection::inbox_prefix;
use super::message::{EVENT_PREFIX, EVENT_STREAM};
use super::topology::{ADVISORY_STREAM, DEAD_LETTER_PREFIX, DEAD_LETTER_STREAM, REPLAY_PREFIX};

/// A user of the NATS server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum NatsUser {
    /// Publishes `session:ended` and consumes nothing.
    Auth,
    /// Publishes `ticket:…` and `pass:…`.
    Tickets,
    /// Publishes `order:…` and `listing:…`.
    Orders,
    /// Publishes `payment:…`.
    Payments,
    /// Publishes `expiration:…`.
    Expiration,
    /// Every service in one process.
    All,
    /// Creates the streams, audits, replays; publishes no event of a service.
    Operator,
}

/// A password in the configuration.
#[derive(Clone)]
pub enum NatsPassword {
    /// The password itself, or its bcrypt hash.
    Text(String),
    /// The name of an environment variable of the server.
    Variable(String),
}

impl NatsUser {
    /// Returns the name of the user, which is also the name of its connections and the prefix of their inboxes.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Returns the prefixes of the events that it publishes, and its durable consumer.
    const fn service(self) -> Option<(&'static [&'static str], Option<&'static str>)> {
        match self {
            Self::Auth => Some((&["session"], None)),
            Self::Tickets => Some((&["ticket", "pass"], Some("tickets-service"))),
            Self::Orders => Some((&["order", "listing"], Some("orders-service"))),
            Self::Payments => Some((&["payment"], Some("payments-service"))),
            Self::Expiration => Some((&["expiration"], Some("expiration-service"))),
            Self::All | Self::Operator => None,
        }
    }

    /// Returns the subjects to which it may publish. It may subscribe to its inboxes only.
    fn publish_permissions(self) -> Vec<String> {
        let mut publish = Vec::new();
        match self.service() {
            Some((words, durable)) => {
                publish.extend(words.iter().map(|word| format!("{EVENT_PREFIX}.{word}.*.*")));
                publish.extend(stream_permissions());
                publish.extend(durable.into_iter().flat_map(consumer_permissions));
            }
            None => {
                publish.push("$JS.API.>".to_owned());
                publish.push(format!("{REPLAY_PREFIX}.*.*"));
                if self == Self::All {
                    publish.push(format!("{EVENT_PREFIX}.*.*.*"));
                    publish.push(format!("{DEAD_LETTER_PREFIX}.*.*"));
                    publish.push("$JS.ACK.>".to_owned());
                }
            }
        }
        publish
    }
}

fn stream_permissions() -> impl Iterator<Item = String> {
    let each = [EVENT_STREAM, DEAD_LETTER_STREAM, ADVISORY_STREAM].into_iter();
    each.flat_map(|stream| ["INFO", "CREATE"].map(|verb| format!("$JS.API.STREAM.{verb}.{stream}")))
}

/// Returns the permissions for the consumer `durable`.
fn consumer_permissions(durable: &str) -> Vec<String> {
    let mut allowed = vec![
        format!("{DEAD_LETTER_PREFIX}.{durable}.*"),
        format!("{REPLAY_PREFIX}.{durable}.*"),
        format!("$JS.API.DIRECT.GET.{EVENT_STREAM}"),
    ];
    for stream in [EVENT_STREAM, ADVISORY_STREAM] {
        allowed.extend([
            format!("$JS.API.CONSUMER.INFO.{stream}.{durable}"),
            format!("$JS.API.CONSUMER.CREATE.{stream}.{durable}"),
            format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"),
            format!("$JS.ACK.{stream}.{durable}.>"),
            // The form of the subject with a JetStream domain and an account.
            format!("$JS.ACK.*.*.{stream}.{durable}.>"),
        ]);
    }
    allowed
}

/// Returns the block `authorization { … }` of the configuration of a NATS server for these users.
pub fn render_nats_authorization(users: &[(NatsUser, NatsPassword)]) -> String {
    let mut text = "authorization {\n  users: [\n".to_owned();
    for (user, password) in users {
        let password = match password {
            NatsPassword::Text(text) => quote(text),
            NatsPassword::Variable(name) => format!("${name}"),
        };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "    {{\n      user: {}\n      password: {password}\n      permissions: {{\n        \
             publish: {{ allow: [\n{}        ] }}\n        subscribe: {{ allow: [\n{}        ] }}\n      }}\n    }}\n",
            quote(user.name()),
            list(&user.publish_permissions()),
            list(&[format!("{}.>", inbox_prefix(user.name()))]),
        );
    }
    text + "  ]\n}\n"
}

fn list(subjects: &[String]) -> String {
    subjects.iter().map(|subject| format!("          {}\n", quote(subject))).collect()
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl std::fmt::Debug for NatsPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(…)"),
            Self::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;
    use ticketing_events::EventName;

    use super::{NatsPassword, NatsUser, render_nats_authorization};

    #[test]
    fn each_event_is_published_by_one_service() {
        for name in EventName::ALL {
            let first = name.as_str().split(':').next().unwrap();
            let publishes =
                |user: &&NatsUser| user.service().is_some_and(|(words, _)| words.contains(&first));
            assert_eq!(NatsUser::VARIANTS.iter().filter(publishes).count(), 1, "{name}");
        }
    }

    #[test]
    fn password_is_quoted_or_a_variable_and_not_shown() {
        let text = NatsPassword::Text(r#"a"b\c"#.to_owned());
        assert_eq!(format!("{text:?}"), "Text(…)");
        let variable = NatsPassword::Variable("ORDERS_PASSWORD".to_owned());
        let block = render_nats_authorization(&[(NatsUser::Auth, text), (NatsUser::Orders, variable)]);
        assert!(block.contains(r#"password: "a\"b\\c""#), "{block}");
        assert!(block.contains("password: $ORDERS_PASSWORD\n"), "{block}");
        assert!(
            block.contains("\"ticketing.order.*.*\"") && !block.contains("\"ticketing.ticket"),
            "{block}"
        );
    }
}
