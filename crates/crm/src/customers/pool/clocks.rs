//! The three clocks of recycling, computed from facts alone: no reading, no writing, no clock.
//!
//! Days are days of the calendar in the set's zone, and a limit is passed strictly: with thirty days a
//! customer claimed on the 1st is due on the 32nd day, not on the 31st.

use guanxi_gate::{Record, date_of};
use guanxi_model::Value;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;

/// How many days each clock runs; none never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limits {
    pub follow_up: Option<i64>,
    pub opportunity: Option<i64>,
    pub deal: Option<i64>,
}

impl Limits {
    pub fn of(record: &Record) -> Limits {
        let days = |field: &str| record.decimal(field).and_then(|n| i64::try_from(n.trunc()).ok());
        Limits {
            follow_up: days("follow_up_days"),
            opportunity: days("opportunity_days"),
            deal: days("deal_days"),
        }
    }
}

/// The recycling rules of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub limits: Limits,
    /// Limits of single grades, which go before those of the pool.
    pub grades: BTreeMap<String, Limits>,
    pub spare_dealt: bool,
    pub spare_open: bool,
    pub warn_days: i64,
    /// The day recycling was switched on again.
    pub since: Option<Date>,
}

/// What the clocks need to know of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Facts {
    pub claimed_on: Option<Date>,
    pub last_contact: Option<Date>,
    pub last_opportunity: Option<Date>,
    pub last_order: Option<Date>,
    pub orders: i64,
    pub open_opportunities: i64,
    pub grade: String,
    pub locked: bool,
    /// When it was entered, for customers older than claim dates are.
    pub created_on: Option<Date>,
}

/// Which clock ran out: the entry of the dictionary of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// No follow-up.
    FollowUp,
    /// No opportunity.
    Opportunity,
    /// No order.
    Deal,
}

impl Clock {
    /// Its entry in the dictionary of reasons.
    pub fn reason(self) -> &'static str {
        match self {
            Clock::FollowUp => "no_follow_up",
            Clock::Opportunity => "no_opportunity",
            Clock::Deal => "no_deal",
        }
    }
}

impl Facts {
    /// The fields they are read from, in this order.
    pub const FIELDS: [&'static str; 9] = [
        "claimed_on",
        "last_contact_at",
        "last_opportunity_at",
        "last_order_on",
        "order_count",
        "open_opportunity_count",
        "grade",
        "locked",
        "created_at",
    ];

    /// Reads them by field name.
    pub fn read(zone: &TimeZone, get: &dyn Fn(&str) -> Value) -> Facts {
        let day = |at: Timestamp| date_of(at, zone);
        let number = |field: &str| {
            get(field).as_decimal().and_then(|n| i64::try_from(n.trunc()).ok()).unwrap_or_default()
        };
        Facts {
            claimed_on: get("claimed_on").as_date(),
            last_contact: get("last_contact_at").as_instant().map(day),
            last_opportunity: get("last_opportunity_at").as_instant().map(day),
            last_order: get("last_order_on").as_date(),
            orders: number("order_count"),
            open_opportunities: number("open_opportunity_count"),
            grade: get("grade").as_text().unwrap_or_default().to_owned(),
            locked: get("locked").as_bool() == Some(true),
            created_on: get("created_at").as_instant().map(day),
        }
    }
}

/// The first business date on which a customer is taken back, and why; none while nothing runs.
pub(super) fn due(terms: &Terms, facts: &Facts) -> Option<(Date, Clock)> {
    if facts.locked
        || (terms.spare_dealt && facts.orders > 0)
        || (terms.spare_open && facts.open_opportunities > 0)
    {
        return None;
    }
    let claimed = facts.claimed_on.or(facts.created_on)?;
    let start = terms.since.map_or(claimed, |since| since.max(claimed));
    let limits = terms.grades.get(&facts.grade).copied().unwrap_or(terms.limits);
    let since_claim = |day: Option<Date>| day.is_some_and(|day| day >= claimed);
    let touched = facts.last_contact.map_or(start, |day| day.max(start));
    let clocks = [
        (limits.follow_up, touched, false, Clock::FollowUp),
        (limits.opportunity, start, since_claim(facts.last_opportunity), Clock::Opportunity),
        (limits.deal, start, since_claim(facts.last_order), Clock::Deal),
    ];
    clocks
        .into_iter()
        .filter(|(.., stopped, _)| !stopped)
        .filter_map(|(days, from, _, clock)| Some((from.checked_add((days? + 1).days()).ok()?, clock)))
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(follow_up: i64) -> Terms {
        Terms {
            limits: Limits { follow_up: Some(follow_up), opportunity: None, deal: None },
            grades: BTreeMap::new(),
            spare_dealt: true,
            spare_open: true,
            warn_days: 2,
            since: None,
        }
    }

    fn day(text: &str) -> Option<Date> {
        Some(text.parse().expect("a date"))
    }

    #[test]
    fn a_limit_is_passed_strictly_on_calendar_days() {
        let facts = Facts { claimed_on: day("2026-01-31"), ..Facts::default() };
        // 30 days after 31 January is 2 March; the day after is the first that is more than thirty.
        assert_eq!(due(&terms(30), &facts), Some((day("2026-03-03").expect("a date"), Clock::FollowUp)));
    }

    #[test]
    fn the_follow_up_clock_agrees_with_counting_day_by_day() {
        for days in 1..60 {
            for contact in 0..60_i64 {
                let claimed: Date = "2026-02-10".parse().expect("a date");
                let last = claimed.checked_add((contact - 20).days()).expect("a date");
                let facts = Facts { claimed_on: Some(claimed), last_contact: Some(last), ..Facts::default() };
                let mut today = claimed;
                let base = if last > claimed { last } else { claimed };
                let mut passed = 0;
                while passed <= days {
                    today = today.tomorrow().expect("a date");
                    passed = base.until(today).expect("a span").get_days().into();
                }
                assert_eq!(due(&terms(days), &facts).map(|(date, _)| date), Some(today), "{days} {contact}");
            }
        }
    }

    #[test]
    fn the_clock_that_runs_out_first_decides() {
        let mut terms = terms(30);
        terms.limits.deal = Some(10);
        terms.limits.opportunity = Some(20);
        let mut facts = Facts { claimed_on: day("2026-01-01"), ..Facts::default() };
        assert_eq!(due(&terms, &facts).map(|(_, clock)| clock), Some(Clock::Deal));
        facts.last_order = day("2026-01-01");
        assert_eq!(due(&terms, &facts).map(|(_, clock)| clock), Some(Clock::Opportunity));
        facts.last_opportunity = day("2025-12-31");
        assert_eq!(
            due(&terms, &facts).map(|(_, clock)| clock),
            Some(Clock::Opportunity),
            "an opportunity of an earlier owner stops nothing"
        );
        facts.last_opportunity = day("2026-01-02");
        assert_eq!(due(&terms, &facts).map(|(_, clock)| clock), Some(Clock::FollowUp));
    }
}
