//! `ticketing tickets import`

mod rows;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use ticketing_tui::{Operation, quote_word};

use self::rows::{ParsedFile, RowError};
use super::batch::{Batch, RepeatPolicy};
use super::file_format::FileFormat;
use crate::context::{ApiCommand, ApiContext};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::files::{self, MIB};
use crate::help;

/// The arguments of `ticketing tickets import`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = help::long(
    &[
        "ticketing tickets import listings.csv --dry-run",
        "ticketing tickets import listings.csv",
        "cat listings.jsonl | ticketing tickets import - --format jsonl",
    ],
    "A CSV file begins with a row of column names: title, price, and the details of a ticket, like venue, startsAt and seat. Commas, \
     semicolons or tabs separate them, as the file shows or a first line like sep=; says. Where commas do not, a price may be 12,50. A JSON Lines file has an object with these fields on each line. Every row is checked before \
     the first is sent. A row whose status is another than available, or that has resaleOf, is left out. \
     Rows are listed in their order; several --jobs are faster, and may list them in another.\n\
     A row that this account has listed is not listed again, whichever command listed it, in whichever file and from wherever: so the \
     same command continues after an interruption, and a file that was extended lists only what is new. A row with the id of a \
     listing, as exports have it, is that listing. A row with a seat is the listing of that seat at the same event, where a venue or \
     a start that one of them lacks distinguishes nothing. Any other row is one of the listings with its title, venue, start and \
     price, each of which stands for one row: 40 equal rows are 40 tickets in all. Texts are compared whatever their case, width and \
     spaces. A row with an id or a seat that differs from its listing, as in its price, is refused with exit code 5. --again lists \
     every row once more. The listings are read before the first row is sent: two imports at once do not see each other's rows, \
     except equal ones, whose keys the server knows for a day. What an import has listed is also kept in a record in the data folder, \
     and stays listed there after it was withdrawn.",
))]
pub(crate) struct Args {
    /// The file, or `-` for stdin
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Read this format, csv or jsonl: by default that of the file's extension
    #[arg(long, help_heading = help::FILE, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<FileFormat>,
    /// List the valid rows of a file that has invalid ones
    #[arg(long, help_heading = help::BATCH)]
    skip_invalid: bool,
    /// List every row once more, also those that are listed already
    #[arg(long, help_heading = help::BATCH)]
    again: bool,
    /// Send at most this many rows at once
    #[arg(long, help_heading = help::BATCH, value_name = "N", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: u8,
}

/// The largest file that is imported, in bytes.
const MAX_FILE: u64 = 64 * MIB;

impl ApiCommand for Args {
    async fn run(self, api: &ApiContext) -> CliResult {
        let is_stdin = self.file == Path::new("-");
        let operation = self.operation();
        let format = self.format.or_else(|| FileFormat::of_path(&self.file)).ok_or_else(|| {
            let name = if is_stdin { "stdin".to_owned() } else { self.file.display().to_string() };
            Failure::usage(format!("the format of {name} is not known"))
                .hint("pass --format csv or --format jsonl")
        })?;
        let content = if is_stdin {
            api.io().read_all(MAX_FILE).await?
        } else {
            files::read(&self.file, MAX_FILE)
                .map_err(|error| Failure::failed(format!("cannot read {}: {error}", self.file.display())))?
        };
        let ParsedFile { rows, errors, skipped, .. } = match rows::parse(&content, format) {
            Ok(parsed) if parsed.errors.is_empty() || self.skip_invalid => parsed,
            Ok(ParsedFile { errors, .. }) => return Err(refusal(&errors, SKIPPABLE)),
            Err(errors) => return Err(refusal(&errors, WHOLE)),
        };
        for error in &errors {
            api.io().warn(&format!("skipped: {error}"));
        }
        if !skipped.is_empty() {
            api.io().warn(&format!("left out: {skipped}; only available tickets of a first sale are listed"));
        }
        if rows.is_empty() {
            return Err(Failure::usage("the file has no row to list"));
        }
        let key = api.context.settings.writes.key.clone();
        if self.again && key.is_some() {
            return Err(Failure::usage(
                "--again needs a new key: a repeated --idempotency-key has no further effect",
            ));
        }
        let repeat = if self.again {
            RepeatPolicy::Again(data_encoding::HEXLOWER.encode(&Sha256::digest(&content)))
        } else {
            RepeatPolicy::Never
        };
        let jobs = usize::from(self.jobs);
        let batch = Batch { operation, scope: "tickets import".to_owned(), rows, jobs, repeat, key };
        batch.run(api).await
    }
}

impl Args {
    /// Returns the command as a shell takes it.
    fn operation(&self) -> Operation {
        let mut options = quote_word(&self.file.to_string_lossy());
        if let Some(format) = self.format {
            options += if format == FileFormat::Csv { " --format csv" } else { " --format jsonl" };
        }
        for (flag, name) in [(self.skip_invalid, " --skip-invalid"), (self.again, " --again")] {
            options += if flag { name } else { "" };
        }
        Operation::ImportTickets { options }
    }
}

/// The hint where other rows are valid.
const SKIPPABLE: &str = "correct it, or list the valid rows with --skip-invalid and import the corrected file later: no row is listed twice";
/// The hint where an error leaves it open which rows the file has.
const WHOLE: &str = "correct the file, and run the command again";

/// The failure of a file that is not valid.
fn refusal(errors: &[RowError], hint: &str) -> Failure {
    let mut failure = Failure::new(Exit::Usage, "the file is not valid, and nothing was sent");
    failure.details = errors.iter().map(ToString::to_string).collect();
    failure.hint(hint)
}
