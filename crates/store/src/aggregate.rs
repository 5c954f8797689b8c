//! Groups and measures over the records of a caller's scope.

use crate::{
    conn::{Conn, Row},
    dialect::Dialect,
    error::Result,
    list::{Plan, Way, conditions},
    sql::Sql,
};
use guanxi_model::{
    Field,
    query::{AggregateOrder, DatePart, MeasureFn},
};

/// A group key the gate has approved.
pub struct GroupPlan<'a> {
    /// The references to the field, and the field.
    pub path: Vec<&'a Field>,
    /// Which part of a date.
    pub part: DatePart,
}

/// A measure the gate has approved.
pub struct MeasurePlan<'a> {
    /// The function. An average comes back as two columns, sum and count, because the exact quotient of
    /// scaled integers is the gate's to compute.
    pub function: MeasureFn,
    /// The field; none counts records.
    pub path: Option<Vec<&'a Field>>,
}

/// Computes groups and measures. Columns: group keys, then measures (two for each average).
pub fn aggregate(
    conn: &mut Conn<'_>,
    plan: &Plan<'_>,
    groups: &[GroupPlan<'_>],
    measures: &[MeasurePlan<'_>],
    order: Option<AggregateOrder>,
    offset_ms: i64,
) -> Result<Vec<Row>> {
    let dialect = conn.dialect();
    let mut joins = Joins::default();
    let mut select = Sql::new("SELECT ");
    for (i, group) in groups.iter().enumerate() {
        select.push(if i > 0 { ", " } else { "" });
        group_column(&mut select, &mut joins, dialect, plan, group, offset_ms);
    }
    for (i, measure) in measures.iter().enumerate() {
        select.push(if i > 0 || !groups.is_empty() { ", " } else { "" });
        measure_column(&mut select, &mut joins, plan, measure);
    }
    select.push(" FROM ").name(&plan.object.table).push(" t");
    select.push(&joins.text).push(" WHERE ");
    conditions(&mut select, dialect, plan, Way::Collect)?;
    if !groups.is_empty() {
        select.push(" GROUP BY ");
        for i in 1..=groups.len() {
            select.push(if i > 1 { ", " } else { "" }).push(&i.to_string());
        }
        order_clause(&mut select, dialect, groups.len(), measures, order);
        select.push(" LIMIT ").bind(i64::try_from(plan.limit).unwrap_or(i64::MAX));
    }
    conn.query(&select)
}

/// One part of a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Which part, from 0 for the largest.
    pub bucket: i64,
    /// How many are in it.
    pub count: i64,
    /// What they sum up to, scaled.
    pub sum: i64,
    /// The smallest value in it, scaled.
    pub least: i64,
}

/// Ranks values from the largest and cuts them into so many parts of equal number. What is ranked is a field of
/// each record, or its sum for each value of a group; the statement sorts once, whatever the number of parts.
pub fn ranked(
    conn: &mut Conn<'_>,
    plan: &Plan<'_>,
    value: &[&Field],
    group: Option<&[&Field]>,
    buckets: i64,
) -> Result<Vec<Rank>> {
    let mut joins = Joins::default();
    let column = joins.column(plan, value);
    let key = group.map(|path| joins.column(plan, path));
    let mut sql = Sql::new(
        "SELECT b, count(*), CAST(sum(v) AS BIGINT), min(v) FROM (SELECT v, (row_number() OVER (ORDER BY v DESC, k) - 1) * ",
    );
    sql.bind(buckets).push(" / count(*) OVER () AS b FROM (SELECT ");
    match &key {
        Some(key) => {
            sql.push(key).push(" AS k, CAST(coalesce(sum(").push(&column).push("), 0) AS BIGINT) AS v")
        }
        None => sql.push("t.\"id\" AS k, coalesce(").push(&column).push(", 0) AS v"),
    };
    sql.push(" FROM ").name(&plan.object.table).push(" t");
    sql.push(&joins.text).push(" WHERE ");
    conditions(&mut sql, conn.dialect(), plan, Way::Collect)?;
    if let Some(key) = &key {
        sql.push(" GROUP BY ").push(key);
    }
    sql.push(") r) s GROUP BY b ORDER BY b");
    let number = |row: &Row, n: usize| row.get(n).and_then(guanxi_model::Stored::int).unwrap_or(0);
    let rows = conn.query(&sql)?;
    Ok(rows
        .iter()
        .map(|row| Rank {
            bucket: number(row, 0),
            count: number(row, 1),
            sum: number(row, 2),
            least: number(row, 3),
        })
        .collect())
}

fn order_clause(
    sql: &mut Sql,
    dialect: Dialect,
    groups: usize,
    measures: &[MeasurePlan<'_>],
    order: Option<AggregateOrder>,
) {
    let (position, descending) = match order {
        None => (1, false),
        Some(AggregateOrder::Group(n, descending)) => (n.min(groups.saturating_sub(1)) + 1, descending),
        Some(AggregateOrder::Measure(n, descending)) => {
            let before: usize =
                measures.iter().take(n).map(|m| 1 + usize::from(m.function == MeasureFn::Avg)).sum();
            (groups + before + 1, descending)
        }
    };
    sql.push(" ORDER BY ").push(&position.to_string()).push(match (dialect, descending) {
        (Dialect::Sqlite, false) => "",
        (Dialect::Sqlite, true) => " DESC",
        (Dialect::Postgres, false) => " ASC NULLS FIRST",
        (Dialect::Postgres, true) => " DESC NULLS LAST",
    });
    // Groups break ties, so that both engines answer in one order.
    for i in (1..=groups).filter(|i| *i != position) {
        sql.push(", ").push(&i.to_string());
        sql.push(if dialect == Dialect::Postgres { " ASC NULLS FIRST" } else { "" });
    }
}

fn group_column(
    sql: &mut Sql,
    joins: &mut Joins,
    dialect: Dialect,
    plan: &Plan<'_>,
    group: &GroupPlan<'_>,
    offset_ms: i64,
) {
    let field = group.path.last().expect("a path names at least one field");
    let column = joins.column(plan, &group.path);
    let digits = match group.part {
        DatePart::Whole => {
            sql.push(&column);
            return;
        }
        DatePart::Year => 4,
        DatePart::Month => 7,
    };
    if field.stores_integer() {
        sql.push(&dialect.date_of_millis(&column, offset_ms, digits));
    } else {
        sql.push(&format!("substr({column}, 1, {digits})"));
    }
}

fn measure_column(sql: &mut Sql, joins: &mut Joins, plan: &Plan<'_>, measure: &MeasurePlan<'_>) {
    let column = measure.path.as_ref().map(|path| joins.column(plan, path));
    let Some(column) = column else {
        sql.push("count(*)");
        return;
    };
    match measure.function {
        MeasureFn::Count => sql.push(&format!("count({column})")),
        MeasureFn::CountDistinct => sql.push(&format!("count(DISTINCT {column})")),
        MeasureFn::Sum => sql.push(&format!("CAST(sum({column}) AS BIGINT)")),
        MeasureFn::Avg => sql.push(&format!("CAST(sum({column}) AS BIGINT), count({column})")),
        MeasureFn::Min => sql.push(&format!("min({column})")),
        MeasureFn::Max => sql.push(&format!("max({column})")),
    };
}

/// Left joins along the references that groups and measures use, each line once.
#[derive(Default)]
struct Joins {
    text: String,
    lines: Vec<(String, String)>,
}

impl Joins {
    fn column(&mut self, plan: &Plan<'_>, path: &[&Field]) -> String {
        let mut alias = "t".to_owned();
        let (last, references) = path.split_last().expect("a path names at least one field");
        let mut line = String::new();
        for reference in references {
            line.push('.');
            line.push_str(&reference.name);
            let known = self.lines.iter().find(|(l, _)| *l == line).map(|(_, a)| a.clone());
            alias = match known {
                Some(alias) => alias,
                None => {
                    let joined = format!("j{}", self.lines.len());
                    let target = reference.target().and_then(|t| plan.registry.object(t));
                    let mut join = Sql::new(" LEFT JOIN ");
                    join.name(target.map_or("", |t| t.table.as_str())).push(" ").push(&joined).push(" ON ");
                    join.column(&joined, "id").push(" = ").column(&alias, &reference.column);
                    self.text.push_str(&join.text);
                    self.lines.push((line.clone(), joined.clone()));
                    joined
                }
            };
        }
        format!("{alias}.\"{}\"", last.column)
    }
}
