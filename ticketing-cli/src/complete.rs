//! Completion of identifiers from the server: tickets with titles, orders with statuses. A failure completes nothing.

use std::ffi::OsStr;
use std::time::Duration;

use clap::Command;
use clap::builder::Resettable;
use clap_complete::CompletionCandidate;
use clap_complete::engine::ValueCompleter;
use ticketing_sdk::text::{price, sanitize};
use ticketing_sdk::{
    Client, Error, List, Order, OrderStatus, Pass, PassStatus, Payment, PaymentStatus, Ticket, TicketSort,
};

use crate::alias::{ExpandedLine, expand_alias};
use crate::client_dirs::ClientDirs;
use crate::config::Config;
use crate::context::Settings;
use crate::environment::environment;
use crate::output::{Format, short_end};
use crate::span;
use crate::target::{MAX_PAGE, Target};

/// The time limit of a completion, unless `--timeout` or its variable sets one: a user waits at the prompt.
const COMPLETION_TIMEOUT: Duration = Duration::from_millis(800);
/// The candidates of one completion.
const MAX_CANDIDATES: u32 = 50;
/// [`MAX_CANDIDATES`] as a number of items.
const MAX_ITEMS: usize = 50;

/// Returns a completer of identifiers: whole ones, or short ones as tables show them where the word begins one of those.
pub(crate) fn by_id(candidates: fn() -> Vec<CompletionCandidate>) -> impl ValueCompleter {
    move |word: &OsStr| {
        let word = word.to_string_lossy();
        let (whole, others): (Vec<_>, Vec<_>) =
            candidates().into_iter().partition(|one| one.get_value().to_string_lossy().starts_with(&*word));
        if !whole.is_empty() {
            return whole;
        }
        let short = others.iter().filter_map(|one| {
            let id = one.get_value().to_string_lossy();
            let short = short_end(&id).filter(|short| short.starts_with(&*word))?;
            Some(CompletionCandidate::new(short).help(one.get_help().cloned()))
        });
        short.collect()
    }
}

/// Completes available tickets.
pub(crate) fn tickets() -> Vec<CompletionCandidate> {
    query(async |client| tickets_in(client.tickets().list(), |ticket| price(ticket.price)).await)
}

/// Completes tickets of the account.
pub(crate) fn own_tickets() -> Vec<CompletionCandidate> {
    query(async |client| {
        let own = client.tickets().list().mine().any_status();
        tickets_in(own, |ticket| ticket.status.label().to_owned()).await
    })
}

/// Completes orders of the account.
pub(crate) fn orders() -> Vec<CompletionCandidate> {
    query(async |client| orders_in(&client, OrderStatus::ALL).await)
}

/// Completes unpaid orders of the account.
pub(crate) fn open_orders() -> Vec<CompletionCandidate> {
    query(async |client| orders_in(&client, &[OrderStatus::Created]).await)
}

/// Completes payments of the account.
pub(crate) fn payments() -> Vec<CompletionCandidate> {
    query(async |client| {
        let payments = client.payments().list().limit(MAX_PAGE).newest(MAX_ITEMS).await?.items;
        let help = |payment: &Payment| payment.status.map_or("", PaymentStatus::label);
        Ok(payments.iter().map(|payment| candidate(payment.id.as_str(), help(payment))).collect())
    })
}

/// Completes passes of the account.
pub(crate) fn passes() -> Vec<CompletionCandidate> {
    query(async |client| passes_in(&client, PassStatus::ALL).await)
}

/// Completes passes of the account that admit.
pub(crate) fn valid_passes() -> Vec<CompletionCandidate> {
    query(async |client| passes_in(&client, &[PassStatus::Valid]).await)
}

/// Completes the newest tickets of a list, with a fact of each beside its title.
async fn tickets_in(
    list: List<Ticket>,
    fact: fn(&Ticket) -> String,
) -> Result<Vec<CompletionCandidate>, Error> {
    let tickets = list.sort(TicketSort::Newest).limit(MAX_CANDIDATES).await?.items;
    let help = |ticket: &Ticket| format!("{}  {}", fact(ticket), ticket.title);
    Ok(tickets.iter().map(|ticket| candidate(ticket.id.as_str(), &help(ticket))).collect())
}

async fn passes_in(client: &Client, statuses: &[PassStatus]) -> Result<Vec<CompletionCandidate>, Error> {
    let passes = client.passes().list().status(statuses.iter().copied()).limit(MAX_CANDIDATES).await?.items;
    let help = |pass: &Pass| format!("{}  {}", pass.status.label(), pass.title);
    Ok(passes.iter().map(|pass| candidate(pass.id.as_str(), &help(pass))).collect())
}

