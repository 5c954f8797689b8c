//! Claiming (领取) by members and handing out (分配) by the pool's administrators. The checks come in a fixed
//! order, each with a sentence of its own, and everything is read inside the transaction that writes: of two
//! who want the same customer, or the last place of a limit, one gets it.

use super::{contacts, quota, seats};
use guanxi_gate::{Ctx, Draft, Error, Record, Result, Tx, date_of};
use guanxi_model::{Message, RecordId, expr::Expr};
use jiff::{ToSpan, civil::Date};

/// `customer.claim`
pub(crate) fn claim(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    let pool = pool_of(tx, customer)?;
    take(tx, customer, &pool)
}

/// `pool.claim {customer}`
pub(crate) fn claim_from(tx: &mut Tx<'_>, pool: &Record, input: &Draft) -> Result<()> {
    let customer = lying_in(tx, pool, input)?;
    take(tx, &customer, pool)
}

/// `customer.assign {to}`
pub(crate) fn assign(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    let pool = pool_of(tx, customer)?;
    give(tx, customer, &pool, input)
}

/// `pool.assign {customer, to}`
pub(crate) fn assign_from(tx: &mut Tx<'_>, pool: &Record, input: &Draft) -> Result<()> {
    let customer = lying_in(tx, pool, input)?;
    give(tx, &customer, pool, input)
}

fn take(tx: &mut Tx<'_>, customer: &Record, pool: &Record) -> Result<()> {
    let ctx = tx.ctx();
    let me = ctx.subject.user;
    if me.0 <= 0 {
        return Err(Error::refused("pool.nobody"));
    }
    quota::has_room(tx, me)?;
    let admin = ctx.subject.seat(pool.id).is_some_and(|seat| seat.admin);
    if !admin {
        within_daily_limit(tx, pool, me)?;
    }
    former_owner_waits(ctx, customer, pool)?;
    new_entry_waits(ctx, customer, pool)?;
    hand_over(tx, customer, me)
}

fn give(tx: &mut Tx<'_>, customer: &Record, pool: &Record, input: &Draft) -> Result<()> {
    let Some(to) = input.get("to").as_ref() else { return Err(Error::NotFound) };
    let person = tx.get("user", to)?;
    let refuse =
        |key: &'static str| Err(Error::invalid("to", "rule", Message::new(key).with("name", person.title())));
    if person.get("active").as_bool() == Some(false) {
        return refuse("colleague.disabled");
    }
    if !seats(tx, to)?.iter().any(|seat| seat.pool == pool.id) {
        return refuse("pool.not_a_member");
    }
    quota::has_room(tx, to)?;
    hand_over(tx, customer, to)?;
    let customer = tx.get("customer", customer.id)?;
    let message = Message::new("pool.notice.assigned").with("title", customer.title());
    tx.notify(to, &customer, message)
}

/// The customer becomes someone's, and so do its contacts.
fn hand_over(tx: &mut Tx<'_>, customer: &Record, to: RecordId) -> Result<()> {
    let customer = tx.update(customer, Draft::new().set("owner", to))?;
    let changes = contacts(tx, &customer)?
        .into_iter()
        .filter(|contact| contact.owner().is_none())
        .map(|contact| (contact, Draft::new().set("owner", to)))
        .collect();
    tx.update_many(changes)?;
    Ok(())
}

fn pool_of(tx: &mut Tx<'_>, customer: &Record) -> Result<Record> {
    match customer.reference("pool") {
        Some(pool) => tx.get("pool", pool),
        None => Err(Error::refused("pool.taken")),
    }
}

/// The customer that the form names, if it still lies in the pool. One that never did is not there for the
/// caller, whatever it is.
fn lying_in(tx: &mut Tx<'_>, pool: &Record, input: &Draft) -> Result<Record> {
    let Some(id) = input.get("customer").as_ref() else { return Err(Error::NotFound) };
    let customer = tx.get("customer", id)?;
    if customer.reference("pool") == Some(pool.id) {
        return Ok(customer);
    }
    if customer.reference("last_pool") == Some(pool.id) {
        return Err(Error::refused("pool.taken"));
    }
    Err(Error::NotFound)
}

/// So many claims a day from one pool, counted from midnight in the set's zone.
fn within_daily_limit(tx: &mut Tx<'_>, pool: &Record, me: RecordId) -> Result<()> {
    let Some(limit) = days(pool, "daily_limit") else { return Ok(()) };
    let today = tx.ctx().today;
    let claimed = Expr::eq("to_owner", me)
        .and(Expr::eq("pool", pool.id))
        .and(Expr::eq("happened_on", today))
        .and(Expr::eq("kind", "claim"))
        .and(Expr::is_empty("contact"));
    if tx.count("owner_change", &claimed)? < limit {
        return Ok(());
    }
    Err(Error::Refused(Message::new("pool.daily_limit").with("n", limit).with("pool", pool.title())))
}

fn former_owner_waits(ctx: &Ctx, customer: &Record, pool: &Record) -> Result<()> {
    if customer.reference("former_owner") != Some(ctx.subject.user) {
        return Ok(());
    }
    match from_day(ctx, customer, pool, "former_owner_days")? {
        Some(day) if ctx.today < day => {
            Err(Error::Refused(Message::new("pool.former_owner").with("date", day.to_string())))
        }
        _ => Ok(()),
    }
}

fn new_entry_waits(ctx: &Ctx, customer: &Record, pool: &Record) -> Result<()> {
    match from_day(ctx, customer, pool, "new_data_days")? {
        Some(day) if ctx.today < day => {
            Err(Error::Refused(Message::new("pool.new_entry").with("time", format!("{day} 00:00"))))
        }
        _ => Ok(()),
    }
}

/// The first day after so many days in the pool.
fn from_day(ctx: &Ctx, customer: &Record, pool: &Record, setting: &str) -> Result<Option<Date>> {
    let (Some(days), Some(since)) = (days(pool, setting), customer.instant("pooled_at")) else {
        return Ok(None);
    };
    date_of(since, &ctx.zone).checked_add(days.days()).map(Some).map_err(Error::internal)
}

fn days(pool: &Record, setting: &str) -> Option<i64> {
    pool.decimal(setting).and_then(|n| i64::try_from(n.trunc()).ok())
}
