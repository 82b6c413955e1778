//! The CPU time of the idle program, measured over a fixed period.

use std::time::Duration;

use crate::process::{memory_mib, read_usage};
use crate::program::Program;
use crate::report::Report;
use crate::server::{Server, TICKETS, title};

const IDLE_PERIOD: Duration = Duration::from_secs(10);
/// The key that cancels a reservation.
const CANCEL: &str = "\x18";

/// The names of what is measured while it is idle.
struct Names {
    ticks: &'static str,
    time: &'static str,
    wakes: &'static str,
    bytes: &'static str,
}

pub(crate) fn measure(report: &mut Report, server: &Server, round: u32) {
    let mut program = Program::start(server, &["tui"]);
    program.wait_until_shown(&title(TICKETS));
    // Skip the first second: the first notice disappears in it.
    program.idle(IDLE_PERIOD / 10);
    let names = Names {
        ticks: "idle in the market for 10 s: processor, by utime + stime",
        time: "idle in the market for 10 s: processor, by the scheduler",
        wakes: "idle in the market for 10 s: wake-ups",
        bytes: "idle in the market for 10 s: written to the terminal",
    };
    idle(report, &mut program, &names);

    // The newest ticket is selected. One whose reservation was given up in an earlier round cannot be reserved again at once.
    (1..round).for_each(|_| program.press("j"));
    program.press("b");
    program.wait_until_shown("enter pays");
    program.idle(IDLE_PERIOD / 10);
    let names = Names {
        ticks: "idle while a reservation runs out, 10 s: processor, by utime + stime",
        time: "idle while a reservation runs out, 10 s: processor, by the scheduler",
        wakes: "idle while a reservation runs out, 10 s: wake-ups",
        bytes: "idle while a reservation runs out, 10 s: written to the terminal",
    };
    idle(report, &mut program, &names);
    report.count("memory with 40 tickets, peak (VmHWM)", "MiB", memory_mib(program.pid(), "VmHWM"));
    report.count("memory with 40 tickets, of its own (RssAnon)", "MiB", memory_mib(program.pid(), "RssAnon"));

    // The next round needs a market without a running reservation.
    program.press(CANCEL);
    program.wait_until_shown("Sure?");
    program.press("y");
    program.wait_until_shown("is available again");
}

fn idle(report: &mut Report, program: &mut Program, names: &Names) {
    let before = read_usage(program.pid());
    let bytes = program.idle(IDLE_PERIOD);
    let after = read_usage(program.pid());
    let percent = |time: Duration| time.as_secs_f64() / IDLE_PERIOD.as_secs_f64() * 100.0;
    report.count(names.ticks, "%", percent(after.ticks - before.ticks));
    report.count(names.time, "%", percent(after.time.saturating_sub(before.time)));
    report.count(names.wakes, "a second", per_second(after.wakes.saturating_sub(before.wakes)));
    report.count(names.bytes, "bytes a second", per_second(bytes as u64));
}

fn per_second(count: u64) -> f64 {
    Duration::from_secs(count).as_secs_f64() / IDLE_PERIOD.as_secs_f64()
}
