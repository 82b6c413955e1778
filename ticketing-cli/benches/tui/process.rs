//! The CPU time and memory of a process, from the kernel.

use std::fs;
use std::time::Duration;

/// Ticks of the kernel's clock in a second, on every Linux.
const TICKS: u64 = 100;

/// The resources that a process has used so far.
#[derive(Clone, Copy)]
pub(crate) struct ResourceUsage {
    /// Time on a processor, as `utime` and `stime` count it: in steps of 10 ms.
    pub(crate) ticks: Duration,
    /// The same as the scheduler counts it: to the nanosecond, by all threads that are there.
    pub(crate) time: Duration,
    /// How often it woke up.
    pub(crate) wakes: u64,
}

pub(crate) fn read_usage(pid: u32) -> ResourceUsage {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name of the program is in parentheses and may contain spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    let mut used =
        ResourceUsage { ticks: Duration::from_millis(ticks * 1_000 / TICKS), time: Duration::ZERO, wakes: 0 };
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let task = task.unwrap().path();
        let scheduled = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
        used.time += Duration::from_nanos(number(scheduled.split_whitespace().next()));
        used.wakes +=
            field(&fs::read_to_string(task.join("status")).unwrap_or_default(), "voluntary_ctxt_switches");
    }
    used
}

/// A figure of its memory, in MiB.
pub(crate) fn memory_mib(pid: u32, figure: &str) -> f64 {
    let kib = field(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap(), figure);
    Duration::from_millis(kib).as_secs_f64() * 1_000.0 / 1_024.0
}

fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    number(line.split_whitespace().nth(1))
}

fn number(text: Option<&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
