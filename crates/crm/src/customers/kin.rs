//! Families of companies and trees of referrals, generation by generation, as far as the reader sees them.

use guanxi_gate::{Ctx, Gate, Result, Titles, Visible};
use guanxi_model::{
    Aggregate, Query, RecordId, Value,
    expr::Expr,
    query::{Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// How customers hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Subsidiaries under their parents.
    Parent,
    /// Customers under those who brought them.
    Referral,
}

impl Line {
    /// The field of the customer that leads upwards.
    pub fn field(self) -> &'static str {
        match self {
            Line::Parent => "parent",
            Line::Referral => "referred_by",
        }
    }
}

/// One generation below a customer.
#[derive(Debug, Default)]
pub struct Generation {
    /// Its members, each with the field that leads upwards. At most a thousand are listed.
    pub members: Vec<Visible>,
    /// How many there are.
    pub count: i64,
    /// What they ordered in all, in yuan.
    pub total: Decimal,
}

/// What hangs below a customer.
#[derive(Debug, Default)]
pub struct Tree {
    /// Generations, the nearest first.
    pub generations: Vec<Generation>,
    /// Names of those who look after them.
    pub titles: Titles,
}

impl Tree {
    /// How many hang below in all.
    pub fn count(&self) -> i64 {
        self.generations.iter().map(|generation| generation.count).sum()
    }

    /// What all of them ordered.
    pub fn total(&self) -> Decimal {
        self.generations.iter().map(|generation| generation.total).sum()
    }
}

/// Deepest generation that is followed.
const DEEPEST: usize = 12;
/// Ids in one condition.
const CHUNK: usize = 500;

/// The customer at the top of a line that leads through one, as far as the reader sees upwards.
pub fn head(gate: &Gate, ctx: &Ctx, line: Line, from: RecordId) -> Result<RecordId> {
    let mut at = from;
    for _ in 0..DEEPEST {
        let query = Query::of("customer").fields(["name", line.field()]).filter(Expr::eq("id", at)).limit(1);
        let page = gate.list(ctx, &query)?;
        let Some(above) = page.rows.first().and_then(|row| row.get(line.field()).as_ref()) else { break };
        if page.titles.get(above).is_none() {
            break;
        }
        at = above;
    }
    Ok(at)
}

/// Everybody below a customer.
pub fn below(gate: &Gate, ctx: &Ctx, line: Line, top: RecordId) -> Result<Tree> {
    let mut tree = Tree::default();
    let mut above = vec![top];
    let mut seen: BTreeSet<RecordId> = BTreeSet::from([top]);
    while !above.is_empty() && tree.generations.len() < DEEPEST {
        let mut generation = Generation::default();
        let mut next = Vec::new();
        for ids in above.chunks(CHUNK) {
            let under = Expr::ids(line.field(), ids);
            let (count, total) = sum(gate, ctx, &under)?;
            generation.count += count;
            generation.total += total;
            let mut query = Query::of("customer")
                .fields(["name", "kind", "order_total", "order_count", "owner", line.field()])
                .filter(under)
                .sort(["-order_total"])
                .limit(1000);
            loop {
                let page = gate.list(ctx, &query)?;
                tree.titles.0.extend(page.titles.0);
                next.extend(page.rows.iter().map(|row| row.id).filter(|id| seen.insert(*id)));
                generation.members.extend(page.rows);
                match page.next {
                    Some(place) => query.after = Some(guanxi_gate::read_cursor(&place)?),
                    None => break,
                }
            }
        }
        generation.members.truncate(1000);
        if generation.count > 0 {
            tree.generations.push(generation);
        }
        above = next;
    }
    Ok(tree)
}

fn sum(gate: &Gate, ctx: &Ctx, filter: &Expr) -> Result<(i64, Decimal)> {
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "customer".to_owned(),
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("order_total".to_owned()) },
            ],
            filter: Some(filter.clone()),
            limit: 1,
            ..Aggregate::default()
        },
    )?;
    let at = |n: usize| {
        let row = table.rows.first();
        row.and_then(|row| row.measures.get(n)).and_then(Value::as_decimal).unwrap_or_default()
    };
    Ok((i64::try_from(at(0)).unwrap_or(0), at(1)))
}
