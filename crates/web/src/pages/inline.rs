//! Editing one field where it stands: the editor, its saving, and what happens when two people edit at once.
//! The same addresses serve cells of a list and values of a record page; `as` says which.

use crate::{
    pages::{
        answer::{self, record_id},
        form::{
            conflict,
            input::{self, Inputs},
        },
        gate, record,
    },
    session::{self, Answer, Params, Visit},
    show::{self, Showing},
    ui::{self, Button, InlineField},
};
use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use guanxi_gate::{Cell, Draft, Error, Stale, Titles, Visible};
use guanxi_model::{Field, FieldKind, Locale, Object, RecordId, access::action};
use maud::{Markup, html as markup};
use serde_json::json;

/// Whether the reader may change this field of this record where it stands. Owners change by transfer.
pub fn is_editable(record: &Visible, field: &Field) -> bool {
    record.may.edit(&field.name)
        && record.may.act(action::EDIT)
        && input::is_input(field)
        && !field.fixed
        && !matches!(field.name.as_str(), "owner" | "department")
}

/// The kind of a field's editor: the browser side knows the kinds of the model, and asks at the field's
/// address for those that it does not build itself.
pub fn editor(field: &Field) -> &'static str {
    field.value_kind().word()
}

/// The value that the editor starts from.
pub fn editor_value(field: &Field, cell: &Cell, visit: &Visit) -> Option<String> {
    let Cell::Value(value) = cell else { return None };
    let text = input::editor_value(field, value, visit);
    Some(if matches!(field.value_kind(), FieldKind::Instant) { text.replace(' ', "T") } else { text })
}

/// What the browser side must know of an object's fields, for its own editors.
pub fn meta(object: &Object, locale: Locale) -> serde_json::Value {
    let fields = object.active_fields().map(|field| {
        let options: Vec<_> = field
            .options
            .iter()
            .filter(|option| !option.inactive)
            .map(|option| json!({ "value": option.value, "label": option.label.get(locale), "hue": option.hue }))
            .collect();
        let mut meta = json!({
            "name": field.name,
            "label": field.label.get(locale),
            "kind": editor(field),
            "required": field.required,
        });
        if matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices) {
            meta["options"] = options.into();
        }
        if let Some(target) = field.target() {
            meta["target"] = target.into();
        }
        meta
    });
    fields.collect()
}

/// The same as the script that a page carries.
pub fn script(visit: &Visit, object: &std::sync::Arc<Object>) -> std::sync::Arc<str> {
    visit.app.fields_script(object, visit.locale(), || {
        ui::json_script(Some(&format!("fields-{}", object.name)), &meta(object, visit.locale())).into_string()
    })
}

/// A field with its value, as the record page and the drawer show it. Hidden fields are none.
pub fn field(visit: &Visit, record: &Visible, titles: &Titles, field: &Field) -> Option<InlineField> {
    let cell = record.cell(&field.name)?;
    let showing = Showing { ctx: visit.ctx(), titles, object: &record.object, record: Some(record) };
    let empty = match cell {
        Cell::Value(value) => value.is_null(),
        Cell::Masked(text) => text.is_empty(),
    };
    let editable = is_editable(record, field);
    let body = match cell {
        _ if empty => None,
        Cell::Masked(text) if record.may.act(action::REVEAL) => Some(markup! {
            button .reveal type="button" data-dialog={ "/" (record.object.name) "/" (record.id) "/reveal/" (field.name) }
                data-tip=(visit.t("record.reveal")) { (text) }
        }),
        Cell::Value(value) => match (field.value_kind(), value) {
            (FieldKind::LongText, _) => {
                Some(markup! { div .prose { (show::text(showing, field, Some(cell))) } })
            }
            (FieldKind::File | FieldKind::Image, _) => Some(files(visit, field, value.as_list())),
            _ => Some(show::show(showing, field, Some(cell))),
        },
        Cell::Masked(_) => Some(show::show(showing, field, Some(cell))),
    };
    // Only where editing is usual does a lock tell something: what the program keeps is never editable.
    let locked = !editable && record.may.act(action::EDIT) && input::is_input(field) && !field.system;
    let reason = if field.fixed { visit.t("record.fixed") } else { visit.t("record.locked") };
    let warning = warning(visit, record, field);
    Some(InlineField {
        field: field.name.clone(),
        label: field.label.get(visit.locale()).to_owned(),
        warning,
        body,
        add: visit.t("record.add").to_owned(),
        value: if editable { editor_value(field, cell, visit) } else { None },
        edit: editable.then(|| editor(field).to_owned()),
        locked: locked.then(|| reason.to_owned()),
    })
}

