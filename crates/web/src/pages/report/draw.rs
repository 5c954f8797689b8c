//! A report as a table and as a chart.

use crate::{
    session::{Visit, encode},
    show::{self, Showing},
    ui::{self, ChartCard, Tone},
};
use guanxi_gate::{
    Cell,
    report::{Drill, Report, ReportDef},
};
use guanxi_model::{FieldKind, Value};
use maud::{Markup, html as markup};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::json;

/// Slices beyond these are one slice, because nobody tells thirty colours apart.
const SLICES: usize = 9;
/// Bars that a chart has room for.
const BARS: usize = 30;

/// The records behind a number.
pub fn url(drill: &Drill) -> String {
    format!("/{}?view=all&filter={}", drill.object, encode(&drill.filter))
}

/// A cell in words.
pub fn words(visit: &Visit, report: &Report, column: usize, value: &Value) -> String {
    let Some(column) = report.columns.get(column) else { return String::new() };
    guanxi_gate::words::value(&column.field, value, &report.titles, visit.locale())
}

/// The table, with its totals and the way to the records behind each row.
pub fn table(visit: &Visit, report: &Report) -> Markup {
    let numeric = |n: usize| report.columns.get(n).is_some_and(|column| show::is_numeric(&column.field));
    let wordy = |n: usize| {
        report.columns.get(n).is_some_and(|column| matches!(column.field.kind, FieldKind::LongText))
    };
    markup! {
        div .table-scroll {
            table .table.report-table {
                thead {
                    tr {
                        @for (n, column) in report.columns.iter().enumerate() {
                            th scope="col" class=[numeric(n).then_some("num")] { (column.field.label.get(visit.locale())) }
                        }
                        th scope="col" { span .sr-only { (visit.t("report.records")) } }
                    }
                }
                tbody {
                    @for (at, row) in report.rows.iter().enumerate() {
                        tr {
                            @for (n, value) in row.cells.iter().enumerate() {
                                @if n == 0 {
                                    th scope="row" { (cell(visit, report, n, value)) }
                                } @else {
                                    td class=[numeric(n).then_some("num").or(wordy(n).then_some("wordy"))] {
                                        @match report.cells.get(&(at, n)) {
                                            Some(drill) => a .link href=(url(drill)) { (cell(visit, report, n, value)) },
                                            None => (cell(visit, report, n, value)),
                                        }
                                    }
                                }
                            }
                            td {
                                @if let Some(drill) = &row.drill {
                                    a .link href=(url(drill)) aria-label={ (visit.t("report.records")) " " (words(visit, report, 0, row.cells.first().unwrap_or(&Value::Null))) } {
                                        (visit.t("report.records"))
                                    }
                                }
                            }
                        }
                    }
                }
                @if report.totals.iter().any(|total| !total.is_null()) {
                    tfoot {
                        tr {
                            @for (n, total) in report.totals.iter().enumerate() {
                                td class=[numeric(n).then_some("num")] {
                                    @if n == 0 && total.is_null() { (visit.t("report.total")) } @else { (words(visit, report, n, total)) }
                                }
                            }
                            td {}
                        }
                    }
                }
            }
        }
    }
}

fn cell(visit: &Visit, report: &Report, column: usize, value: &Value) -> Markup {
    let Some(column) = report.columns.get(column) else { return markup! {} };
    // Report columns belong to no object; only the status of one would be drawn with a dot.
    let object = visit.gate().registry().objects().next().cloned();
    match object {
        Some(object) => {
            let showing = Showing { ctx: visit.ctx(), titles: &report.titles, object: &object, record: None };
            show::show(showing, &column.field, Some(&Cell::Value(value.clone())))
        }
        None => markup! { (guanxi_gate::words::value(&column.field, value, &report.titles, visit.locale())) },
    }
}

/// The steps of a report side by side, each with how far it is: the mean of its figures, and each figure.
pub fn steps(visit: &Visit, report: &Report) -> Markup {
    let done =
        |at: usize| report.rows[at].cells.get(report.measure).and_then(Value::as_decimal).unwrap_or_default();
    let name = |at: usize| report.rows[at].cells.first().cloned().unwrap_or_default();
    let mut steps: Vec<(Value, Vec<usize>)> = Vec::new();
    for at in 0..report.rows.len() {
        match steps.last_mut().filter(|(step, _)| *step == name(at)) {
            Some((_, rows)) => rows.push(at),
            None => steps.push((name(at), vec![at])),
        }
    }
    markup! {
        ol .report-steps {
            @for (step, rows) in &steps {
                @let mean = rows.iter().map(|at| done(*at)).sum::<Decimal>() / Decimal::from(rows.len());
                li .card {
                    h2 { (words(visit, report, 0, step)) span .num { (whole(mean)) "%" } }
                    ul {
                        @for at in rows {
                            @let label = words(visit, report, 1, report.rows[*at].cells.get(1).unwrap_or(&Value::Null));
                            li {
                                @match &report.rows[*at].drill {
                                    Some(drill) => a .link href=(url(drill)) { (label) },
                                    None => span { (label) },
                                }
                                (ui::progress(whole(done(*at)), 100, Tone::Plain, &label, &format!("{}%", whole(done(*at)))))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn whole(number: Decimal) -> u32 {
    number.round().to_u32().unwrap_or(0)
}

/// Bars or slices of the report's measure.
pub fn chart(visit: &Visit, def: &ReportDef, report: &Report, look: &str) -> Markup {
    let measure = report.measure;
    let limit = if look == "pie" { SLICES } else { BARS };
    let number = |value: &Value| value.as_decimal().and_then(|decimal| decimal.to_f64());
    let mut categories: Vec<String> = Vec::new();
    let mut values: Vec<Option<f64>> = Vec::new();
    let mut urls: Vec<Option<String>> = Vec::new();
    for row in report.rows.iter().take(limit) {
        let name = words(visit, report, 0, row.cells.first().unwrap_or(&Value::Null));
        categories.push(if name.is_empty() { visit.t("report.no_value").to_owned() } else { name });
        values.push(row.cells.get(measure).and_then(number));
        urls.push(row.drill.as_ref().map(url));
    }
    let rest: f64 =
        report.rows.iter().skip(limit).filter_map(|row| row.cells.get(measure).and_then(number)).sum();
    if look == "pie" && rest > 0.0 {
        categories.push(visit.t("report.rest").to_owned());
        values.push(Some(rest));
        urls.push(None);
    }
    let label = report
        .columns
        .get(measure)
        .map(|column| column.field.label.get(visit.locale()).to_owned())
        .unwrap_or_default();
    let unit = if report.rows.len() > limit && look == "bar" {
        visit.fill("report.first", &[("measure", &label), ("n", &limit.to_string())])
    } else {
        label.clone()
    };
    let summary = report
        .summary
        .as_ref()
        .map(|summary| crate::error::say_message(visit.gate().phrases(), visit.locale(), summary));
    // Long names lie better than they stand.
    let kind = if look == "curve" {
        "line"
    } else if look == "pie" {
        "pie"
    } else if categories.len() > 8 {
        "hbar"
    } else {
        "bar"
    };
    ui::chart_card(&ChartCard {
        id: format!("report-{}", def.name),
        title: def.label.get(visit.locale()).to_owned(),
        unit,
        summary: summary.unwrap_or_default(),
        span: 12,
        tall: true,
        data: json!({ "kind": kind, "categories": categories, "series": [{ "name": label, "values": values }], "urls": urls }),
        menu: visit.t("common.more").to_owned(),
    })
}
