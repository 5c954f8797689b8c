//! Lists of records: of an object, and of those that refer to one record.

use crate::{
    call::{Call, Params},
    json::Shape,
    problem::Fault,
    reply::Reply,
    routes::Answer,
};
use guanxi_gate::{Error, Page, read_cursor};
use guanxi_model::{
    FieldKind, Issue, Message, Object, Query, RecordId,
    expr::Expr,
    query::{Count, Sort},
    registry::resolve_path,
};

/// `GET /{object}`
pub fn list(call: &Call) -> Answer {
    let object = call.object()?;
    answer(call, object, Query::of(&object.name))
}

/// `GET /{object}/{id}/{child}`: the records of a child object that refer to this one.
pub fn children(call: &Call) -> Answer {
    let parent = call.object()?;
    let (child, via) = relation(call, parent, call.arg("part"))?;
    // Whoever may not see the record is not told what refers to it.
    call.gate.get(&call.ctx, &parent.name, call.id()?)?;
    answer(call, child, Query::of(&child.name).filter(Expr::ids(via, &[call.id()?])))
}

/// The child object of a path and the reference field that leads to its parent; `via` names it when there
/// are several.
pub fn relation<'c>(call: &'c Call, parent: &Object, child: &str) -> Result<(&'c Object, &'c str), Fault> {
    let object = call.object_named(child)?;
    let fields: Vec<&str> = call
        .registry
        .children(&parent.name)
        .iter()
        .filter(|relation| relation.object == object.name)
        .map(|relation| relation.field.as_str())
        .collect();
    match (call.params().text("via"), fields.as_slice()) {
        (_, []) => Err(Error::NotFound.into()),
        (Some(via), fields) => match fields.iter().find(|field| **field == via) {
            Some(field) => Ok((object, *field)),
            None => Err(Error::NotFound.into()),
        },
        (None, [only]) => Ok((object, *only)),
        (None, several) => {
            let message = Message::new("api.via").with("fields", several.join(", "));
            Err(Fault::Params(vec![Issue::field("via", "required", message)]))
        }
    }
}

fn answer(call: &Call, object: &Object, mut query: Query) -> Answer {
    let mut params = call.params();
    if let Some(filter) = params.expr("filter") {
        query = query.filter(filter);
    }
    query.sort = params.list("sort").iter().map(|sort| Sort::parse(sort)).collect();
    query.limit = params.number("limit", 50, 1000);
    query.search = params.text("q").map(str::to_owned);
    query.trash = params.flag("trash");
    query.count = match params.text("count") {
        None | Some("false") => Count::None,
        Some("true") => Count::Exact,
        Some("capped") => Count::Capped,
        Some(_) => {
            params.wrong("count", "format", Message::new("api.count"));
            Count::None
        }
    };
    if let Some(cursor) = params.text("cursor") {
        match read_cursor(cursor) {
            Ok(place) => query.after = Some(place),
            Err(_) => params.wrong("cursor", "format", Message::new("gate.cursor")),
        }
    }
    query.fields = fields(call, object, &mut params);
    let expand = expand(call, object, &query.fields, &mut params);
    params.done()?;
    // A reference that is expanded is shown, whether it was named among the fields or not.
    if !query.fields.is_empty() {
        let missing: Vec<String> = expand.iter().filter(|e| !query.fields.contains(e)).cloned().collect();
        query.fields.extend(missing);
    }
    let page = call.gate.list(&call.ctx, &query)?;
    Ok(Reply::raw(200, write_page(call, object, &page, &query.fields, &expand)))
}

fn write_page(call: &Call, object: &Object, page: &Page, fields: &[String], expand: &[String]) -> Vec<u8> {
    let shape = Shape::new(&call.registry, object, fields, expand);
    // A field takes about 24 bytes with its name; growing the answer bit by bit would copy it again and again.
    let mut out = Vec::with_capacity(256 + page.rows.len() * (64 + shape.width() * 24));
    out.extend_from_slice(b"{\"items\":[");
    for (i, row) in page.rows.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        shape.write(&mut out, row, &page.titles);
    }
    out.extend_from_slice(b"],\"next_cursor\":");
    crate::json::text_json(&mut out, &page.next);
    if let Some(total) = page.total {
        out.extend_from_slice(b",\"total\":");
        crate::json::text_json(&mut out, &total);
    }
    out.push(b'}');
    out
}

/// The fields a caller names; unknown ones are all listed.
pub fn fields(call: &Call, object: &Object, params: &mut Params<'_>) -> Vec<String> {
    let fields = params.list("fields");
    for path in &fields {
        if resolve_path(&call.registry, object, path).is_none() {
            params.wrong("fields", "unknown", Message::new("field.unknown").with("name", path));
        }
    }
    fields
}

/// The references whose titles a caller wants.
pub fn expand(call: &Call, object: &Object, fields: &[String], params: &mut Params<'_>) -> Vec<String> {
    let expand = params.list("expand");
    for path in &expand {
        let refers = resolve_path(&call.registry, object, path).is_some_and(|(_, field)| {
            field.target().is_some() || matches!(field.value_kind(), FieldKind::AnyReference { .. })
        });
        // Titles come with the record's own references; those of other records are fields to ask for.
        if !refers || (path.contains('.') && !fields.contains(path)) {
            params.wrong("expand", "unknown", Message::new("api.expand").with("name", path));
        }
    }
    expand
}

/// One record with chosen fields, read as a list of one.
pub fn one(
    call: &Call,
    object: &Object,
    id: RecordId,
    fields: &[String],
    trash: bool,
) -> Result<Page, Fault> {
    let mut query = Query::of(&object.name).filter(Expr::eq("id", Expr::Id(id))).limit(1).fields(fields);
    query.trash = trash;
    let page = call.gate.list(&call.ctx, &query)?;
    if page.rows.is_empty() { Err(Error::NotFound.into()) } else { Ok(page) }
}
