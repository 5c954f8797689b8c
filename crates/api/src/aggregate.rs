//! Groups and measures over the records the caller may see.

use crate::{call::Call, json, problem::Fault, reply::Reply, routes::Answer};
use guanxi_gate::Error;
use guanxi_model::{
    Aggregate, Field, Issue, Message, Object,
    expr::{self, Expr},
    query::{AggregateOrder, DatePart, Group, Measure, MeasureFn},
    registry::resolve_path,
};
use serde_json::{Map, Value as Json};

const MAX: usize = 10_000;

/// `POST /{object}/aggregate`
pub fn aggregate(call: &Call) -> Answer {
    let object = call.object()?;
    let (wanted, names) = read(call, object)?;
    let table = call.gate.aggregate(&call.ctx, &wanted)?;
    let groups: Vec<Option<&Field>> =
        wanted.group_by.iter().map(|group| group_field(call, object, group)).collect();
    let measures: Vec<Option<&Field>> =
        wanted.measures.iter().map(|measure| measure_field(call, object, measure)).collect();
    let mut out = Vec::with_capacity(64 + table.rows.len() * 96);
    out.extend_from_slice(b"{\"items\":[");
    for (i, row) in table.rows.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b",{" } else { b"{" });
        let keys = row.keys.iter().zip(&groups).map(|(value, field)| (value, *field, Some(&table.titles)));
        let sums = row.measures.iter().zip(&measures).map(|(value, field)| (value, *field, None));
        for (n, ((value, field, titles), name)) in keys.chain(sums).zip(&names).enumerate() {
            if n > 0 {
                out.push(b',');
            }
            json::text_json(&mut out, name);
            out.push(b':');
            json::write_value(&mut out, field, value, titles);
        }
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    Ok(Reply::raw(200, out))
}

/// The field that gives a group's values their form; a part of a date is a text.
fn group_field<'c>(call: &'c Call, object: &'c Object, group: &Group) -> Option<&'c Field> {
    resolve_path(&call.registry, object, &group.field)
        .map(|(_, field)| field)
        .filter(|_| group.part == DatePart::Whole)
}

/// The field that gives a measure its form; counts are numbers.
fn measure_field<'c>(call: &'c Call, object: &'c Object, measure: &Measure) -> Option<&'c Field> {
    if matches!(measure.function, MeasureFn::Count | MeasureFn::CountDistinct) {
        return None;
    }
    resolve_path(&call.registry, object, measure.field.as_deref()?).map(|(_, field)| field)
}

/// Reads the body: what to compute, and under which name each group and measure is sent.
fn read(call: &Call, object: &Object) -> Result<(Aggregate, Vec<String>), Fault> {
    let mut body = call.json()?;
    let mut issues = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut wanted = Aggregate { object: object.name.clone(), limit: 1000, ..Aggregate::default() };
    for item in list(body.remove("group_by"), "group_by", &mut issues) {
        match group(item) {
            Some((group, name)) => {
                known(call, object, &group.field, "group_by", &mut issues);
                names.push(name);
                wanted.group_by.push(group);
            }
            None => issues.push(Issue::field("group_by", "format", Message::new("api.group"))),
        }
    }
    for item in list(body.remove("measures"), "measures", &mut issues) {
        match measure(item) {
            Some((measure, name)) => {
                if let Some(field) = &measure.field {
                    known(call, object, field, "measures", &mut issues);
                }
                names.push(name);
                wanted.measures.push(measure);
            }
            None => issues.push(Issue::field("measures", "format", Message::new("api.measure"))),
        }
    }
    if wanted.measures.is_empty() {
        wanted.measures.push(Measure { function: MeasureFn::Count, field: None });
        names.push("count".to_owned());
    }
    if let Some(filter) = body.remove("filter").filter(|filter| !filter.is_null()) {
        match expression(&filter) {
            Ok(filter) => wanted.filter = filter,
            Err(error) => issues.push(Issue::field("filter", "expression", error.message())),
        }
    }
    match body.remove("q") {
        None | Some(Json::Null) => {}
        Some(Json::String(text)) => wanted.search = Some(text).filter(|text| !text.trim().is_empty()),
        Some(_) => issues.push(Issue::field("q", "format", Message::new("field.shape"))),
    }
    match body.remove("limit") {
        None | Some(Json::Null) => {}
        Some(limit) => {
            match limit.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=MAX).contains(n)) {
                Some(limit) => wanted.limit = limit,
                None => {
                    issues.push(Issue::field("limit", "range", Message::new("api.limit").with("max", MAX)))
                }
            }
        }
    }
    match body.remove("sort") {
        None | Some(Json::Null) => {}
        Some(sort) => match sort.as_str().and_then(|sort| order(sort, &names, wanted.group_by.len())) {
            Some(order) => wanted.order = Some(order),
            None => issues.push(Issue::field("sort", "unknown", Message::new("api.aggregate_sort"))),
        },
    }
    for name in body.keys() {
        issues.push(Issue::field(name, "unknown", Message::new("field.unknown").with("name", name)));
    }
    if issues.is_empty() { Ok((wanted, names)) } else { Err(Error::Invalid(issues).into()) }
}

