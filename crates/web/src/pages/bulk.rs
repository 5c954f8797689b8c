//! The same change for many records: the selected ones, or all that a list holds. Every record passes the
//! door on its own, so one that may not be changed does not hold up the others.

use crate::{
    page::Page,
    pages::{
        answer::{self, Ask, form},
        form::input::{self, Inputs},
        list::{self, State},
    },
    session::{Answer, Params, Visit, encode},
    ui::{self, Button, Dialog, Tone, form_field},
};
use axum::{
    body::Bytes,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use guanxi_gate::{BatchOptions, Draft, Error, Outcome, Titles, Visible, read_cursor};
use guanxi_model::{
    Field, FieldKind, FieldLevel, Label, Object, Query, RecordId, Value, VerbDef, access::action, expr::Expr,
};
use maud::{Markup, html};
use std::sync::Arc;

/// Most records changed at once from the page; more is a job for an import.
const MOST: usize = 10_000;
/// Records read and changed at a time.
const STEP: usize = 500;

/// Which records: named ones, or everything a list holds.
struct Chosen {
    object: Arc<Object>,
    filter: Option<Expr>,
    q: String,
    /// The same as hidden inputs of the dialog.
    params: Params,
}

impl Chosen {
    fn read(visit: &Visit, object: &str, params: &Params) -> Result<Self, Error> {
        let kept = |names: &[&str]| {
            let pairs = params.0.iter().filter(|(name, _)| names.contains(&name.as_str()));
            Params(pairs.cloned().collect())
        };
        if params.get("all") == Some("1") {
            let state = State::read(visit, object, params)?;
            if let Some(message) = state.bad_filter {
                return Err(Error::Malformed(message));
            }
            let params = kept(&["all", "view", "filter", "q", "columns"]);
            return Ok(Chosen { filter: state.expr, q: state.q, object: state.object, params });
        }
        let ids: Vec<RecordId> = params
            .get("ids")
            .unwrap_or_default()
            .split(',')
            .filter_map(|id| id.trim().parse().ok())
            .take(MOST)
            .collect();
        let object = visit.gate().object(object)?;
        Ok(Chosen {
            object,
            filter: Some(Expr::ids("id", &ids)),
            q: String::new(),
            params: kept(&["ids", "columns"]),
        })
    }

    fn count(&self, visit: &Visit) -> Result<i64, Error> {
        list::count(visit, &self.object.name, self.filter.clone(), &self.q)
    }

    /// Walks through them in steps.
    fn each(
        &self,
        visit: &Visit,
        fields: &[&str],
        mut change: impl FnMut(Vec<Visible>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let own = ["id".to_owned(), self.object.title.clone()];
        let fields = fields.iter().map(|field| (*field).to_owned()).chain(own);
        let mut query = Query::of(&self.object.name).fields(fields).sort(["id"]).limit(STEP);
        query.filter.clone_from(&self.filter);
        query.search = (!self.q.is_empty()).then(|| self.q.clone());
        let mut seen = 0;
        while seen < MOST {
            let page = visit.gate().list(visit.ctx(), &query)?;
            seen += page.rows.len();
            change(page.rows)?;
            // The place in the list is kept by id, so records that leave the filter while they change skip none.
            let Some(next) = page.next else { break };
            query.after = Some(read_cursor(&next)?);
        }
        Ok(())
    }
}

/// What became of them.
#[derive(Default)]
struct Done {
    changed: Vec<RecordId>,
    /// Those that were refused: the name of each, and why.
    failed: Vec<(String, String)>,
}

impl Done {
    fn note(&mut self, visit: &Visit, id: RecordId, name: &str, result: Result<(), Error>) {
        match result {
            Ok(()) => self.changed.push(id),
            Err(error) => {
                let why = answer::sentence(visit, &error).or_else(|| match error {
                    Error::NotFound => Some(visit.t("bulk.gone").to_owned()),
                    Error::Stale(_) => Some(visit.t("bulk.stale").to_owned()),
                    _ => None,
                });
                self.failed
                    .push((name.to_owned(), why.unwrap_or_else(|| visit.t("bulk.not_now").to_owned())));
            }
        }
    }
}

/// `GET /{object}/bulk?do=…`: what a change asks for.
///
/// # Errors
/// When the caller may not do it to any record.
pub async fn ask(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| {
            let chosen = Chosen::read(visit, &object, &params)?;
            draw(visit, &chosen, &params, &[])
        })
        .await
}

/// `POST /{object}/bulk`: makes the change.
///
/// # Errors
/// When the caller may not do it, or the set cannot be written.
pub async fn change(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let mut params = form(&body);
    if !params.has("do") {
        params.0.extend(visit.asks.param("do").map(|what| ("do".to_owned(), what)));
    }
    if !params.has("ids") {
        params.0.extend(visit.asks.param("ids").map(|ids| ("ids".to_owned(), ids)));
    }
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let chosen = Chosen::read(visit, &object, &params)?;
            match run(visit, &chosen, &params) {
                Ok(done) => Ok(told(visit, &chosen, &params, done)),
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) => draw(visit, &chosen, &params, &issues),
                    None => Err(error),
                },
            }
        })
        .await
}