/// What the document says to mind about the field, while its condition holds for this record.
pub fn warning(visit: &Visit, record: &Visible, field: &Field) -> Option<String> {
    let warning = field.warning.as_ref()?;
    let source =
        crate::pages::form::reached(visit, &record.object, &warning.when, |name| record.get(name).as_ref());
    let mut seen = record.clone();
    seen.cells.extend(source.into_iter().map(|(path, value)| (path.into(), Cell::Value(value))));
    let holds = visit.gate().holds(visit.ctx(), &seen, &warning.when).unwrap_or(false);
    holds.then(|| warning.text.get(visit.locale()).to_owned())
}

fn files(visit: &Visit, field: &Field, ids: &[String]) -> Markup {
    markup! {
        ul .files {
            @for id in ids {
                @let name = visit.gate().file_info(visit.ctx(), id).map_or_else(|_| id.clone(), |info| info.name);
                li {
                    @if matches!(field.value_kind(), FieldKind::Image) {
                        a href={ "/files/" (id) } target="_blank" { img src={ "/files/" (id) } alt=(name) loading="lazy"; }
                    } @else {
                        a .link.inline href={ "/files/" (id) } download { (ui::icon("paperclip")) span .ell { (name) } }
                    }
                }
            }
        }
    }
}

/// `GET /{object}/{id}/field/{field}`: the editor of a field.
///
/// # Errors
/// When the field may not be changed.
pub async fn show(visit: Visit, Path((object, id, name)): Path<(String, String, String)>) -> Answer {
    visit
        .fragment(move |visit| -> Result<Markup, Error> {
            let (record, _) = visit.gate().page_of(visit.ctx(), &object, record_id(&id)?)?;
            let field = record.object.field(&name).ok_or(Error::NotFound)?;
            if !is_editable(&record, field) {
                return Err(Error::forbidden("error.no_action"));
            }
            let field = anonymous(field);
            let mut params = Params::default();
            input::put(&mut params, "", &field, record.get(&name), visit);
            editor_form(visit, &record, &name, &field, &params)
        })
        .await
}

fn editor_form(
    visit: &Visit,
    record: &Visible,
    name: &str,
    field: &Field,
    params: &Params,
) -> Result<Markup, Error> {
    let titles = input::titles(visit, [field], params)?;
    let inputs = Inputs { visit, params, titles: &titles, issues: &[], prefix: String::new() };
    let mut input = inputs.field(field, field.required);
    input.id = format!("edit-{name}");
    input.required = None;
    Ok(markup! {
        form .cell-editor.popover method="post" action={ "/" (record.object.name) "/" (record.id) "/field/" (name) } novalidate {
            (session::csrf(visit))
            input type="hidden" name="version" value=(record.version);
            label .sr-only for=(input.id) { (input.label) }
            (ui::widget(&input))
            div .actions { (Button::new(visit.t("common.save")).primary().small().submit()) }
        }
    })
}

/// Editors post their field as `value`, whatever it is called.
fn anonymous(field: &Field) -> Field {
    Field { name: "value".to_owned(), ..field.clone() }
}

