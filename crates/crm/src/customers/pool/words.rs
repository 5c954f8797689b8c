//! The rules of a pool in words, made from its settings: what people read in lists and dialogues cannot
//! differ from what the job does.

use super::clocks::Limits;
use guanxi_gate::{Ctx, Gate, Record, Result};
use guanxi_model::{Message, RecordId, expr::Expr};

/// The sentences, in the caller's language.
///
/// # Errors
/// When the caller may not see the pool.
pub fn rules(gate: &Gate, ctx: &Ctx, pool: RecordId) -> Result<Vec<String>> {
    gate.get(ctx, "pool", pool)?;
    let (pool, limits) = gate
        .read(ctx, |tx| Ok((tx.get("pool", pool)?, tx.find("pool_limit", &Expr::eq("pool", pool), None)?)))?;
    let say = |message: Message| gate.phrases().say(ctx.locale, &message);
    let mut said = vec![say(recycling(&pool))];
    if runs(&pool) {
        said.extend(clocks(&Limits::of(&pool)).into_iter().map(say));
        for limit in &limits {
            let grade = limit.object.field("grade").and_then(|field| field.option(limit.text("grade")));
            let Some(grade) = grade else { continue };
            let parts: Vec<String> = clocks(&Limits::of(limit)).into_iter().map(say).collect();
            let stop = Message::new("pool.rule.never");
            let text = if parts.is_empty() { say(stop) } else { parts.join(" ") };
            said.push(say(Message::new("pool.rule.grade")
                .with_label("grade", &grade.label)
                .with("text", text)));
        }
        said.extend(spared(&pool).into_iter().map(say));
    }
    said.extend(claiming(&pool).into_iter().map(say));
    Ok(said)
}

fn runs(pool: &Record) -> bool {
    let yes = |field: &str| pool.get(field).as_bool() == Some(true);
    yes("enabled") && yes("recycles")
}

fn recycling(pool: &Record) -> Message {
    if runs(pool) { Message::new("pool.rule.on") } else { Message::new("pool.rule.off") }
}

fn clocks(limits: &Limits) -> Vec<Message> {
    [
        ("pool.rule.follow_up", limits.follow_up),
        ("pool.rule.opportunity", limits.opportunity),
        ("pool.rule.deal", limits.deal),
    ]
    .into_iter()
    .filter_map(|(key, days)| Some(Message::new(key).with("n", days?)))
    .collect()
}

fn spared(pool: &Record) -> Vec<Message> {
    let yes = |field: &str| pool.get(field).as_bool() == Some(true);
    let mut said = vec![Message::new(match (yes("spare_dealt"), yes("spare_open")) {
        (true, true) => "pool.rule.spared_both",
        (true, false) => "pool.rule.spared_dealt",
        (false, true) => "pool.rule.spared_open",
        (false, false) => "pool.rule.spared_locked",
    })];
    said.push(Message::new("pool.rule.transfer"));
    if let Some(since) = pool.date("recycle_since") {
        said.push(Message::new("pool.rule.since").with("date", since.to_string()));
    }
    match days(pool, "warn_days") {
        Some(0) | None => {}
        Some(n) => said.push(Message::new("pool.rule.warn").with("n", n)),
    }
    said
}

fn claiming(pool: &Record) -> Vec<Message> {
    let rules = [
        ("pool.rule.daily", "daily_limit"),
        ("pool.rule.former", "former_owner_days"),
        ("pool.rule.fresh", "new_data_days"),
    ];
    let said: Vec<Message> = rules
        .into_iter()
        .filter_map(|(key, field)| Some(Message::new(key).with("n", days(pool, field)?)))
        .collect();
    if said.is_empty() { vec![Message::new("pool.rule.free")] } else { said }
}

fn days(pool: &Record, field: &str) -> Option<i64> {
    pool.decimal(field).and_then(|n| i64::try_from(n.trunc()).ok())
}
