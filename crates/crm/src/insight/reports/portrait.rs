//! What stands out among some customers: the distribution of their attributes and tags beside that of all the
//! customers on whom the reader reports.

use super::{Document, chosen::Chosen, contribution::share, counting, define, scope::reportable};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Field, FieldKind, Message, RecordId, Value,
    expr::{self, Expr},
};
use rust_decimal::Decimal;
use std::{cmp::Reverse, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("portrait.toml")));

/// What is compared, and the face it belongs to.
const ATTRIBUTES: [(&str, &str); 17] = [
    ("kind", "basic"),
    ("industry", "basic"),
    ("region", "basic"),
    ("age", "basic"),
    ("gender", "basic"),
    ("occupation", "basic"),
    ("income", "basic"),
    ("source", "basic"),
    ("value_grade", "trade"),
    ("life_stage", "trade"),
    ("relation_class", "trade"),
    ("grade", "trade"),
    ("satisfaction", "trade"),
    ("price_sensitivity", "attitude"),
    ("privacy_tolerance", "attitude"),
    ("buying_way", "attitude"),
    ("tags", "attitude"),
];

/// Values of one attribute that are shown.
const SHOWN: usize = 6;

pub(super) fn report() -> ReportDef {
    define("portrait", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let base = reportable(ctx, "customer", "")?;
    let mut segment = base.clone();
    if let Some(filter) = chosen.text("filter") {
        segment = segment.and(expr::parse(filter)?);
    }
    if let Some(id) = chosen.text("customer") {
        let id: RecordId = id.parse().map_err(|_| {
            Error::invalid("customer", "reference", Message::new("field.reference").with("value", id))
        })?;
        segment = segment.and(Expr::eq("id", id));
    }
    let face = chosen.text("face").unwrap_or("all");
    let count = |filter: &Expr| -> Result<Decimal> {
        Ok(counting::customers(gate, ctx, filter, &[])?.first().map_or(Decimal::ZERO, |part| part.1))
    };
    let (whole, all) = (count(&segment)?, count(&base)?);
    let mut report =
        Report { columns: DOCUMENT.columns(), measure: 6, shape: Shape::Matrix, ..Report::default() };
    for (name, of) in ATTRIBUTES {
        if face != "all" && face != of {
            continue;
        }
        let field = attribute(gate, name)?;
        let mine = counting::customers(gate, ctx, &segment, &[name])?;
        let theirs = counting::customers(gate, ctx, &base, &[name])?;
        let mut rows: Vec<(Decimal, ReportRow)> = Vec::new();
        for (keys, n, _) in mine {
            let key = &keys[0];
            if key.is_null() {
                continue;
            }
            let among = theirs.iter().find(|(keys, ..)| keys[0] == *key).map_or(Decimal::ZERO, |part| part.1);
            let index = index(n, whole, among, all);
            let filter = counting::same(ctx, &field, key).and(segment.clone()).to_string();
            let cells = vec![
                Value::from(field.label.get(ctx.locale)),
                Value::from(counting::words(ctx, &field, key)),
                Value::from(n),
                share(n, whole),
                Value::from(among),
                share(among, all),
                Value::from(index),
            ];
            rows.push((
                index,
                ReportRow { cells, drill: Some(Drill { object: "customer".to_owned(), filter }) },
            ));
        }
        rows.sort_by_key(|(index, row)| (Reverse(*index), Reverse(row.cells[2].as_decimal())));
        report.rows.extend(rows.into_iter().take(SHOWN).map(|(_, row)| row));
    }
    report.summary = Some(
        Message::new("report.portrait.summary").with("n", whole.normalize()).with("all", all.normalize()),
    );
    Ok(report)
}

/// How much more often among these than among all; 100 is as often.
fn index(n: Decimal, whole: Decimal, among: Decimal, all: Decimal) -> Decimal {
    if whole.is_zero() || among.is_zero() {
        return Decimal::ZERO;
    }
    (n * all * Decimal::ONE_HUNDRED / (whole * among)).round()
}

fn attribute(gate: &Gate, name: &str) -> Result<Field> {
    let object = gate.object("customer")?;
    let field = |name: &str| object.field(name).cloned().ok_or(Error::NotFound);
    if name != "age" {
        return field(name);
    }
    let label = super::composition::label("age").unwrap_or_default();
    Ok(Field::new("age", label, FieldKind::Text))
}
