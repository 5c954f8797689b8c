//! Reading through the door: every field a query mentions is checked, the caller's scope becomes part of
//! the statement, and values come back already cut down.

use crate::{
    Cell, Ctx, Error, Gate, Hit, Page, Result, Table, Titles, Visible,
    access::{self, Deciding, Policy, Shared},
    cells::{Cells, Columns},
    tx::Tx,
    visible::{AggregateRow, Percentile},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guanxi_model::{
    Aggregate, Field, FieldKind, FieldLevel, Message, Object, Query, RecordId, Registry, Stored, Value,
    access::action,
    expr::{self, Expr},
    query::{COUNT_CAP, Count, Cursor, MeasureFn, Sort},
};
use guanxi_store::{
    Conn,
    aggregate::{self, GroupPlan, MeasurePlan},
    duplicates,
    list::{self, ListRow, Plan, SearchPlan},
    records::{self, Life},
    scope::RowScope,
    search::Words,
    shares,
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// A column of a list: its path, and the fields along it.
struct Column<'a> {
    path: Arc<str>,
    fields: Vec<&'a Field>,
    level: FieldLevel,
}

impl Gate {
    /// A page of records.
    pub fn list(&self, ctx: &Ctx, query: &Query) -> Result<Page> {
        let registry = self.registry();
        let object = self.object(&query.object)?;
        let listed = self
            .0
            .store
            .read(|conn| Listing::new(self, ctx, conn, &registry, &object, query)?.page(conn, query));
        listed.map_err(|error| self.denied(ctx, error, &query.object, None))
    }

    /// How many records a query covers, exactly.
    pub fn count(&self, ctx: &Ctx, query: &Query) -> Result<i64> {
        let registry = self.registry();
        let object = self.object(&query.object)?;
        self.0.store.read(|conn| {
            let listing = Listing::new(self, ctx, conn, &registry, &object, query)?;
            let plan = listing.plan(query, None);
            Ok(list::count(conn, &plan, query.count != Count::Capped)?)
        })
    }

    /// One record.
    pub fn get(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Visible> {
        Ok(self.page_of(ctx, object, id)?.0)
    }

    /// One record with the titles of what it refers to.
    pub fn page_of(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<(Visible, Titles)> {
        self.one(ctx, object, id, false)
    }

    /// A record in the recycle bin.
    pub fn get_deleted(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<(Visible, Titles)> {
        self.one(ctx, object, id, true)
    }

    fn one(&self, ctx: &Ctx, object: &str, id: RecordId, trash: bool) -> Result<(Visible, Titles)> {
        let mut query = Query::of(object).filter(Expr::eq("id", Expr::Id(id))).limit(1);
        query.trash = trash;
        let page = match self.list(ctx, &query) {
            // Whoever may not read the object learns nothing about the record.
            Err(Error::Forbidden(_)) => return Err(Error::NotFound),
            page => page?,
        };
        let titles = page.titles;
        let mut row = page.rows.into_iter().next().ok_or(Error::NotFound)?;
        self.offer_verbs(ctx, &mut row);
        Ok((row, titles))
    }

    /// Whether a condition of the record's document holds for what the caller sees of it; none when it cannot
    /// be told.
    pub fn holds(&self, ctx: &Ctx, record: &Visible, condition: &str) -> Option<bool> {
        let registry = self.registry();
        let checked = expr::parse(condition)
            .and_then(|expr| expr::check(&expr, &(&*registry, &*record.object)))
            .ok()?;
        expr::holds(&checked.expr, &Seen(record), &ctx.env()).ok()
    }

    /// Leaves out verbs that this record, as the caller sees it, gives no occasion for.
    fn offer_verbs(&self, ctx: &Ctx, row: &mut Visible) {
        let registry = self.registry();
        let object = row.object.clone();
        let idle = |row: &Visible, name: &str| {
            let when = match name {
                action::EDIT | action::TRANSFER => {
                    object.record.closed.as_ref().map(|closed| format!("!({closed})"))
                }
                verb => object.verb(verb).and_then(|verb| verb.when.clone()),
            };
            let Some(when) = when.as_deref() else { return false };
            let checked = expr::parse(when).and_then(|expr| expr::check(&expr, &(&*registry, &*object)));
            checked
                .and_then(|checked| expr::holds(&checked.expr, &Seen(row), &ctx.env()))
                .is_ok_and(|holds| !holds)
        };
        if row.may.actions.iter().any(|name| idle(row, name)) {
            let left = row.may.actions.iter().filter(|name| !idle(row, name)).cloned().collect();
            row.may.actions = Arc::new(left);
        }
    }

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

    /// Across all objects that the caller may search; `object` narrows it.
    pub fn search(&self, ctx: &Ctx, text: &str, object: Option<&str>, limit: usize) -> Result<Vec<Hit>> {
        let registry = self.registry();
        let mut objects: Vec<Arc<Object>> = registry
            .objects()
            .filter(|o| object.is_none_or(|name| o.name == name))
            .filter(|o| crate::save::is_searchable(o) && ctx.rights.may(&o.name, action::READ))
            .cloned()
            .collect();
        objects.sort_by_key(|o| o.menu.as_ref().map_or(1000, |menu| menu.order));
        let mut hits = Vec::new();
        for object in objects {
            let per_object = if hits.len() >= limit { break } else { limit.min(20) };
            let mut query = Query::of(&object.name).fields(hint_fields(&object)).limit(per_object);
            query.search = Some(text.to_owned());
            let page = self.list(ctx, &query)?;
            hits.extend(page.rows.iter().map(|row| hit(row, &page.titles, text, ctx)));
        }
        hits.truncate(limit);
        Ok(hits)
    }

    /// For reference inputs: records of an object by title; a blank text gives the most recent.
    pub fn lookup(&self, ctx: &Ctx, object: &str, text: &str, limit: usize) -> Result<Vec<Hit>> {
        let target = self.object(object)?;
        if matches!(object, "user" | "department") {
            return Ok(self.lookup_people(&target, text, limit));
        }
        let mut query = Query::of(object).fields(hint_fields(&target)).limit(limit.clamp(1, 50));
        query.search = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let page = self.list(ctx, &query)?;
        Ok(page.rows.iter().map(|row| hit(row, &page.titles, text, ctx)).collect())
    }

    /// Colleagues and departments are known to everyone who may log in.
    fn lookup_people(&self, object: &Arc<Object>, text: &str, limit: usize) -> Vec<Hit> {
        let people = self.people();
        let terms = guanxi_text::tokens::query(text);
        let named: Vec<(RecordId, String, String)> = if object.name == "user" {
            let users = people.users().filter(|person| person.active);
            users
                .map(|p| {
                    let department = p.department.and_then(|d| people.department(d)).unwrap_or_default();
                    (p.id, p.name.clone(), department.to_owned())
                })
                .collect()
        } else {
            people
                .departments()
                .map(|(id, name, parent)| {
                    let above = parent.and_then(|p| people.department(p)).unwrap_or_default();
                    (id, name.to_owned(), above.to_owned())
                })
                .collect()
        };
        let mut hits: Vec<Hit> = named
            .into_iter()
            .filter(|(_, name, _)| {
                terms.is_empty() || guanxi_text::tokens::matches(&guanxi_text::tokens::index(name), &terms)
            })
            .map(|(id, title, hint)| {
                let ranges = guanxi_text::highlight::ranges(&title, text);
                Hit { object: object.clone(), id, title, ranges, hint }
            })
            .collect();
        hits.sort_by_cached_key(|hit| guanxi_text::pinyin::sort_key(&hit.title));
        hits.truncate(limit);
        hits
    }
}

/// A record as the caller sees it, for conditions that decide what is offered.
struct Seen<'a>(&'a Visible);

impl expr::Source for Seen<'_> {
    fn get(&self, path: &[String]) -> Value {
        self.0.get(&path.join(".")).clone()
    }

    fn related(&self, _relation: &str) -> Vec<Box<dyn expr::Source + '_>> {
        Vec::new()
    }
}

fn hint_fields(object: &Object) -> Vec<String> {
    let mut fields = vec![object.title.clone()];
    fields.extend(object.list.card.iter().filter(|f| **f != object.title).take(2).cloned());
    fields
}

fn hit(row: &Visible, titles: &Titles, text: &str, ctx: &Ctx) -> Hit {
    let title = row.title();
    let hint = row
        .object
        .list
        .card
        .iter()
        .filter(|field| **field != row.object.title)
        .take(2)
        .map(|field| crate::say(&row.object, field, row.cell(field), titles, ctx.locale))
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" \u{b7} ");
    Hit {
        object: row.object.clone(),
        id: row.id,
        ranges: guanxi_text::highlight::ranges(&title, text),
        title,
        hint,
    }
}

