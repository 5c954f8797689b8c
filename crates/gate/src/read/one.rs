//! One record, with what can be done to it as it stands.

use crate::{Ctx, Error, Gate, Result, Titles, Visible};
use guanxi_model::{
    Query, RecordId, Value,
    access::action,
    expr::{self, Expr},
};
use std::sync::Arc;

impl Gate {
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
