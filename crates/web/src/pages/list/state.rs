//! The whole state of a list is in its address: view, filter, sort, columns, words, layout and place. A link
//! therefore reproduces what one sees, and "the view was changed" is a comparison of two values.

use super::shape::Shape;
use crate::session::{Params, Visit, encode};
use guanxi_gate::{Error, Gate, Result, admin::View};
use guanxi_model::{
    FieldKind, Object, Query, RecordId, Scope,
    access::action,
    expr::{self, Expr, Word},
    query::{Count, Sort},
    registry::resolve_path,
};
use std::sync::Arc;

/// Rows that are fetched at a time.
pub const PAGE: usize = 50;
/// Rows after which a list goes on with a new page instead of growing.
pub const GROW: usize = 200;

/// What a list shows.
#[derive(Debug, Clone)]
pub struct State {
    /// The object.
    pub object: Arc<Object>,
    /// The tabs.
    pub views: Vec<View>,
    /// The tab that is open.
    pub view: View,
    /// Which records, on top of nothing: the view's filter or the one in the address.
    pub filter: String,
    /// The same, understood; none when everything is shown.
    pub expr: Option<Expr>,
    /// The filter could not be understood, and why.
    pub bad_filter: Option<guanxi_model::Message>,
    /// The order.
    pub sort: Vec<String>,
    /// Columns, the title first, then the pinned ones.
    pub columns: Vec<String>,
    /// Those that stand still beside the title, and how wide columns are.
    pub shape: Shape,
    /// Words searched for.
    pub q: String,
    /// `table`, `calendar` or one of the object's boards.
    pub layout: String,
    /// The place to go on from.
    pub after: Option<String>,
    /// Rows before that place.
    pub from: usize,
    /// Whether anything differs from the view.
    pub changed: bool,
    /// The day around which the calendar is drawn.
    pub day: Option<jiff::civil::Date>,
    /// `month`, `week` or `day` of the calendar.
    pub span: String,
    /// The pool that is looked into.
    pub pool: Option<RecordId>,
}

