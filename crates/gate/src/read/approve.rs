//! What a query mentions, and whether the caller may: filter, order, columns and what is computed with.

use super::listing::Column;
use crate::{Ctx, Error, Result, access};
use guanxi_model::{
    Field, FieldLevel, Message, Object, Registry,
    access::action,
    expr::{self, Expr},
};
use std::sync::Arc;

/// Checks a filter: its names, its types, and the caller's right to every field it mentions.
/// Returns the fields it mentions beside it.
pub(super) fn approve_filter(
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

pub(super) fn approve_order(ctx: &Ctx, object: &Object, field: &str) -> Result<()> {
    if object.field(field).is_none() {
        return Err(Error::Malformed(Message::new("gate.unknown_field").with("field", field)));
    }
    match access::least_level(ctx, object, field) {
        FieldLevel::Hidden => Err(Error::Forbidden(Message::new("gate.hidden_field").with("field", field))),
        FieldLevel::Masked => Err(Error::Forbidden(Message::new("gate.masked_field").with("field", field))),
        FieldLevel::Read | FieldLevel::Edit => Ok(()),
    }
}

pub(super) fn approve_columns<'a>(
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

/// The fields along a path that the caller may compute with.
pub(super) fn approve_path<'a>(
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
