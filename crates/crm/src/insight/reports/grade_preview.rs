//! What tonight's review of value grades would change. The cuts are those of all customers; counted are those
//! on whom the reader may report.

use super::{Document, chosen::Chosen, define, scope::reportable};
use crate::insight::grades;
use guanxi_gate::{
    Ctx, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{Field, Message, Query, RecordId, Value, expr::Expr};
use std::{collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("grade_preview.toml")));

/// Ids in one condition.
const CHUNK: usize = 500;
/// More than these are counted, not listed.
const LISTED: usize = 200;

pub(super) fn report() -> ReportDef {
    define("grade_preview", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let scope = reportable(ctx, "customer", "")?;
    let as_of = chosen.date("as_of")?.unwrap_or(ctx.today);
    let mut groups: BTreeMap<(Option<String>, String), Vec<RecordId>> = BTreeMap::new();
    for moved in grades::preview(gate, as_of)? {
        groups.entry((moved.before, moved.after)).or_default().push(moved.id);
    }
    let mut report = Report { columns: columns(gate)?, measure: 2, ..Report::default() };
    let mut whole = 0;
    for ((before, after), ids) in groups {
        let mut n = 0;
        for chunk in ids.chunks(CHUNK) {
            n += gate.count(ctx, &Query::of("customer").filter(Expr::ids("id", chunk).and(scope.clone())))?;
        }
        if n == 0 {
            continue;
        }
        whole += n;
        let drill = (ids.len() <= LISTED).then(|| Drill {
            object: "customer".to_owned(),
            filter: Expr::ids("id", &ids).and(scope.clone()).to_string(),
        });
        report
            .rows
            .push(ReportRow { cells: vec![Value::from(before), Value::from(after), Value::from(n)], drill });
    }
    report.totals = vec![Value::Null, Value::Null, Value::from(whole)];
    report.summary = Some(Message::new("report.grade_preview.summary").with("n", whole));
    Ok(report)
}

/// The document's columns, with the entries of the dictionary as the site has them.
fn columns(gate: &Gate) -> Result<Vec<guanxi_gate::report::Column>> {
    let grade = gate.object("customer")?.field("value_grade").cloned();
    let options = grade.map(|field| field.options).unwrap_or_default();
    let with = |field: Field| match field.dictionary {
        Some(_) => Field { options: options.clone(), ..field },
        None => field,
    };
    let columns = DOCUMENT.columns().into_iter();
    Ok(columns.map(|column| guanxi_gate::report::Column { field: with(column.field) }).collect())
}
