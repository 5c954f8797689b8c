//! Saved views of lists: shipped ones, and those that people save for themselves, their department or
//! everyone.

use crate::{Ctx, Error, Gate, Result};
use guanxi_model::{Message, Query, RecordId};
use guanxi_store::views;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A saved view of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// None for a new or shipped one.
    pub id: Option<i64>,
    /// Stable name in the URL: the shipped name, or the id.
    pub name: String,
    /// Tab title, in the reader's language when it is shipped.
    pub label: String,
    /// Which records.
    pub filter: String,
    /// In which order.
    pub sort: Vec<String>,
    /// With which columns; empty is the list's own.
    pub columns: Vec<String>,
    /// Columns that stand still while the others scroll, beside the first.
    pub pinned: Vec<String>,
    /// Widths of columns in pixels, where they are not those of their content.
    pub widths: BTreeMap<String, u16>,
    /// `table`, `board`, `calendar`; empty is the table.
    pub layout: String,
    /// `own`, `team` (the department), `everyone`, or `shipped`.
    pub audience: String,
    /// Whether the caller made it.
    pub mine: bool,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Definition {
    filter: String,
    sort: Vec<String>,
    columns: Vec<String>,
    pinned: Vec<String>,
    widths: BTreeMap<String, u16>,
    layout: String,
    audience: String,
    department: Option<i64>,
    author: i64,
}

impl Gate {
    /// The caller's tabs for an object: shipped, then everyone's, team's and own.
    pub fn views(&self, ctx: &Ctx, object: &str) -> Result<Vec<View>> {
        let target = self.object(object)?;
        let mut list: Vec<View> = target
            .list
            .views
            .iter()
            .map(|view| View {
                id: None,
                name: view.name.clone(),
                label: view.label.get(ctx.locale).to_owned(),
                filter: view.filter.clone(),
                sort: view.sort.clone(),
                columns: view.columns.clone(),
                layout: view.layout.clone(),
                audience: "shipped".to_owned(),
                ..View::default()
            })
            .collect();
        let saved =
            self.0.store.read::<_, Error>(|conn| Ok(views::of_object(conn, object, ctx.subject.user)?))?;
        for row in saved {
            let definition: Definition = serde_json::from_value(row.definition).unwrap_or_default();
            let mine = definition.author == ctx.subject.user.0;
            let team = definition.department.is_some_and(|d| ctx.subject.department == Some(RecordId(d)));
            if definition.audience == "team" && !team && !mine {
                continue;
            }
            list.push(View {
                id: Some(row.id.0),
                name: row.id.to_string(),
                label: row.label,
                filter: definition.filter,
                sort: definition.sort,
                columns: definition.columns,
                pinned: definition.pinned,
                widths: definition.widths,
                layout: definition.layout,
                audience: definition.audience,
                mine,
            });
        }
        Ok(list)
    }

    /// Saves a view. It is checked as if it were opened, so that no view exists which its author may not see.
    pub fn save_view(&self, ctx: &Ctx, object: &str, view: View) -> Result<View> {
        if view.label.trim().is_empty() {
            return Err(Error::invalid("label", "required", Message::new("gate.fill_in")));
        }
        let mut query = Query::of(object).sort(&view.sort).limit(1);
        query.fields = view.columns.clone();
        if !view.filter.trim().is_empty() {
            query.filter = Some(guanxi_model::expr::parse(&view.filter)?);
        }
        self.list(ctx, &query)?;
        if view.audience == "everyone" && !ctx.rights.may_set("views") && !ctx.rights.may_set("objects") {
            return Err(Error::forbidden("gate.view_everyone"));
        }
        let own = view.audience != "everyone" && view.audience != "team";
        let definition = Definition {
            filter: view.filter.clone(),
            sort: view.sort.clone(),
            columns: view.columns.clone(),
            pinned: view.pinned.clone(),
            widths: view.widths.clone(),
            layout: view.layout.clone(),
            audience: if own { "own".to_owned() } else { view.audience.clone() },
            department: ctx.subject.department.filter(|_| view.audience == "team").map(|id| id.0),
            author: ctx.subject.user.0,
        };
        let row = views::View {
            id: RecordId(view.id.unwrap_or(0)),
            object: object.to_owned(),
            owner: own.then_some(ctx.subject.user),
            label: view.label.trim().to_owned(),
            definition: serde_json::to_value(definition).map_err(Error::internal)?,
            position: 100,
        };
        if let Some(id) = view.id {
            self.own_view(ctx, id)?;
        }
        let id = self.write(ctx, move |tx| {
            let now = tx.ctx.now.as_millisecond();
            if row.id.0 == 0 {
                return Ok(views::create(&mut tx.conn, &row, now)?);
            }
            views::update(&mut tx.conn, &row, now)?;
            Ok(row.id)
        })?;
        Ok(View { id: Some(id.0), name: id.to_string(), mine: true, ..view })
    }

    /// Deletes a view of the caller's own.
    pub fn delete_view(&self, ctx: &Ctx, id: i64) -> Result<()> {
        self.own_view(ctx, id)?;
        self.write(ctx, move |tx| Ok(views::remove(&mut tx.conn, RecordId(id)).map(drop)?))
    }

    fn own_view(&self, ctx: &Ctx, id: i64) -> Result<()> {
        let row = self.0.store.read::<_, Error>(|conn| Ok(views::find(conn, RecordId(id))?))?;
        let row = row.ok_or(Error::NotFound)?;
        let definition: Definition = serde_json::from_value(row.definition).unwrap_or_default();
        let mine = definition.author == ctx.subject.user.0;
        if mine || ctx.rights.may_set("objects") { Ok(()) } else { Err(Error::NotFound) }
    }
}
