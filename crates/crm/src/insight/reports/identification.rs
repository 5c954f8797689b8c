//! The four steps of knowing customers, with what each comes to today: where everybody is placed by value, who
//! moved, how they are classified, and with whom to go on.

use super::{Document, counting, define, scope::reportable};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Message, Value,
    expr::{self, Expr},
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("identification.toml")));

pub(super) fn report() -> ReportDef {
    define("identification", &DOCUMENT, run)
}

/// Grades have an order that their values do not tell to an expression.
const UP: &str = r#"any(grade_change.customer, changed_on >= days_ago(90) && (before == "b" && after == "a" || before == "c" && after in ["a", "b"] || before == "d" && after != "d"))"#;
const DOWN: &str = r#"any(grade_change.customer, changed_on >= days_ago(90) && (before == "c" && after == "d" || before == "b" && after in ["c", "d"] || before == "a" && after != "a"))"#;

/// What the second step looks at: phrase and condition on the customer.
const ADJUSTED: [(&str, &str); 4] = [
    ("up", UP),
    ("down", DOWN),
    ("by_hand", "!is_empty(grade_fixed)"),
    ("moved", "any(life_change.customer, changed_on >= days_ago(90))"),
];
/// And the fourth.
const DEVELOPED: [(&str, &str); 4] = [
    ("visit", r#"status == "normal" && visit_due_on <= today"#),
    ("promising", r#"value_grade in ["a", "b"] && life_stage == "growing""#),
    ("keep", r#"value_grade in ["a", "b"] && life_stage == "declining""#),
    ("unknown", "basic_complete < 60 || attitude_complete < 60"),
];

fn run(gate: &Gate, ctx: &Ctx, _params: &Params) -> Result<Report> {
    let scope = reportable(ctx, "customer", "")?;
    let mut report =
        Report { columns: DOCUMENT.columns(), measure: 2, shape: Shape::Matrix, ..Report::default() };
    let say = |key: &str| gate.phrases().get(ctx.locale, &format!("report.identification.{key}")).to_owned();
    let mut add = |step: &str, figure: String, n: Decimal, total: Decimal, filter: Expr| {
        let drill = Drill { object: "customer".to_owned(), filter: filter.and(scope.clone()).to_string() };
        let cells = vec![Value::from(say(step)), Value::from(figure), Value::from(n), Value::from(total)];
        report.rows.push(ReportRow { cells, drill: Some(drill) });
    };
    for (step, name) in
        [("place", "value_grade"), ("classify", "relation_class"), ("classify", "state_class")]
    {
        if step == "classify" && name == "relation_class" {
            for (key, condition) in ADJUSTED {
                let (filter, n, total) = counted(gate, ctx, &scope, condition)?;
                add("adjust", say(key), n, total, filter);
            }
        }
        let field = gate.object("customer")?.field(name).cloned().ok_or(Error::NotFound)?;
        let mut parts = counting::customers(gate, ctx, &scope, &[name])?;
        parts.sort_by_key(|(keys, ..)| counting::rank(&field, &keys[0]));
        for (keys, n, total) in parts {
            let words = match &keys[0] {
                Value::Null => gate.phrases().get(ctx.locale, "report.none_given").to_owned(),
                key => counting::words(ctx, &field, key),
            };
            let figure = format!("{} {words}", field.label.get(ctx.locale));
            add(step, figure, n, total, counting::same(ctx, &field, &keys[0]));
        }
    }
    for (key, condition) in DEVELOPED {
        let (filter, n, total) = counted(gate, ctx, &scope, condition)?;
        add("develop", say(key), n, total, filter);
    }
    let whole = counting::customers(gate, ctx, &scope, &[])?.first().map_or(Decimal::ZERO, |part| part.1);
    report.summary = Some(Message::new("report.composition.summary").with("n", whole.normalize()));
    Ok(report)
}

fn counted(gate: &Gate, ctx: &Ctx, scope: &Expr, condition: &str) -> Result<(Expr, Decimal, Decimal)> {
    let filter = expr::parse(condition)?;
    let parts = counting::customers(gate, ctx, &filter.clone().and(scope.clone()), &[])?;
    let (n, total) = parts.first().map_or((Decimal::ZERO, Decimal::ZERO), |part| (part.1, part.2));
    Ok((filter, n, total))
}
