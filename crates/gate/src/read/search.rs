//! Search by words: across all objects, for the inputs of references, and within a list.

use crate::{
    Ctx, Gate, Hit, Result, Titles, Visible,
    access::{self, Shared},
    save,
};
use guanxi_model::{
    Field, FieldKind, FieldLevel, Grant, Object, Query, RecordId,
    access::action,
    expr::{self, Expr},
};
use guanxi_store::{Conn, duplicates, list::SearchPlan, search::Words};
use std::sync::Arc;

impl Gate {
    /// Across all objects that the caller may search; `object` narrows it.
    pub fn search(&self, ctx: &Ctx, text: &str, object: Option<&str>, limit: usize) -> Result<Vec<Hit>> {
        let registry = self.registry();
        let mut objects: Vec<Arc<Object>> = registry
            .objects()
            .filter(|o| object.is_none_or(|name| o.name == name))
            .filter(|o| save::is_searchable(o) && ctx.rights.may(&o.name, action::READ))
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

/// Guarded tokens (phones) count only where the caller sees those fields in clear; elsewhere a complete
/// number still finds its record, which is what duplicate checks need and tells nothing new.
pub(super) fn search_plan(
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    object: &Object,
    text: &str,
    shared: &Shared,
) -> Result<SearchPlan> {
    let text: String = text.chars().take(100).collect();
    let terms = guanxi_text::tokens::query(&text);
    let guarded: Vec<&Field> =
        object.active_fields().filter(|field| field.search && save::is_guarded(field)).collect();
    let clear = |grant: &&Grant| guarded.iter().all(|f| grant.level(&f.name) >= FieldLevel::Read);
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
