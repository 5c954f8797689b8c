//! What went wrong with a customer before: complaints, bad marks, broken promises, returns. Whoever calls reads it first.

use guanxi_gate::{Ctx, Gate, Result, Visible};
use guanxi_model::{Query, RecordId, access::action, expr};
use jiff::Timestamp;

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What kind: `complaint`, `dissatisfied`, `broken_promise`, `late_promise`, `return`.
    pub kind: &'static str,
    /// The record.
    pub object: &'static str,
    /// The record's id.
    pub id: RecordId,
    /// What it is called.
    pub title: String,
    /// Since when.
    pub at: Option<Timestamp>,
    /// Whether it is over.
    pub settled: bool,
}

/// Most problems of a kind that are read.
const MOST: usize = 50;

/// What counts as a problem: kind, object, condition, and the condition under which it is settled.
const KINDS: [(&str, &str, &str, &str); 5] = [
    ("complaint", "service_request", r#"kind == "complaint""#, "archived"),
    ("dissatisfied", "service_request", r#"kind != "complaint" && satisfaction <= 2"#, "archived"),
    ("broken_promise", "promise", r#"status == "broken""#, ""),
    (
        "late_promise",
        "promise",
        r#"status == "open" && due_on < today || status == "kept" && late == true"#,
        "kept",
    ),
    ("return", "sales_return", r#"status in ["open", "accepted"]"#, "accepted"),
];

/// The problems of a customer that the caller may see, the latest first.
pub fn of(gate: &Gate, ctx: &Ctx, customer: RecordId) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for (kind, object, condition, settled) in KINDS {
        if !ctx.rights.may(object, action::READ) {
            continue;
        }
        let filter = expr::parse(&format!(r#"customer == "{customer}" && ({condition})"#))?;
        let title = gate.object(object)?.title.clone();
        let query = Query::of(object)
            .fields([title.as_str(), "status", "created_at"])
            .filter(filter)
            .sort(["-created_at"])
            .limit(MOST);
        let problem = |row: &Visible| Problem {
            kind,
            object,
            id: row.id,
            title: row.title(),
            at: row.get("created_at").as_instant(),
            settled: row.get("status").as_text() == Some(settled),
        };
        problems.extend(gate.list(ctx, &query)?.rows.iter().map(problem));
    }
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.at));
    Ok(problems)
}