impl State {
    /// Reads it from an address.
    ///
    /// # Errors
    /// When the views cannot be read, or there is no such object.
    pub fn read(visit: &Visit, object: &str, params: &Params) -> Result<Self> {
        let object = visit.gate().object(object)?;
        let views = tabs(visit, &object)?;
        let named = params.get("view").and_then(|name| views.iter().find(|view| view.name == name));
        let view = named.or_else(|| first_view(visit, &object, &views)).cloned().unwrap_or_default();
        let filter = if params.has("filter") {
            params.get("filter").unwrap_or_default().to_owned()
        } else {
            view.filter.clone()
        };
        let (expr, bad_filter) = match filter.trim() {
            "" => (None, None),
            text => match understand(visit.gate(), &object, text) {
                Ok(expr) => (Some(expr), None),
                Err(message) => (None, Some(message)),
            },
        };
        let listed = |name: &str| -> Option<Vec<String>> {
            let given: Vec<String> = params
                .all(name)
                .flat_map(|list| list.split(','))
                .map(|one| one.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect();
            (!given.is_empty()).then_some(given)
        };
        let base_sort = or(&view.sort, &object.list.sort);
        let sort = listed("sort")
            .map(|sort| known_sorts(&object, sort))
            .filter(|sort| !sort.is_empty())
            .unwrap_or_else(|| base_sort.clone());
        let base_columns = columns(visit, &object, or(&view.columns, &object.list.columns));
        let mut columns =
            listed("columns").map_or_else(|| base_columns.clone(), |given| columns(visit, &object, given));
        let base_shape = Shape::of_view(&view);
        let shape = Shape::read(params, &base_shape).within(&columns);
        let columns_changed = columns != base_columns;
        columns[1..].sort_by_key(|column| shape.place(column));
        let base_layout = if view.layout.is_empty() { "table" } else { view.layout.as_str() };
        let layout = layout(&object, params.get("layout").unwrap_or(base_layout));
        let changed = filter.trim() != view.filter.trim()
            || sort != base_sort
            || columns_changed
            || shape != base_shape.within(&columns)
            || layout != base_layout;
        Ok(State {
            filter,
            expr,
            bad_filter,
            sort,
            columns,
            shape,
            q: params.get("q").unwrap_or_default().trim().chars().take(100).collect(),
            layout,
            after: params
                .get("cursor")
                .and_then(|place| place.split_once('.'))
                .map(|(_, cursor)| cursor.to_owned()),
            from: params.get("cursor").and_then(|place| place.split_once('.')?.0.parse().ok()).unwrap_or(0),
            changed,
            day: params.get("day").and_then(|day| day.parse().ok()),
            span: params
                .get("span")
                .filter(|span| matches!(*span, "month" | "week" | "day"))
                .unwrap_or("month")
                .to_owned(),
            pool: pool_of(&view.name),
            object,
            views,
            view,
        })
    }

    /// The query for the next rows.
    ///
    /// # Errors
    /// When the place in the address is not one.
    pub fn query(&self) -> Result<Query> {
        let mut query = Query::of(&self.object.name).sort(&self.sort).limit(PAGE).fields(self.fields());
        query.filter = self.expr.clone();
        query.search = (!self.q.is_empty()).then(|| self.q.clone());
        query.after = self.after.as_deref().map(guanxi_gate::read_cursor).transpose()?;
        query.count = Count::None;
        Ok(query)
    }

    /// What a row needs: its columns, its card, and what tells whether it has ended.
    fn fields(&self) -> Vec<String> {
        let object = &self.object;
        let mut fields = vec![object.title.clone()];
        let wanted = self.columns.iter().chain(&object.list.card).chain(&object.status);
        for field in wanted {
            if !fields.contains(field) && (field.contains('.') || object.field(field).is_some()) {
                fields.push(field.clone());
            }
        }
        fields
    }

    /// The address of this state with some parts replaced; `None` drops a part. The place is not kept.
    pub fn url(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut parts: Vec<(&str, String)> = vec![("view", self.view.name.clone())];
        if self.filter.trim() != self.view.filter.trim() {
            parts.push(("filter", self.filter.clone()));
        }
        if self.sort != or(&self.view.sort, &self.object.list.sort) {
            parts.push(("sort", self.sort.join(",")));
        }
        if !self.columns_are_the_views() {
            parts.push(("columns", self.columns.join(",")));
        }
        parts.extend(self.shape.parts(&Shape::of_view(&self.view).within(&self.columns)));
        if self.layout != if self.view.layout.is_empty() { "table" } else { self.view.layout.as_str() } {
            parts.push(("layout", self.layout.clone()));
        }
        if !self.q.is_empty() {
            parts.push(("q", self.q.clone()));
        }
        if self.layout == "calendar" {
            parts.extend(self.day.map(|day| ("day", day.to_string())));
            if self.span != "month" {
                parts.push(("span", self.span.clone()));
            }
        }
        for (name, value) in changes {
            parts.retain(|(key, _)| key != name);
            if let Some(value) = value {
                parts.push((name, (*value).to_owned()));
            }
        }
        address(&self.object.name, &parts)
    }

    /// The list's own query as part of a record's address, so that the record page can walk through it.
    pub fn from_here(&self) -> String {
        let url = self.url(&[]);
        encode(url.split_once('?').map_or("", |(_, query)| query))
    }

    /// The address of another part of the list (count, export, …) for the same records.
    pub fn sub_url(&self, part: &str, more: &[(&str, &str)]) -> String {
        let mut parts: Vec<(&str, String)> = vec![("view", self.view.name.clone())];
        if self.filter.trim() != self.view.filter.trim() {
            parts.push(("filter", self.filter.clone()));
        }
        if !self.q.is_empty() {
            parts.push(("q", self.q.clone()));
        }
        parts.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        address(&format!("{}/{part}", self.object.name), &parts)
    }

    fn columns_are_the_views(&self) -> bool {
        let base = or(&self.view.columns, &self.object.list.columns);
        // Columns that the reader may not see were dropped from both.
        let mut shown: Vec<&String> = base
            .iter()
            .filter(|column| self.columns.contains(column) || **column == self.object.title)
            .collect();
        shown.sort_by_key(|column| (**column != self.object.title, self.shape.place(column)));
        self.columns.iter().eq(shown) || self.columns == base
    }

    /// The sort of a column: `Some(true)` downwards.
    pub fn sorted(&self, field: &str) -> Option<bool> {
        self.sort
            .first()
            .map(|sort| Sort::parse(sort))
            .filter(|sort| sort.field == field)
            .map(|sort| sort.descending)
    }

    /// Whether the list is narrowed by anything that can be taken back.
    pub fn is_narrowed(&self) -> bool {
        !self.filter.trim().is_empty() || !self.q.is_empty()
    }
}

/// Which of an object's records are the reader's business: their own, unless they answer for those of others.
pub fn reach(visit: &Visit, object: &str) -> Option<Expr> {
    let rights = &visit.ctx().rights;
    let scopes = |action: &str| -> Vec<&Scope> {
        rights.grants.iter().filter(|grant| grant.covers(object, action)).map(|grant| &grant.scope).collect()
    };
    let writes = scopes(action::EDIT);
    let scopes = if writes.is_empty() { scopes(action::READ) } else { writes };
    let others = rights.everything || scopes.iter().any(|scope| **scope != Scope::Own);
    (!others).then(|| Expr::eq("owner", Expr::Word(Word::Me)))
}

/// The tab that opens by itself: the first one, but for those who answer for others that of their people.
fn first_view<'v>(visit: &Visit, object: &Object, views: &'v [View]) -> Option<&'v View> {
    let business = matches!(object.area.as_str(), "customers" | "sales" | "service" | "insight");
    let others = business && reach(visit, &object.name).is_none();
    let team = visit.ctx().subject.team.len() > 1;
    let named = |name: &str| views.iter().find(|view| view.name == name);
    let broad = if team { named("team").or_else(|| named("all")) } else { named("all") };
    broad.filter(|_| others).or_else(|| views.first())
}

