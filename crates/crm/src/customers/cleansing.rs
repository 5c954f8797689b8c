//! Putting customers' data right (客户信息规整). What is wrong with a customer is found in its data whenever it is
//! saved, so the list of work is never behind; what only time or other records make wrong is found at night. It
//! goes away when the data are put right, when somebody verified them, or when somebody said why they may stay.

use guanxi_gate::{
    Change, Channel, Counts, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Saved, Schedule, Tx,
};
use guanxi_model::{
    Aggregate, Message, RecordId, Value,
    expr::{self, Expr},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Flaws that stand in the data themselves, and the fields whose change makes an accepted one be looked at again.
const IN_DATA: [(&str, &[&str]); 8] = [
    ("no_reach", &["phone", "email", "wechat"]),
    ("bad_phone", &["phone"]),
    ("bad_email", &["email"]),
    ("bad_code", &["credit_code", "region"]),
    ("no_code", &["credit_code", "kind"]),
    ("no_region", &["region"]),
    ("no_industry", &["industry", "kind"]),
    ("bad_name", &["name"]),
];
/// Flaws that the night finds.
const BY_NIGHT: [&str; 3] = ["duplicate", "unverified", "stale"];
/// After so many months without a word that they are right, data are to be verified.
const VERIFIED_FOR: i32 = 12;
/// After so many months without contact and order nobody knows whether they are.
const DEALT_WITHIN: i32 = 12;
const BATCH: usize = 500;

/// What is wrong with a customer's data.
fn found<'a>(get: &impl Fn(&str) -> &'a Value) -> Vec<&'static str> {
    let text = |field: &str| get(field).as_text().map(str::trim).unwrap_or_default();
    let empty = |field: &str| text(field).is_empty();
    let company = text("kind") != "person";
    let mut flaws = Vec::new();
    let mut note = |flaw: &'static str, holds: bool| {
        if holds {
            flaws.push(flaw);
        }
    };
    note("no_reach", empty("phone") && empty("email") && empty("wechat"));
    note("bad_phone", !empty("phone") && is_doubtful_phone(text("phone")));
    note("bad_email", !empty("email") && is_doubtful_email(text("email")));
    note("bad_code", !empty("credit_code") && is_wrong_code(text("credit_code"), text("region")));
    note("no_code", company && empty("credit_code"));
    note("no_region", empty("region"));
    note("no_industry", company && empty("industry"));
    note("bad_name", is_doubtful_name(text("name"), company));
    flaws
}

/// No number at all, or one that nobody has: all digits alike, or counting up.
fn is_doubtful_phone(phone: &str) -> bool {
    let Some(number) = guanxi_text::phone::normalise(phone) else { return true };
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    let tail = &digits[digits.len().saturating_sub(7)..];
    let alike = tail.windows(2).all(|pair| pair[0] == pair[1]);
    let counting = tail.windows(2).all(|pair| pair[1] == pair[0] + 1);
    alike || counting
}

/// No address at all, or one that is made up.
fn is_doubtful_email(email: &str) -> bool {
    let Some(address) = guanxi_text::email::normalise(email) else { return true };
    let Some((name, domain)) = address.split_once('@') else { return true };
    matches!(name, "test" | "abc" | "xxx" | "aaa" | "noreply" | "none")
        || matches!(domain, "example.com" | "example.org" | "test.com" | "abc.com" | "xxx.com" | "a.com")
}

/// No code, or one of another province than the customer's: digits three and four name it.
fn is_wrong_code(code: &str, region: &str) -> bool {
    if guanxi_text::credit_code::check(code).is_err() {
        return true;
    }
    // Codes that ministries give begin with 10 there and tell no province.
    match (code.get(2..4), region.get(..2)) {
        (Some(province), Some(own)) => province != "10" && province != own,
        _ => false,
    }
}

/// A placeholder: one character of a company, one character again and again, digits only.
fn is_doubtful_name(name: &str, company: bool) -> bool {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return true };
    let alike = characters.clone().all(|c| c == first);
    (alike && (company || characters.next().is_some()))
        || name.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation())
}

fn list(record: &Record, field: &str) -> Vec<String> {
    record.get(field).as_list().to_vec()
}