/// Records of the object that decides access which are shared with the caller.
pub(crate) fn shared_in(
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    registry: &Registry,
    object: &Object,
) -> Result<Shared> {
    if ctx.rights.everything {
        return Ok(Shared::new());
    }
    let deciding = guanxi_store::scope::deciding(registry, object);
    let departments: Vec<RecordId> = ctx.subject.department.into_iter().collect();
    let mut shared = Shared::new();
    for share in shares::with(conn, ctx.subject.user, &departments, ctx.now.as_millisecond())? {
        if share.share.object == deciding.name {
            *shared.entry(share.share.record).or_insert(false) |= share.share.level == "edit";
        }
    }
    Ok(shared)
}

/// The same inside a transaction.
pub(crate) fn shared_with(tx: &mut Tx<'_>, object: &Object) -> Result<Shared> {
    let registry = tx.registry.clone();
    shared_in(tx.ctx, &mut tx.conn, &registry, object)
}

/// A query that has been approved: its columns, filter, search and scope.
pub(crate) struct Listing<'a> {
    gate: &'a Gate,
    ctx: &'a Ctx,
    registry: &'a Registry,
    object: &'a Arc<Object>,
    env: expr::Env,
    columns: Vec<Column<'a>>,
    filter: Option<Expr>,
    search: Option<SearchPlan>,
    scope: RowScope,
    shared: Shared,
    after: Option<Cursor>,
    /// Referenced records that lie in pools, with what the caller may see of them.
    pooled: HashMap<RecordId, Option<crate::May>>,
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
    fn measuring(
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

    fn plan<'p>(&'p self, query: &'p Query, limit: Option<usize>) -> Plan<'p> {
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
    fn pool_shows(&self, target: RecordId, column: &Column<'_>) -> bool {
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
    ) -> Result<HashMap<RecordId, Option<crate::May>>> {
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

/// Cuts the rows of a page down to what the caller may see of them.
struct Shaping<'l, 'a> {
    listing: &'l Listing<'a>,
    columns: Arc<Columns>,
    shown: usize,
    /// For columns reached through a reference, where that reference stands.
    first_references: Vec<Option<usize>>,
    /// Levels of the columns under the rights of the row before, which most rows share.
    levels: Option<(Fields, Vec<FieldLevel>)>,
}

/// The levels of an object's fields, by name.
type Fields = Arc<BTreeMap<String, FieldLevel>>;

impl<'l, 'a> Shaping<'l, 'a> {
    fn new(listing: &'l Listing<'a>, shown: usize) -> Self {
        let columns = &listing.columns[..shown];
        let first = |column: &Column<'_>| {
            let name = (column.fields.len() > 1).then(|| &column.fields[0].name)?;
            listing.columns.iter().position(|c| c.fields.len() == 1 && c.fields[0].name == *name)
        };
        Shaping {
            listing,
            columns: Arc::new(Columns::new(columns.iter().map(|column| column.path.clone()))),
            shown,
            first_references: columns.iter().map(first).collect(),
            levels: None,
        }
    }

    fn visible(&mut self, row: ListRow, may: crate::May, titles: &Titles) -> Visible {
        let columns = &self.listing.columns[..self.shown];
        if self.levels.as_ref().is_none_or(|(fields, _)| !Arc::ptr_eq(fields, &may.fields)) {
            let level = |column: &Column<'_>| match column.fields.as_slice() {
                [field] => may.fields.get(&field.name).copied().unwrap_or(FieldLevel::Hidden),
                _ => column.level,
            };
            self.levels = Some((may.fields.clone(), columns.iter().map(level).collect()));
        }
        let levels = self.levels.as_ref().map(|(_, levels)| levels.as_slice()).unwrap_or_default();
        let cell = |i: usize| {
            let column = &columns[i];
            let field = column.fields.last()?;
            let level = match column.fields.len() > 1 && !self.sees_target(i, &row, titles) {
                true => FieldLevel::Hidden,
                false => levels[i],
            };
            match level {
                FieldLevel::Hidden => None,
                FieldLevel::Masked => Some(Cell::Masked(field.masked(&field.load(&row.values[i])))),
                FieldLevel::Read | FieldLevel::Edit => Some(Cell::Value(field.load(&row.values[i]))),
            }
        };
        let cells = Cells::new(self.columns.clone(), (0..self.shown).map(cell).collect());
        let object = self.listing.object.clone();
        Visible { object, id: row.id, version: row.version, cells, may }
    }

    /// Whether the caller may see the record that a column is reached through.
    fn sees_target(&self, column: usize, row: &ListRow, titles: &Titles) -> bool {
        let Some(place) = self.first_references[column] else { return false };
        match self.listing.columns[column].fields[0].load(&row.values[place]) {
            Value::Ref(id) => {
                titles.get(id).is_some() && self.listing.pool_shows(id, &self.listing.columns[column])
            }
            _ => false,
        }
    }
}

/// What decides about the record of a title.
pub(crate) fn deciding_by(title: &records::Title) -> Deciding {
    Deciding { owner: title.owner, department: title.department, record: title.deciding, pool: title.pool }
}

fn deciding_of(row: &ListRow) -> Deciding {
    Deciding { owner: row.owner, department: row.department, record: row.deciding, pool: row.pool }
}

/// Names of records by object, as far as the caller may see them.
pub(crate) fn titles_of(
    gate: &Gate,
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    registry: &Registry,
    wanted: HashMap<String, BTreeSet<RecordId>>,
) -> Result<Titles> {
    let people = gate.people();
    let mut titles = Titles::default();
    for (name, ids) in wanted {
        if matches!(name.as_str(), "user" | "department") {
            titles.0.extend(ids.iter().filter_map(|id| Some((*id, people.name(*id)?.to_owned()))));
            continue;
        }
        let Some(object) = registry.object(&name) else { continue };
        if !ctx.rights.may(&name, action::READ) {
            continue;
        }
        let shared = shared_in(ctx, conn, registry, object)?;
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let level = access::least_level(ctx, object, &object.title);
        for title in records::titles(conn, registry, object, &ids)? {
            let deciding = deciding_by(&title);
            if level < FieldLevel::Read || !access::may_act(ctx, &name, action::READ, deciding, &shared) {
                continue;
            }
            let text = match &title.title {
                Value::Text(text) => text.clone(),
                Value::Null => format!("#{}", title.id),
                other => crate::words::plain(other, &Titles::default()),
            };
            titles.0.insert(title.id, text);
        }
    }
    Ok(titles)
}

/// Checks a filter: its names, its types, and the caller's right to every field it mentions.
/// Returns the fields it mentions beside it.
pub(crate) fn approve_filter(
    ctx: &Ctx,
    registry: &Registry,
    object: &Object,
    filter: &Expr,
) -> Result<(Expr, Vec<String>)> {
    let checked = expr::check(filter, &(registry, object))?;
    if checked.ty != expr::Type::Bool {
        return Err(Error::Malformed(Message::new("gate.filter_not_bool")));
    }
    let reads: Vec<String> = checked.reads.into_iter().collect();
    access::check_mentions(ctx, registry, object, &checked.expr, &reads)?;
    Ok((checked.expr, reads))
}

fn approve_order(ctx: &Ctx, object: &Object, field: &str) -> Result<()> {
    if object.field(field).is_none() {
        return Err(Error::Malformed(Message::new("gate.unknown_field").with("field", field)));
    }
    match access::least_level(ctx, object, field) {
        FieldLevel::Hidden => Err(Error::Forbidden(Message::new("gate.hidden_field").with("field", field))),
        FieldLevel::Masked => Err(Error::Forbidden(Message::new("gate.masked_field").with("field", field))),
        FieldLevel::Read | FieldLevel::Edit => Ok(()),
    }
}

fn approve_columns<'a>(
    ctx: &Ctx,
    registry: &'a Registry,
    object: &'a Arc<Object>,
    wanted: &[String],
) -> Result<Vec<Column<'a>>> {
    if wanted.is_empty() {
        return Ok(object
            .active_fields()
            .filter(|field| field.name != "deleted_at")
            .map(|field| Column {
                path: Arc::from(field.name.as_str()),
                fields: vec![field],
                level: FieldLevel::Edit,
            })
            .collect());
    }
    let mut columns: Vec<Column<'a>> = Vec::with_capacity(wanted.len());
    for path in wanted {
        if columns.iter().any(|column| *column.path == **path) {
            continue;
        }
        let fields = fields_along(registry, object, path)
            .ok_or_else(|| Error::Malformed(Message::new("gate.unknown_field").with("field", path)))?;
        let level = access::path_level(ctx, registry, object, path);
        // Along references the least level over all records holds; of the object's own fields each row decides.
        let most = if fields.len() > 1 { level } else { most_level(ctx, object, path) };
        if most == FieldLevel::Hidden {
            return Err(Error::Forbidden(Message::new("gate.hidden_field").with("field", path)));
        }
        columns.push(Column { path: Arc::from(path.as_str()), fields, level });
    }
    Ok(columns)
}

