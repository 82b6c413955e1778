//! What there is to say of a setting, and which commands it is of.

use crate::Service;
use crate::command::Task;

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The variable that gives it. The flag follows from that.
    pub name: &'static str,
    /// What its value is called.
    pub value: &'static str,
    pub(crate) group: Group,
    /// The tasks that take it.
    pub(crate) of: &'static [Of],
    /// Those of them that cannot do without it.
    pub(crate) needed: &'static [Of],
    /// What holds where it is not given.
    pub otherwise: Otherwise,
    /// What holds then in `ticketing serve`, if that is something else.
    pub in_serve: Option<&'static str>,
    /// Whether `ticketing serve` has a flag for it as well.
    pub flag_of_serve: bool,
    /// Whether nobody else may see it.
    pub secret: bool,
    /// What it sets, in a line.
    pub sets: &'static str,
    /// What else there is to know of it.
    pub detail: &'static str,
}

/// What holds where a setting is not given.
#[derive(Clone, Copy, Debug)]
pub enum Otherwise {
    /// This value, as the code has it.
    Value(fn() -> String),
    /// Something that is no value.
    Words(&'static str),
}

/// What settings are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Http,
    Data,
    Events,
    Sessions,
    Reservations,
    Cards,
    Log,
    Traces,
}

/// Which tasks a setting is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Whatever speaks to the bus.
    Bus,
    /// Whatever speaks to databases.
    Databases,
    /// Whatever answers requests.
    Processes,
    /// Those of them that know and say something.
    Services,
    /// Whatever has sessions.
    Sessions,
    /// Every service in one process.
    All,
    /// A service in a process of its own.
    Alone,
    Auth,
    Tickets,
    Orders,
    Payments,
    Client,
    Migrate,
    Republish,
    Letters,
}

/// What most settings have in common.
pub(crate) const PLAIN: Setting = Setting {
    name: "",
    value: "",
    group: Group::Http,
    of: &[],
    needed: &[],
    otherwise: Otherwise::Words("none"),
    in_serve: None,
    flag_of_serve: false,
    secret: false,
    sets: "",
    detail: "",
};

impl Setting {
    /// Its flag, without the dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.trim_start_matches("TICKETING_").to_ascii_lowercase().replace('_', "-")
    }

    /// Whether this task takes it.
    #[must_use]
    pub fn is_of(&self, task: Task) -> bool {
        self.of.iter().any(|of| of.includes(task))
    }

    /// Whether this task cannot do without it.
    #[must_use]
    pub fn is_needed_by(&self, task: Task) -> bool {
        self.is_of(task) && self.needed.iter().any(|of| of.includes(task))
    }
}

impl Group {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Http => "HTTP",
            Self::Data => "Data",
            Self::Events => "Events",
            Self::Sessions => "Sessions",
            Self::Reservations => "Reservations",
            Self::Cards => "Cards",
            Self::Log => "Log",
            Self::Traces => "Traces",
        }
    }
}

impl Of {
    fn includes(self, task: Task) -> bool {
        match self {
            Self::Bus => task.is_stateful(),
            Self::Databases => task.is_stateful() && !Task::OF_LETTERS.contains(&task),
            Self::Processes => matches!(task, Task::All | Task::One(_)),
            Self::Services => task.is_stateful() && matches!(task, Task::All | Task::One(_)),
            Self::Sessions => match task {
                Task::One(service) => service.has_sessions(),
                task => task == Task::All,
            },
            Self::All => task == Task::All,
            Self::Alone => matches!(task, Task::One(_)),
            Self::Auth => task == Task::One(Service::Auth),
            Self::Tickets => task == Task::One(Service::Tickets),
            Self::Orders => task == Task::One(Service::Orders),
            Self::Payments => task == Task::One(Service::Payments),
            Self::Client => task == Task::One(Service::Client),
            Self::Migrate => task == Task::Migrate,
            Self::Republish => task == Task::Republish,
            Self::Letters => Task::OF_LETTERS.contains(&task),
        }
    }
}