fn run(visit: &Visit, chosen: &Chosen, params: &Params) -> Result<Done, Error> {
    let object = &chosen.object;
    let what = params.get("do").unwrap_or_default();
    let mut done = Done::default();
    prove(visit, object, what)?;
    match what {
        "transfer" => {
            let to = read_one(&transfer_field(visit), params)?;
            let to = to.as_ref().ok_or(Error::NotFound)?;
            chosen.each(visit, &[], |rows| {
                for row in rows {
                    let result = visit.gate().transfer(visit.ctx(), &object.name, row.id, to).map(drop);
                    done.note(visit, row.id, &row.title(), result);
                }
                Ok(())
            })?;
        }
        "tag" => {
            let field = object.field("tags").ok_or(Error::NotFound)?;
            let wanted = read_one(field, params)?;
            chosen.each(visit, &["tags"], |rows| {
                let changes = rows.iter().map(|row| {
                    let mut tags = row.get("tags").as_list().to_vec();
                    tags.extend(
                        wanted
                            .as_list()
                            .iter()
                            .filter(|tag| !row.get("tags").as_list().contains(tag))
                            .cloned(),
                    );
                    (Some(row.id), Some(row.version), Draft::new().set("tags", Value::List(tags)))
                });
                batch(visit, object, changes.collect(), &rows, &mut done)
            })?;
        }
        "edit" => {
            let field = editable(visit, object)
                .find(|field| Some(field.name.as_str()) == params.get("field"))
                .ok_or(Error::NotFound)?;
            let draft = input::read([field], params, "");
            if !draft.issues.is_empty() {
                return Err(Error::Invalid(draft.issues));
            }
            chosen.each(visit, &[], |rows| {
                let changes = rows.iter().map(|row| (Some(row.id), Some(row.version), draft.clone()));
                batch(visit, object, changes.collect(), &rows, &mut done)
            })?;
        }
        "delete" => chosen.each(visit, &[], |rows| {
            for row in rows {
                let result = visit.gate().delete(visit.ctx(), &object.name, row.id, Some(row.version));
                done.note(visit, row.id, &row.title(), result);
            }
            Ok(())
        })?,
        "restore" => {
            let ids: Vec<RecordId> =
                params.get("ids").unwrap_or_default().split(',').filter_map(|id| id.parse().ok()).collect();
            for id in ids.into_iter().take(MOST) {
                let result = visit.gate().restore(visit.ctx(), &object.name, id).map(drop);
                done.note(visit, id, &format!("#{id}"), result);
            }
        }
        what => {
            let verb = verb(object, what)?;
            let draft = input::read(&verb.form, params, "");
            let missing = verb.form.iter().filter(|field| field.required && draft.get(&field.name).is_null());
            let mut issues = draft.issues.clone();
            issues.extend(missing.map(|field| {
                guanxi_model::Issue::field(
                    &field.name,
                    "required",
                    guanxi_model::Message::new("field.required"),
                )
            }));
            if !issues.is_empty() {
                return Err(Error::Invalid(issues));
            }
            chosen.each(visit, &[], |rows| {
                for row in rows {
                    let result = visit
                        .gate()
                        .verb(visit.ctx(), &object.name, row.id, &verb.name, draft.clone())
                        .map(drop);
                    done.note(visit, row.id, &row.title(), result);
                }
                Ok(())
            })?;
        }
    }
    Ok(done)
}

