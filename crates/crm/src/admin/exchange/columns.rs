//! What the columns of a file mean: a field by its API name or label in either language, or a record by one of
//! its keys, `customer.external_id`.

use guanxi_gate::{Error, Gate, Result};
use guanxi_model::{Field, FieldKind, Message, Object};
use std::{collections::HashSet, sync::Arc};

/// A column of a file.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What it holds.
    pub means: Means,
}

/// What a column holds.
#[derive(Debug, Clone)]
pub enum Means {
    /// A field of the object.
    Field(Field),
    /// A reference, named by a key of the record it points to.
    Key {
        /// The reference field.
        field: Field,
        /// The other object.
        target: Arc<Object>,
        /// Its field; none when the column has names, ids or log-ins, as people write them.
        key: Option<String>,
    },
    /// The record's own id, to find it by.
    Id,
    /// Nothing the object knows.
    Ignored,
}

impl Means {
    /// The field that the column fills.
    pub fn field(&self) -> Option<&Field> {
        match self {
            Means::Field(field) | Means::Key { field, .. } => Some(field),
            Means::Id | Means::Ignored => None,
        }
    }

    /// How the column is named in a map: `phone`, `customer.external_id`.
    pub fn path(&self) -> Option<String> {
        match self {
            Means::Field(field) | Means::Key { field, key: None, .. } => Some(field.name.clone()),
            Means::Key { field, key: Some(key), .. } => Some(format!("{}.{key}", field.name)),
            Means::Id => Some("id".to_owned()),
            Means::Ignored => None,
        }
    }
}

/// All columns of a file.
#[derive(Debug, Clone)]
pub struct Columns(pub Vec<Column>);

impl Columns {
    /// Finds out what the headings mean. `map` says it for headings that do not say it themselves; a heading
    /// mapped to nothing is left out.
    pub fn of(
        gate: &Gate,
        object: &Object,
        headings: &[String],
        map: &[(String, String)],
    ) -> Result<Columns> {
        for (heading, path) in map {
            if !headings.iter().any(|h| same(h, heading)) {
                return Err(Error::Malformed(Message::new("exchange.map_heading").with("heading", heading)));
            }
            if !path.is_empty() && matches!(means(gate, object, path), Means::Ignored) {
                return Err(Error::Malformed(Message::new("exchange.map_field").with("field", path)));
            }
        }
        let mut taken = HashSet::new();
        let columns = headings.iter().map(|heading| {
            let mapped = map.iter().find(|(from, _)| same(from, heading)).map(|(_, path)| path.as_str());
            let found = means(gate, object, mapped.unwrap_or(heading));
            // Of two columns for one field the first counts; the other is named among the ignored.
            let fills = found.field().map_or_else(|| found.path(), |field| Some(field.name.clone()));
            let first = fills.is_none_or(|name| taken.insert(name));
            Column { heading: heading.clone(), means: if first { found } else { Means::Ignored } }
        });
        Ok(Columns(columns.collect()))
    }

    /// Headings that mean nothing here.
    pub fn ignored(&self) -> Vec<String> {
        self.0
            .iter()
            .filter(|column| matches!(column.means, Means::Ignored) && !column.heading.trim().is_empty())
            .map(|column| column.heading.clone())
            .collect()
    }

    /// The position of the column that fills a field.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.0.iter().position(|column| match &column.means {
            Means::Id => field == "id",
            means => means.field().is_some_and(|f| f.name == field),
        })
    }
}

/// For each heading of a file, what it probably means: the path, or nothing.
pub fn suggest(gate: &Gate, object: &Object, headings: &[String]) -> Vec<(String, Option<String>)> {
    headings.iter().map(|heading| (heading.clone(), means(gate, object, heading).path())).collect()
}

fn means(gate: &Gate, object: &Object, heading: &str) -> Means {
    let heading = heading.trim();
    if heading == "id" {
        return Means::Id;
    }
    if let Some((reference, key)) = heading.split_once('.')
        && let Some(field) = find(object, reference)
        && let Some(target) = target(gate, field)
        && let Some(key) = find_any(&target, key)
    {
        let key = key.name.clone();
        return Means::Key { field: field.clone(), target, key: Some(key) };
    }
    match find(object, heading) {
        Some(field) => match target(gate, field) {
            Some(target) => Means::Key { field: field.clone(), target, key: None },
            None => Means::Field(field.clone()),
        },
        None => Means::Ignored,
    }
}

fn target(gate: &Gate, field: &Field) -> Option<Arc<Object>> {
    field.target().and_then(|name| gate.object(name).ok())
}

/// A field that can be filled from a file.
fn find<'a>(object: &'a Object, name: &str) -> Option<&'a Field> {
    find_any(object, name).filter(|field| importable(field))
}

fn find_any<'a>(object: &'a Object, name: &str) -> Option<&'a Field> {
    let fields = || object.active_fields();
    fields()
        .find(|field| field.name == name)
        .or_else(|| fields().find(|field| same(&field.label.zh, name) || same(&field.label.en, name)))
}

/// Whether a file may fill a field: the program's own stamps, computed values and attachments are left out.
pub fn importable(field: &Field) -> bool {
    // History keeps its author and its time.
    const KEPT: [&str; 5] = ["owner", "department", "external_id", "created_at", "created_by"];
    let stamp = field.system && !KEPT.contains(&field.name.as_str());
    !stamp && !field.is_computed() && !matches!(field.kind, FieldKind::File | FieldKind::Image)
}

/// Whether two headings are one: letter case, spaces, marks of required columns and hints in brackets aside.
fn same(a: &str, b: &str) -> bool {
    bare(a) == bare(b)
}

fn bare(heading: &str) -> String {
    let end = heading.find(['(', '\u{ff08}', '[']).filter(|at| *at > 0).unwrap_or(heading.len());
    heading[..end].chars().filter(|c| !c.is_whitespace() && *c != '*').flat_map(char::to_lowercase).collect()
}
