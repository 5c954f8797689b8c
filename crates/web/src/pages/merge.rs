//! Merging: the records side by side, which one stays, and for every field whose value it takes. What is put
//! together by itself (tags, files) and what follows (orders, contacts, follow-ups) is said, not asked.

use crate::{
    pages::{
        answer::{self, Ask, record_id},
        form::input::{self, Inputs},
    },
    session::{Answer, Params, Visit},
    show::{self, Showing},
    ui,
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Cell, Draft, Error, Titles, Visible, merge as merging};
use guanxi_model::{
    Field, FieldKind, Issue, Label, Message, Object, Query, RecordId, Value, expr::Expr, query::Count,
};
use maud::{Markup, html as markup};
use std::collections::BTreeMap;

/// `GET /{object}/merge?ids=1,2`: the records side by side.
///
/// # Errors
/// When the caller may not merge them.
pub async fn show(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.answer(move |visit| draw(visit, &object, &params, &[])).await
}

/// `POST /{object}/merge`
///
/// # Errors
/// When the door fails; what it refuses is the form again.
pub async fn merge(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let ids = ids(&params);
            let Some(main) = params.get("main").and_then(|id| id.parse::<RecordId>().ok()) else {
                let issue = Issue::record("required", Message::new("merge.main_missing"));
                return draw(visit, &object, &params, &[issue]);
            };
            let losers = ids.iter().filter(|id| **id != main).map(ToString::to_string).collect();
            let mut choices: BTreeMap<&str, &str> = BTreeMap::new();
            for (name, from) in params.pairs() {
                if let Some(field) = name.strip_prefix("take.").filter(|_| from != main.to_string()) {
                    choices.insert(field, from);
                }
            }
            let choices = serde_json::to_string(&choices).map_err(Error::internal)?;
            let input = Draft::new().set("losers", Value::List(losers)).set("choices", choices);
            match visit.gate().verb(visit.ctx(), &object, main, merging::MERGE, input) {
                Ok(record) => {
                    let n = (ids.len() - 1).to_string();
                    let text = visit.fill("merge.done", &[("n", &n), ("name", &record.title())]);
                    let undo = record
                        .may
                        .act(merging::UNMERGE)
                        .then(|| format!("/{object}/{main}/{}", merging::UNMERGE));
                    Ok(answer::done(visit, &format!("/{object}/{main}"), text, undo))
                }
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) => draw(visit, &object, &params, &issues),
                    None => Err(error),
                },
            }
        })
        .await
}

/// `GET /{object}/{id}/merge`: with which other record? Those that look alike are offered first.
///
/// # Errors
/// When the caller may not merge the record.
pub async fn ask_other(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let record = visit.gate().get(visit.ctx(), &object, record_id(&id)?)?;
            if !record.may.act(merging::MERGE) {
                return Err(Error::forbidden("error.no_action"));
            }
            which(visit, &record, &Params::default(), &[])
        })
        .await
}

/// `POST /{object}/{id}/merge`: on to the two side by side.
///
/// # Errors
/// When there is no such record.
pub async fn choose_other(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let record = visit.gate().get(visit.ctx(), &object, record_id(&id)?)?;
            let others: Vec<String> = params
                .all("like")
                .chain(params.get("other"))
                .filter_map(|id| id.parse::<RecordId>().ok())
                .filter(|other| *other != record.id)
                .map(|other| other.to_string())
                .collect();
            if others.is_empty() {
                let label = other_field(&record.object).label;
                let message = Message::new("field.required").with_label("label", &label);
                return which(visit, &record, &params, &[Issue::field("other", "required", message)]);
            }
            let url = format!("/{object}/merge?ids={},{}", record.id, others.join(","));
            if !answer::in_dialog(visit) {
                return Ok(visit.go(&url));
            }
            use axum::response::IntoResponse;
            Ok(([("hx-location", url)], ()).into_response())
        })
        .await
}

fn other_field(object: &Object) -> Field {
    use guanxi_model::Locale::{En, Zh};
    let label = |locale| crate::texts::t(locale, "merge.other");
    let kind = FieldKind::Reference { to: object.name.clone() };
    Field::new("other", Label::new(label(Zh), label(En)), kind)
}