fn most_level(ctx: &Ctx, object: &Object, field: &str) -> FieldLevel {
    if ctx.rights.everything {
        return FieldLevel::Edit;
    }
    access::grants(ctx, &object.name, action::READ)
        .map(|g| g.level(field))
        .max()
        .unwrap_or(FieldLevel::Hidden)
}

fn fields_along<'a>(registry: &'a Registry, object: &'a Object, path: &str) -> Option<Vec<&'a Field>> {
    let mut fields = Vec::new();
    let mut here = object;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let field = here.field(part)?;
        fields.push(field);
        if parts.peek().is_some() {
            here = registry.object(field.target()?)?;
        }
    }
    (fields.len() <= 4).then_some(fields)
}

/// Guarded tokens (phones) count only where the caller sees those fields in clear; elsewhere a complete
/// number still finds its record, which is what duplicate checks need and tells nothing new.
fn search_plan(
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    object: &Object,
    text: &str,
    shared: &Shared,
) -> Result<SearchPlan> {
    let text: String = text.chars().take(100).collect();
    let terms = guanxi_text::tokens::query(&text);
    let guarded: Vec<&Field> =
        object.active_fields().filter(|field| field.search && crate::save::is_guarded(field)).collect();
    let clear =
        |grant: &&guanxi_model::Grant| guarded.iter().all(|f| grant.level(&f.name) >= FieldLevel::Read);
    let everywhere =
        ctx.rights.everything || access::grants(ctx, &object.name, action::READ).all(|g| clear(&g));
    let mut plan = SearchPlan {
        words: Words { terms, guarded: everywhere },
        guarded_within: None,
        exact: Vec::new(),
        only: titled_only(ctx, object, &text),
    };
    if everywhere || guarded.is_empty() {
        return Ok(plan);
    }
    if access::grants(ctx, &object.name, action::READ).any(|g| clear(&g)) {
        let narrow = access::grants(ctx, &object.name, action::READ).filter(clear);
        plan.guarded_within = Some(access::scope_of(ctx, narrow, shared, action::READ));
    }
    if let Some(phone) = guanxi_text::phone::normalise(&text) {
        for field in guarded.iter().filter(|field| matches!(field.value_kind(), FieldKind::Phone)) {
            let found = duplicates::find(conn, &object.name, &field.name, &[&phone])?;
            plan.exact.extend(found.into_iter().map(|(_, record)| record));
        }
    }
    Ok(plan)
}

