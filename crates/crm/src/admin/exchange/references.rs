//! Records named by a key or by name, found a thousand at a time and remembered.

use super::columns::Means;
use guanxi_gate::{Ctx, Error, Gate, Result, read_cursor};
use guanxi_model::{Field, FieldKind, Message, Object, Query, RecordId, Value, expr::Expr, field::Problem};
use std::{collections::HashMap, sync::Arc};

/// Keys remembered for one column; above it they are forgotten and asked again, so that memory stays bounded.
const REMEMBERED: usize = 500_000;

/// What a key names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Found {
    One(RecordId),
    Several,
    None,
}

/// The references of a file's columns.
pub struct References<'a> {
    gate: &'a Gate,
    ctx: &'a Ctx,
    known: HashMap<String, HashMap<String, Found>>,
}

impl<'a> References<'a> {
    /// Nothing known yet.
    pub fn new(gate: &'a Gate, ctx: &'a Ctx) -> Self {
        References { gate, ctx, known: HashMap::new() }
    }

    /// Learns what the keys of one column name.
    pub fn learn<'t>(&mut self, means: &Means, texts: impl Iterator<Item = &'t str>) -> Result<()> {
        let Means::Key { target, key, .. } = means else { return Ok(()) };
        let Some(path) = means.path() else { return Ok(()) };
        let known = self.known.entry(path).or_default();
        if known.len() > REMEMBERED {
            known.clear();
        }
        let mut wanted: Vec<&str> = texts.filter(|text| !known.contains_key(*text)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for texts in wanted.chunks(1000) {
            let found = look_up(self.gate, self.ctx, target, key.as_deref(), texts)?;
            known.extend(texts.iter().zip(found).map(|(text, found)| ((*text).to_owned(), found)));
        }
        Ok(())
    }

    /// The record that a key names.
    pub fn get(&self, means: &Means, text: &str) -> std::result::Result<Value, Problem> {
        let found = means.path().and_then(|path| self.known.get(&path)).and_then(|known| known.get(text));
        match found {
            Some(Found::One(id)) => Ok(Value::Ref(*id)),
            Some(Found::Several) => {
                Err(("reference", Message::new("exchange.ambiguous").with("value", text)))
            }
            _ => Err(("reference", Message::new("field.reference").with("value", text))),
        }
    }
}

/// What each text names. Without a key it may be a name, a log-in or an outside number, in this order, and
/// at last a record's id.
fn look_up(
    gate: &Gate,
    ctx: &Ctx,
    target: &Arc<Object>,
    key: Option<&str>,
    texts: &[&str],
) -> Result<Vec<Found>> {
    let keys: Vec<&str> = match key {
        Some(key) => vec![key],
        None if target.name == "user" => vec!["login", &target.title],
        None => vec![&target.title, "external_id", "id"],
    };
    let mut answers = vec![Found::None; texts.len()];
    for key in keys {
        let open: Vec<usize> = (0..texts.len()).filter(|i| answers[*i] == Found::None).collect();
        if open.is_empty() {
            break;
        }
        let Some(field) = target.field(key) else { continue };
        // A path of departments is named by its last part.
        let last = |text: &str| match target.name.as_str() {
            "department" => text.rsplit('/').next().unwrap_or_default().trim().to_owned(),
            _ => text.trim().to_owned(),
        };
        let values: Vec<(usize, Value)> =
            open.into_iter().filter_map(|i| Some((i, parse(field, &last(texts[i]))?))).collect();
        let found = by_key(gate, ctx, target, field, values.iter().map(|(_, value)| value))?;
        for (i, value) in values {
            if let Some(found) = found.get(&format!("{:?}", field.store(&value))) {
                answers[i] = *found;
            }
        }
    }
    Ok(answers)
}

fn parse(field: &Field, text: &str) -> Option<Value> {
    if matches!(field.kind, FieldKind::AutoNumber { .. }) {
        return Some(Value::text(text)).filter(|value| !value.is_null());
    }
    field.parse_text(text).ok().filter(|value| !value.is_null())
}

fn by_key<'v>(
    gate: &Gate,
    ctx: &Ctx,
    target: &Object,
    field: &Field,
    values: impl Iterator<Item = &'v Value>,
) -> Result<HashMap<String, Found>> {
    let members: Vec<Expr> = values.filter_map(literal).collect();
    let mut found = HashMap::new();
    if members.is_empty() {
        return Ok(found);
    }
    let filter = Expr::one_of(&field.name, members);
    let mut query = Query::of(&target.name).filter(filter).fields([&field.name]).sort(["id"]).limit(1000);
    loop {
        let page = match gate.list(ctx, &query) {
            // Whoever may not read the other object names nothing in it.
            Err(Error::Forbidden(_)) => return Ok(found),
            page => page?,
        };
        for row in &page.rows {
            let key = format!("{:?}", field.store(row.get(&field.name)));
            found.entry(key).and_modify(|found| *found = Found::Several).or_insert(Found::One(row.id));
        }
        match page.next {
            Some(next) => query.after = Some(read_cursor(&next)?),
            None => return Ok(found),
        }
    }
}

/// A value as a member of a list in an expression.
pub fn literal(value: &Value) -> Option<Expr> {
    Some(match value {
        Value::Text(text) => Expr::Text(text.clone()),
        Value::Decimal(number) => Expr::Decimal(*number),
        Value::Ref(id) => Expr::Id(*id),
        Value::Date(date) => Expr::Date(*date),
        _ => return None,
    })
}