fn value(items: Vec<String>) -> Value {
    if items.is_empty() { Value::Null } else { Value::List(items) }
}

/// Keeps with each customer what is to be put right, and writes down who settled what.
pub(crate) struct Flaws;

impl Rule for Flaws {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let mut accepted = change.value("flaws_accepted").as_list().to_vec();
            accepted.retain(|flaw| {
                let fields = IN_DATA.iter().find(|(name, _)| name == flaw).map(|(_, fields)| *fields);
                change.before.is_none()
                    || change.draft.values.contains_key("flaws_accepted")
                    || !fields.unwrap_or_default().iter().any(|field| change.changes(field))
            });
            let in_data = found(&|field: &str| change.value(field));
            let night =
                change.value("flaws").as_list().iter().filter(|flaw| BY_NIGHT.contains(&flaw.as_str()));
            let verified = change.changes("verified_on");
            let night = night.filter(|flaw| !(verified && flaw.as_str() == "unverified")).cloned();
            let flaws: Vec<String> = in_data.into_iter().map(str::to_owned).chain(night).collect();
            let flaws: Vec<String> = flaws.into_iter().filter(|flaw| !accepted.contains(flaw)).collect();
            for (field, items) in [("flaws", flaws), ("flaws_accepted", accepted)] {
                let new = value(items);
                if *change.value(field) != new {
                    change.set(field, new);
                }
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let ctx = tx.ctx();
        // What an import brings or the night finds is nobody's work.
        if ctx.subject.user.0 <= 0 || ctx.channel == Channel::Import {
            return Ok(());
        }
        let mut settled = Vec::new();
        for customer in saved {
            let Some(before) = customer.before.as_ref().filter(|_| customer.changed("flaws")) else {
                continue;
            };
            let (now, accepted) = (list(&customer.after, "flaws"), list(&customer.after, "flaws_accepted"));
            for flaw in list(before, "flaws") {
                if !now.contains(&flaw) && !accepted.contains(&flaw) {
                    let verified = flaw == "unverified" && customer.changed("verified_on");
                    settled.push((customer.after.id, flaw, if verified { "verified" } else { "fixed" }));
                }
            }
        }
        let drafts = settled.into_iter().map(|(id, flaw, how)| note(ctx, id, &flaw, how)).collect();
        tx.create_many("cleansing", drafts).map(drop)
    }

    /// Whoever was merged is no longer there twice.
    fn after_merge(&self, tx: &mut Tx<'_>, main: &Record, _losers: &[Record]) -> Result<()> {
        let main = tx.get("customer", main.id)?;
        without(tx, vec![main], "duplicate")
    }

