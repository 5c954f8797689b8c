//! Finding: across objects, likely duplicates, regions, a record's timeline, and the caller themselves.

use crate::{
    call::Call,
    json::{self, Shape},
    problem,
    reply::Reply,
    routes::Answer,
};
use guanxi_gate::{Entry, Error, Hit, Titles};
use guanxi_model::{Issue, Message};
use serde_json::{Value as Json, json};

/// `GET /search`
pub fn search(call: &Call) -> Answer {
    let mut params = call.params();
    let limit = params.number("limit", 20, 100);
    let text = params.text("q").unwrap_or_default();
    if text.is_empty() {
        params.wrong("q", "required", Message::new("api.q_required"));
    }
    let object = params.text("object");
    if object.is_some_and(|name| call.object_named(name).is_err()) {
        params.wrong("object", "unknown", Message::new("api.no_object"));
    }
    params.done()?;
    let hits = call.gate.search(&call.ctx, text, object, limit)?;
    Ok(Reply::json(200, &json!({ "items": hits.iter().map(|hit| hit_json(call, hit)).collect::<Vec<_>>() })))
}

fn hit_json(call: &Call, hit: &Hit) -> Json {
    json!({
        "object": hit.object.name,
        "object_label": hit.object.label.get(call.ctx.locale),
        "id": hit.id,
        "title": hit.title,
        "highlight": highlight(&hit.title, &hit.ranges),
        "ranges": hit.ranges.iter().map(|(from, to)| [chars(&hit.title, *from), chars(&hit.title, *to)]).collect::<Vec<_>>(),
        "hint": hit.hint,
    })
}

/// A byte offset in characters, which is how most languages count.
fn chars(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, |head| head.chars().count())
}

/// The title as HTML, what matched inside `<mark>`.
fn highlight(title: &str, ranges: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(title.len() + 16);
    let mut at = 0;
    for (from, to) in ranges {
        let (Some(before), Some(found)) = (title.get(at..*from), title.get(*from..*to)) else { continue };
        escape(&mut out, before);
        out.push_str("<mark>");
        escape(&mut out, found);
        out.push_str("</mark>");
        at = *to;
    }
    escape(&mut out, title.get(at..).unwrap_or_default());
    out
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

/// `POST /{object}/duplicates`: likely duplicates of a draft, which need not be complete.
pub fn duplicates(call: &Call) -> Answer {
    let object = call.object()?;
    let (draft, _) = call.draft(object, call.json()?);
    let unknown: Vec<Issue> = draft.issues.iter().filter(|issue| issue.code == "unknown").cloned().collect();
    if !unknown.is_empty() {
        return Err(Error::Invalid(unknown).into());
    }
    let hits = call.gate.duplicates(&call.ctx, &object.name, &draft)?;
    Ok(Reply::json(200, &json!({ "items": hits.iter().map(problem::duplicate).collect::<Vec<_>>() })))
}

/// `GET /duplicates?q=`: whose customer is it? By a part of the name or the whole phone, over all objects.
pub fn check(call: &Call) -> Answer {
    let mut params = call.params();
    let text = params.text("q").unwrap_or_default();
    if text.is_empty() {
        params.wrong("q", "required", Message::new("api.q_required"));
    }
    params.done()?;
    let hits = call.gate.check(&call.ctx, text)?;
    Ok(Reply::json(200, &json!({ "items": hits.iter().map(problem::duplicate).collect::<Vec<_>>() })))
}

/// `GET /regions?parent=310000`
pub fn regions(call: &Call) -> Answer {
    let mut params = call.params();
    let parent = params.text("parent").unwrap_or_default();
    if !parent.is_empty() && !guanxi_text::region::is_valid(parent) {
        params.wrong("parent", "unknown", Message::new("api.region"));
    }
    params.done()?;
    let children = guanxi_text::region::children(parent);
    let items: Vec<Json> = children
        .into_iter()
        .map(|(code, name)| {
            let inner = !guanxi_text::region::children(code).is_empty();
            json!({ "code": code, "name": name, "has_children": inner })
        })
        .collect();
    Ok(Reply::json(200, &json!({ "items": items })))
}

/// `GET /{object}/{id}/timeline`, newest first.
pub fn timeline(call: &Call) -> Answer {
    let object = call.object()?;
    let mut params = call.params();
    let limit = params.number("limit", 50, 200);
    let before = params.text("cursor").map(str::parse::<i64>);
    if matches!(before, Some(Err(_))) {
        params.wrong("cursor", "format", Message::new("gate.cursor"));
    }
    params.done()?;
    let before = before.and_then(Result::ok);
    let entries = call.gate.timeline(&call.ctx, &object.name, call.id()?, before, limit)?;
    // Entries out of the caller's sight are left out, so only an empty page is surely the last.
    let next = entries.last().map(|entry| entry.id.to_string());
    let items: Vec<Json> = entries.iter().map(|entry| entry_json(call, entry)).collect();
    Ok(Reply::json(200, &json!({ "items": items, "next_cursor": next })))
}

fn entry_json(call: &Call, entry: &Entry) -> Json {
    let changes = entry.changes.iter();
    let card = entry.card.as_ref().map(|card| {
        let mut out = Vec::new();
        Shape::new(&call.registry, &card.object, &[], &[]).write(&mut out, card, &Titles::default());
        serde_json::from_slice::<Json>(&out).unwrap_or_default()
    });
    json!({
        "id": entry.id.to_string(),
        "at": json::instant(entry.at),
        "actor": { "id": entry.actor_id, "name": entry.actor },
        "name": entry.name,
        "object": entry.object,
        "record": entry.record,
        "title": entry.title,
        "changes": changes.map(|(f, from, to)| json!({ "field": f, "before": from, "after": to })).collect::<Vec<_>>(),
        "notes": entry.notes.iter().map(|(l, text)| json!({ "label": l, "text": text })).collect::<Vec<_>>(),
        "card": card,
    })
}

/// `GET /me`
pub fn me(call: &Call) -> Answer {
    let subject = &call.ctx.subject;
    Ok(Reply::json(
        200,
        &json!({
            "id": subject.user,
            "login": subject.login,
            "name": subject.name,
            "department": subject.department,
            "roles": call.ctx.rights.roles,
            "locale": call.ctx.locale.tag(),
            "account_set": call.gate.set_name(),
            "today": call.ctx.today.to_string(),
        }),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_inside_escaped_text() {
        assert_eq!(highlight("华<为>", &[(0, 3)]), "<mark>华</mark>&lt;为&gt;");
        assert_eq!(highlight("abc", &[]), "abc");
        assert_eq!(chars("华为技术", 6), 2);
    }
}
