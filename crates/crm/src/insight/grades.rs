//! Value grades: what makes a customer A, B, C or D, the nightly review, and the exception that a person makes
//! for a time and for a reason.
//!
//! The rule of each grade stands in its treatment: a least amount, or a share of all sales that the customers
//! down to it make together. The review walks the customers twice, a few fields of a page at a time: for the cuts,
//! of which memory holds nothing but the amounts (sixteen megabytes for a million customers), and for the grades,
//! of which it writes those that change.

use guanxi_gate::{Change, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Schedule, Tx, Visible};
use guanxi_model::{
    Aggregate, Locale, Message, Query, RecordId, Value,
    expr::{Comparison, Expr},
    query::{DatePart, Group, Measure, MeasureFn, Sort},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The job.
pub(crate) const REVIEW: JobDef =
    JobDef { name: "grade.review", schedule: Schedule::Nightly { hour: 2 }, run: review };

/// The grades, the best first.
pub(crate) const GRADES: [&str; 4] = ["a", "b", "c", "d"];
const BATCH: usize = 1000;

/// A person sets the grade for a time.
pub(crate) fn fix(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    let until = input.get("until").as_date();
    if until.is_none_or(|until| until < tx.ctx().today) {
        return Err(Error::invalid("until", "rule", Message::new("grade.until_past")));
    }
    tx.update(
        customer,
        Draft::new()
            .set("value_grade", input.get("grade").clone())
            .set("grade_fixed", input.get("grade").clone())
            .set("grade_reason", input.get("reason").clone())
            .set("grade_until", input.get("until").clone())
            .set("graded_on", tx.ctx().today),
    )?;
    Ok(())
}

/// The rule decides again, from the amount it went by last.
pub(crate) fn free(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    if customer.get("grade_fixed").is_null() {
        return Err(Error::refused("grade.not_fixed"));
    }
    // Between reviews no cut by share is known; the next one, tonight, decides. Until then the grade stays.
    tx.update(customer, freed(Draft::new()))?;
    Ok(())
}

fn freed(draft: Draft) -> Draft {
    draft.set("grade_fixed", Value::Null).set("grade_reason", Value::Null).set("grade_until", Value::Null)
}

/// The rules of the grades stand in order: a better grade asks for more.
pub(crate) struct InOrder;

impl Rule for InOrder {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let mut all: BTreeMap<String, (Option<Decimal>, Option<Decimal>)> = tx
            .find("treatment", &Expr::Bool(true), None)?
            .iter()
            .map(|t| (t.text("grade").to_owned(), (t.decimal("share"), t.decimal("amount"))))
            .collect();
        for change in changes.iter_mut() {
            let grade = change.value("grade").as_text().unwrap_or_default().to_owned();
            let own = (change.value("share").as_decimal(), change.value("amount").as_decimal());
            all.insert(grade.clone(), own);
            for (other, (share, amount)) in &all {
                let better = other.as_str() < grade.as_str();
                if let (Some(own), Some(share)) = (own.0, *share)
                    && *other != grade
                    && (if better { own <= share } else { own >= share })
                {
                    change.refuse("share", Message::new("grade.share_order"));
                }
                if let (Some(own), Some(amount)) = (own.1, *amount)
                    && *other != grade
                    && (if better { own >= amount } else { own <= amount })
                {
                    change.refuse("amount", Message::new("grade.amount_order"));
                }
            }
        }
        Ok(())
    }
}

/// What the review goes by.
struct Terms {
    as_of: Date,
    /// Orders from this day on count; none counts them all.
    from: Option<Date>,
    /// For each grade the share of sales and the least amount.
    rules: BTreeMap<String, (Option<Decimal>, Option<Decimal>)>,
    days: BTreeMap<String, i64>,
    /// 大客户, 重点 and 普通 follow the value grade.
    levels: bool,
}