/// `POST /{object}/{id}/field/{field}`: saves it.
///
/// # Errors
/// When the door fails; what it refuses are words beside the field, and a conflict is a dialog.
pub async fn save(
    visit: Visit,
    Path((object, id, name)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer {
    let params = answer::form(&body);
    visit.answer(move |visit| write(visit, &object, record_id(&id)?, &name, params)).await
}

/// `POST /{object}/{id}/stage`: a click on the path of stages, or a card dropped on another column.
///
/// # Errors
/// When the door fails.
pub async fn stage(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let name = params.get("field").ok_or(Error::NotFound)?.to_owned();
            let id = record_id(&id)?;
            let before = visit.gate().get(visit.ctx(), &object, id)?;
            let field = before.object.field(&name).ok_or(Error::NotFound)?.clone();
            let old = input::editor_value(&field, before.get(&name), visit);
            // A stage that asks for more says so with a small form.
            let value = draft(&anonymous(&field), &name, &params);
            let version = params.get("version").and_then(|text| text.parse().ok());
            if field.among.is_some() && value.issues.is_empty() {
                match visit.gate().update(visit.ctx(), &object, id, version, value) {
                    Err(Error::Invalid(issues)) if gate::asks(&issues, &name) => {
                        return gate::dialog(visit, &before.object, id, &params, &issues);
                    }
                    // Anything else is told as by every other field.
                    Err(_) => {}
                    Ok(_) => {
                        let undo = format!("/{object}/{id}/undo/{name}?value={}", session::encode(&old));
                        let text = visit.fill("record.moved", &[("field", field.label.get(visit.locale()))]);
                        let response = StatusCode::OK.into_response();
                        return Ok(answer::toasted(response, ui::Tone::Ok, text, Some(undo)));
                    }
                }
            }
            let mut response = write(visit, &object, id, &name, params)?;
            if response.status().is_success() {
                let undo = format!("/{object}/{id}/undo/{name}?value={}", session::encode(&old));
                let text = visit.fill("record.moved", &[("field", field.label.get(visit.locale()))]);
                *response.body_mut() = axum::body::Body::empty();
                response = answer::toasted(response, ui::Tone::Ok, text, Some(undo));
            }
            Ok(response)
        })
        .await
}

/// `POST /{object}/{id}/undo/{field}?value=…`: gives a field its former value, for the toast's button.
///
/// # Errors
/// When the door refuses.
pub async fn undo(visit: Visit, Path((object, id, name)): Path<(String, String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let value = visit.asks.param("value").unwrap_or_default();
            let field = anonymous(visit.gate().object(&object)?.field(&name).ok_or(Error::NotFound)?);
            let draft = draft(&field, &name, &Params(vec![("value".to_owned(), value)]));
            let id = record_id(&id)?;
            visit.gate().update(visit.ctx(), &object, id, None, draft)?;
            Ok(answer::stay(visit, &format!("/{object}/{id}"), visit.t("record.undone"), None))
        })
        .await
}

fn draft(field: &Field, name: &str, params: &Params) -> Draft {
    let mut params = params.clone();
    params.0.push(("shown".to_owned(), "value".to_owned()));
    let mut draft = input::read([field], &params, "");
    if let Some(value) = draft.values.remove("value") {
        draft.values.insert(name.to_owned(), value);
    }
    for issue in &mut draft.issues {
        issue.field = Some(name.to_owned());
    }
    draft
}

fn write(visit: &Visit, object: &str, id: RecordId, name: &str, params: Params) -> Result<Response, Error> {
    let field = anonymous(visit.gate().object(object)?.field(name).ok_or(Error::NotFound)?);
    if params.get(&format!("keep.{name}")) == Some("theirs") {
        return Ok(answer::stay(visit, &format!("/{object}/{id}"), visit.t("record.kept_theirs"), None));
    }
    let version = params.get("version").and_then(|text| text.parse().ok());
    match visit.gate().update(visit.ctx(), object, id, version, draft(&field, name, &params)) {
        Ok(saved) => drawn(visit, &saved, name, params.get("as")),
        // Someone changed other fields meanwhile: both changes stand, and the reader hears of theirs.
        Err(Error::Stale(stale)) if stale.meanwhile.is_some() && stale.contested().next().is_none() => {
            let document = visit.gate().object(object)?;
            let text = conflict::sentence(visit, &document, &stale);
            let params = params.with("version", &stale.version.to_string());
            let response = write(visit, object, id, name, params)?;
            let tell = response.status().is_success() && !text.is_empty();
            Ok(if tell { answer::toasted(response, ui::Tone::Warn, text, None) } else { response })
        }
        Err(Error::Stale(stale)) => {
            Ok(answer::fragment(StatusCode::CONFLICT, differing(visit, object, id, name, &params, &stale)?))
        }
        Err(error) => match answer::sentence(visit, &error) {
            Some(text) if matches!(error, Error::Invalid(_) | Error::Refused(_)) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Ok(if visit.asks.htmx {
                    answer::toasted_when(
                        answer::fragment(status, markup! { (text) }),
                        params.has("field"),
                        &text,
                    )
                } else {
                    return Err(error);
                })
            }
            _ => Err(error),
        },
    }
}

