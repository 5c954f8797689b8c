//! The sales funnel. Everything on the page is about one set of opportunities: those noted in the period, or
//! those that ended in it, and the page says which. So the counts of a column add up, and a number and the list
//! behind it agree.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Aggregate, Field, Message, RecordId, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::{Decimal, RoundingStrategy};
use std::{collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("funnel.toml")));
static PEOPLE: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("funnel_people.toml")));

pub(super) fn report() -> ReportDef {
    define("funnel", &DOCUMENT, run)
}

/// What is asked.
struct Asked<'a> {
    chosen: Chosen<'a>,
    by_end: bool,
    owner: Option<RecordId>,
    departments: Option<Vec<RecordId>>,
    pipeline: Option<RecordId>,
}

/// Opportunities that are alike in what the funnel tells apart.
struct Part {
    status: String,
    stage: String,
    outcome: String,
    furthest: String,
    probability: Decimal,
    /// The person or department, when they are told apart.
    whose: Value,
    count: Decimal,
    amount: Decimal,
}

impl Part {
    fn is_open(&self) -> bool {
        matches!(self.status.as_str(), "unassigned" | "assigned" | "developing")
    }

    fn weighted(&self) -> Decimal {
        if self.is_open() { self.amount * self.probability / Decimal::ONE_HUNDRED } else { Decimal::ZERO }
    }
}

/// A count with its amounts.
#[derive(Default, Clone, Copy)]
struct Figures {
    count: Decimal,
    amount: Decimal,
    weighted: Decimal,
}

impl Figures {
    fn of<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Figures {
        parts.into_iter().fold(Figures::default(), |sum, part| Figures {
            count: sum.count + part.count,
            amount: sum.amount + part.amount,
            weighted: sum.weighted + part.weighted(),
        })
    }
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let refuse = |name: &str, value: &str| {
        Error::invalid(name, "choice", Message::new("field.choice").with("value", value))
    };
    let by_end = match chosen.text("basis").unwrap_or("created") {
        "created" => false,
        "closed" => true,
        other => return Err(refuse("basis", other)),
    };
    let asked = Asked {
        owner: chosen.user(gate, ctx, "owner")?,
        departments: departments(gate, ctx, reference(&chosen, "department")?)?,
        pipeline: reference(&chosen, "pipeline")?,
        by_end,
        chosen,
    };
    match asked.chosen.text("show").unwrap_or("stages") {
        "stages" => stages(gate, ctx, &asked),
        "person" => people(gate, ctx, &asked, "owner"),
        "department" => people(gate, ctx, &asked, "department"),
        other => Err(refuse("show", other)),
    }
}

fn reference(chosen: &Chosen<'_>, name: &str) -> Result<Option<RecordId>> {
    let Some(text) = chosen.text(name) else { return Ok(None) };
    let wrong = || Error::invalid(name, "reference", Message::new("field.reference").with("value", text));
    text.parse().map(Some).map_err(|_| wrong())
}

/// A department with those below it.
fn departments(gate: &Gate, ctx: &Ctx, top: Option<RecordId>) -> Result<Option<Vec<RecordId>>> {
    let Some(top) = top else { return Ok(None) };
    gate.read(ctx, |tx| Ok(Some(tx.departments()?.tree(top))))
}

impl Asked<'_> {
    /// The opportunities the report is about; `through` is the reference that leads to them, with its dot.
    fn filter(&self, ctx: &Ctx, object: &str, through: &str) -> Result<Expr> {
        let field = |name: &str| format!("{through}{name}");
        let dated = if self.by_end { "closed_at" } else { "created_at" };
        let mut parts =
            vec![reportable(ctx, object, through)?, happened(&field(dated), self.chosen.period()?)];
        if self.by_end {
            parts.push(Expr::is_empty(&field("closed_at")).not());
        }
        parts.extend(self.owner.map(|owner| Expr::eq(&field("owner"), owner)));
        parts.extend(self.departments.as_ref().map(|ids| Expr::ids(&field("department"), ids)));
        parts.extend(self.pipeline.map(|pipeline| Expr::eq(&field("pipeline"), pipeline)));
        Ok(Expr::all(parts))
    }
}

/// The opportunities in one pass, told apart by what the funnel needs.
fn parts(
    gate: &Gate,
    ctx: &Ctx,
    filter: &Expr,
    whose: Option<&str>,
) -> Result<(Vec<Part>, guanxi_gate::Titles)> {
    // Where a deal stands is of no matter where people are compared, and would only make more groups.
    let fields = match whose {
        Some(whose) => vec!["status", "outcome", "probability", whose],
        None => vec!["status", "outcome", "probability", "stage", "furthest_stage"],
    };
    let group = |field: &str| Group { field: field.to_owned(), part: DatePart::Whole };
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "opportunity".to_owned(),
            group_by: fields.iter().map(|field| group(field)).collect(),
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("amount".to_owned()) },
            ],
            filter: Some(filter.clone()),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let text = |value: Option<&Value>| value.and_then(Value::as_text).unwrap_or_default().to_owned();
    let parts = table.rows.into_iter().map(|row| Part {
        status: text(row.keys.first()),
        outcome: text(row.keys.get(1)),
        probability: row.keys[2].as_decimal().unwrap_or_default(),
        stage: text(row.keys.get(3).filter(|_| whose.is_none())),
        furthest: text(row.keys.get(4)),
        whose: row.keys.get(3).filter(|_| whose.is_some()).cloned().unwrap_or_default(),
        count: row.measures[0].as_decimal().unwrap_or_default(),
        amount: row.measures[1].as_decimal().unwrap_or_default(),
    });
    Ok((parts.collect(), table.titles))
}