/// A customer in the review.
struct Case {
    id: RecordId,
    value: Decimal,
    now: Option<String>,
    fixed: Option<String>,
    /// The exception has ended.
    ended: bool,
    level: Option<String>,
    visit: (Option<Date>, Option<Date>),
}

impl Case {
    fn moves(&self, cuts: &Cuts) -> bool {
        self.now.as_deref() != Some(decide(cuts, self))
    }
}

/// The least value of each grade that has a rule, the best grade first.
type Cuts = [(&'static str, Decimal)];

/// A grade that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    pub id: RecordId,
    pub before: Option<String>,
    pub after: String,
}

/// What a review would change, without changing it.
pub(crate) fn preview(gate: &Gate, as_of: Date) -> Result<Vec<Move>> {
    let ctx = gate.scheduler().as_of(as_of);
    let terms = terms(gate, &ctx, as_of)?;
    let cuts = cuts(gate, &ctx, &terms)?;
    let mut moves = Vec::new();
    each_page(gate, &ctx, &terms, |cases| {
        moves.extend(cases.into_iter().filter(|case| case.moves(&cuts)).map(|case| {
            let after = decide(&cuts, &case).to_owned();
            Move { id: case.id, before: case.now, after }
        }));
        Ok(())
    })?;
    Ok(moves)
}

fn review(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Vec<(&'static str, i64)>> {
    let locale = Locale::Zh;
    let texts: Vec<(String, String)> = GRADES
        .iter()
        .map(|grade| {
            let say =
                |what: &str| gate.phrases().get(locale, &format!("grade.default.{what}_{grade}")).to_owned();
            (say("name"), say("service"))
        })
        .collect();
    gate.write(ctx, move |tx| provide(tx, &texts))?;
    let terms = terms(gate, ctx, as_of)?;
    let cuts = cuts(gate, ctx, &terms)?;
    let (mut reviewed, mut changed) = (0, 0);
    each_page(gate, ctx, &terms, |cases| {
        for case in &cases {
            reviewed += 1;
            changed += i64::from(case.moves(&cuts));
        }
        let due: BTreeMap<RecordId, Draft> =
            cases.iter().filter_map(|case| Some((case.id, draft(&terms, &cuts, case)?))).collect();
        if due.is_empty() { Ok(()) } else { gate.write(ctx, move |tx| write(tx, &due)) }
    })?;
    Ok(vec![("reviewed", reviewed), ("changed", changed)])
}

fn write(tx: &mut Tx<'_>, due: &BTreeMap<RecordId, Draft>) -> Result<()> {
    let ids: Vec<RecordId> = due.keys().copied().collect();
    let customers = tx.get_many("customer", &ids)?.into_iter();
    let changes = customers.map(|customer| {
        let draft = due[&customer.id].clone();
        (customer, draft)
    });
    tx.update_many(changes.collect()).map(drop)
}

/// Every grade has a treatment, so that the first night already grades.
fn provide(tx: &mut Tx<'_>, texts: &[(String, String)]) -> Result<()> {
    type Usual = (Option<i64>, Option<i64>, i64, Option<i64>);
    const DEFAULTS: [Usual; 4] = [
        (Some(80), Some(14), 15, Some(4)),
        (Some(95), Some(30), 10, Some(8)),
        (Some(100), Some(90), 5, Some(24)),
        (None, None, 0, Some(48)),
    ];
    let known: Vec<String> =
        tx.find("treatment", &Expr::Bool(true), None)?.iter().map(|t| t.text("grade").to_owned()).collect();
    let missing =
        GRADES.iter().zip(DEFAULTS).zip(texts).filter(|((grade, _), _)| !known.iter().any(|k| k == *grade));
    let drafts = missing
        .map(|((grade, (share, days, discount, hours)), (name, service))| {
            Draft::new()
                .set("grade", *grade)
                .set("name", name.as_str())
                .set("share", share)
                .set("visit_days", days)
                .set("discount_limit", discount)
                .set("response_hours", hours)
                .set("service_level", service.as_str())
        })
        .collect();
    tx.create_many("treatment", drafts).map(drop)
}

fn terms(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Terms> {
    gate.read(ctx, |tx| {
        let months = tx.setting("grade.months")?.and_then(|text| text.trim().parse::<i32>().ok());
        let from = months.filter(|m| *m > 0).and_then(|m| as_of.checked_sub(m.months()).ok());
        let levels = matches!(
            tx.setting("grade.levels")?.as_deref().map(str::trim),
            Some("on" | "true" | "yes" | "1")
        );
        let (mut rules, mut days) = (BTreeMap::new(), BTreeMap::new());
        for treatment in tx.find("treatment", &Expr::Bool(true), None)? {
            let grade = treatment.text("grade").to_owned();
            rules.insert(grade.clone(), (treatment.decimal("share"), treatment.decimal("amount")));
            if let Some(n) = treatment.decimal("visit_days").and_then(|n| i64::try_from(n).ok()) {
                days.insert(grade, n);
            }
        }
        Ok(Terms { as_of, from, rules, days, levels })
    })
}

/// Every customer with what it ordered in the time that counts, a page at a time.
fn each_page(
    gate: &Gate,
    ctx: &Ctx,
    terms: &Terms,
    mut each: impl FnMut(Vec<Case>) -> Result<()>,
) -> Result<()> {
    let fields = [
        "order_total",
        "first_order_on",
        "last_order_on",
        "value_grade",
        "grade_fixed",
        "grade_until",
        "grade",
        "last_contact_at",
        "created_at",
        "visit_due_on",
        "status",
    ];
    walk(gate, ctx, &fields, |rows| {
        let (known, ask): (Vec<&Visible>, Vec<&Visible>) = rows.iter().partition(|row| {
            let (first, last) = (row.get("first_order_on").as_date(), row.get("last_order_on").as_date());
            let (Some(first), Some(last)) = (first, last) else { return true };
            let all = last <= terms.as_of && terms.from.is_none_or(|from| first >= from);
            let none = first > terms.as_of || terms.from.is_some_and(|from| last < from);
            all || none
        });
        let ids: Vec<RecordId> = ask.iter().map(|row| row.id).collect();
        let asked = ordered(gate, ctx, terms, &ids)?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in known.into_iter().chain(ask) {
            let (first, last) = (row.get("first_order_on").as_date(), row.get("last_order_on").as_date());
            let counts = first.is_some_and(|first| first <= terms.as_of)
                && last.is_some_and(|last| terms.from.is_none_or(|from| last >= from));
            let value = match asked.get(&row.id) {
                Some(value) => *value,
                None if ids.contains(&row.id) || !counts => Decimal::ZERO,
                None => row.get("order_total").as_decimal().unwrap_or_default(),
            };
            cases.push(case(terms, ctx, row, value));
        }
        each(cases)
    })
}

fn case(terms: &Terms, ctx: &Ctx, row: &Visible, value: Decimal) -> Case {
    let text = |field: &str| row.get(field).as_text().map(str::to_owned);
    let contact = row.get("last_contact_at").as_instant().or(row.get("created_at").as_instant());
    let until = row.get("grade_until").as_date();
    Case {
        id: row.id,
        value,
        now: text("value_grade"),
        fixed: text("grade_fixed"),
        ended: until.is_some_and(|until| until < terms.as_of),
        level: text("grade"),
        visit: (row.get("visit_due_on").as_date(), contact.map(|at| at.to_zoned(ctx.zone.clone()).date())),
    }
}

fn ordered(gate: &Gate, ctx: &Ctx, terms: &Terms, ids: &[RecordId]) -> Result<BTreeMap<RecordId, Decimal>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut when = Expr::compare("ordered_on", Comparison::LessOrEqual, terms.as_of);
    if let Some(from) = terms.from {
        when = when.and(Expr::compare("ordered_on", Comparison::GreaterOrEqual, from));
    }
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "order".to_owned(),
            group_by: vec![Group { field: "customer".to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Sum, field: Some("total".to_owned()) }],
            filter: Some(Expr::ids("customer", ids).and(when)),
            limit: ids.len(),
            ..Aggregate::default()
        },
    )?;
    let rows = table.rows.into_iter();
    Ok(rows
        .filter_map(|row| Some((row.keys.first()?.as_ref()?, row.measures.first()?.as_decimal()?)))
        .collect())
}

