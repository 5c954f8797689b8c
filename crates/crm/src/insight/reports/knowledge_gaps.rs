//! Where knowledge is missing: products and kinds of requests that were handled without an article.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result, Table,
    report::{Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Message, RecordId, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::{cmp::Reverse, collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("knowledge_gaps.toml")));

pub(super) fn report() -> ReportDef {
    define("knowledge_gaps", &DOCUMENT, run)
}

/// A product, if the request names one, and a kind of request.
type Place = (Option<RecordId>, String);

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let mut parts = vec![
        reportable(ctx, "service_request", "")?,
        Expr::is_empty("handled_at").not(),
        happened("handled_at", chosen.period()?),
    ];
    parts.extend(chosen.text("kind").map(|kind| Expr::eq("kind", kind)));
    let handled = Expr::all(parts);
    let unsolved = handled.clone().and(Expr::is_empty("solved_by"));
    let all = count(gate, ctx, "service_request", ["product", "kind"], handled)?;
    let without = by_place(&count(gate, ctx, "service_request", ["product", "kind"], unsolved.clone())?);
    let shelf = Expr::eq("status", "published");
    let articles = by_place(&count(gate, ctx, "article", ["product", "answers"], shelf)?);
    let written = |(product, kind): &Place| -> Decimal {
        // An article that names no kind of request, or no product, answers all of them.
        let products = if product.is_some() { vec![*product, None] } else { vec![None] };
        let places = products.iter().flat_map(|p| [kind.as_str(), ""].map(|kind| (*p, kind.to_owned())));
        places.filter_map(|place| articles.get(&place)).sum()
    };
    let mut listed: Vec<(Decimal, Decimal, ReportRow)> = Vec::new();
    for (place, requests) in by_place(&all) {
        let missing = without.get(&place).copied().unwrap_or_default();
        let cells = vec![
            place.0.map_or(Value::Null, Value::Ref),
            Value::from(place.1.as_str()),
            Value::from(requests),
            Value::from(requests - missing),
            Value::from(missing),
            share(missing, requests),
            Value::from(written(&place)),
        ];
        let product = place.0.map_or_else(|| Expr::is_empty("product"), |id| Expr::eq("product", id));
        let filter = Expr::eq("kind", place.1.as_str()).and(product).and(unsolved.clone()).to_string();
        let drill = Some(Drill { object: "service_request".to_owned(), filter });
        listed.push((missing, requests, ReportRow { cells, drill }));
    }
    listed.sort_by_key(|(missing, requests, _)| (Reverse(*missing), Reverse(*requests)));
    let missing: Decimal = listed.iter().map(|(missing, _, _)| *missing).sum();
    let requests: Decimal = listed.iter().map(|(_, requests, _)| *requests).sum();
    let mut columns = DOCUMENT.columns();
    let kind = gate.object("service_request")?.field("kind").cloned().ok_or(Error::NotFound)?;
    columns[1].field.options = kind.options;
    let totals = vec![
        Value::Null,
        Value::Null,
        Value::from(requests),
        Value::from(requests - missing),
        Value::from(missing),
        share(missing, requests),
        Value::Null,
    ];
    Ok(Report {
        columns,
        rows: listed.into_iter().map(|(_, _, row)| row).collect(),
        totals,
        measure: 4,
        titles: all.titles,
        summary: Some(
            Message::new("report.knowledge_gaps.summary")
                .with("n", requests.normalize())
                .with("without", missing.normalize()),
        ),
        ..Report::default()
    })
}

fn count(gate: &Gate, ctx: &Ctx, object: &str, by: [&str; 2], filter: Expr) -> Result<Table> {
    gate.aggregate(
        ctx,
        &Aggregate {
            object: object.to_owned(),
            group_by: by.map(|field| Group { field: field.to_owned(), part: DatePart::Whole }).to_vec(),
            measures: vec![Measure { function: MeasureFn::Count, field: None }],
            filter: Some(filter),
            limit: 10_000,
            ..Aggregate::default()
        },
    )
}

fn by_place(table: &Table) -> BTreeMap<Place, Decimal> {
    let place = |keys: &[Value]| (keys[0].as_ref(), keys[1].as_text().unwrap_or_default().to_owned());
    table
        .rows
        .iter()
        .map(|row| (place(&row.keys), row.measures[0].as_decimal().unwrap_or_default()))
        .collect()
}