fn address(path: &str, parts: &[(&str, String)]) -> String {
    let query: Vec<String> = parts.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    if query.is_empty() { format!("/{path}") } else { format!("/{path}?{}", query.join("&")) }
}

/// The name of the tab of a pool.
pub fn pool_view(pool: RecordId) -> String {
    format!("pool-{pool}")
}

fn pool_of(view: &str) -> Option<RecordId> {
    view.strip_prefix("pool-")?.parse().ok()
}

/// A tab for each pool the reader sits in: what lies there, by the columns it shows, the newest first.
fn pools(visit: &Visit, object: &Object) -> Vec<View> {
    let Some(def) = object.access.pool.as_ref().filter(|def| def.field != "id") else { return Vec::new() };
    let seats = &visit.ctx().subject.seats;
    seats
        .iter()
        .map(|seat| {
            let mut columns = vec![object.title.clone()];
            columns.extend(def.shows.iter().filter(|field| Some(*field) != object.status.as_ref()).cloned());
            columns.extend(seat.columns.iter().cloned());
            let entered = def.shows.iter().find(|name| {
                object.field(name).is_some_and(|field| matches!(field.value_kind(), FieldKind::Instant))
            });
            View {
                name: pool_view(seat.pool),
                sort: entered.map(|name| format!("-{name}")).into_iter().collect(),
                label: seat.name.clone(),
                filter: Expr::eq(&def.field, seat.pool).to_string(),
                columns,
                audience: "shipped".to_owned(),
                ..View::default()
            }
        })
        .collect()
}

