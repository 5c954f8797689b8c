//! Reminders of what has an owner and a day: once before it is due, and once more when it is late.

use guanxi_gate::{Counts, Ctx, Draft, Gate, Record, Result};
use guanxi_model::{
    Message,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;

/// Reminds the owners of records of an object that are `open`, have a `due_on` and keep in `reminded` what was
/// said. The sentences are `OBJECT.notice.due` and `OBJECT.notice.late`.
pub(super) fn owners(gate: &Gate, ctx: &Ctx, object: &'static str, as_of: Date) -> Result<Counts> {
    let tomorrow = as_of.tomorrow().unwrap_or(as_of);
    let open = || Expr::eq("status", "open");
    let due = open()
        .and(Expr::eq("reminded", "no"))
        .and(Expr::compare("due_on", Comparison::GreaterOrEqual, as_of))
        .and(Expr::compare("due_on", Comparison::LessOrEqual, tomorrow));
    let late = open().and(Expr::one_of("reminded", ["no", "due"])).and(Expr::compare(
        "due_on",
        Comparison::Less,
        as_of,
    ));
    let notice = |mark: &str| Notice { object, key: format!("{object}.notice.{mark}"), day: "due_on" };
    let soon = tell(gate, ctx, notice("due"), due, |_| Draft::new().set("reminded", "due"))?;
    let over = tell(gate, ctx, notice("late"), late, |_| Draft::new().set("reminded", "late"))?;
    Ok(vec![("due", soon), ("late", over)])
}

/// What owners are told: a sentence with the record's title and one of its days.
#[derive(Clone)]
pub(super) struct Notice {
    pub object: &'static str,
    pub key: String,
    pub day: &'static str,
}

/// Tells the owners of all records that are found and marks them, so that they are not found again.
pub(super) fn tell(
    gate: &Gate,
    ctx: &Ctx,
    notice: Notice,
    which: Expr,
    mark: impl Fn(&Record) -> Draft + Copy + Send + 'static,
) -> Result<i64> {
    let mut told = 0;
    loop {
        let (notice, which) = (notice.clone(), which.clone());
        let n = gate.write(ctx, move |tx| {
            let records = tx.find(notice.object, &which, Some(500))?;
            for record in &records {
                let Some(owner) = record.owner() else { continue };
                let day = record.date(notice.day).map(|day| day.to_string()).unwrap_or_default();
                let message = Message::new(notice.key.clone());
                tx.notify(owner, record, message.with("title", record.title()).with("date", day))?;
            }
            let n = i64::try_from(records.len()).unwrap_or(i64::MAX);
            let marked = records.into_iter().map(|record| {
                let draft = mark(&record);
                (record, draft)
            });
            tx.update_many(marked.collect())?;
            Ok(n)
        })?;
        if n == 0 {
            return Ok(told);
        }
        told += n;
    }
}