fn which(visit: &Visit, record: &Visible, params: &Params, issues: &[Issue]) -> Result<Response, Error> {
    let field = other_field(&record.object);
    let titles = input::titles(visit, [&field], params)?;
    let inputs = Inputs { visit, params, titles: &titles, issues, prefix: String::new() };
    let mut input = inputs.field(&field, false);
    input.wide = true;
    let alike = alike(visit, record)?;
    let body = markup! {
        p .muted { (record.title()) }
        (answer::refusals(visit, issues, &["other"]))
        @if !alike.is_empty() {
            fieldset .merge-alike {
                legend { (visit.t("merge.alike")) }
                @for hit in &alike {
                    label .check {
                        input type="checkbox" name="like" value=(hit.id);
                        span {
                            (hit.title.clone().unwrap_or_default())
                            " "
                            small .muted { (super::duplicates::facts(visit, hit)) }
                        }
                    }
                }
            }
        }
        (ui::form_field(&input))
    };
    let ask = Ask {
        title: visit.t("merge.with").to_owned(),
        action: format!("/{}/{}/merge", record.object.name, record.id),
        body,
        submit: visit.t("merge.compare").to_owned(),
        status: if issues.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        cancel: format!("/{}/{}", record.object.name, record.id),
        menu: record.object.name.clone(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// Records that look like this one and may be merged with it.
fn alike(visit: &Visit, record: &Visible) -> Result<Vec<guanxi_gate::DuplicateHit>, Error> {
    let object = &record.object;
    let mut draft = Draft::new();
    for key in &object.duplicates {
        draft = draft.set(&key.field, record.get(&key.field).clone());
    }
    let mut hits = match visit.gate().duplicates(visit.ctx(), &object.name, &draft) {
        Err(Error::Forbidden(_) | Error::TooMany(_)) => Vec::new(),
        hits => hits?,
    };
    hits.retain(|hit| hit.visible && hit.id != record.id);
    hits.truncate(5);
    Ok(hits)
}

fn ids(params: &Params) -> Vec<RecordId> {
    let mut ids: Vec<RecordId> = Vec::new();
    for id in params.get("ids").unwrap_or_default().split(',').filter_map(|id| id.trim().parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

fn draw(visit: &Visit, object: &str, params: &Params, issues: &[Issue]) -> Result<Response, Error> {
    let object = visit.gate().object(object)?;
    let ids = ids(params);
    let page = if ids.len() <= merging::MOST {
        let query = Query::of(&object.name).filter(Expr::ids("id", &ids)).limit(merging::MOST);
        visit.gate().list(visit.ctx(), &query)?
    } else {
        guanxi_gate::Page::default()
    };
    let mut rows: Vec<&Visible> = page.rows.iter().filter(|row| row.may.act(merging::MERGE)).collect();
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    let mut issues = issues.to_vec();
    if params.get("all") == Some("1") || !(2..=merging::MOST).contains(&ids.len()) {
        issues.push(Issue::record("range", Message::new("merge.two_to_ten").with("most", merging::MOST)));
    } else if rows.len() < ids.len() {
        issues.push(Issue::record("forbidden", Message::new("merge.not_all")));
    }
    let ready = rows.len() >= 2 && rows.len() == ids.len();
    let body = markup! {
        (answer::refusals(visit, &issues, &[]))
        @if ready { (side_by_side(visit, &object, &rows, &page.titles, params)?) }
    };
    let ask = Ask {
        title: visit.fill("merge.title", &[("object", object.plural_label(visit.locale()))]),
        action: format!("/{}/merge", object.name),
        body,
        submit: visit.t("merge.merge").to_owned(),
        wide: true,
        status: if issues.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        cancel: format!("/{}", object.name),
        menu: object.name.clone(),
        ..Ask::default()
    };
    ask.answer(visit)
}

fn side_by_side(
    visit: &Visit,
    object: &Object,
    rows: &[&Visible],
    titles: &Titles,
    params: &Params,
) -> Result<Markup, Error> {
    let main = params
        .get("main")
        .and_then(|id| id.parse().ok())
        .filter(|id| rows.iter().any(|row| row.id == *id))
        .unwrap_or_else(|| oldest(rows));
    let cell = |row: &Visible, field: &Field| {
        let showing = Showing { ctx: visit.ctx(), titles, object, record: Some(row) };
        show::show(showing, field, row.cell(&field.name))
    };
    let fields: Vec<&Field> = object.active_fields().filter(|field| merging::is_choosable(field)).collect();
    let (equal, asked): (Vec<&Field>, Vec<&Field>) = fields
        .into_iter()
        .filter(|field| rows.iter().any(|row| !is_empty(row, field)))
        .partition(|field| rows.iter().all(|row| row.cell(&field.name) == rows[0].cell(&field.name)));
    let united: Vec<&Field> = object
        .active_fields()
        .filter(|field| merging::unites(field) && rows.iter().any(|row| !is_empty(row, field)))
        .collect();
    let mut follows = Vec::new();
    for row in rows {
        follows.push(linked(visit, object, row.id)?);
    }
    Ok(markup! {
        input type="hidden" name="ids" value=(rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>().join(","));
        p { (visit.t("merge.explain")) }
        div .merge-scroll {
            table .merge {
                thead {
                    tr {
                        th scope="col" { (visit.t("merge.stays")) }
                        @for row in rows {
                            th scope="col" {
                                label .merge-main {
                                    input type="radio" name="main" value=(row.id) checked[row.id == main];
                                    span { (row.title()) }
                                }
                                a .link target="_blank" href={ "/" (object.name) "/" (row.id) } { (visit.t("merge.open")) }
                            }
                        }
                    }
                }
                tbody {
                    tr .merge-follows {
                        th scope="row" { (visit.t("merge.follows")) }
                        @for (row, list) in rows.iter().zip(&follows) {
                            td data-of=(row.title()) {
                                @if list.is_empty() { span .muted { (visit.t("merge.nothing")) } } @else { (list) }
                            }
                        }
                    }
                    @for field in &asked {
                        @let default = taken(rows, field, main, params);
                        tr {
                            th scope="row" { (field.label.get(visit.locale())) }
                            @for row in rows {
                                @let legible = matches!(row.cell(&field.name), Some(Cell::Value(_)));
                                td data-of=(row.title()) {
                                    label {
                                        input type="radio" name={ "take." (field.name) } value=(row.id) checked[row.id == default]
                                            disabled[!legible] aria-label={ (field.label.get(visit.locale())) " · " (row.title()) };
                                        span { (cell(row, field)) }
                                    }
                                }
                            }
                        }
                    }
                    @for field in &united {
                        tr {
                            th scope="row" { (field.label.get(visit.locale())) }
                            @for row in rows { td data-of=(row.title()) { (cell(row, field)) } }
                        }
                    }
                }
            }
        }
        @if !united.is_empty() { p .hint { (visit.t("merge.united")) } }
        @if !equal.is_empty() {
            p .hint {
                @let names: Vec<&str> = equal.iter().map(|field| field.label.get(visit.locale())).collect();
                (visit.fill("merge.equal", &[("fields", &names.join(visit.t("merge.comma")))]))
            }
        }
        p .hint { (visit.t("merge.undoable")) }
    })
}

/// The record that was there first: others know its number.
fn oldest(rows: &[&Visible]) -> RecordId {
    rows.iter().map(|row| row.id).min().unwrap_or(RecordId(0))
}

fn is_empty(row: &Visible, field: &Field) -> bool {
    match row.cell(&field.name) {
        None | Some(Cell::Value(Value::Null)) => true,
        Some(Cell::Value(Value::Text(text))) => text.is_empty(),
        Some(Cell::Value(Value::List(items))) => items.is_empty(),
        Some(_) => false,
    }
}

/// Whose value is taken unless the reader says otherwise: the main record's, or the first there is.
fn taken(rows: &[&Visible], field: &Field, main: RecordId, params: &Params) -> RecordId {
    let chosen = params.get(&format!("take.{}", field.name)).and_then(|id| id.parse().ok());
    let first = || {
        let own = rows.iter().find(|row| row.id == main && !is_empty(row, field));
        own.or_else(|| rows.iter().find(|row| !is_empty(row, field))).map_or(main, |row| row.id)
    };
    chosen.filter(|id| rows.iter().any(|row| row.id == *id)).unwrap_or_else(first)
}

/// What belongs to a record, as far as its page lists it: `订单 3 · 联系人 1`.
fn linked(visit: &Visit, object: &Object, id: RecordId) -> Result<String, Error> {
    let mut parts = Vec::new();
    for related in &object.record.related {
        let Ok(child) = visit.gate().object(&related.object) else { continue };
        if !visit.may(&child.name, guanxi_model::access::action::READ) {
            continue;
        }
        let mut query = Query::of(&child.name).filter(Expr::eq(&related.via, Expr::Id(id)));
        query.count = Count::Capped;
        let n = visit.gate().count(visit.ctx(), &query)?;
        if n > 0 {
            parts.push(format!("{} {}", child.label.get(visit.locale()), super::list::capped(n)));
        }
    }
    Ok(parts.join(" · "))
}