/// All customers in pages, in the order of their ids, with a few fields.
pub(crate) fn walk(
    gate: &Gate,
    ctx: &Ctx,
    fields: &[&str],
    mut each: impl FnMut(&[Visible]) -> Result<()>,
) -> Result<()> {
    let mut query = Query::of("customer").fields(fields.iter().copied()).limit(BATCH);
    query.sort = vec![Sort { field: "id".to_owned(), descending: false }];
    loop {
        let page = gate.list(ctx, &query)?;
        each(&page.rows)?;
        match page.next {
            Some(place) => query.after = Some(guanxi_gate::read_cursor(&place)?),
            None => return Ok(()),
        }
    }
}

fn cuts(gate: &Gate, ctx: &Ctx, terms: &Terms) -> Result<Vec<(&'static str, Decimal)>> {
    let mut values = Vec::new();
    each_page(gate, ctx, terms, |cases| {
        values.extend(cases.iter().map(|case| case.value).filter(|value| *value > Decimal::ZERO));
        Ok(())
    })?;
    values.sort_unstable_by(|a, b| b.cmp(a));
    let whole: Decimal = values.iter().sum();
    Ok(GRADES
        .iter()
        .filter_map(|grade| match terms.rules.get(*grade)? {
            (_, Some(amount)) => Some((*grade, *amount)),
            (Some(share), None) => Some((*grade, share_cut(&values, whole * *share / Decimal::ONE_HUNDRED)?)),
            (None, None) => None,
        })
        .collect())
}

