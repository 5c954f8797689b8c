//! A query that has been approved, and the page that it gives.

use super::{
    approve::{approve_columns, approve_filter, approve_order},
    cursor::write_cursor,
    search::search_plan,
    shape::Shaping,
    shared::shared_in,
    titles::{deciding_by, deciding_of, titles_of},
};
use crate::{
    Ctx, Gate, May, Page, Result, Titles,
    access::{self, Policy, Shared},
};
use guanxi_model::{
    Field, FieldKind, FieldLevel, Object, Query, RecordId, Registry, Stored, Value,
    access::action,
    expr::{self, Expr},
    query::{Count, Cursor},
};
use guanxi_store::{
    Conn,
    list::{self, ListRow, Plan, SearchPlan},
    records::{self, Life},
    scope::RowScope,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// A query that has been approved: its columns, filter, search and scope.
pub(crate) struct Listing<'a> {
    gate: &'a Gate,
    ctx: &'a Ctx,
    registry: &'a Registry,
    pub(super) object: &'a Arc<Object>,
    env: expr::Env,
    pub(super) columns: Vec<Column<'a>>,
    filter: Option<Expr>,
    search: Option<SearchPlan>,
    scope: RowScope,
    shared: Shared,
    after: Option<Cursor>,
    /// Referenced records that lie in pools, with what the caller may see of them.
    pooled: HashMap<RecordId, Option<May>>,
}

