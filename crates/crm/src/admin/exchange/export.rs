//! Records go out: what the caller may see, as the caller may see it.

use super::{
    source::Kind,
    writer::{Out, Writer},
};
use guanxi_gate::{Cell, Ctx, Error, Gate, Result, Visible, read_cursor, say};
use guanxi_model::{
    Field, FieldKind, Message, Object, Query, Value,
    access::action,
    expr::{self, Expr},
    registry::resolve_path,
};
use std::path::Path;

/// What to export.
#[derive(Debug, Clone, Default)]
pub struct ExportOptions {
    /// API name of the object.
    pub object: String,
    /// Which records; all that the caller may see when none.
    pub filter: Option<Expr>,
    /// Words to search for.
    pub search: Option<String>,
    /// Fields in order, dotted paths too; the list's own columns when none.
    pub fields: Vec<String>,
    /// Beside each reference a column with the other record's outside number, by which it can be imported again.
    pub keys: bool,
    /// Headings are API names instead of labels.
    pub api_names: bool,
}

/// A column of the file.
struct Column {
    path: String,
    field: Field,
    heading: String,
}

/// Writes records to a file in the format its name promises; returns how many. `watch` hears how many are
/// written and stops it by answering false.
pub fn export(
    gate: &Gate,
    ctx: &Ctx,
    options: &ExportOptions,
    path: &Path,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Result<u64> {
    let object = gate.object(&options.object)?;
    if !gate.may(ctx, &object.name, action::EXPORT) {
        return Err(Error::forbidden("exchange.no_export"));
    }
    let kind = Kind::of(path);
    let columns = columns(gate, ctx, &object, options, kind)?;
    if let Some(filter) = &options.filter {
        expr::check(filter, &(&*gate.registry(), &*object))?;
    }
    let mut writer = Writer::create(path)?;
    writer.row(columns.iter().map(|column| column.heading.as_str()))?;
    let mut count = 0;
    let mut query = Query::of(&object.name)
        .fields(columns.iter().map(|column| column.path.clone()))
        .sort(["id"])
        .limit(1000);
    query.filter = options.filter.clone();
    query.search = options.search.clone();
    loop {
        let page = gate.list(ctx, &query)?;
        for row in &page.rows {
            let cells: Vec<Out> =
                columns.iter().map(|column| out(column, row, &page.titles, ctx, kind)).collect();
            writer.cells(&cells)?;
        }
        count += page.rows.len() as u64;
        match page.next {
            Some(next) if watch(count) => query.after = Some(read_cursor(&next)?),
            _ => break,
        }
    }
    writer.finish()?;
    // Who took how much out stands in the audit.
    let (name, data) = (object.name.clone(), serde_json::json!({ "rows": count, "fields": options.fields }));
    gate.write(ctx, move |tx| tx.note(&name, None, "exported", data.clone()))?;
    Ok(count)
}

fn columns(
    gate: &Gate,
    ctx: &Ctx,
    object: &Object,
    options: &ExportOptions,
    kind: Option<Kind>,
) -> Result<Vec<Column>> {
    let registry = gate.registry();
    let names = options.api_names || kind == Some(Kind::JsonLines);
    let paths = if options.fields.is_empty() { &object.list.columns } else { &options.fields };
    let mut columns = Vec::new();
    for path in paths {
        let unknown = || Error::Malformed(Message::new("exchange.export_field").with("field", path));
        // A label names its field, too.
        let path = match object.active_fields().find(|f| f.label.zh == *path || f.label.en == *path) {
            Some(field) => &field.name,
            None => path,
        };
        let (_, field) = resolve_path(&registry, object, path).ok_or_else(unknown)?;
        let label = match path.split_once('.') {
            Some((first, _)) => match object.field(first) {
                Some(reference) => {
                    format!("{}.{}", reference.label.get(ctx.locale), field.label.get(ctx.locale))
                }
                None => path.clone(),
            },
            None => field.label.get(ctx.locale).to_owned(),
        };
        let heading = if names { path.clone() } else { label };
        columns.push(Column { path: path.clone(), field: field.clone(), heading });
        if options.keys
            && let Some(target) = field.target().and_then(|target| registry.object(target))
        {
            let key = if target.name == "user" { "login" } else { "external_id" };
            let path = format!("{path}.{key}");
            if let Some((_, field)) = resolve_path(&registry, object, &path) {
                columns.push(Column { heading: path.clone(), path, field: field.clone() });
            }
        }
    }
    Ok(columns)
}

fn out(column: &Column, row: &Visible, titles: &guanxi_gate::Titles, ctx: &Ctx, kind: Option<Kind>) -> Out {
    let field = &column.field;
    let value = match row.cell(&column.path) {
        None => return Out::Empty,
        Some(Cell::Masked(text)) => return Out::Text(text.clone()),
        Some(Cell::Value(Value::Null)) => return Out::Empty,
        Some(Cell::Value(value)) => value,
    };
    if kind == Some(Kind::JsonLines) {
        return Out::Json(field.to_json(value));
    }
    match (value, field.value_kind()) {
        (Value::Decimal(number), FieldKind::Money { .. }) => Out::Number(format!("{number:.2}")),
        (Value::Decimal(number), _) => Out::Number(number.normalize().to_string()),
        (Value::Text(text), FieldKind::Phone) => Out::Text(text.clone()),
        // Seconds count when a file is compared with another.
        (Value::Instant(at), _) => {
            Out::Text(at.to_zoned(ctx.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string())
        }
        (Value::List(items), FieldKind::Tags) => Out::Text(items.join(",")),
        (Value::List(items), FieldKind::Choices) => {
            let label = |item: &String| {
                field.option(item).map_or(item.clone(), |o| o.label.get(ctx.locale).to_owned())
            };
            Out::Text(items.iter().map(label).collect::<Vec<_>>().join(","))
        }
        _ => {
            let object = &row.object;
            let said = match object.field(&column.path) {
                Some(_) => say(object, &column.path, row.cell(&column.path), titles, ctx.locale),
                None => guanxi_gate::words::value(field, value, titles, ctx.locale),
            };
            if said.is_empty() { Out::Empty } else { Out::Text(said) }
        }
    }
}
