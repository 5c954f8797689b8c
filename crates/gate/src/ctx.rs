//! Who asks, when, and in which language: the first argument of everything that passes the door.

use guanxi_model::{Grant, Locale, RecordId, Role, expr::Env};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The caller of a read or write.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who it is.
    pub subject: Subject,
    /// What they may do.
    pub rights: Arc<Rights>,
    /// The instant of the request.
    pub now: Timestamp,
    /// The business date: today in the account set's zone, or the date a job is run for.
    pub today: Date,
    /// The account set's zone.
    pub zone: TimeZone,
    /// The reader's language.
    pub locale: Locale,
    /// How the request came in.
    pub channel: Channel,
    /// The peer's address, for the audit.
    pub ip: Option<String>,
    /// The key under which the request may take effect once, when it carries one.
    pub once: Option<Once>,
}

/// A request that may be repeated because its answer was lost: its first write through the door takes the key,
/// so a repetition is refused with [`Error::Repeated`](crate::Error::Repeated) before it writes anything.
#[derive(Debug, Clone)]
pub struct Once {
    /// The key, chosen by the client.
    pub key: String,
    taken: Arc<AtomicBool>,
}

impl Once {
    /// A request under a key.
    pub fn new(key: impl Into<String>) -> Self {
        Once { key: key.into(), taken: Arc::default() }
    }

    /// Whether a write of this very request has taken the key.
    pub(crate) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    pub(crate) fn take(&self) {
        self.taken.store(true, Ordering::Release);
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The user's record; the operator and the services have ids below zero and no record.
    pub user: RecordId,
    /// Log-in name.
    pub login: String,
    /// What people read.
    pub name: String,
    /// Their department.
    pub department: Option<RecordId>,
    /// Themselves and everyone below in the line of command.
    pub team: Vec<RecordId>,
    /// Their department and those below it.
    pub departments: Vec<RecordId>,
    /// Their places in pools, the newest pool first.
    pub seats: Vec<Seat>,
}

/// A place in a pool (公海).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The pool.
    pub pool: RecordId,
    /// What it is called.
    pub name: String,
    /// Whether its records may be handed out from this place.
    pub admin: bool,
    /// The fields it shows of its records.
    pub columns: Arc<Vec<String>>,
}

impl Subject {
    /// Their place in a pool.
    pub fn seat(&self, pool: RecordId) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.pool == pool)
    }
}

/// The operator on the command line: full grants, every use audited.
pub const OPERATOR: RecordId = RecordId(-1);
/// The service that runs scheduled jobs.
pub const SCHEDULER: RecordId = RecordId(-2);

/// What a caller may do: the grants of all their roles.
#[derive(Debug, Clone, Default)]
pub struct Rights {
    /// Role names.
    pub roles: Vec<String>,
    /// All grants of the roles.
    pub grants: Vec<Grant>,
    /// Rights outside objects.
    pub settings: Vec<String>,
    /// Reports.
    pub reports: Vec<String>,
    /// The operator and the scheduler pass every check.
    pub everything: bool,
}

impl Rights {
    /// The rights of several roles together.
    pub fn of<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Self {
        let mut rights = Rights::default();
        for role in roles {
            rights.roles.push(role.name.clone());
            rights.grants.extend(role.grants.iter().cloned());
            rights.settings.extend(role.settings.iter().cloned());
            rights.reports.extend(role.reports.iter().cloned());
        }
        rights
    }

    /// Full rights, for the operator and the scheduler.
    pub fn everything() -> Self {
        Rights { everything: true, ..Rights::default() }
    }

    /// Whether a role is among them.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|r| r == role)
    }

    /// Whether a right outside objects is held.
    pub fn may_set(&self, setting: &str) -> bool {
        self.everything || self.settings.iter().any(|s| s == setting || s == "*")
    }

    /// Whether a report may be opened.
    pub fn may_report(&self, report: &str) -> bool {
        self.everything || self.reports.iter().any(|r| r == report || r == "*")
    }

    /// Whether any grant speaks of this object and action, whatever the record.
    pub fn may(&self, object: &str, action: &str) -> bool {
        self.everything || self.grants.iter().any(|grant| grant.covers(object, action))
    }
}

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A page.
    Web,
    /// REST.
    Api,
    /// The command line.
    Cli,
    /// A scheduled job.
    Job,
    /// An import.
    Import,
}

impl Channel {
    /// The word in the audit.
    pub fn word(self) -> &'static str {
        match self {
            Channel::Web => "web",
            Channel::Api => "api",
            Channel::Cli => "cli",
            Channel::Job => "job",
            Channel::Import => "import",
        }
    }
}

impl Ctx {
    /// What expressions need to know of the caller.
    pub fn env(&self) -> Env {
        Env {
            today: self.today,
            now: self.now,
            me: self.subject.user,
            my_team: self.subject.team.clone(),
            my_department: self.subject.department,
            my_departments: self.subject.departments.clone(),
            zone: self.zone.clone(),
        }
    }

    /// The same caller on another business date (`--as-of`).
    #[must_use]
    pub fn as_of(mut self, date: Date) -> Self {
        self.today = date;
        self
    }

    /// The same caller through another channel.
    #[must_use]
    pub fn via(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    /// The same caller reading another language.
    #[must_use]
    pub fn reading(mut self, locale: Locale) -> Self {
        self.locale = locale;
        self
    }
}