/// A column of a list: its path, and the fields along it.
pub(super) struct Column<'a> {
    pub(super) path: Arc<str>,
    pub(super) fields: Vec<&'a Field>,
    pub(super) level: FieldLevel,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(
        gate: &'a Gate,
        ctx: &'a Ctx,
        conn: &mut Conn<'_>,
        registry: &'a Registry,
        object: &'a Arc<Object>,
        query: &Query,
    ) -> Result<Self> {
        Listing::measuring(gate, ctx, conn, registry, object, query, &[])
    }

    /// The same for a query whose answer is computed from these fields too.
    pub(super) fn measuring(
        gate: &'a Gate,
        ctx: &'a Ctx,
        conn: &mut Conn<'_>,
        registry: &'a Registry,
        object: &'a Arc<Object>,
        query: &Query,
        measured: &[String],
    ) -> Result<Self> {
        access::require(ctx, object, action::READ)?;
        let shared = shared_in(ctx, conn, registry, object)?;
        let mut mentions: Vec<String> = measured.to_vec();
        let filter = match &query.filter {
            Some(filter) => {
                let (filter, reads) = approve_filter(ctx, registry, object, filter)?;
                mentions.extend(reads);
                Some(filter)
            }
            None => None,
        };
        for sort in &query.sort {
            approve_order(ctx, object, &sort.field)?;
            mentions.push(sort.field.clone());
        }
        let action = if query.trash { action::RESTORE } else { action::READ };
        let search = match query.search.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => Some(search_plan(ctx, conn, object, text, &shared)?),
            None => None,
        };
        Ok(Listing {
            gate,
            ctx,
            registry,
            object,
            env: ctx.env(),
            columns: approve_columns(ctx, registry, object, &query.fields)?,
            filter,
            search,
            scope: access::row_scope(ctx, object, action, &shared, &mentions),
            shared,
            after: query.after.clone(),
            pooled: HashMap::new(),
        })
    }

    pub(super) fn plan<'p>(&'p self, query: &'p Query, limit: Option<usize>) -> Plan<'p> {
        Plan {
            registry: self.registry,
            object: self.object,
            env: &self.env,
            columns: self.columns.iter().map(|column| column.fields.clone()).collect(),
            scope: &self.scope,
            filter: self.filter.as_ref(),
            search: self.search.as_ref(),
            sort: &query.sort,
            after: self.after.as_ref(),
            limit: limit.unwrap_or(query.limit),
            life: if query.trash { Life::Trash } else { Life::Live },
        }
    }

    pub(crate) fn page(mut self, conn: &mut Conn<'_>, query: &Query) -> Result<Page> {
        // The status decides which verbs are offered, so it is read even when it is not shown.
        let status = self.object.status.as_deref().and_then(|name| self.object.field(name));
        let shown = self.columns.len();
        if let Some(status) = status {
            self.columns.push(Column {
                path: Arc::from(status.name.as_str()),
                fields: vec![status],
                level: FieldLevel::Read,
            });
        }
        self.read_first_references();
        let limit = query.limit.clamp(1, 1000);
        let mut rows = list::list(conn, &self.plan(query, Some(limit + 1)))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| write_cursor(&row.sort_value, row.id)) } else { None };
        let total = match query.count {
            Count::None => None,
            Count::Capped if self.after.is_none() && !more => Some(rows.len() as i64),
            count => {
                let mut plan = self.plan(query, None);
                plan.after = None;
                Some(list::count(conn, &plan, count == Count::Exact)?)
            }
        };
        let titles = self.titles(conn, &rows)?;
        self.pooled = self.pooled_targets(conn, &rows)?;
        let mut policy = Policy::new(self.ctx, self.object, &self.shared);
        let mut shaping = Shaping::new(&self, shown);
        let rows = rows
            .into_iter()
            .filter_map(|row| {
                let status = match status {
                    Some(_) => row.values.last().and_then(Stored::text).unwrap_or_default(),
                    None => "",
                };
                let may = policy.may(deciding_of(&row), status)?;
                Some(shaping.visible(row, may, &titles))
            })
            .collect();
        Ok(Page { rows, next, total, titles })
    }

    /// A field reached through a reference is shown only when the record it belongs to may be seen, so the
    /// reference itself is read too, shown or not.
    fn read_first_references(&mut self) {
        let missing: Vec<&'a Field> = self
            .columns
            .iter()
            .filter(|column| column.fields.len() > 1)
            .map(|column| column.fields[0])
            .filter(|first| {
                !self.columns.iter().any(|c| c.fields.len() == 1 && c.fields[0].name == first.name)
            })
            .collect();
        for field in missing {
            let path = Arc::from(field.name.as_str());
            self.columns.push(Column { path, fields: vec![field], level: FieldLevel::Hidden });
        }
    }

    /// Whether a column reached through a record in a pool is one that the pool shows.
    pub(super) fn pool_shows(&self, target: RecordId, column: &Column<'_>) -> bool {
        match (self.pooled.get(&target), column.fields.as_slice()) {
            (None, _) => true,
            (Some(Some(may)), [_, field]) => may.fields.contains_key(&field.name),
            (Some(_), _) => false,
        }
    }

    fn pooled_targets(
        &self,
        conn: &mut Conn<'_>,
        rows: &[ListRow],
    ) -> Result<HashMap<RecordId, Option<May>>> {
        let mut pooled = HashMap::new();
        for (i, column) in self.columns.iter().enumerate() {
            let [first] = column.fields.as_slice() else { continue };
            let through = self.columns.iter().any(|c| c.fields.len() > 1 && c.fields[0].name == first.name);
            let target = first.target().and_then(|target| self.registry.object(target));
            let Some(target) = target.filter(|t| through && t.access.pool.is_some()) else { continue };
            let ids: BTreeSet<RecordId> =
                rows.iter().filter_map(|row| first.load(&row.values[i]).as_ref()).collect();
            let ids: Vec<RecordId> = ids.into_iter().collect();
            let shared = shared_in(self.ctx, conn, self.registry, target)?;
            let mut policy = Policy::new(self.ctx, target, &shared);
            for title in records::titles(conn, self.registry, target, &ids)? {
                if title.pool.is_some() {
                    pooled.insert(title.id, policy.may(deciding_by(&title), ""));
                }
            }
        }
        Ok(pooled)
    }

    /// Names of everything the rows refer to, as far as the caller may see it.
    fn titles(&self, conn: &mut Conn<'_>, rows: &[ListRow]) -> Result<Titles> {
        let mut wanted: HashMap<String, BTreeSet<RecordId>> = HashMap::new();
        for (i, column) in self.columns.iter().enumerate() {
            let Some(field) = column.fields.last() else { continue };
            let refers = field.target().is_some() || matches!(field.kind, FieldKind::AnyReference { .. });
            if !refers {
                continue;
            }
            for row in rows {
                match field.load(&row.values[i]) {
                    Value::Ref(id) => {
                        if let Some(target) = field.target() {
                            wanted.entry(target.to_owned()).or_default().insert(id);
                        }
                    }
                    Value::AnyRef(target, id) => drop(wanted.entry(target).or_default().insert(id)),
                    _ => {}
                }
            }
        }
        titles_of(self.gate, self.ctx, conn, self.registry, wanted)
    }
}