/// The right that a change asks for, beside those for each record.
fn prove(visit: &Visit, object: &Object, what: &str) -> Result<(), Error> {
    let may = |action: &str| visit.may(&object.name, action);
    let allowed = match what {
        "transfer" => may(action::TRANSFER),
        "tag" | "edit" => may(action::BULK) && may(action::EDIT),
        "delete" => may(action::DELETE),
        // Whoever deleted may take it back at once.
        "restore" => may(action::DELETE) || may(action::RESTORE),
        "export" => may(action::EXPORT),
        what => may(&verb(object, what)?.name),
    };
    if allowed { Ok(()) } else { Err(Error::forbidden("error.no_action")) }
}

fn verb<'o>(object: &'o Object, what: &str) -> Result<&'o VerbDef, Error> {
    what.strip_prefix("verb.")
        .and_then(|name| object.verb(name))
        .filter(|verb| verb.bulk)
        .ok_or(Error::NotFound)
}

fn batch(
    visit: &Visit,
    object: &Object,
    changes: Vec<(Option<RecordId>, Option<i64>, Draft)>,
    rows: &[Visible],
    done: &mut Done,
) -> Result<(), Error> {
    let outcomes = visit.gate().batch(visit.ctx(), &object.name, changes, BatchOptions::default())?;
    for (row, outcome) in rows.iter().zip(outcomes) {
        let result = match outcome {
            Outcome::Failed(error) => Err(error),
            Outcome::Created(_) | Outcome::Updated(_) | Outcome::Unchanged(_) => Ok(()),
        };
        done.note(visit, row.id, &row.title(), result);
    }
    Ok(())
}

fn read_one(field: &Field, params: &Params) -> Result<Value, Error> {
    let mut draft = input::read([field], params, "");
    if draft.get(&field.name).is_null() && draft.issues.is_empty() {
        let missing =
            guanxi_model::Issue::field(&field.name, "required", guanxi_model::Message::new("field.required"));
        draft.issues.push(missing);
    }
    if draft.issues.is_empty() {
        Ok(draft.get(&field.name).clone())
    } else {
        Err(Error::Invalid(draft.issues))
    }
}

fn told(visit: &Visit, chosen: &Chosen, params: &Params, done: Done) -> Response {
    let n = done.changed.len().to_string();
    let mut text = visit.fill("bulk.done", &[("n", &n)]);
    if let [(_, why)] = done.failed.as_slice() {
        text.push(' ');
        text.push_str(&visit.fill("bulk.failed", &[("n", "1"), ("why", why)]));
    }
    let ids: Vec<String> = done.changed.iter().map(ToString::to_string).collect();
    let undo = (params.get("do") == Some("delete") && !ids.is_empty() && ids.len() <= 1000)
        .then(|| format!("/{}/bulk?do=restore&ids={}", chosen.object.name, ids.join(",")));
    if done.failed.len() > 1 {
        return one_by_one(visit, chosen, &text, &done);
    }
    let tone = if done.failed.is_empty() { Tone::Ok } else { Tone::Warn };
    let response = if visit.asks.htmx {
        StatusCode::OK.into_response()
    } else {
        visit.go(&format!("/{}", chosen.object.name))
    };
    answer::toasted(response, tone, text, undo)
}

/// What became of each that was refused, when there are several.
fn one_by_one(visit: &Visit, chosen: &Chosen, text: &str, done: &Done) -> Response {
    const SHOWN: usize = 200;
    let list = visit
        .asks
        .current
        .as_deref()
        .and_then(|url| url.find(&format!("/{}", chosen.object.name)).map(|at| url[at..].to_owned()))
        .unwrap_or_else(|| format!("/{}", chosen.object.name));
    let n = done.failed.len().to_string();
    let body = html! {
        p { (text) " " (visit.fill("bulk.refused", &[("n", &n)])) }
        ul .outcomes {
            @for (name, why) in done.failed.iter().take(SHOWN) {
                li { b { (name) } span .muted { (why) } }
            }
        }
    };
    if !visit.asks.htmx {
        return answer::toasted(visit.go(&list), Tone::Warn, visit.fill("bulk.refused", &[("n", &n)]), None);
    }
    answer::fragment(
        StatusCode::OK,
        html! {
            form data-dialog-form {
                header { h2 id="dialog-title" { (visit.t("bulk.outcome")) } }
                div .content { (body) }
                footer { (Button::new(visit.t("bulk.see_list")).primary().go(list)) }
            }
        },
    )
}