/// The new state, as the page that asked needs it.
fn drawn(visit: &Visit, saved: &Visible, name: &str, place: Option<&str>) -> Result<Response, Error> {
    let object = &saved.object.name;
    let url = format!("/{object}/{}", saved.id);
    let mut response = match place {
        _ if !visit.asks.htmx => visit.go(&url),
        Some("cell") => {
            let (record, titles) = visit.gate().page_of(visit.ctx(), object, saved.id)?;
            answer::fragment(StatusCode::OK, row(visit, &record, &titles))
        }
        Some("field") => {
            let (record, titles) = visit.gate().page_of(visit.ctx(), object, saved.id)?;
            answer::fragment(StatusCode::OK, values(visit, &record, &titles, name))
        }
        // A dialog or a stage: the page behind it is fetched again.
        _ => StatusCode::OK.into_response(),
    };
    if let Ok(version) = HeaderValue::from_str(&saved.version.to_string()) {
        response.headers_mut().insert("x-version", version);
    }
    Ok(response)
}

/// The value, those the program computes, and the record's head, each in its place.
fn values(visit: &Visit, record: &Visible, titles: &Titles, name: &str) -> Markup {
    let changed = record.object.active_fields().filter(|field| {
        field.name == name
            || field.is_computed()
            || matches!(field.name.as_str(), "updated_at" | "updated_by")
            || field.show_when.is_some()
    });
    markup! {
        @for field in changed {
            @if let Some(value) = self::field(visit, record, titles, field) { (ui::inline_value(&value)) }
        }
        (record::head(visit, record, titles))
    }
}

/// A row of a list with all fields, of which the browser side takes those that the list shows.
fn row(visit: &Visit, record: &Visible, titles: &Titles) -> Markup {
    let object = &record.object;
    let showing = Showing { ctx: visit.ctx(), titles, object, record: Some(record) };
    let mut fields: Vec<&Field> =
        object.active_fields().filter(|field| record.cell(&field.name).is_some()).collect();
    fields.sort_by_key(|field| field.name != object.title);
    let href = format!("/{}/{}", object.name, record.id);
    let columns = fields
        .iter()
        .map(|field| ui::Column {
            field: field.name.clone(),
            numeric: show::is_numeric(field),
            ..ui::Column::default()
        })
        .collect();
    let cells = fields
        .iter()
        .map(|field| {
            let cell = record.cell(&field.name);
            let editable = is_editable(record, field);
            let body = if field.name == object.title {
                let title = record.title();
                ui::name_cell(&record::avatar(record, ui::Size::Normal), &title, &href)
            } else {
                show::show(showing, field, cell)
            };
            ui::Cell {
                body,
                value: cell.filter(|_| editable).and_then(|cell| editor_value(field, cell, visit)),
                edit: editable.then(|| editor(field).to_owned()),
                locked: None,
            }
        })
        .collect();
    let grid = ui::Grid { object: object.name.clone(), columns, ..ui::Grid::default() };
    let row = ui::Row { id: record.id.to_string(), version: record.version, cells };
    ui::grid_row(&grid, &row)
}

/// The dialog of a conflict: both values, who changed it, and the choice.
fn differing(
    visit: &Visit,
    object: &str,
    id: RecordId,
    name: &str,
    params: &Params,
    stale: &Stale,
) -> Result<Markup, Error> {
    let document = visit.gate().object(object)?;
    let carried = params.pairs().filter(|(key, _)| *key == "value" || key.starts_with("value."));
    let body = markup! {
        (session::csrf(visit))
        input type="hidden" name="version" value=(stale.version);
        @for (key, value) in carried { input type="hidden" name=(key) value=(value); }
        (conflict::draw(visit, &document, stale))
    };
    let action = format!("/{object}/{id}/field/{name}");
    let save = Button::new(visit.t("record.resolve")).primary().submit();
    Ok(answer::dialog_form(visit, visit.t("error.stale"), &action, &body, &[save], true))
}
