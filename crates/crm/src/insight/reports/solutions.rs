//! Which articles solve most: of the requests that were handled in a time, how many name which article.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Message, Query, RecordId, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::{cmp::Reverse, collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("solutions.toml")));

/// Articles in one answer at most.
const MOST: usize = 1000;

pub(super) fn report() -> ReportDef {
    define("solutions", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let handled =
        Expr::all(vec![reportable(ctx, "service_request", "")?, happened("handled_at", chosen.period()?)]);
    let count = |filter: Expr, by: Option<&str>| {
        let group_by =
            by.map(|field| Group { field: field.to_owned(), part: DatePart::Whole }).into_iter().collect();
        gate.aggregate(
            ctx,
            &Aggregate {
                object: "service_request".to_owned(),
                group_by,
                measures: vec![Measure { function: MeasureFn::Count, field: None }],
                filter: Some(filter),
                limit: 10_000,
                ..Aggregate::default()
            },
        )
    };
    let by_article = count(handled.clone().and(Expr::is_empty("solved_by").not()), Some("solved_by"))?;
    let solved: BTreeMap<RecordId, Decimal> = by_article
        .rows
        .iter()
        .filter_map(|row| Some((row.keys[0].as_ref()?, row.measures[0].as_decimal()?)))
        .collect();
    let all = count(handled.clone().and(Expr::is_empty("handled_at").not()), None)?;
    let requests = all.rows.first().and_then(|row| row.measures[0].as_decimal()).unwrap_or_default();
    let mut shelf = Query::of("article")
        .fields(["title", "kind", "read_count", "useful_count", "useless_count"])
        .filter(Expr::one_of("status", ["published", "retired"]))
        .sort(["-solved_count"])
        .limit(MOST);
    if let Some(category) = chosen.text("category") {
        shelf = shelf.filter(within(gate, category));
    }
    let page = gate.list(ctx, &shelf)?;
    let mut titles = page.titles;
    let mut listed: Vec<(Decimal, Decimal, ReportRow)> = Vec::new();
    for article in &page.rows {
        titles.0.insert(article.id, article.title());
        let n = solved.get(&article.id).copied().unwrap_or_default();
        let number = |field: &str| article.get(field).as_decimal().unwrap_or_default();
        let reads = number("read_count");
        let cells = vec![
            Value::Ref(article.id),
            article.get("kind").clone(),
            Value::from(reads),
            Value::from(number("useful_count")),
            Value::from(number("useless_count")),
            Value::from(n),
            share(n, requests),
        ];
        let filter = Expr::eq("solved_by", article.id).and(handled.clone()).to_string();
        let drill = Some(Drill { object: "service_request".to_owned(), filter });
        listed.push((n, reads, ReportRow { cells, drill }));
    }
    listed.sort_by_key(|(solved, reads, _)| (Reverse(*solved), Reverse(*reads)));
    let cited: Decimal = listed.iter().map(|(solved, _, _)| *solved).sum();
    let reads: Decimal = listed.iter().map(|(_, reads, _)| *reads).sum();
    let mut columns = DOCUMENT.columns();
    let kind = gate.object("article")?.field("kind").cloned().ok_or(Error::NotFound)?;
    columns[1].field.options = kind.options;
    let mut totals = vec![Value::Null; 7];
    totals[2] = Value::from(reads);
    totals[5] = Value::from(cited);
    totals[6] = share(cited, requests);
    Ok(Report {
        columns,
        rows: listed.into_iter().map(|(_, _, row)| row).collect(),
        totals,
        measure: 5,
        titles,
        summary: Some(
            Message::new("report.solutions.summary")
                .with("n", requests.normalize())
                .with("solved", cited.normalize()),
        ),
        ..Report::default()
    })
}

/// A category and those below it.
fn within(gate: &Gate, category: &str) -> Expr {
    let mut tree = vec![category.to_owned()];
    if let Ok(object) = gate.object("article")
        && let Some(field) = object.field("category")
    {
        let mut next = 0;
        while let Some(above) = tree.get(next).cloned() {
            next += 1;
            let below = field.options.iter().filter(|o| o.parent.as_deref() == Some(above.as_str()));
            let new: Vec<String> = below.map(|o| o.value.clone()).filter(|v| !tree.contains(v)).collect();
            tree.extend(new);
        }
    }
    Expr::one_of("category", tree)
}