fn draw(
    visit: &Visit,
    chosen: &Chosen,
    params: &Params,
    issues: &[guanxi_model::Issue],
) -> Result<Response, Error> {
    let object = &chosen.object;
    let what = params.get("do").unwrap_or_default();
    prove(visit, object, what)?;
    let count = chosen.count(visit)?;
    if what == "export" {
        return export_dialog(visit, chosen, count);
    }
    if what == "edit" && params.get("field").is_none() {
        return which_field(visit, chosen, count);
    }
    let inputs = Inputs { visit, params, titles: &Titles::default(), issues, prefix: String::new() };
    let draw_field = |field: &Field| form_field(&ui::Field { wide: true, ..inputs.field(field, true) });
    let words = list::capped(count);
    let title = |key: &'static str| visit.fill(key, &[("n", &words)]);
    let (title, submit, content) = match what {
        "transfer" => (
            title("bulk.transfer_n"),
            visit.t("bulk.transfer").to_owned(),
            draw_field(&transfer_field(visit)),
        ),
        "tag" => {
            let field = object.field("tags").ok_or(Error::NotFound)?;
            (title("bulk.tag_n"), visit.t("bulk.tag").to_owned(), draw_field(field))
        }
        "edit" => {
            let field = editable(visit, object)
                .find(|field| Some(field.name.as_str()) == params.get("field"))
                .ok_or(Error::NotFound)?;
            let content = html! {
                input type="hidden" name="field" value=(field.name);
                input type="hidden" name="shown" value=(field.name);
                (form_field(&ui::Field { wide: true, ..inputs.field(field, false) }))
            };
            (title("bulk.edit_n"), visit.t("bulk.edit").to_owned(), content)
        }
        "delete" => (
            title("bulk.delete_n"),
            visit.t("bulk.delete").to_owned(),
            html! { p { (visit.t("bulk.delete_text")) } },
        ),
        what => {
            let verb = verb(object, what)?;
            let label = verb.label.get(visit.locale());
            let content = html! {
                @if let Some(hint) = &verb.hint { p .hint { (hint.get(visit.locale())) } }
                @for field in &verb.form {
                    (form_field(&ui::Field { wide: true, ..inputs.field(field, field.required) }))
                }
            };
            (visit.fill("bulk.verb_n", &[("verb", label), ("n", &words)]), label.to_owned(), content)
        }
    };
    let names: Vec<&str> = issues.iter().filter_map(|issue| issue.field.as_deref()).collect();
    Ask {
        title,
        action: format!("/{}/bulk", object.name),
        body: html! {
            (hidden(chosen, what))
            (answer::refusals(visit, issues, &names))
            div .stack { (content) }
        },
        submit,
        danger: what == "delete",
        status: if issues.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        cancel: format!("/{}", object.name),
        menu: object.name.clone(),
        ..Ask::default()
    }
    .answer(visit)
}

fn hidden(chosen: &Chosen, what: &str) -> Markup {
    html! {
        input type="hidden" name="do" value=(what);
        @for (name, value) in chosen.params.pairs() { input type="hidden" name=(name) value=(value); }
    }
}

/// Who gets them.
fn transfer_field(visit: &Visit) -> Field {
    let label = visit.t("bulk.transfer_to");
    let mut field = Field::new("to", Label::new(label, label), FieldKind::User);
    field.required = true;
    field
}

/// The fields that can be given one value for many records.
fn editable<'o>(visit: &'o Visit, object: &'o Object) -> impl Iterator<Item = &'o Field> {
    let rights = &visit.ctx().rights;
    object.active_fields().filter(move |field| {
        input::is_input(field)
            && !field.system
            && !field.fixed
            && !field.unique
            && field.name != object.title
            && !matches!(field.value_kind(), FieldKind::File | FieldKind::Image)
            && (rights.everything
                || rights
                    .grants
                    .iter()
                    .filter(|grant| grant.covers(&object.name, action::EDIT))
                    .any(|grant| grant.level(&field.name) == FieldLevel::Edit))
    })
}