async fn orders_in(client: &Client, statuses: &[OrderStatus]) -> Result<Vec<CompletionCandidate>, Error> {
    let orders = client.orders().list().status(statuses.iter().copied()).limit(MAX_PAGE);
    let orders = orders.newest(MAX_ITEMS).await?.items;
    let help = |order: &Order| format!("{}  {}", order.status.label(), order.ticket.title);
    Ok(orders.iter().map(|order| candidate(order.id.as_str(), &help(order))).collect())
}

fn candidate(id: &str, help: &str) -> CompletionCandidate {
    CompletionCandidate::new(sanitize(id).into_owned()).help(Some(sanitize(help).into_owned().into()))
}

/// Queries the server that the unfinished command line names. An error completes nothing.
fn query(
    call: impl AsyncFnOnce(Client) -> Result<Vec<CompletionCandidate>, Error>,
) -> Vec<CompletionCandidate> {
    let answer = || {
        let dirs = ClientDirs::find(environment("TICKETING_HOME").map(Into::into));
        let config = config()?;
        let server = option_of("--server", std::env::args()).or_else(|| environment("TICKETING_SERVER"));
        let profile = option_of("--profile", std::env::args()).or_else(|| environment("TICKETING_PROFILE"));
        let timeout = option_of("--timeout", std::env::args()).or_else(|| environment("TICKETING_TIMEOUT"));
        let timeout = timeout.and_then(|text| span::parse(&text).ok()).unwrap_or(COMPLETION_TIMEOUT);
        let target = Target::choose(&config, server.as_deref(), profile.as_deref()).ok()?;
        let settings = Settings { timeout: Some(timeout), ..Settings::new(target, Format::Tsv, dirs) };
        let client = settings.client().ok()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        let found = runtime.block_on(async { tokio::time::timeout(timeout, call(client)).await });
        runtime.shutdown_background();
        found.ok()?.ok()
    };
    let candidates = answer().unwrap_or_default().into_iter().enumerate();
    // Shells that keep an order show the newest first.
    candidates.map(|(index, candidate)| candidate.display_order(Some(index))).collect()
}

/// Returns the value of an option in a command line.
pub(crate) fn option_of(name: &str, words: impl Iterator<Item = String>) -> Option<String> {
    let is_with_value = |word: &str| word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
    let mut words = words.skip_while(|word| word != name && !is_with_value(word));
    let first = words.next()?;
    first.split_once('=').map(|(_, value)| value.to_owned()).or_else(|| words.next())
}

/// Completes the profiles of the user, with their servers.
pub(crate) fn profiles() -> Vec<CompletionCandidate> {
    let profiles = config().map(|config| config.profiles()).unwrap_or_default();
    profiles.iter().map(|(name, server)| candidate(name, server)).collect()
}

/// Adds the aliases of the user to the commands: each completes as the command that it stands for.
pub(crate) fn with_aliases(tree: Command) -> Command {
    let config = config().unwrap_or_else(|| Config::empty(None));
    let aliases = config.aliases();
    if aliases.is_empty() {
        return tree;
    }
    // With the subcommands and the arguments of every command.
    let mut built = tree.clone();
    built.build();
    aliases.into_iter().fold(tree, |tree, (name, expansion)| {
        if tree.find_subcommand(&name).is_some() {
            return tree;
        }
        let target = command_of(&built, &config, &name).cloned().unwrap_or_else(|| Command::new("alias"));
        let target = target.alias(Resettable::Reset).visible_alias(Resettable::Reset);
        tree.subcommand(target.name(name).about(sanitize(&expansion).into_owned()).hide(false))
    })
}

/// Returns the command that an alias stands for, unless the shell runs it.
fn command_of<'t>(tree: &'t Command, config: &Config, alias: &str) -> Option<&'t Command> {
    let is_command = |word: &str| tree.find_subcommand(word).is_some();
    let Ok(ExpandedLine::Arguments(words)) = expand_alias(alias, config, is_command) else { return None };
    let mut words = words.iter().skip(1);
    let first = tree.find_subcommand(words.next()?)?;
    Some(words.fold(first, |command, word| command.find_subcommand(word).unwrap_or(command)))
}

/// Reads the config file of the user.
fn config() -> Option<Config> {
    let path = environment("TICKETING_CONFIG").map(Into::into);
    let path = path.or_else(|| ClientDirs::find(environment("TICKETING_HOME").map(Into::into)).config().ok());
    Config::read(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completion_uses_the_server_of_the_command_line() {
        let named = |line: &str| option_of("--server", line.split(' ').map(str::to_owned));
        assert_eq!(named("ticketing --server http://h:1 tickets get"), Some("http://h:1".to_owned()));
        assert_eq!(named("ticketing --server=http://h:1 tickets"), Some("http://h:1".to_owned()));
        assert_eq!(named("ticketing tickets"), None);
    }
}