/// In a pool that shows less than what is searched a record is found by its title alone: a word that hits
/// would otherwise tell what stands in a field the pool keeps to itself.
fn titled_only(ctx: &Ctx, object: &Object, text: &str) -> Option<Expr> {
    let pools = access::titled_pools(ctx, object);
    let field = &object.access.pool.as_ref().filter(|_| !pools.is_empty())?.field;
    let words = text.split_whitespace();
    let titled = words
        .map(|word| Expr::Call(expr::Function::Contains, vec![Expr::field(&object.title), Expr::text(word)]));
    Some(Expr::is_empty(field).or(Expr::ids(field, &pools).not()).or(Expr::all(titled.collect())))
}

/// The opaque text of a place in a list.
fn write_cursor(value: &Stored, id: RecordId) -> String {
    let json = match value {
        Stored::Null => serde_json::json!([null, id.0]),
        Stored::Int(number) => serde_json::json!([number, id.0]),
        Stored::Text(text) => serde_json::json!([text, id.0]),
    };
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Reads the text of a place in a list.
pub fn read_cursor(text: &str) -> Result<Cursor> {
    let malformed = || Error::Malformed(Message::new("gate.cursor"));
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())?;
    let (value, id): (serde_json::Value, i64) = serde_json::from_slice(&bytes).map_err(|_| malformed())?;
    let value = match value {
        serde_json::Value::Null => Stored::Null,
        serde_json::Value::Number(number) => Stored::Int(number.as_i64().ok_or_else(malformed)?),
        serde_json::Value::String(text) => Stored::Text(text),
        _ => return Err(malformed()),
    };
    Ok(Cursor { value, id: RecordId(id) })
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

/// The fields along a path that the caller may compute with.
fn approve_path<'a>(
    ctx: &Ctx,
    registry: &'a Registry,
    object: &'a Object,
    path: &str,
) -> Result<Vec<&'a Field>> {
    let unknown = || Error::Malformed(Message::new("gate.unknown_field").with("field", path));
    let fields = fields_along(registry, object, path).ok_or_else(unknown)?;
    match access::path_level(ctx, registry, object, path) {
        FieldLevel::Hidden => Err(Error::Forbidden(Message::new("gate.hidden_field").with("field", path))),
        FieldLevel::Masked => Err(Error::Forbidden(Message::new("gate.masked_field").with("field", path))),
        FieldLevel::Read | FieldLevel::Edit => Ok(fields),
    }
}

fn group_value(group: &GroupPlan<'_>, stored: &Stored) -> Value {
    match (group.part, group.path.last()) {
        (guanxi_model::query::DatePart::Whole, Some(field)) => field.load(stored),
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

/// The sort of a list when the caller asked for none: what the object declares.
pub fn default_sort(object: &Object) -> Vec<Sort> {
    object.list.sort.iter().map(|text| Sort::parse(text)).collect()
}

/// Whether a capped count stopped at its cap.
pub fn is_capped(total: i64) -> bool {
    total > COUNT_CAP
}