fn address(chosen: &Chosen, part: &str, more: &[(&str, &str)]) -> String {
    let pairs = chosen.params.pairs().chain(more.iter().copied());
    let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("/{}/{part}?{}", chosen.object.name, query.join("&"))
}

/// First which field, then its value.
fn which_field(visit: &Visit, chosen: &Chosen, count: i64) -> Result<Response, Error> {
    let body = html! {
        p .hint { (visit.t("bulk.which_field")) }
        div .picks-list {
            @for field in editable(visit, &chosen.object) {
                (Button::new(field.label.get(visit.locale()))
                    .ghost()
                    .icon(crate::show::icon_of(field))
                    .dialog(address(chosen, "bulk", &[("do", "edit"), ("field", &field.name)])))
            }
        }
    };
    let title = visit.fill("bulk.edit_n", &[("n", &list::capped(count))]);
    plain_dialog(visit, chosen, title, body)
}

fn export_dialog(visit: &Visit, chosen: &Chosen, count: i64) -> Result<Response, Error> {
    let link = |format: &str| address(chosen, "export", &[("format", format)]);
    let body = html! {
        p .hint { (visit.t("bulk.export_text")) }
        div .row {
            (Button::new("Excel (.xlsx)").primary().icon("file-spreadsheet").act(ui::Act::Download(link("xlsx"))))
            (Button::new("CSV").icon("file-text").act(ui::Act::Download(link("csv"))))
        }
    };
    let title = visit.fill("bulk.export_n", &[("n", &list::capped(count))]);
    plain_dialog(visit, chosen, title, body)
}

fn plain_dialog(visit: &Visit, chosen: &Chosen, title: String, body: Markup) -> Result<Response, Error> {
    if answer::in_dialog(visit) {
        let dialog = Dialog { title, body, close: visit.t("common.close").to_owned(), ..Dialog::default() };
        return Ok(answer::fragment(StatusCode::OK, ui::dialog(&dialog)));
    }
    let main = html! {
        (ui::bar(&ui::Bar { title: title.clone(), ..ui::Bar::default() }))
        div .form-page { div .body { (body) } }
    };
    Page { title, menu: chosen.object.name.clone(), main, ..Page::default() }.answer(visit)
}

/// `GET /{object}/export?format=xlsx|csv`: the list, or the selected records, as a file.
///
/// # Errors
/// When the caller may not take records out.
pub async fn export(visit: Visit, Path(object): Path<String>) -> Answer {
    let mut params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    if !params.has("ids") && !params.has("all") {
        params.0.push(("all".to_owned(), "1".to_owned()));
    }
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let chosen = Chosen::read(visit, &object, &params)?;
            let format = match params.get("format") {
                Some("csv") => "csv",
                _ => "xlsx",
            };
            let fields: Vec<String> = params
                .all("columns")
                .flat_map(|list| list.split(','))
                .map(str::to_owned)
                .filter(|name| !name.is_empty())
                .collect();
            let options = guanxi_crm::admin::exchange::ExportOptions {
                object: object.clone(),
                filter: chosen.filter.clone(),
                search: (!chosen.q.is_empty()).then(|| chosen.q.clone()),
                fields,
                ..Default::default()
            };
            let folder = tempfile::tempdir().map_err(Error::internal)?;
            let path = folder.path().join(format!("export.{format}"));
            guanxi_crm::admin::exchange::export(visit.gate(), visit.ctx(), &options, &path, &mut |_| true)?;
            let bytes = std::fs::read(&path).map_err(Error::internal)?;
            let label = chosen.object.plural_label(visit.locale());
            let name = encode(&format!("{label}-{}.{format}", visit.ctx().today)).replace('+', "%20");
            let kind = if format == "csv" {
                "text/csv; charset=utf-8"
            } else {
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            };
            let disposition = format!("attachment; filename=\"{object}.{format}\"; filename*=UTF-8''{name}");
            Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
                .into_response())
        })
        .await
}
