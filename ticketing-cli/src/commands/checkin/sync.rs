//! `ticketing checkin sync`

use std::path::Path;

use parking_lot::Mutex;
use ticketing_sdk::ErrorCode;

use crate::context::ApiContext;
use crate::count::count;
use crate::door::{self, Conflict, OfflineDoor, SyncReport};
use crate::exit::Exit;
use crate::failure::{CliResult, Failure};
use crate::output::{Cell, Columns, Format, Record, Tone};

/// Uploads the journal beside a door list, and shows every admission that is in doubt.
pub(super) async fn sync(api: &ApiContext, file: &Path) -> CliResult {
    let door = Mutex::new(OfflineDoor::open(file)?);
    let damage: Vec<String> = door.lock().damage().collect();
    for text in &damage {
        api.io().warn(text);
    }
    if api.is_dry_run() {
        let requests = door::requests(&api.client, &door).await?;
        api.print_requests(requests.iter().map(|write| write.request())).await?;
        api.io().info(&format!("nothing was sent; admissions to upload: {}", requests.len()));
        return Ok(());
    }
    let SyncReport { uploaded, recovered, admitted, conflicts, withdrawn } =
        door::sync(&api.client, &door).await?;
    api.io().info(&format!("admissions uploaded: {uploaded}; on the server: {admitted} of {admitted}"));
    if recovered > 0 {
        let admissions = count(recovered, "admission");
        let words = "uploaded again, which the server no longer had: it was restored from a backup";
        api.io().warn(&format!("{admissions} {words}"));
    }
    for offer in &withdrawn {
        api.io().info(offer);
    }
    if !(conflicts.is_empty() && api.context.settings.format == Format::Table) {
        api.printer().list(&conflicts)?;
    }
    if api.context.settings.format == Format::Table {
        // The table has no room for all times and devices.
        for conflict in &conflicts {
            let (what, times) = conflict.words_with(|at| api.printer().precise(at));
            let seat = conflict.seat.as_ref().map_or(String::new(), |seat| format!(" ({seat})"));
            api.io().info(&format!("{}{seat}: {what}", conflict.title));
            // On lines of their own, so that a narrow terminal breaks none.
            times.iter().for_each(|time| api.io().info(&format!("  {time}")));
        }
    }
    let damaged = damage.len();
    let hint = "correct the line, so that the same command uploads its admission, or delete it";
    if !conflicts.is_empty() {
        let message = match conflicts.len() {
            1 => format!("1 of {} is in doubt", count(admitted, "admission")),
            several => format!("{several} of {admitted} admissions are in doubt"),
        };
        let failure = Failure::new(Exit::Refused, message);
        return Err(if damaged > 0 { failure.hint(hint) } else { failure });
    }
    if damaged > 0 {
        let message = match damaged {
            1 => "1 line of the journal is damaged, and was not uploaded".to_owned(),
            lines => format!("{lines} lines of the journal are damaged, and were not uploaded"),
        };
        return Err(Failure::failed(message).hint(hint));
    }
    Ok(())
}

/// Returns a reason in words.
fn reason_label(reason: &str) -> &str {
    match reason.parse() {
        Ok(ErrorCode::AlreadyAdmitted) => "Admitted twice",
        Ok(ErrorCode::PassSuperseded) => "Earlier code",
        Ok(ErrorCode::PassOffered) => "For resale",
        _ => "Refused",
    }
}

impl Record for Conflict {
    fn columns(columns: &mut Columns<Self>) {
        columns.add_id("passId", |it, _| Cell::text(&it.pass_id));
        columns.add_cut("title", |it, _| Cell::text(&it.title));
        columns.add_whole("reason", |it, _| Cell::label(&it.reason, reason_label(&it.reason), Tone::Bad));
        columns.add_whole("at", |it, _| Cell::PreciseTime(it.at)).droppable(1);
        columns.add_whole("device", |it, _| Cell::opt(it.device.as_ref())).droppable(2);
        columns.add_whole("firstAt", |it, _| Cell::precise_time(it.first_at)).droppable(1);
        columns.add_whole("firstDevice", |it, _| Cell::opt(it.first_device.as_ref())).droppable(2);
        columns.add_filled("seat", |it, _| Cell::opt(it.seat.as_ref())).droppable(1);
        columns.add_hidden("message", |it, _| Cell::text(&it.message));
        columns.add_whole("otherAt", |it, _| Cell::precise_time(it.other_at)).droppable(1);
        columns.add_whole("otherDevice", |it, _| Cell::opt(it.other_device.as_ref())).droppable(2);
    }
}