/// The value of the last customer needed to reach a part of the whole, counted from the largest.
fn share_cut(values: &[Decimal], part: Decimal) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    values.iter().copied().find(|value| {
        sum += *value;
        sum >= part
    })
}

fn decide<'a>(cuts: &Cuts, case: &'a Case) -> &'a str {
    if let Some(fixed) = case.fixed.as_deref().filter(|_| !case.ended) {
        return fixed;
    }
    by_rule(cuts, case.value)
}

fn by_rule(cuts: &Cuts, value: Decimal) -> &'static str {
    let reached = cuts.iter().find(|(_, least)| value >= *least && value > Decimal::ZERO);
    reached.map_or("d", |(grade, _)| grade)
}

/// What the review writes for a customer; none when all is as it should be.
fn draft(terms: &Terms, cuts: &Cuts, case: &Case) -> Option<Draft> {
    let grade = decide(cuts, case);
    let mut draft = Draft::new();
    if case.ended && case.fixed.is_some() {
        draft = freed(draft);
    }
    if case.now.as_deref() != Some(grade) {
        draft = draft.set("value_grade", grade).set("grade_basis", case.value).set("graded_on", terms.as_of);
    }
    let level = match grade {
        "a" => "major",
        "b" => "key_development",
        _ => "ordinary",
    };
    // Partners are what was agreed with them, whatever they order.
    let follows = matches!(case.level.as_deref(), None | Some("ordinary" | "key_development" | "major"));
    if terms.levels && follows && case.level.as_deref() != Some(level) {
        draft = draft.set("grade", level);
    }
    let due = terms.days.get(grade).and_then(|days| case.visit.1?.checked_add(days.days()).ok());
    if due != case.visit.0 {
        draft = draft.set("visit_due_on", due);
    }
    (!draft.values.is_empty()).then_some(draft)
}