/// The stages in order: those of the pipeline, or all that the dictionary names.
fn order(gate: &Gate, ctx: &Ctx, asked: &Asked<'_>, field: &Field, parts: &[Part]) -> Result<Vec<String>> {
    let known = |value: &str| parts.iter().any(|part| part.stage == value || part.furthest == value);
    let Some(pipeline) = asked.pipeline else {
        let options = field.options.iter().filter(|option| !option.inactive || known(&option.value));
        return Ok(options.map(|option| option.value.clone()).collect());
    };
    let mut stages = gate.read(ctx, |tx| tx.referring("pipeline_stage", "pipeline", &[pipeline]))?;
    stages.sort_by_key(|stage| stage.decimal("position"));
    Ok(stages.iter().map(|stage| stage.text("stage").to_owned()).collect())
}

fn stages(gate: &Gate, ctx: &Ctx, asked: &Asked<'_>) -> Result<Report> {
    let filter = asked.filter(ctx, "opportunity", "")?;
    let field = gate.object("opportunity")?.field("stage").cloned().ok_or(Error::NotFound)?;
    let (parts, _) = parts(gate, ctx, &filter, None)?;
    let order = order(gate, ctx, asked, &field, &parts)?;
    let place = |stage: &str| order.iter().position(|one| one == stage);
    // How far each came: a won deal came through every stage, whatever it skipped.
    let came: Vec<(Option<usize>, &Part)> = parts
        .iter()
        .map(|part| match part.outcome.as_str() {
            "won" => (Some(order.len()), part),
            _ => (place(&part.furthest).max(place(&part.stage).filter(|_| part.is_open())), part),
        })
        .collect();
    let reached = |at: usize| -> Decimal {
        came.iter().filter(|(far, _)| far.is_some_and(|far| far >= at)).map(|(_, part)| part.count).sum()
    };
    let days = days(gate, ctx, asked)?;
    let drill = |which: Expr| {
        Some(Drill { object: "opportunity".to_owned(), filter: which.and(filter.clone()).to_string() })
    };
    let row = |stage: &str, figures: Figures, more: [Value; 3], which: Expr| ReportRow {
        cells: [
            Value::from(stage),
            Value::from(figures.count),
            money(figures.amount),
            money(figures.weighted),
        ]
        .into_iter()
        .chain(more)
        .collect(),
        drill: drill(which),
    };
    let none = || [Value::Null, Value::Null, Value::Null];
    let mut rows = Vec::new();
    let waiting = |part: &&Part| matches!(part.status.as_str(), "unassigned" | "assigned");
    if !asked.by_end {
        let figures = Figures::of(parts.iter().filter(waiting));
        rows.push(row("not_started", figures, none(), Expr::one_of("status", ["unassigned", "assigned"])));
    }
    for (at, stage) in order.iter().enumerate() {
        let here = parts.iter().filter(|part| part.status == "developing" && part.stage == *stage);
        let (this, next) = (reached(at), reached(at + 1));
        let mean = days.get(stage).copied().map_or(Value::Null, Value::Decimal);
        rows.push(row(
            stage,
            Figures::of(here),
            [Value::from(this), share(next, this), mean],
            Expr::eq("status", "developing").and(Expr::eq("stage", stage.as_str())),
        ));
    }
    let ended =
        |outcome: &str| Figures::of(parts.iter().filter(|part| !part.is_open() && part.outcome == outcome));
    for outcome in ["won", "lost", "invalid"] {
        rows.push(row(outcome, ended(outcome), none(), Expr::eq("outcome", outcome)));
    }
    // History that was imported as put away does not say how it ended.
    let unknown = ended("");
    if !unknown.count.is_zero() {
        let which = Expr::eq("status", "archived").and(Expr::is_empty("outcome"));
        rows.push(row("unknown", unknown, none(), which));
    }
    let all = Figures::of(&parts);
    let open = Figures::of(parts.iter().filter(|part| part.is_open()));
    let (won, lost) = (ended("won"), ended("lost"));
    let mut columns = DOCUMENT.columns();
    let ends = std::mem::take(&mut columns[0].field.options);
    columns[0].field.options = field.options.into_iter().chain(ends).collect();
    let base = if asked.by_end { won.count + lost.count } else { all.count };
    let rate = share(won.count, base).as_decimal().unwrap_or_default();
    let key = if asked.by_end { "report.funnel.closed" } else { "report.funnel.created" };
    let summary = Message::new(key)
        .with("n", all.count.normalize())
        .with("won", won.count.normalize())
        .with("base", base.normalize())
        .with("rate", rate.normalize())
        .with("weighted", guanxi_gate::words::money(cents(open.weighted)));
    Ok(Report {
        columns,
        rows,
        totals: vec![
            Value::Null,
            Value::from(all.count),
            money(all.amount),
            money(open.weighted),
            Value::Null,
            Value::Null,
            Value::Null,
        ],
        measure: 4,
        summary: Some(summary),
        shape: Shape::Ratios,
        ..Report::default()
    })
}

