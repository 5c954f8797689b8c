//! How to market to whom: the value of customers by their need for something of their own.

use super::{Document, chosen::Chosen, counting, define, scope::reportable};
use guanxi_gate::{
    Ctx, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{Message, Value, expr::Expr};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("marketing_matrix.toml")));

pub(super) fn report() -> ReportDef {
    define("marketing_matrix", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let mut parts = vec![reportable(ctx, "customer", "")?];
    parts.extend(chosen.user(gate, ctx, "owner")?.map(|owner| Expr::eq("owner", owner)));
    let filter = Expr::all(parts);
    let counted = counting::customers(gate, ctx, &filter, &["value_grade", "individuality"])?;
    let worthy = |value: &Value| matches!(value.as_text(), Some("a" | "b"));
    let high = Expr::one_of("value_grade", ["a", "b"]);
    let rows = [("high", high.clone(), true), ("low", high.not().or(Expr::is_empty("value_grade")), false)];
    let needs = [Some("low"), Some("high"), None];
    let mut report =
        Report { columns: DOCUMENT.columns(), measure: 4, shape: Shape::Matrix, ..Report::default() };
    let mut totals = [Decimal::ZERO; 4];
    for (at, (name, value, wanted)) in rows.into_iter().enumerate() {
        let say = |key: &str| gate.phrases().get(ctx.locale, key).to_owned();
        let mut cells = vec![Value::from(say(&format!("report.marketing_matrix.{name}")))];
        let mut total = Decimal::ZERO;
        for (column, need) in needs.iter().enumerate() {
            let here =
                counted.iter().filter(|(keys, ..)| worthy(&keys[0]) == wanted && keys[1].as_text() == *need);
            let (n, sum) =
                here.fold((Decimal::ZERO, Decimal::ZERO), |(n, sum), part| (n + part.1, sum + part.2));
            total += sum;
            totals[column] += n;
            cells.push(Value::from(n));
            let need =
                need.map_or_else(|| Expr::is_empty("individuality"), |need| Expr::eq("individuality", need));
            let both = value.clone().and(need).and(filter.clone());
            report
                .cells
                .insert((at, column + 1), Drill { object: "customer".to_owned(), filter: both.to_string() });
        }
        totals[3] += total;
        cells.push(Value::from(total));
        let drill = Drill { object: "customer".to_owned(), filter: value.and(filter.clone()).to_string() };
        report.rows.push(ReportRow { cells, drill: Some(drill) });
    }
    report.totals = std::iter::once(Value::Null).chain(totals.into_iter().map(Value::from)).collect();
    let count = |wanted: bool, need: &str| {
        let here =
            counted.iter().filter(|(keys, ..)| worthy(&keys[0]) == wanted && keys[1].as_text() == Some(need));
        here.map(|part| part.1).sum::<Decimal>().normalize()
    };
    report.summary = Some(
        Message::new("report.marketing_matrix.summary")
            .with("frequency", count(true, "low"))
            .with("custom", count(true, "high"))
            .with("mass", count(false, "low"))
            .with("none", count(false, "high")),
    );
    Ok(report)
}
