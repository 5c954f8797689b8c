//! Customers that resemble the loyal ones, with the reasons, to be kept as a target list.

use super::{
    Document,
    chosen::{Chosen, happened},
    define,
    likeness::{self, Wanted},
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result, Titles,
    report::{Drill, Keep, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Message, Value,
    expr::{self, Expr},
};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("look_alikes.toml")));

/// Ready groups to resemble, beside the views of the list of customers.
const LOYAL: [(&str, &str); 5] = [
    ("loyal", r#"state_class == "loyal""#),
    ("mature", r#"life_stage == "mature""#),
    ("grade_a", r#"value_grade == "a""#),
    ("grade_ab", r#"value_grade in ["a", "b"]"#),
    ("referrers", "referral_count > 0"),
];
const AMONG: [(&str, &str); 4] = [
    ("all", "true"),
    ("never", "order_count == 0"),
    ("once", "order_count > 0"),
    ("untouched", "is_empty(last_contact_at) || last_contact_at < days_ago(30)"),
];
/// Fewer than these tell little.
const FEW: i64 = 10;
const USUAL: usize = 50;

pub(super) fn report() -> ReportDef {
    define("look_alikes", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let loyal = loyal(gate, ctx, &chosen)?;
    let among = ready(&AMONG, "among", chosen.text("among").unwrap_or("all"))?;
    let seen = happened("created_at", (None, chosen.date("as_of")?));
    let wanted = Wanted {
        loyal: expr::parse(&loyal)?,
        scope: reportable(ctx, "customer", "")?.and(seen),
        among: expr::parse(among)?,
    };
    let limit = chosen.number("limit", 1, 500)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(USUAL);
    let mut report =
        Report { columns: DOCUMENT.columns(), measure: 1, shape: Shape::Matrix, ..Report::default() };
    let (sides, rows, titles) = gate.read(ctx, |tx| {
        let evidence = likeness::weigh(tx, &wanted)?;
        let mut titles = Titles::default();
        let mut rows = Vec::new();
        if evidence.sides.0 > 0 {
            for alike in evidence.rank(tx, &wanted, limit)? {
                let (reasons, against) = evidence.reasons(tx, &alike)?;
                let cells = vec![
                    Value::from(alike.id),
                    Value::from(alike.times.round_dp(2)),
                    Value::from(reasons),
                    Value::from(against),
                    alike.owner.clone(),
                ];
                titles.0.insert(alike.id, alike.name);
                if let Some((id, name)) = alike.owner.as_ref().and_then(|id| Some((id, gate.name_of(id)?))) {
                    titles.0.insert(id, name);
                }
                let filter = Expr::eq("id", alike.id).to_string();
                let drill = Some(Drill { object: "customer".to_owned(), filter });
                rows.push(ReportRow { cells, drill });
            }
        }
        Ok((evidence.sides, rows, titles))
    })?;
    let key = match sides.0 {
        0 => "report.look_alikes.nobody",
        n if n < FEW => "report.look_alikes.few",
        _ => "report.look_alikes.summary",
    };
    report.summary = Some(Message::new(key).with("loyal", sides.0).with("others", sides.1));
    report.keep = (!rows.is_empty()).then(|| Keep {
        object: "target_list",
        values: vec![
            ("ranked_by", "likeness".to_owned()),
            ("resembles", loyal),
            ("filter", if among == "true" { String::new() } else { among.to_owned() }),
            ("cut", "top_n".to_owned()),
            ("cut_at", limit.to_string()),
        ],
    });
    report.rows = rows;
    report.titles = titles;
    Ok(report)
}

/// The customers to resemble, as a filter: a filter itself, a view of the list, or a ready group.
fn loyal(gate: &Gate, ctx: &Ctx, chosen: &Chosen<'_>) -> Result<String> {
    if let Some(filter) = chosen.text("filter") {
        return Ok(filter.to_owned());
    }
    let named = chosen.text("loyal").unwrap_or("loyal");
    if let Some(view) = named.strip_prefix("view:") {
        let view = gate.views(ctx, "customer")?.into_iter().find(|known| known.name == view);
        let filter = view.map(|view| view.filter).filter(|filter| !filter.trim().is_empty());
        // Whoever resembles everybody resembles nobody.
        return filter
            .ok_or_else(|| Error::invalid("loyal", "rule", Message::new("report.look_alikes.view")));
    }
    ready(&LOYAL, "loyal", named).map(str::to_owned)
}

fn ready(known: &[(&str, &'static str)], param: &str, named: &str) -> Result<&'static str> {
    let found = known.iter().find(|(name, _)| *name == named);
    let wrong = || Error::invalid(param, "choice", Message::new("field.choice").with("value", named));
    found.map(|(_, condition)| *condition).ok_or_else(wrong)
}