/// Mean days of the stays that have ended, by stage.
fn days(gate: &Gate, ctx: &Ctx, asked: &Asked<'_>) -> Result<BTreeMap<String, Decimal>> {
    let filter = asked.filter(ctx, "stage_stay", "opportunity.")?;
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "stage_stay".to_owned(),
            group_by: vec![Group { field: "stage".to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Avg, field: Some("days".to_owned()) }],
            filter: Some(Expr::is_empty("days").not().and(filter)),
            limit: 1000,
            ..Aggregate::default()
        },
    )?;
    let mean = |row: &guanxi_gate::AggregateRow| {
        Some((row.keys[0].as_text()?.to_owned(), tenths(row.measures[0].as_decimal()?)))
    };
    Ok(table.rows.iter().filter_map(mean).collect())
}

/// The same by person or department.
fn people(gate: &Gate, ctx: &Ctx, asked: &Asked<'_>, by: &'static str) -> Result<Report> {
    let filter = asked.filter(ctx, "opportunity", "")?;
    let (parts, titles) = parts(gate, ctx, &filter, Some(by))?;
    let cycles = gate.aggregate(
        ctx,
        &Aggregate {
            object: "opportunity".to_owned(),
            group_by: vec![Group { field: by.to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Avg, field: Some("cycle_days".to_owned()) }],
            filter: Some(Expr::eq("outcome", "won").and(filter.clone())),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let mut whose: Vec<Value> = Vec::new();
    for part in &parts {
        if !whose.contains(&part.whose) {
            whose.push(part.whose.clone());
        }
    }
    let cells = |who: Value, of: &[&Part], cycle: Option<Decimal>| {
        let open = Figures::of(of.iter().copied().filter(|part| part.is_open()));
        let ended = |outcome: &str| {
            Figures::of(of.iter().copied().filter(|part| !part.is_open() && part.outcome == outcome))
        };
        let (won, lost, all) = (ended("won"), ended("lost"), Figures::of(of.iter().copied()));
        let base = if asked.by_end { won.count + lost.count } else { all.count };
        vec![
            who,
            Value::from(all.count),
            Value::from(open.count),
            money(open.amount),
            money(open.weighted),
            Value::from(won.count),
            money(won.amount),
            Value::from(lost.count),
            Value::from(ended("invalid").count),
            share(won.count, base),
            cycle.map_or(Value::Null, |days| Value::Decimal(tenths(days))),
        ]
    };
    let mut rows: Vec<ReportRow> = whose
        .into_iter()
        .map(|who| {
            let of: Vec<&Part> = parts.iter().filter(|part| part.whose == who).collect();
            let cycle = cycles.rows.iter().find(|row| row.keys[0] == who);
            let cycle = cycle.and_then(|row| row.measures[0].as_decimal());
            let which = who.as_ref().map_or_else(|| Expr::is_empty(by), |id| Expr::eq(by, id));
            let filter = which.and(filter.clone()).to_string();
            ReportRow {
                cells: cells(who, &of, cycle),
                drill: Some(Drill { object: "opportunity".to_owned(), filter }),
            }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.cells[6].as_decimal(), row.cells[3].as_decimal())));
    let mut columns = PEOPLE.columns();
    columns[0].field = gate.object("opportunity")?.field(by).cloned().ok_or(Error::NotFound)?;
    let all: Vec<&Part> = parts.iter().collect();
    let open = Figures::of(parts.iter().filter(|part| part.is_open()));
    let totals = cells(Value::Null, &all, None);
    let won = totals[5].as_decimal().unwrap_or_default();
    let rate = totals[9].as_decimal().unwrap_or_default();
    let n = totals[1].as_decimal().unwrap_or_default();
    let base = if asked.by_end { won + totals[7].as_decimal().unwrap_or_default() } else { n };
    let key = if asked.by_end { "report.funnel.closed" } else { "report.funnel.created" };
    let summary = Message::new(key)
        .with("n", n.normalize())
        .with("won", won.normalize())
        .with("base", base.normalize())
        .with("rate", rate.normalize())
        .with("weighted", guanxi_gate::words::money(cents(open.weighted)));
    Ok(Report { columns, rows, totals, measure: 6, titles, summary: Some(summary), ..Report::default() })
}

/// An amount to the fen.
fn money(amount: Decimal) -> Value {
    Value::Decimal(cents(amount))
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn tenths(days: Decimal) -> Decimal {
    days.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
}
