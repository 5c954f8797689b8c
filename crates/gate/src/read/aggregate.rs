//! Groups, measures and rankings over the records that the caller may see.

use super::{Listing, approve::approve_path, titles_of};
use crate::{
    Ctx, Error, Gate, Result, Table,
    visible::{AggregateRow, Percentile},
};
use guanxi_model::{
    Aggregate, Message, Object, Query, RecordId, Registry, Stored, Value,
    expr::Expr,
    query::{DatePart, MeasureFn},
};
use guanxi_store::{
    Conn,
    aggregate::{self, GroupPlan, MeasurePlan},
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

impl Gate {
    /// Groups and measures over the records the caller may see.
    pub fn aggregate(&self, ctx: &Ctx, wanted: &Aggregate) -> Result<Table> {
        let registry = self.registry();
        let object = self.object(&wanted.object)?;
        let done = self.0.store.read(|conn| aggregate_in(self, ctx, conn, &registry, &object, wanted));
        done.map_err(|error| self.denied(ctx, error, &wanted.object, None))
    }

    /// Ranks a numeric field of the records that the caller may see, or its sum for each value of `group`, from
    /// the largest, and cuts the ranking into a hundred parts of equal number: how many are in each, their sum,
    /// and the smallest value.
    pub fn ranked(
        &self,
        ctx: &Ctx,
        object: &str,
        filter: Expr,
        (field, group): (&str, Option<&str>),
    ) -> Result<Vec<Percentile>> {
        let registry = self.registry();
        let wanted = self.object(object)?;
        let done = self.0.store.read(|conn| {
            let query = Query { fields: vec![wanted.title.clone()], ..Query::of(object).filter(filter) };
            let measured: Vec<String> = group.into_iter().chain([field]).map(str::to_owned).collect();
            let listing = Listing::measuring(self, ctx, conn, &registry, &wanted, &query, &measured)?;
            let value = approve_path(ctx, &registry, &wanted, field)?;
            let group = group.map(|path| approve_path(ctx, &registry, &wanted, path)).transpose()?;
            let scale = value.last().map_or(0, |field| field.scale());
            if !value.last().is_some_and(|field| field.is_numeric()) {
                return Err(Error::Malformed(Message::new("gate.not_numeric").with("field", field)));
            }
            let plan = listing.plan(&query, None);
            let ranks = aggregate::ranked(conn, &plan, &value, group.as_deref(), 100)?;
            Ok(ranks
                .into_iter()
                .map(|rank| Percentile {
                    percent: rank.bucket,
                    count: rank.count,
                    sum: Decimal::new(rank.sum, scale),
                    least: Decimal::new(rank.least, scale),
                })
                .collect())
        });
        done.map_err(|error| self.denied(ctx, error, object, None))
    }
}

pub(crate) fn aggregate_in(
    gate: &Gate,
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    registry: &Registry,
    object: &Arc<Object>,
    wanted: &Aggregate,
) -> Result<Table> {
    let mut query = Query::of(&object.name).limit(wanted.limit.clamp(1, 10_000));
    query.filter = wanted.filter.clone();
    query.search = wanted.search.clone();
    query.fields = vec![object.title.clone()];
    let grouped = wanted.group_by.iter().map(|group| group.field.clone());
    let measured: Vec<String> =
        grouped.chain(wanted.measures.iter().filter_map(|measure| measure.field.clone())).collect();
    let listing = Listing::measuring(gate, ctx, conn, registry, object, &query, &measured)?;
    let path_of = |path: &str| approve_path(ctx, registry, object, path);
    let mut groups = Vec::new();
    for group in &wanted.group_by {
        groups.push(GroupPlan { path: path_of(&group.field)?, part: group.part });
    }
    let mut measures = Vec::new();
    for measure in &wanted.measures {
        let path = measure.field.as_deref().map(path_of).transpose()?;
        let sums = matches!(measure.function, MeasureFn::Sum | MeasureFn::Avg);
        if sums && !path.as_ref().and_then(|p| p.last()).is_some_and(|field| field.is_numeric()) {
            let field = measure.field.clone().unwrap_or_default();
            return Err(Error::Malformed(Message::new("gate.not_numeric").with("field", field)));
        }
        measures.push(MeasurePlan { function: measure.function, path });
    }
    if measures.is_empty() {
        measures.push(MeasurePlan { function: MeasureFn::Count, path: None });
    }
    let plan = listing.plan(&query, None);
    let offset = ctx.zone.to_offset(ctx.now).seconds();
    let rows = aggregate::aggregate(conn, &plan, &groups, &measures, wanted.order, i64::from(offset) * 1000)?;
    let mut references: HashMap<String, BTreeSet<RecordId>> = HashMap::new();
    let rows: Vec<AggregateRow> = rows
        .into_iter()
        .map(|row| {
            let mut columns = row.into_iter();
            let keys = groups
                .iter()
                .map(|group| {
                    let stored = columns.next().unwrap_or(Stored::Null);
                    let value = group_value(group, &stored);
                    let target = group.path.last().and_then(|field| field.target());
                    if let (Value::Ref(id), Some(target)) = (&value, target) {
                        references.entry(target.to_owned()).or_default().insert(*id);
                    }
                    value
                })
                .collect();
            let measures = measures.iter().map(|measure| measure_value(measure, &mut columns)).collect();
            AggregateRow { keys, measures }
        })
        .collect();
    let titles = titles_of(gate, ctx, conn, registry, references)?;
    Ok(Table { rows, titles })
}

fn group_value(group: &GroupPlan<'_>, stored: &Stored) -> Value {
    match (group.part, group.path.last()) {
        (DatePart::Whole, Some(field)) => field.load(stored),
        _ => stored.text().map_or(Value::Null, |text| Value::Text(text.to_owned())),
    }
}

fn measure_value(measure: &MeasurePlan<'_>, columns: &mut impl Iterator<Item = Stored>) -> Value {
    let stored = columns.next().unwrap_or(Stored::Null);
    let field = measure.path.as_ref().and_then(|path| path.last());
    match (measure.function, field) {
        (MeasureFn::Count | MeasureFn::CountDistinct, _) | (_, None) => {
            Value::from(stored.int().unwrap_or(0))
        }
        (MeasureFn::Sum, Some(field)) => {
            Value::Decimal(Decimal::new(stored.int().unwrap_or(0), field.scale()))
        }
        (MeasureFn::Min | MeasureFn::Max, Some(field)) => field.load(&stored),
        (MeasureFn::Avg, Some(field)) => {
            let count = columns.next().and_then(|stored| stored.int()).unwrap_or(0);
            match stored.int() {
                Some(sum) if count > 0 => {
                    Value::Decimal(Decimal::new(sum, field.scale()) / Decimal::from(count))
                }
                _ => Value::Null,
            }
        }
    }
}