fn list(json: Option<Json>, name: &str, issues: &mut Vec<Issue>) -> Vec<Json> {
    match json {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(items)) => items,
        Some(_) => {
            issues.push(Issue::field(name, "format", Message::new("api.list")));
            Vec::new()
        }
    }
}

fn known(call: &Call, object: &Object, path: &str, at: &str, issues: &mut Vec<Issue>) {
    if resolve_path(&call.registry, object, path).is_none() {
        issues.push(Issue::field(at, "unknown", Message::new("field.unknown").with("name", path)));
    }
}

/// `"grade"`, or `{"field": "ordered_on", "part": "month", "as": "month"}`.
fn group(json: Json) -> Option<(Group, String)> {
    match json {
        Json::String(field) => Some((Group { field: field.clone(), part: DatePart::Whole }, field)),
        Json::Object(mut map) => {
            let name = alias(&mut map)?;
            let group: Group = serde_json::from_value(Json::Object(map)).ok()?;
            let name = name.unwrap_or_else(|| match group.part {
                DatePart::Whole => group.field.clone(),
                DatePart::Year => format!("{}_year", group.field),
                DatePart::Month => format!("{}_month", group.field),
            });
            Some((group, name))
        }
        _ => None,
    }
}

/// `"count"`, or `{"fn": "sum", "field": "total", "as": "sales"}`.
fn measure(json: Json) -> Option<(Measure, String)> {
    let json = match json {
        Json::String(function) => serde_json::json!({ "fn": function }),
        json => json,
    };
    let Json::Object(mut map) = json else { return None };
    let name = alias(&mut map)?;
    let word = map.get("fn")?.as_str()?.to_owned();
    let measure: Measure = serde_json::from_value(Json::Object(map)).ok()?;
    if measure.field.is_none() && measure.function != MeasureFn::Count {
        return None;
    }
    let name = name.unwrap_or_else(|| match &measure.field {
        Some(field) => format!("{word}_{field}"),
        None => word,
    });
    Some((measure, name))
}

/// The name the caller gives a column: `None` outside is a wrong one, inside none.
fn alias(map: &mut Map<String, Json>) -> Option<Option<String>> {
    match map.remove("as") {
        None => Some(None),
        Some(Json::String(name)) => Some(Some(name)),
        Some(_) => None,
    }
}

/// A filter as source, or in the JSON form of the filter builder.
fn expression(json: &Json) -> Result<Option<Expr>, expr::ExprError> {
    match json {
        Json::String(source) if source.trim().is_empty() => Ok(None),
        Json::String(source) => expr::parse(source).map(Some),
        json => Expr::from_json(json).map(Some),
    }
}

/// `-sum_total`: the name of a column, with a minus for the largest first.
fn order(text: &str, names: &[String], groups: usize) -> Option<AggregateOrder> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let position = names.iter().position(|n| n == name)?;
    Some(match position.checked_sub(groups) {
        Some(measure) => AggregateOrder::Measure(measure, descending),
        None => AggregateOrder::Group(position, descending),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_and_ordered_by_their_names() {
        let (group, name) = group(serde_json::json!({ "field": "ordered_on", "part": "month" })).unwrap();
        assert_eq!((group.part, name.as_str()), (DatePart::Month, "ordered_on_month"));
        let (_, sum) = measure(serde_json::json!({ "fn": "sum", "field": "total" })).unwrap();
        assert_eq!(sum, "sum_total");
        let names = [name, sum, "count".to_owned()];
        assert_eq!(order("-sum_total", &names, 1), Some(AggregateOrder::Measure(0, true)));
        assert_eq!(order("ordered_on_month", &names, 1), Some(AggregateOrder::Group(0, false)));
        assert_eq!(order("other", &names, 1), None);
        assert!(measure(serde_json::json!({ "fn": "sum" })).is_none(), "a sum needs a field");
        assert!(measure(serde_json::json!({ "fn": "median", "field": "total" })).is_none());
    }
}
