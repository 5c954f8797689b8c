//! Promises by employee. The kept ratio is those kept in time among all that have come to their end: kept in
//! time or late, broken, or overdue and still open.

use super::{
    Document,
    chosen::{Chosen, dated},
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Message, RecordId, Value,
    expr::{Comparison, Expr},
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("promises.toml")));

pub(super) fn report() -> ReportDef {
    define("promises", &DOCUMENT, run)
}

/// Made, kept, kept late, broken, overdue.
type Counts = [Decimal; 5];

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let period = (chosen.date("from")?, chosen.date("to")?);
    let filter = Expr::all(vec![reportable(ctx, "promise", "customer.")?, dated("due_on", period)]);
    let today = chosen.date("as_of")?.unwrap_or(ctx.today);
    let which: [Expr; 5] = [
        Expr::Bool(true),
        Expr::eq("status", "kept").and(Expr::eq("late", false)),
        Expr::eq("status", "kept").and(Expr::eq("late", true)),
        Expr::eq("status", "broken"),
        Expr::eq("status", "open").and(Expr::compare("due_on", Comparison::Less, today)),
    ];
    let mut people: BTreeMap<Option<RecordId>, Counts> = BTreeMap::new();
    let mut titles = guanxi_gate::Titles::default();
    for (place, condition) in which.into_iter().enumerate() {
        let table = gate.aggregate(
            ctx,
            &Aggregate {
                object: "promise".to_owned(),
                group_by: vec![Group { field: "owner".to_owned(), part: DatePart::Whole }],
                measures: vec![Measure { function: MeasureFn::Count, field: None }],
                filter: Some(filter.clone().and(condition)),
                limit: 10_000,
                ..Aggregate::default()
            },
        )?;
        titles.0.extend(table.titles.0);
        for row in table.rows {
            let counts = people.entry(row.keys[0].as_ref()).or_default();
            counts[place] = row.measures[0].as_decimal().unwrap_or_default();
        }
    }
    let mut sums = Counts::default();
    for counts in people.values() {
        for (sum, n) in sums.iter_mut().zip(counts) {
            *sum += n;
        }
    }
    let mut rows: Vec<(Counts, ReportRow)> = people
        .into_iter()
        .map(|(owner, counts)| {
            let mut cells = vec![owner.map_or(Value::Null, Value::Ref)];
            cells.extend(counts.iter().map(|n| Value::from(*n)));
            cells.push(ratio(&counts));
            let whose = owner.map_or_else(|| Expr::is_empty("owner"), |owner| Expr::eq("owner", owner));
            let drill = Drill { object: "promise".to_owned(), filter: whose.and(filter.clone()).to_string() };
            (counts, ReportRow { cells, drill: Some(drill) })
        })
        .collect();
    rows.sort_by_key(|(counts, _)| std::cmp::Reverse(counts[0]));
    let mut totals = vec![Value::Null];
    totals.extend(sums.iter().map(|n| Value::from(*n)));
    totals.push(ratio(&sums));
    Ok(Report {
        columns: DOCUMENT.columns(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        totals,
        measure: 1,
        titles,
        summary: Some(
            Message::new("report.promises.summary")
                .with("n", sums[0].normalize())
                .with("kept", sums[1].normalize()),
        ),
        ..Report::default()
    })
}

fn ratio(counts: &Counts) -> Value {
    let [_, kept, late, broken, overdue] = counts;
    let ended = kept + late + broken + overdue;
    if ended.is_zero() { Value::Null } else { Value::from((kept * Decimal::from(100) / ended).round_dp(1)) }
}