/// The reader's tabs. An object whose document has no view of everything gets one.
fn tabs(visit: &Visit, object: &Object) -> Result<Vec<View>> {
    let mut views = visit.gate().views(visit.ctx(), &object.name)?;
    let everything =
        |view: &View| view.filter.trim().is_empty() && matches!(view.layout.as_str(), "" | "table");
    if !views.iter().any(|view| view.name == "all" || everything(view)) {
        views.push(View {
            name: "all".to_owned(),
            label: visit.t("common.all").to_owned(),
            audience: "shipped".to_owned(),
            ..View::default()
        });
    }
    views.extend(pools(visit, object));
    Ok(views)
}

/// Parses a filter and checks it against the object, so that a mistake is told before anything is read.
fn understand(gate: &Gate, object: &Object, text: &str) -> std::result::Result<Expr, guanxi_model::Message> {
    let expr = expr::parse(text).map_err(|error| error.message())?;
    let registry = gate.registry();
    match unknown_field(&registry, object, &expr) {
        Some(name) => Err(guanxi_model::Message::new("expr.unknown_field").with("name", name)),
        None => Ok(expr),
    }
}

fn unknown_field(registry: &guanxi_model::Registry, object: &Object, expr: &Expr) -> Option<String> {
    match expr {
        Expr::Field(path) => {
            let path = path.join(".");
            resolve_path(registry, object, &path).is_none().then_some(path)
        }
        // Inside a fold names belong to the other object; the door checks those.
        Expr::Over { .. } => None,
        other => other.children().into_iter().find_map(|child| unknown_field(registry, object, child)),
    }
}

fn or(first: &[String], second: &[String]) -> Vec<String> {
    if first.is_empty() { second.to_vec() } else { first.to_vec() }
}

fn known_sorts(object: &Object, sorts: Vec<String>) -> Vec<String> {
    sorts
        .into_iter()
        .filter(|sort| object.field(&Sort::parse(sort).field).is_some_and(is_sortable))
        .take(3)
        .collect()
}

/// The wanted columns that exist and that the reader may see, the title first.
fn columns(visit: &Visit, object: &Object, wanted: Vec<String>) -> Vec<String> {
    let registry = visit.gate().registry();
    let mut columns = vec![object.title.clone()];
    for column in wanted {
        let known = resolve_path(&registry, object, &column).is_some_and(|(_, field)| !field.inactive);
        if known && !columns.contains(&column) && columns.len() < 40 && may_see(visit, object, &column) {
            columns.push(column);
        }
    }
    columns
}

/// Whether some grant shows the field; a dotted path is the door's to decide.
pub fn may_see(visit: &Visit, object: &Object, field: &str) -> bool {
    let rights = &visit.ctx().rights;
    rights.everything
        || field.contains('.')
        || rights
            .grants
            .iter()
            .filter(|grant| grant.covers(&object.name, guanxi_model::access::action::READ))
            .any(|grant| grant.level(field) > guanxi_model::FieldLevel::Hidden)
}

fn layout(object: &Object, wanted: &str) -> String {
    match wanted {
        wanted if object.board(wanted).is_some() => wanted,
        "calendar" if object.calendar.is_some() => "calendar",
        _ => "table",
    }
    .to_owned()
}

/// Whether the order of a kind means something to people.
pub fn is_sortable(field: &guanxi_model::Field) -> bool {
    !field.inactive
        && !matches!(
            field.value_kind(),
            FieldKind::LongText
                | FieldKind::Tags
                | FieldKind::Choices
                | FieldKind::File
                | FieldKind::Image
                | FieldKind::Address
                | FieldKind::AnyReference { .. }
        )
}

/// A filter in the JSON form of the builder, or the source text of one.
///
/// # Errors
/// When it is neither.
pub fn filter_of(text: &str) -> Result<Option<Expr>> {
    match text.trim() {
        "" => Ok(None),
        json if json.starts_with('{') => {
            let json = serde_json::from_str(json)
                .map_err(|_| Error::Malformed(guanxi_model::Message::new("expr.json")))?;
            Ok(Some(Expr::from_json(&json)?))
        }
        source => Ok(Some(expr::parse(source)?)),
    }
}