    /// A contact or an order ends the silence.
    fn facts(&self, tx: &mut Tx<'_>, because_of: &str, customers: &[RecordId]) -> Result<()> {
        if !matches!(because_of, "activity" | "order") {
            return Ok(());
        }
        let silent = Expr::ids("id", customers).and(expr::parse(r#"contains(flaws, "stale")"#)?);
        let found = tx.find("customer", &silent, None)?;
        if found.is_empty() {
            return Ok(());
        }
        let since = stale_since(tx.ctx().today);
        let ctx = tx.ctx();
        let heard = found.into_iter().filter(|customer| {
            let contact = customer.instant("last_contact_at").map(|at| guanxi_gate::date_of(at, &ctx.zone));
            contact.max(customer.date("last_order_on")).is_some_and(|day| day >= since)
        });
        without(tx, heard.collect(), "stale")
    }
}

fn note(ctx: &Ctx, customer: RecordId, flaw: &str, outcome: &str) -> Draft {
    Draft::new()
        .set("customer", customer)
        .set("flaw", flaw)
        .set("outcome", outcome)
        .set("by", ctx.subject.user)
        .set("settled_on", ctx.today)
}

fn with(tx: &mut Tx<'_>, customers: Vec<Record>, flaw: &str) -> Result<()> {
    let changes = customers.into_iter().map(|customer| {
        let mut flaws = list(&customer, "flaws");
        flaws.push(flaw.to_owned());
        (customer, Draft::new().set("flaws", value(flaws)))
    });
    let changes = changes.collect();
    tx.update_many(changes).map(drop)
}

fn without(tx: &mut Tx<'_>, customers: Vec<Record>, flaw: &str) -> Result<()> {
    let changes = customers.into_iter().filter(|customer| list(customer, "flaws").iter().any(|f| f == flaw));
    let changes = changes.map(|customer| {
        let flaws = list(&customer, "flaws").into_iter().filter(|f| f != flaw).collect();
        (customer, Draft::new().set("flaws", value(flaws)))
    });
    let changes = changes.collect();
    tx.update_many(changes).map(drop)
}

/// Somebody checked the data with the customer.
pub(crate) fn verify(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    let (today, by) = (tx.ctx().today, tx.ctx().subject.user);
    let listed = list(customer, "flaws").iter().any(|flaw| flaw == "unverified");
    let by_person = (by.0 > 0).then_some(by);
    tx.update(customer, Draft::new().set("verified_on", today).set("verified_by", by_person))?;
    // Also what nobody had asked for yet is work that was done.
    if !listed && by_person.is_some() && customer.date("verified_on") != Some(today) {
        let done =
            note(tx.ctx(), customer.id, "unverified", "verified").set("note", input.get("note").clone());
        tx.create("cleansing", done)?;
    }
    Ok(())
}

/// Somebody says why it may stay as it is.
pub(crate) fn accept(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    let there = list(customer, "flaws");
    let chosen: Vec<String> =
        input.get("flaws").as_list().iter().filter(|flaw| there.contains(flaw)).cloned().collect();
    if chosen.is_empty() {
        return Err(Error::invalid("flaws", "choice", Message::new("cleansing.none_of_these")));
    }
    let mut accepted = list(customer, "flaws_accepted");
    accepted.extend(chosen.iter().filter(|flaw| !accepted.contains(flaw)).cloned().collect::<Vec<_>>());
    tx.update(customer, Draft::new().set("flaws_accepted", value(accepted)))?;
    let reason = input.get("reason").clone();
    let ctx = tx.ctx();
    let drafts =
        chosen.iter().map(|flaw| note(ctx, customer.id, flaw, "accepted").set("note", reason.clone()));
    let drafts = drafts.collect();
    tx.create_many("cleansing", drafts).map(drop)
}

fn stale_since(today: Date) -> Date {
    today.checked_sub(DEALT_WITHIN.months()).unwrap_or(today)
}

/// Finds what time and other records make wrong, and keeps the figure of the month.
pub(crate) const REVIEW: JobDef =
    JobDef { name: "cleansing.review", schedule: Schedule::Nightly { hour: 5 }, run: review };

fn review(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let verified = as_of.checked_sub(VERIFIED_FOR.months()).unwrap_or(as_of);
    let unverified = format!(
        r#"(verified_on < date("{verified}") || is_empty(verified_on) && created_at < date("{verified}"))"#
    );
    let since = stale_since(as_of);
    let stale = format!(
        r#"status == "normal" && created_at < date("{since}")
        && (is_empty(last_contact_at) || last_contact_at < date("{since}"))
        && (is_empty(last_order_on) || last_order_on < date("{since}"))"#
    );
    let unverified = mark(gate, ctx, "unverified", &unverified)?;
    let stale = mark(gate, ctx, "stale", &stale)?;
    let twins = mark_duplicates(gate, ctx)?;
    keep_month(gate, ctx, as_of)?;
    Ok(vec![("unverified", unverified), ("stale", stale), ("duplicate", twins)])
}

/// Marks those of whom a condition holds and who are neither marked nor accepted.
fn mark(gate: &Gate, ctx: &Ctx, flaw: &'static str, condition: &str) -> Result<i64> {
    let news =
        format!(r#"({condition}) && !contains(flaws, "{flaw}") && !contains(flaws_accepted, "{flaw}")"#);
    let which = expr::parse(&news)?;
    let (mut after, mut marked) = (RecordId(0), 0);
    loop {
        let which = which.clone();
        let last = gate.write(ctx, move |tx| {
            let customers = tx.find_after("customer", &which, after, BATCH)?;
            let (n, last) = (customers.len(), customers.last().map(|customer| customer.id));
            with(tx, customers, flaw)?;
            Ok((n, last))
        })?;
        marked += i64::try_from(last.0).unwrap_or(i64::MAX);
        match last.1 {
            Some(id) if last.0 == BATCH => after = id,
            _ => return Ok(marked),
        }
    }
}

/// Those whom the last search through all customers put into a group are marked, the others no longer.
fn mark_duplicates(gate: &Gate, ctx: &Ctx) -> Result<i64> {
    let mut twins: BTreeSet<RecordId> = BTreeSet::new();
    let mut after = Some(0);
    while let Some(from) = after {
        let (records, next) = gate.read(ctx, |tx| tx.duplicate_groups("customer", from))?;
        twins.extend(records);
        after = next;
    }
    let twins = Arc::new(twins);
    let marked = expr::parse(r#"contains(flaws, "duplicate")"#)?;
    let mut at = RecordId(0);
    let mut known = BTreeSet::new();
    loop {
        let (marked, twins) = (marked.clone(), twins.clone());
        let (ids, n) = gate.write(ctx, move |tx| {
            let customers = tx.find_after("customer", &marked, at, BATCH)?;
            let ids: Vec<RecordId> = customers.iter().map(|customer| customer.id).collect();
            let n = customers.len();
            without(tx, customers.into_iter().filter(|c| !twins.contains(&c.id)).collect(), "duplicate")?;
            Ok((ids, n))
        })?;
        at = ids.last().copied().unwrap_or(at);
        known.extend(ids);
        if n < BATCH {
            break;
        }
    }
    let new: Vec<RecordId> = twins.difference(&known).copied().collect();
    let mut found = 0;
    for part in new.chunks(BATCH) {
        let part = part.to_vec();
        found += gate.write(ctx, move |tx| {
            let mut customers = tx.get_many("customer", &part)?;
            customers.retain(|c| !list(c, "flaws_accepted").iter().any(|flaw| flaw == "duplicate"));
            let n = i64::try_from(customers.len()).unwrap_or(i64::MAX);
            with(tx, customers, "duplicate")?;
            Ok(n)
        })?;
    }
    Ok(found)
}

/// The figure of the month so far, for each owner.
fn keep_month(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<()> {
    let all = counted(gate, ctx, Expr::Bool(true))?;
    let sound = counted(gate, ctx, Expr::is_empty("flaws"))?;
    let month = as_of.strftime("%Y-%m").to_string();
    gate.write(ctx, move |tx| {
        let mut known: BTreeMap<Option<RecordId>, Record> = tx
            .find("quality_month", &Expr::eq("month", month.as_str()), None)?
            .into_iter()
            .map(|row| (row.owner(), row))
            .collect();
        let owners: Vec<RecordId> = all.keys().filter_map(|owner| *owner).collect();
        let departments: BTreeMap<RecordId, Value> = tx
            .get_many("user", &owners)?
            .into_iter()
            .map(|user| (user.id, user.get("department").clone()))
            .collect();
        let (mut new, mut changes) = (Vec::new(), Vec::new());
        for (owner, n) in &all {
            let fine = sound.get(owner).copied().unwrap_or_default();
            let department = owner.and_then(|owner| departments.get(&owner).cloned()).unwrap_or_default();
            let draft = Draft::new()
                .set("customers", *n)
                .set("sound", fine)
                .set("rate", rate(fine, *n))
                .set("department", department);
            match known.remove(owner) {
                Some(row) => changes.push((row, draft)),
                None => new.push(draft.set("month", month.as_str()).set("owner", *owner)),
            }
        }
        tx.update_many(changes)?;
        tx.create_many("quality_month", new).map(drop)
    })
}

/// A share in per cent.
fn rate(part: Decimal, all: Decimal) -> Value {
    if all.is_zero() { Value::Null } else { Value::from((part * Decimal::ONE_HUNDRED / all).round_dp(1)) }
}

fn counted(gate: &Gate, ctx: &Ctx, filter: Expr) -> Result<BTreeMap<Option<RecordId>, Decimal>> {
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "customer".to_owned(),
            group_by: vec![Group { field: "owner".to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Count, field: None }],
            filter: Some(filter),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let number = |row: &Value| row.as_decimal().unwrap_or_default();
    Ok(table.rows.into_iter().map(|row| (row.keys[0].as_ref(), number(&row.measures[0]))).collect())
}
